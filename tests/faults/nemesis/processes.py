"""What befalls Laurel's own processes: they are killed, frozen, starved, told to go."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import orjson
import psutil

from models.calendar import ZONE
from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment
from tests.faults.proxy import Link, Tap, Way
from tests.faults.site import Site
from tests.faults.skewed import CLOCK

MORE_MEMORY = 2 << 20
"""Bytes that a process may take beyond what it has, where memory is short."""


@experiment("F01", "a server is killed amid mutations, and started again")
async def killed(world: World) -> None:
    """SIGKILL, twice."""
    for site in world.chance.sample(world.cluster.sites, 2):
        world.tell("SIGKILL", site=site.name)
        site.kill()
        await world.last(1.5)
        site.begin()
        await site.ready()


def at_commit(way: Way, act: Callable[[], bool]) -> Tap:
    """A tap that acts when a COMMIT passes, or the answer to one; where the act gives False, that does not pass."""

    def tap(link: Link, passing: Way, data: bytes) -> bool:
        if passing is Way.UP and b"COMMIT" in data:
            link.notes["committing"] = True
            return act() if way is Way.UP else True
        if passing is Way.DOWN and link.notes.pop("committing", None) and way is Way.DOWN:
            return act()
        return True

    return tap


@experiment("F02", "a server is killed, or cut off from PostgreSQL, between a COMMIT and its answer")
async def killed_after_commit(world: World) -> None:
    """PostgreSQL has committed; the server does not know, and its client neither."""
    for site in world.cluster.sites:
        await _cut_answers(world, site)
    await _kill_at_commit(world, world.site)


async def _cut_answers(world: World, site: Site, most: int = 6) -> None:
    """Cut the answers to several COMMITs, one in three."""
    cut = 0

    def act() -> bool:
        nonlocal cut
        cuts = cut < most and world.chance.random() < 0.34
        cut += cuts
        if cuts:
            world.tell("the answer to a COMMIT is cut", site=site.name)
        return not cuts

    site.database.tap = at_commit(Way.DOWN, act)
    await world.last(3)
    site.database.tap = None


async def _kill_at_commit(world: World, site: Site) -> None:
    """Kill a server in the moment when PostgreSQL answers it."""
    dead = asyncio.Event()

    def act() -> bool:
        if not dead.is_set():
            world.tell("killed between COMMIT and its answer", site=site.name)
            site.kill()
            dead.set()
        return False

    site.database.tap = at_commit(Way.DOWN, act)
    await world.machine.within(20, dead.wait())
    site.database.heal()
    await world.last(1)
    site.begin()
    await site.ready()


@experiment("F05", "a server is frozen while it holds locks, for longer than PostgreSQL waits for it")
async def frozen_with_locks(world: World) -> None:
    """Its COMMIT never arrives; PostgreSQL ends the idle transaction after ten seconds; then the server wakes."""
    site, held = world.site, asyncio.Event()

    def act() -> bool:
        if not held.is_set():
            world.tell("SIGSTOP before its COMMIT", site=site.name)
            site.send(signal.SIGSTOP)
            site.database.both(stalled=True)
            held.set()
        return True

    site.database.tap = at_commit(Way.UP, act)
    await world.machine.within(20, held.wait())
    site.database.tap = None
    await asyncio.sleep(12)
    world.tell("SIGCONT", site=site.name)
    site.database.both(stalled=False)
    site.send(signal.SIGCONT)


@experiment("F34", "servers are replaced one by one, as a new release is rolled out")
async def replaced(world: World) -> None:
    """SIGTERM: each ends within 25 s and loses nothing, while the other serves."""
    await begin_anew(world)


async def begin_anew(world: World) -> None:
    """Have one server after the other leave, and begin anew."""
    for site in world.cluster.sites:
        world.tell("SIGTERM", site=site.name)
        world.tell("gone", site=site.name, seconds=round(await site.leave(), 2))
        site.begin()
        await site.ready()
        await world.last(1)


@experiment(
    "F44", "servers stand still for a second and go on, again and again, as under a pause of the machine", pages=True
)
async def stuttering(world: World) -> None:
    """Each pause is shorter than any deadline: whoever waits is answered, and nobody is cut off."""
    for _ in range(6):
        site = world.site
        world.tell("stands still for a second", site=site.name)
        site.send(signal.SIGSTOP)
        await asyncio.sleep(1)
        site.send(signal.SIGCONT)
        await world.last(world.chance.random() * 0.5)


@experiment("F41", "a server may open no more files, while new connections come")
async def no_more_files(world: World) -> None:
    """What is open is served on; what is new is taken again once there is room."""
    site = world.site
    pid, before = site.pid, resource.prlimit(site.pid, resource.RLIMIT_NOFILE)
    open_now = site.weight()["files"]
    world.tell("may open four more files", site=site.name, files=open_now)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (open_now + 4, before[1]))
    writers = []
    for _ in range(30):
        with contextlib.suppress(OSError, TimeoutError):
            _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", site.port), 1)
            writers.append(writer)
    await world.last(3)
    for writer in writers:
        writer.close()
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


@experiment(
    "F43", "processes that serve are refused memory, amid requests that want much of it; another takes their place",
    workers=2, faulty=True,
)  # fmt: skip
async def no_more_memory(world: World) -> None:
    """What has no room fails with a code, or ends the process, which its supervisor begins again; streams resume."""
    workers = [each for site in world.cluster.sites for each in psutil.Process(site.pid).children()]
    body = orjson.dumps({"query": "{ __typename }", "variables": {"x": [["y" * 50] * 200] * 15}})

    async def want() -> None:
        while True:
            await world.client.ask(world.site, "officer", body)

    limits = []
    for worker in workers:
        limits.append(resource.prlimit(worker.pid, resource.RLIMIT_AS))
        resource.prlimit(worker.pid, resource.RLIMIT_AS, (worker.memory_info().vms + MORE_MEMORY, limits[-1][1]))
    world.tell("no more memory", workers=len(workers), bytes=MORE_MEMORY)
    wanting = [asyncio.create_task(want()) for _ in range(12)]
    await world.last(6)
    for task in wanting:
        task.cancel()
    await asyncio.gather(*wanting, return_exceptions=True)
    for worker, before in zip(workers, limits, strict=True):
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(worker.pid, resource.RLIMIT_AS, before)
    world.tell("memory again", left=sum(worker.is_running() for worker in workers))


@experiment(
    "F37", "the clocks of servers jump an hour forth and back, and to the new year", pages=True,
    laurel={CLOCK: "{home}/{name}.clock"},
)  # fmt: skip
async def clocks_jump(world: World) -> None:
    """The database's clock decides: numbers, days and the ends of sessions are as if nothing had happened."""
    here, there = world.cluster.sites
    midnight = datetime(datetime.now(ZONE).year + 1, 1, 1, tzinfo=ZONE) - timedelta(seconds=2)
    new_year = (midnight - datetime.now(ZONE)).total_seconds()
    for forth, back in ((3600.0, -3600.0), (-3600.0, 3600.0), (0.0, new_year), (new_year, -86_400.0)):
        for site, wrong in ((here, forth), (there, back)):
            clock = world.cluster.home / f"{site.name}.clock"
            clock.with_suffix(".new").write_text(str(wrong))
            clock.with_suffix(".new").rename(clock)  # whole, for it is read at any moment
            await world.machine.within(10, _shows(world, site, wrong))
        world.tell("clocks are wrong", here=forth, there=back)
        await world.last(3)
    connection = await world.cluster.database.connect()
    years = await connection.fetch("select distinct year from decision where id in (select subject_id from journal)")
    today = await connection.fetchval("select vietnam_day(now())")
    await connection.close()
    assert [row["year"] for row in years] == [today.year], years
    for site in world.cluster.sites:
        (world.cluster.home / f"{site.name}.clock").unlink()


