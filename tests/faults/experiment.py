"""One experiment: load, listeners and witnesses over two servers, a fault amid it, healing, and what is there then."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults import subscriber, truth, witness
from tests.faults.client import Client
from tests.faults.cluster import Cluster
from tests.faults.history import History
from tests.faults.land import CULTURE
from tests.faults.load import Load
from tests.faults.machine import Machine
from tests.faults.site import Site
from tests.faults.subscriber import Subscriber, Wish

ENOUGH = 8
"""Acts acknowledged and events told, below which nothing was tried: a slow machine takes longer over them."""
SETTLING = 30.0
"""Seconds, of an idle machine, after the last act within which everything must be numbered, told and ready."""
LONGEST, MORE = 150.0, 60.0
"""Seconds, of an idle machine, after which an experiment that does not end by itself is broken off; and for each more
in the same world."""
ENTITLED = {"officer": [CULTURE], "head": [CULTURE], "auditor": [CULTURE]}
"""On which agencies' desks each who listens may look."""


@dataclass(frozen=True)
class Experiment:
    """What is done to whom, and what it may do to those who look."""

    key: str
    """The reference's number, F01, or a name of ours."""
    says: str
    fault: Callable[[World], Awaitable[None]]
    pages: bool = False
    """Public pages answer, and both servers say that they are ready, also while the fault lasts."""
    faulty: bool = False
    """Servers run into faults of their own by it, and may say so: INV11 is not judged."""
    breaks: int | None = None
    """A control: the invariant that must be found broken."""
    offices: int = 10
    postgres: Mapping[str, str] = field(default_factory=dict)
    laurel: Mapping[str, str] = field(default_factory=dict)
    """Settings, in which {home} is the experiment's folder."""
    prepare: Callable[[Path], None] | None = None
    """Writes what the settings name into the experiment's folder, before anything starts."""
    workers: int | None = None
    """Processes by which each server serves, under a supervisor; None: it is one itself."""

    @property
    def apart(self) -> bool:
        """Whether it needs servers of its own."""
        return bool(self.postgres or self.laurel or self.workers)


class World:
    """What a fault finds: everything that runs, and the seed's chance."""

    def __init__(self, cluster: Cluster, history: History, seed: str, offices: int, pace: float) -> None:
        self.cluster, self.history, self.pace = cluster, history, pace
        self.chance = random.Random(seed)
        self.client = Client(cluster.sites, cluster.land.tokens, history, random.Random(self.chance.random()))
        self.load = Load(self.client, cluster.land, random.Random(self.chance.random()), offices)
        self.subscribers: list[Subscriber] = []
        self.machine = Machine(self._processes)
        self.head = self.first = ""
        """Where the feed stands when the experiment begins, and before its first entry."""
        self._watching: list[asyncio.Task[None]] = []

    def _processes(self) -> list[int]:
        """Those by which the machine is judged: this one and the servers."""
        return [os.getpid(), *(site.process.pid for site in self.cluster.sites if site.process and site.alive)]

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Note that PostgreSQL cannot be reached until the end of the block: no server may say that it is ready."""
        sites = [site.name for site in self.cluster.sites]
        self.history.note("away", sites=sites)
        yield
        self.history.note("back", sites=sites)

    @property
    def site(self) -> Site:
        """One of the servers, by chance."""
        return self.chance.choice(self.cluster.sites)

    async def last(self, seconds: float) -> None:
        """Let this much time pass, or more at a slower pace."""
        await asyncio.sleep(seconds * self.pace)

    def tell(self, what: str, **facts: Any) -> None:
        """Note what is being done now."""
        self.history.note("fault", what=what, **facts)

    def listen(self, name: str, wish: Wish, after: str | None = None, *, forged: bool = False) -> Subscriber:
        """Have somebody follow from a cursor, or from where the experiment began."""
        token = self.cluster.land.tokens[wish.who] if wish.who else None
        made = Subscriber(
            name,
            wish,
            self.head if after is None else after,
            self.cluster.sites,
            token,
            self.history,
            self.chance.random(),
        )
        made.forged = forged
        self.subscribers.append(made)
        made.start()
        return made

    async def begin(self) -> None:
        """Put everybody to work."""
        connection = await self.cluster.database.connect()
        self.head, self.first = await truth.head(connection), await truth.first(connection)
        await connection.close()
        self.history.note("begun", head=self.head)
        for who, account in self.cluster.land.accounts.items():
            paths = [f"agency:{agency[4]}" for agency in ENTITLED.get(who, [])]
            self.history.note("person", who=who, account=account, topics=paths)
        self._watching = [
            asyncio.create_task(self.machine.watch()),
            asyncio.create_task(
                witness.read_pages(self.client, self.history, random.Random(self.chance.random()), self.machine)
            ),
            *(asyncio.create_task(witness.probe(site, self.history, self.machine)) for site in self.cluster.sites),
            asyncio.create_task(self._follow_nominees()),
        ]
        code, path = CULTURE[0], CULTURE[4]
        for number in range(4):
            self.listen(f"officer-{number}", subscriber.agency("officer", code, path))
            self.listen(f"head-{number}", subscriber.agency("head", code, path, "sse"))
        self.listen("stranger", subscriber.agency("stranger", code, path))
        self.listen("slow", subscriber.agency("officer", code, path, slow=True))
        for number in range(2):
            self.listen(f"public-{number}", subscriber.decisions())
        self.load.start()

    async def _follow_nominees(self) -> None:
        """The nominee follows some of the dossiers on the phone, from when they can be seen on."""
        for number in range(6):
            key = await self.load.submitted.get()
            connection = await self.cluster.database.connect()
            try:
                after = await truth.head(connection)
            finally:
                await connection.close()
            self.listen(
                f"nominee-{number}", subscriber.dossier("nominee", key, self.chance.choice(["ws", "sse"])), after
            )
            await asyncio.sleep(0.3)

    async def noted(self, **least: int) -> None:
        """Wait until the history has so many lines of each of these kinds."""
        while any(self.history.count(kind) < number for kind, number in least.items()):
            await asyncio.sleep(0.05)

    async def end(self) -> None:
        """Let everybody finish, and wait until all is told; where that does not come, say so."""
        await self.load.stop()
        begun = self.history.now
        try:
            await self.machine.within(SETTLING, self._settled())
            self.history.note("settled", seconds=round(self.history.now - begun, 2))
        except TimeoutError:
            self.history.note("unsettled", seconds=SETTLING)

    async def _settled(self) -> None:
        await self.cluster.ready()
        connection = await self.cluster.database.connect()
        try:
            while await truth.unnumbered(connection):
                await asyncio.sleep(0.05)
            for each in self.subscribers:
                each.hurried = True
            for each in self.subscribers:
                last = 0 if each.wish.partial else await truth.last_of(connection, each.wish.topic)
                while each.wish.who != "stranger" and (each.forged or int(each.after.partition("-")[0]) < last):
                    await asyncio.sleep(0.05)
        finally:
            await connection.close()

    async def close(self) -> None:
        """Stop whatever still runs."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await self.load.cancel()
        await asyncio.gather(*(each.stop() for each in self.subscribers))
        await self.client.close()


