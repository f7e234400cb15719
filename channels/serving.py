"""One uvicorn server on one socket, which says when it really answers and leaves in good order."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette

from channels.frames import Frames
from channels.logs import tell_by
from channels.obstacles import AddressRefused, NotReady, PortTaken
from channels.settings import Settings
from channels.wire import Wire

LINGERING = 1.0
"""Seconds in which requests are still taken after SIGTERM while /readyz says no: the time a proxy has to notice."""
FINISHING = 20
"""Seconds that requests in flight have to be answered in, once no more are taken."""
BEAT = 1.0


class Server(uvicorn.Server):
    """uvicorn, which tells the application at once that it is to end: streams would otherwise hold it for long."""

    def __init__(self, config: uvicorn.Config, leave: Callable[[], None]) -> None:
        super().__init__(config)
        self._leave, self._leaving = leave, False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end: after a while where a SIGTERM asks for it, at once at Ctrl-C and at a second signal."""
        loop, end = asyncio.get_running_loop(), super().handle_exit
        lingers, self._leaving = sig == signal.SIGTERM and not self._leaving, True
        loop.call_soon_threadsafe(self._leave)
        if lingers:
            loop.call_soon_threadsafe(loop.call_later, LINGERING, end, sig, frame)
        else:
            end(sig, frame)


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
        ws=Frames,
        ws_max_size=65536,
        ws_per_message_deflate=False,
        server_header=False,
        proxy_headers=False,  # `channels.proxies` reads them, of proxies that are ours
        timeout_graceful_shutdown=FINISHING,
        log_config=None,
        log_level="debug" if settings.log_level == "debug" else "warning",
        access_log=False,
    )


def run(
    app: Starlette,
    settings: Settings,
    listener: socket.socket,
    when_ready: Callable[[str], None],
    worker: int | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; `when_ready` is given the address once /readyz answers 200 on it.

    One of several workers asks itself whether it is ready, for others answer on the same address, and beats on stdout.
    """
    tell_by(settings.log_level, worker)
    config, where = configured(app, settings), address(listener)
    server = Server(config, getattr(app.state, "leave", lambda: None))
    telling = beating(server, app) if worker else tell_when_ready(server, where, when_ready)
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve(server, listener, telling))


async def serve(server: Server, listener: socket.socket, readiness: Coroutine[Any, Any, None]) -> None:
    """Serve, and beside it wait for readiness; where that never comes, end and raise NotReady."""
    telling = asyncio.create_task(readiness)
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


def out(word: str) -> None:
    """A line to whoever began this process; nobody may be there any more."""
    with suppress(BrokenPipeError):
        os.write(1, f"{word}\n".encode())


async def beating(server: uvicorn.Server, app: Starlette) -> None:
    """Say that this process is ready as soon as it is, and every second that it lives: by saying so it does."""
    while not (server.started and await app.state.laurel.ready()):
        out("alive")
        await asyncio.sleep(0.1)
    out("ready")
    while True:
        await asyncio.sleep(BEAT)
        out("alive")


async def readyz(where: str) -> str:
    """The whole answer of /readyz."""
    host, _, port = where.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        writer.write(f"GET /readyz HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        return (await reader.read()).decode(errors="replace")
    finally:
        writer.close()