async def _shows(world: World, site: Site, wrong: float) -> None:
    """Wait until a server's answers have the date of its wrong clock, to half a minute."""
    while True:
        with contextlib.suppress(httpx.HTTPError):
            said = (await world.client.http.get(f"{site.address}/livez")).headers["date"]
            if abs((parsedate_to_datetime(said) - datetime.now(ZONE)).total_seconds() - wrong) < 30:
                return
        await asyncio.sleep(0.2)


@experiment("TWICE", "two faults at once: Redis frozen and a server killed; PostgreSQL restarted while a server drains")
async def twice(world: World) -> None:
    """What one of them is survived by may not lean on the other."""
    here, there = world.chance.sample(world.cluster.sites, 2)
    world.cluster.bell.send(signal.SIGSTOP)
    here.kill()
    world.tell("Redis is frozen, SIGKILL", site=here.name)
    await world.last(2)
    here.begin()
    await here.ready()
    world.cluster.bell.send(signal.SIGCONT)
    leaving = asyncio.create_task(there.leave())
    await world.last(0.5)
    world.tell("PostgreSQL ends amid a SIGTERM", site=there.name)
    await world.cluster.database.stop(signal.SIGQUIT)
    await world.last(1)
    await world.cluster.database.begin()
    world.tell("gone", site=there.name, seconds=round(await leaving, 2))
    there.begin()
    await there.ready()
