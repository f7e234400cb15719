"""A Laurel server as a process of its own, with a proxy before it and before each server it depends on."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import httpx
import psutil

from channels.embedded.launch import die_with
from tests.faults.proxy import Proxy
from tests.faults.released import DOCUMENTS
from tests.faults.servers import Bell, Database
from tests.faults.skewed import CLOCK
from tests.ports import port_of
from tests.web import http_client

ROOT = Path(__file__).resolve().parent.parent.parent

PROGRAMS = {CLOCK: "tests.faults.skewed", DOCUMENTS: "tests.faults.released"}
"""What is run instead of Laurel where a setting asks for it."""
PATIENCE = 240.0
"""Seconds a server may take to start, on a machine however busy; how long it took is judged afterwards."""


def data(home: Path) -> Path:
    """Where the servers of an experiment keep files."""
    return home / "data"


class Site:
    """One of several Laurel servers on the same PostgreSQL and Valkey."""

    def __init__(
        self,
        name: str,
        home: Path,
        database: Database,
        bell: Bell,
        seed: int,
        settings: Mapping[str, str],
        workers: int | None = None,
    ) -> None:
        self.name, self.home, self.port = name, home, port_of(self)
        chance = random.Random(f"{seed} {name}")
        self.web = Proxy(self.port, chance)
        """Before this server."""
        self.database, self.bell = Proxy(database.port, chance), Proxy(bell.port, chance)
        """Before what it depends on."""
        self._urls = database, bell
        self._settings = {key: value.format(home=home, name=name) for key, value in settings.items()}
        programs = (program for setting, program in PROGRAMS.items() if setting in self._settings)
        self._program = next(programs, "channels")
        self._workers = () if workers is None else ("--workers", str(workers))
        self.log = home / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths, self.rehearsed = 0, False

    @property
    def proxies(self) -> tuple[Proxy, Proxy, Proxy]:
        """All three."""
        return self.web, self.database, self.bell

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.web.port}"

    async def start(self) -> None:
        """Start proxies and process; it is ready somewhat later."""
        for proxy in self.proxies:
            await proxy.start()
        self.begin()

    def begin(self) -> None:
        """Start the process."""
        self.rehearsed = False
        database, bell = self._urls
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")}
        given = {
            "DATABASE_URL": database.at(self.database.port),
            "REDIS_URL": bell.at(self.bell.port),
            "LAUREL_DATA": str(data(self.home)),
            "LAUREL_RATES": "none",  # all of the load comes from one address, and by a few accounts
            "LAUREL_SOCKETS_PER_ACCOUNT": "200",  # few stand for many, and what was cut counts until that is noticed
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                (sys.executable, "-m", self._program, "serve", "--port", str(self.port), *self._workers),
                cwd=ROOT,
                env=kept | given | self._settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with, os.getpid(), signal.SIGKILL),  # noqa: PLW1509  it takes no lock of ours
            )

    @property
    def pid(self) -> int:
        """The number of its process, which was begun."""
        assert self.process
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def send(self, wanted: signal.Signals) -> None:
        """Send its process a signal, if it runs."""
        if self.process is not None and self.alive:
            self.process.send_signal(wanted)

    def kill(self) -> None:
        """End its process as a crash does."""
        self.send(signal.SIGKILL)
        self.deaths += 1
        if self.process is not None:
            self.process.wait()

    async def leave(self, patience: float = 25) -> float:
        """End it in good order; gives the seconds that took, and raises TimeoutError where it takes longer."""
        begun = time.monotonic()
        self.send(signal.SIGTERM)
        while self.alive:
            if time.monotonic() - begun > patience:
                raise TimeoutError(f"{self.name} does not end within {patience} s of SIGTERM")
            await asyncio.sleep(0.02)
        self.deaths += 1
        return time.monotonic() - begun

    async def ready(self, patience: float = PATIENCE) -> float:
        """Wait until /readyz answers 200, asked past the proxy; gives the seconds that took."""
        begun = time.monotonic()
        async with http_client(timeout=5) as client:
            while not await self.answers(client, 10):
                if not self.alive:
                    raise RuntimeError(f"{self.name} ended: see {self.log}\n{self.log.read_text()[-2000:]}")
                if time.monotonic() - begun > patience:
                    raise TimeoutError(f"{self.name} is not ready within {patience} s")
                await asyncio.sleep(0.1)
        return time.monotonic() - begun

    async def answers(self, client: httpx.AsyncClient, patience: float = 2.5) -> bool:
        """Whether it says now, or within these seconds, that it is ready."""
        try:
            return (await client.get(f"http://127.0.0.1:{self.port}/readyz", timeout=patience)).status_code == 200
        except httpx.HTTPError:
            return False

    def weight(self) -> dict[str, int]:
        """What it holds of the machine: memory in bytes, open files, threads."""
        process = psutil.Process(self.pid)
        return {"rss": process.memory_info().rss, "files": process.num_fds(), "threads": process.num_threads()}

    async def stop(self) -> None:
        """End process and proxies."""
        self.send(signal.SIGCONT)
        self.kill()
        for proxy in self.proxies:
            await proxy.stop()
