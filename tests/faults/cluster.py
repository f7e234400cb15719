"""Two Laurel servers on one PostgreSQL and one Valkey, all of them processes that belong to the experiment."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.land import Land
from tests.faults.servers import Bell, Database
from tests.faults.site import PATIENCE, Site


@dataclass
class Cluster:
    """Everything that can be broken."""

    home: Path
    land: Land
    database: Database
    bell: Bell
    sites: list[Site]

    async def heal(self) -> None:
        """Undo whatever was done: wake what is frozen, start what has ended, let every wire be plain."""
        for site in self.sites:
            for proxy in site.proxies:
                proxy.heal()
            site.send(signal.SIGCONT)
        self.bell.send(signal.SIGCONT)
        self.database.thaw()
        if self.bell.server.process.poll() is not None:
            self.bell.begin()
        if self.database.server is None or self.database.ended:
            await self.database.begin()
        for site in self.sites:
            if not site.alive:
                site.begin()

    async def ready(self, patience: float = PATIENCE) -> float:
        """Wait until all servers are; gives the seconds that took."""
        return max(await asyncio.gather(*(site.ready(patience) for site in self.sites)))


@contextlib.asynccontextmanager
async def running(
    home: Path,
    land: Land,
    seed: int,
    *,
    postgres: Mapping[str, str] | None = None,
    laurel: Mapping[str, str] | None = None,
    workers: int | None = None,
    servers: int = 2,
) -> AsyncIterator[Cluster]:
    """A cluster on a copy of the data, in an empty folder, until the end of the block; call it in the main thread."""
    database, bell = land.database.copied(home / "postgres", **(postgres or {})), Bell(home)
    sites: list[Site] = []
    try:
        await database.begin()
        names = [f"site{number}" for number in range(1, servers + 1)]
        sites += [Site(name, home, database, bell, seed, laurel or {}, workers) for name in names]
        for site in sites:
            await site.start()
        cluster = Cluster(home, land, database, bell, sites)
        await cluster.ready()
        yield cluster
    finally:
        for site in sites:
            await site.stop()
        bell.send(signal.SIGCONT)
        bell.kill()
        await database.stop()
