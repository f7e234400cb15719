"""Several processes on one port: each serves as one alone does, and one that ends or hangs is begun again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from channels.logs import get_logger, tell_by
from channels.obstacles import NotReady
from channels.serving import address
from channels.settings import Settings

log = get_logger("laurel.workers")

PATIENCE = 60.0
"""Seconds in which all must be ready the first time; later ones are waited for as long as it takes."""
SILENCE = 20
"""Seconds without a beat after which a worker hangs: it is killed and begun again."""
SOONEST, LATEST = 0.2, 10.0
"""Seconds before a worker that ended is begun again: doubled from the one up to the other."""
WELL = 30.0
"""Seconds after which a worker's end is an accident and not a habit."""
LEAVING = 25.0
"""Seconds all have to finish what they answer, before they are killed."""
OTHERS = 10
"""Connections to PostgreSQL that are left to whoever else works with it."""


class Ended(Exception):
    """A worker ended before it was ever ready."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit code {code}")


@dataclass
class Worker:
    """One process that serves, begun again whenever it ends."""

    number: int
    listener: socket.socket
    environment: dict[str, str]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """It has been ready once."""
    process: asyncio.subprocess.Process | None = None

    async def keep(self) -> None:
        """Have it run until cancelled. Raises Ended where it does not even begin."""
        clock, pause = asyncio.get_running_loop().time, SOONEST
        while True:
            began = clock()
            code = await self._live()
            if not self.ready.is_set():
                raise Ended(code)
            pause = SOONEST if clock() - began > WELL else min(2 * pause, LATEST)
            log.error("a worker ended and is begun again", worker=self.number, code=code, seconds=pause)
            await asyncio.sleep(pause)

    def send(self, wanted: signal.Signals) -> None:
        """Send its process a signal, if it has one."""
        if self.process and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(wanted)

    async def gone(self) -> None:
        """Wait for its process to end."""
        if self.process:
            await self.process.wait()

    async def _live(self) -> int:
        """One life: begin, listen to its beats, give its exit code. Ctrl-C does not reach it: it is ours to pass on."""
        handle = self.listener.fileno()
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "channels", "worker", str(self.number), str(handle), str(os.getpid())),
            env=self.environment,
            pass_fds=(handle,),
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdout
        patience = int(PATIENCE)  # until its first beat: it reads its code and the law
        while line := await self._beat(self.process.stdout, patience):
            patience = SILENCE
            if line == b"ready\n":
                self.ready.set()
                log.info("a worker is ready", worker=self.number, process=self.process.pid)
        return await self.process.wait()

    async def _beat(self, said: asyncio.StreamReader, patience: int) -> bytes:
        """The next line it says; nothing at its end, which comes at once to one that is silent for so many seconds.

        Seconds are counted here one by one, so that a machine that slept for an hour has been silent for one.
        """
        reading = asyncio.ensure_future(said.readline())
        try:
            for _ in range(patience):
                if (await asyncio.wait({reading}, timeout=1))[0]:
                    return reading.result()
        finally:
            reading.cancel()
        log.error("a worker hangs and is killed", worker=self.number)
        self.send(signal.SIGKILL)
        return b""


def run(settings: Settings, listener: socket.socket, count: int, when_ready: Callable[[str], None]) -> None:
    """Serve by so many processes until SIGINT or SIGTERM, then leave with its exit code; a second one does not wait.

    `when_ready` is given the address once all are ready. Raises NotReady where they do not become so.
    """
    tell_by(settings.log_level)
    urls = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url or "none"}
    workers = [Worker(number, listener, os.environ | urls) for number in range(1, count + 1)]
    sys.exit(128 + asyncio.run(serve(workers, address(listener), when_ready)))


async def serve(workers: list[Worker], where: str, when_ready: Callable[[str], None]) -> int:
    """Keep the workers until a signal, have them leave, and give its number."""
    told: asyncio.Queue[int] = asyncio.Queue()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, told.put_nowait, wanted)
    signalled = asyncio.create_task(told.get())
    keeping: set[asyncio.Task[Any]] = {asyncio.create_task(worker.keep()) for worker in workers}
    try:
        if await all_ready(workers, {signalled, *keeping}, where):
            when_ready(where)
        await asyncio.wait({signalled, *keeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in keeping:
            task.cancel()
        await leave(workers, told)
    return signalled.result()


async def all_ready(workers: list[Worker], ends: set[asyncio.Task[Any]], where: str) -> bool:
    """Wait until each was ready once; False where a signal comes first, NotReady where one ends or takes too long."""
    ready: asyncio.Future[Any] = asyncio.gather(*(worker.ready.wait() for worker in workers))
    done, _ = await asyncio.wait({ready, *ends}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    problems = [str(task.exception()) for task in done if task is not ready and task.exception()]
    if problems or not done:
        raise NotReady(where, "\n".join(problems))
    return ready in done


async def leave(workers: list[Worker], told: asyncio.Queue[int]) -> None:
    """Let each finish what it answers; who takes too long is killed, and all are at a second signal."""
    for worker in workers:
        worker.send(signal.SIGTERM)
    gone: asyncio.Future[Any] = asyncio.gather(*(worker.gone() for worker in workers))
    again: asyncio.Future[Any] = asyncio.ensure_future(told.get())
    await asyncio.wait({gone, again}, timeout=LEAVING, return_when=asyncio.FIRST_COMPLETED)
    again.cancel()
    for worker in workers:
        worker.send(signal.SIGKILL)
    await gone


async def too_many(settings: Settings, count: int) -> tuple[int, int] | None:
    """How many connections so many workers may need and how many PostgreSQL gives, where it gives too few."""
    connection = await asyncpg.connect(settings.database_url.replace("+asyncpg", ""))
    try:
        given = int(await connection.fetchval("show max_connections"))
    finally:
        await connection.close()
    needed = count * (2 * settings.readers + 2) + OTHERS
    return (needed, given) if needed > given else None
