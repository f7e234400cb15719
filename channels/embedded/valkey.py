"""The embedded Valkey: only a doorbell and counters that may be lost, so it keeps nothing on disk."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from channels.embedded import binaries, child


@contextmanager
def running(home: Path) -> Iterator[str | None]:
    """Run Valkey and give its URL, or None where no such program is to be found."""
    program = binaries.valkey()
    if program is None:
        yield None
        return
    secret = child.password()
    server, port = child.on_a_free_port(lambda port: begin(program, home, port, secret))
    try:
        yield f"redis://:{secret}@127.0.0.1:{port}/0"
    finally:
        server.stop(signal.SIGTERM)


def begin(program: str, home: Path, port: int, secret: str) -> child.Child:
    """Start the server, its configuration told on its input so that no list of processes shows the password."""
    folder = home / "valkey"
    folder.mkdir(exist_ok=True)
    told = {"bind": "127.0.0.1", "port": port, "requirepass": secret, "save": '""', "appendonly": "no", "dir": folder}
    configuration = "".join(f"{name} {quoted(value)}\n" for name, value in told.items())
    running = child.start(folder, home / "valkey.log", signal.SIGTERM, program, "-", told=configuration)
    running.await_ready("Valkey", lambda: answers(port, secret), patience=20)
    return running


def quoted(value: object) -> str:
    """A value of the configuration file; folders may have spaces."""
    return f'"{value}"' if isinstance(value, Path) else str(value)


def answers(port: int, secret: str) -> bool:
    """Whether it takes our password and says PONG."""
    return spoken(port, f"AUTH {secret}", "PING") == b"+OK\r\n+PONG\r\n"


def spoken(port: int, *commands: str) -> bytes:
    """What it replies, one line a command; nothing where it does not listen."""
    heard = b""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as asked:
        asked.sendall("".join(f"{command}\r\n" for command in commands).encode())
        while heard.count(b"\r\n") < len(commands) and (more := asked.recv(256)):
            heard += more
    return heard