@contextlib.asynccontextmanager
async def working(world: World) -> AsyncIterator[None]:
    """Everybody at work until the end of the block, and stopped however that ends."""
    try:
        await world.begin()
        yield
    finally:
        await world.close()


async def run(
    experiments: Sequence[Experiment], cluster: Cluster, history: History, seed: int, pace: float = 1.0
) -> None:
    """Make them one after another in one world, and leave in the history all that a checker needs."""
    await rehearse(cluster, seed)
    keys, offices = " ".join(each.key for each in experiments), max(each.offices for each in experiments)
    world = World(cluster, history, f"{keys} {seed}", offices, pace)
    since = {site.name: site.log.stat().st_size for site in cluster.sites}
    try:
        longest = LONGEST + MORE * (len(experiments) - 1)
        await world.machine.within(longest * max(pace, 1), lived(experiments, world))
    except TimeoutError as problem:
        history.note("amiss", says=f"it did not end, and was broken off: {problem}")
    history.note("machine", slowness=round(world.machine.slowness, 2))
    await asyncio.sleep(0.5)
    weigh(cluster, history, "after")
    await truth.note(cluster, history, since)


async def lived(experiments: Sequence[Experiment], world: World) -> None:
    """Everybody at work, one fault after another amid it, and everybody told what there was to tell."""
    async with working(world):
        await world.last(2)
        weigh(world.cluster, world.history, "before")
        for each in experiments:
            world.history.note("broken", key=each.key, says=each.says, pages=each.pages, faulty=each.faulty or None)
            await suffer(each, world)
            await world.last(2)
        with contextlib.suppress(TimeoutError):
            await world.machine.within(SETTLING, world.noted(ok=ENOUGH, told=ENOUGH))
        await world.end()


async def suffer(experiment: Experiment, world: World) -> None:
    """Do to the world what the experiment does, and undo it; what does not come back by then is noted."""
    try:
        await experiment.fault(world)
    except (TimeoutError, AssertionError) as problem:
        world.history.note("amiss", says=f"{type(problem).__name__}: {problem}")
    finally:
        await world.cluster.heal()
        world.history.note("healed")
    try:
        world.history.note("recovered", seconds=round(await world.cluster.ready(), 2))
    except TimeoutError as problem:
        world.history.note("amiss", says=str(problem))


async def rehearse(cluster: Cluster, seed: int) -> None:
    """Have each server meet every document once: what is tried is how it works, not how it begins."""
    for site in cluster.sites:
        client = Client([site], cluster.land.tokens, History(), random.Random(seed))
        if not site.rehearsed:
            await Load(client, cluster.land, random.Random(f"{seed} {site.name} {site.deaths}"), 1).rehearse()
            site.rehearsed = True
        await client.close()


def weigh(cluster: Cluster, history: History, when: str) -> None:
    """Note what each server holds of the machine."""
    for site in cluster.sites:
        history.note("weight", site=site.name, when=when, deaths=site.deaths, **site.weight())
