"""One uvicorn server on one socket, which says when it really answers and leaves in good order."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from channels.logs import tell_by
from channels.obstacles import AddressRefused, NotReady, PortTaken
from channels.settings import Settings
from channels.wire import Wire


class Server(uvicorn.Server):
    """uvicorn, which tells the application at once that it is to end: streams would otherwise hold it for long."""

    def __init__(self, config: uvicorn.Config, leave: Callable[[], None]) -> None:
        super().__init__(config)
        self._leave = leave

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; a second signal ends without waiting."""
        super().handle_exit(sig, frame)
        asyncio.get_running_loop().call_soon_threadsafe(self._leave)


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything slow is begun, or raise PortTaken. Nobody can connect to it yet."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as problem:
        raise AddressRefused(host, port, str(problem)) from None
    with socket.socket(family, kind, protocol) as taken:
        if taken.connect_ex(address) == 0:
            raise PortTaken(host, port)
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as problem:
        listener.close()
        if problem.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from None
        raise AddressRefused(host, port, str(problem)) from None
    return listener


def address(listener: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  compared, not bound
    return f"http://{name}:{port}"


def configured(app: Starlette, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs: the fast loop and parser, small frames, no word about itself, an end to waiting."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=Wire,
        ws="websockets-sansio",
        ws_max_size=65536,
        ws_per_message_deflate=False,
        server_header=False,
        timeout_graceful_shutdown=20,
        log_config=None,
        log_level="debug" if settings.log_level == "debug" else "warning",
        access_log=False,
    )


def run(app: Starlette, settings: Settings, listener: socket.socket, when_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `when_ready` is given the address once /readyz answers 200 on it."""
    tell_by(settings.log_level)
    config = configured(app, settings)
    server = Server(config, getattr(app.state, "leave", lambda: None))
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve(server, listener, when_ready))


async def serve(server: Server, listener: socket.socket, when_ready: Callable[[str], None]) -> None:
    """Serve, and beside it wait for readiness; where that never comes, end and raise NotReady."""
    telling = asyncio.create_task(tell_when_ready(server, address(listener), when_ready))
    try:
        await server.serve(sockets=[listener])
    finally:
        telling.cancel()
    if telling.done() and not telling.cancelled() and (problem := telling.exception()):
        raise problem


async def tell_when_ready(server: Server, where: str, when_ready: Callable[[str], None]) -> None:
    """Ask /readyz until it answers 200, for half a minute."""
    said = ""
    for _ in range(1500):
        if server.started and (said := await readyz(where)).startswith("HTTP/1.1 200"):
            return when_ready(where)
        await asyncio.sleep(0.02)
    server.should_exit = True
    raise NotReady(where, said)


async def readyz(where: str) -> str:
    """The whole answer of /readyz."""
    host, _, port = where.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        writer.write(f"GET /readyz HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        return (await reader.read()).decode(errors="replace")
    finally:
        writer.close()
