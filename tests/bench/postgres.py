"""What PostgreSQL itself spends on answering, told by the system: nothing where the server is on another machine."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

import asyncpg
import psutil

from tests.bench.cores import pin
from tests.pristine import dsn


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL on this machine, by its first process."""

    first: psutil.Process

    def spent(self) -> float | None:
        """Seconds of CPU that all its processes have used, those that have ended too; None where we may not know."""
        try:
            times = self.first.cpu_times()
            ended = times.children_user + times.children_system
            return float(ended + sum(map(_seconds, [self.first, *self.first.children(recursive=True)])))
        except (psutil.Error, AttributeError):  # macOS tells nothing of those that have ended
            return None

    def pin(self, core: int) -> None:
        """Run all its processes, and those to come, on this core alone."""
        for process in [self.first, *self.first.children(recursive=True)]:
            with suppress(ProcessLookupError):  # it has ended since
                pin(core, process.pid)


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # it has ended since
        return 0.0
    return float(times.user + times.system)


def postgres_at(url: str) -> Postgres | None:
    """The server at this URL, if it is one of this machine's processes."""
    return asyncio.run(_found(url))


async def _found(url: str) -> Postgres | None:
    connection = await asyncpg.connect(dsn(url))
    try:
        process = psutil.Process(connection.get_server_pid())
        first = process.parent()
        local = ip_address(await connection.fetchval("select host(inet_server_addr())") or "127.0.0.1").is_loopback
        return Postgres(first) if local and first and "postgres" in first.name() else None
    except psutil.Error:
        return None
    finally:
        await connection.close()
