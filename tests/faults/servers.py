"""The PostgreSQL and the Valkey of an experiment, which may be crashed, frozen and started again."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from channels.embedded import binaries, child, postgres, valkey
from tests.ports import port_of

DURABLE = {"fsync": "off", "full_page_writes": "off"}
"""What a crash of processes spares, and only a power cut would lose, is not waited for; COMMIT still writes its WAL."""


class Bell:
    """A Valkey of our own, to be killed and frozen."""

    def __init__(self, home: Path) -> None:
        self.home, self.secret, self.port = home, child.password(), port_of(self)
        self.url = self.at(self.port)
        self.begin()

    def at(self, port: int) -> str:
        """Its URL, or that of a proxy before it."""
        return f"redis://:{self.secret}@127.0.0.1:{port}/0"

    def begin(self) -> None:
        """Start it, empty."""
        program = binaries.valkey()
        assert program is not None
        self.server = valkey.begin(program, self.home, self.port, self.secret)

    def send(self, wanted: signal.Signals) -> None:
        """Send its process a signal."""
        self.server.process.send_signal(wanted)

    def kill(self) -> None:
        """End it as a crash does."""
        self.send(signal.SIGKILL)
        self.server.process.wait()

    def say(self, *commands: str) -> bytes:
        """What it replies to commands, a line each."""
        return valkey.spoken(self.port, f"AUTH {self.secret}", *commands)


class Database:
    """A PostgreSQL of our own on a folder of data."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data, self.port = data, port_of(self)
        self.settings = postgres.ALWAYS | DURABLE | settings
        self.secret = (data / "laurel.secret").read_text().strip()
        self._found = binaries.postgres()
        self.server: child.Child | None = None

    @classmethod
    def made(cls, data: Path) -> Database:
        """One with data just made."""
        postgres.make(binaries.postgres(), data, data.with_name("log"), fast=True)
        return cls(data)

    def copied(self, data: Path, **settings: str) -> Database:
        """Another one on a copy of these data; this one must not run."""
        shutil.copytree(self.data, data)
        data.chmod(0o700)
        return Database(data, **settings)

    def at(self, port: int) -> str:
        """Its URL as Laurel is given it, or that of a proxy before it."""
        return f"postgresql+asyncpg://{postgres.USER}:{self.secret}@127.0.0.1:{port}/{postgres.DATABASE}"

    @property
    def dsn(self) -> str:
        """Its address for the experiment itself, past every proxy."""
        return self.at(self.port).replace("+asyncpg", "")

    async def begin(self, patience: float = 60) -> None:
        """Start it, and wait without holding anybody up until it takes connections."""
        postgres.clear_what_a_crash_left(self.data)
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        port = ("-c", f"port={self.port}")
        log = self.data.with_name("postgres.log")
        self.server = child.start(
            self.data, log, signal.SIGINT, self._found.program("postgres"), "-D", str(self.data), *options, *port
        )
        end = time.monotonic() + patience
        while not postgres.is_ready(self.data, self.server.process.pid):
            if self.server.process.poll() is not None or time.monotonic() > end:
                raise child.failure("PostgreSQL", log)
            await asyncio.sleep(0.02)

    async def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it: SIGQUIT as a crash does, SIGINT in good order; what was frozen is woken for it."""
        if self.server is None:
            return
        self.thaw()
        await asyncio.to_thread(self.server.stop, how)
        self.server = None

    async def kill(self) -> None:
        """End every process of it at once, by SIGKILL."""
        assert self.server
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        await asyncio.to_thread(self.server.process.wait)
        self.server = None

    def processes(self) -> list[psutil.Process]:
        """The first process and all its children."""
        if self.server is None or self.ended:
            return []
        first = psutil.Process(self.server.process.pid)
        return [first, *first.children(recursive=True)]

    def freeze(self) -> None:
        """Stop every process of it where it is."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let every process go on."""
        self._send(signal.SIGCONT)

    def _send(self, wanted: signal.Signals) -> None:
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(wanted)

    async def connect(self, **more: Any) -> asyncpg.Connection[Any]:
        """A connection past every proxy."""
        return await asyncpg.connect(self.dsn, **more)

    @property
    def ended(self) -> bool:
        """Whether its first process ended by itself."""
        return self.server is not None and self.server.process.poll() is not None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Frozen until the end of the block."""
        self.freeze()
        try:
            yield
        finally:
            self.thaw()
