"""The feed while things break: PostgreSQL crashes, connections are cut, Redis dies or freezes, processes are killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from uuid_utils.compat import uuid7

from channels.embedded import binaries, child, postgres
from models import database
from resolvers.feed import Feed, line
from tests.faults.proxy import Proxy
from tests.faults.servers import Bell
from tests.history import Connection, Reader, Writers, assert_sound, assert_told, connect, truth, write
from tests.pristine import dsn

PROGRAM = Path(__file__).with_name("writing_process.py")


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    bell = Bell(tmp_path)
    yield bell
    bell.kill()


class World:
    """Two feeds on one database, and readers who come and go."""

    def __init__(self, database_url: str, redis_url: str | None) -> None:
        self.database_url, self.redis_url = database_url, redis_url
        self.feeds = [Feed(database_url, redis_url), Feed(database_url, redis_url)]
        self.readers: list[Reader] = []

    async def start(self, readers: int = 12) -> None:
        for feed in self.feeds:
            await feed.start()
        head = await self.feeds[0].head()
        self.readers = [Reader(random.choice(self.feeds), topics(index), head).start() for index in range(readers)]

    async def coming_and_going(self) -> None:
        """Some reader leaves, and comes back to any process with its cursor."""
        while True:
            reader = random.choice(self.readers)
            await reader.leave()
            await asyncio.sleep(random.random() * 0.03)
            reader.feed = random.choice(self.feeds)
            reader.start()

    async def settle(self) -> None:
        """Wait until everybody was told all there is; then nobody may have been told anything else."""
        connection = await connect(self.database_url)
        await until_numbered(connection)
        await assert_sound(connection)
        for reader in self.readers:
            await reader.heard(len(await truth(connection, reader.topics)))
            await assert_told(connection, reader)
        await connection.close()

    async def stop(self) -> None:
        for reader in self.readers:
            await reader.leave()
        for feed in self.feeds:
            await feed.stop()


def topics(index: int) -> list[str]:
    return [f"agency:{index % 3}"] if index % 2 else ["agency:0", "agency:1"]


async def until_numbered(connection: Connection, seconds: float = 6) -> None:
    """Somebody numbers whatever is committed, without being asked to."""
    async with asyncio.timeout(seconds):
        while await connection.fetchval("select count(*) > (select seq from journal_head) from journal"):
            await asyncio.sleep(0.02)


async def writing(world: World, *faults: asyncio.Task[None], seed: int = 1) -> Writers:
    """Six random writers, readers coming and going, and the faults; until all is written and told."""
    writers = Writers(world.database_url, seed)
    comings = asyncio.create_task(world.coming_and_going())
    await writers.run(6, 30, world.feeds, delay=0.02)
    await asyncio.gather(*faults)
    comings.cancel()
    await asyncio.gather(comings, return_exceptions=True)
    for reader in world.readers:
        await reader.leave()
        reader.start()
    await world.settle()
    return writers


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    world = World(database_url, redis_url)
    await world.start()
    yield world
    await world.stop()


@pytest.fixture
async def world_with_bell(database_url: str, bell: Bell) -> AsyncIterator[World]:
    world = World(database_url, bell.url)
    await world.start()
    yield world
    await world.stop()


async def test_nothing_is_lost_while_readers_come_and_go(world: World) -> None:
    await writing(world)


async def test_nothing_is_lost_when_connections_are_cut(world: World) -> None:
    async def cut() -> None:
        connection = await connect(world.database_url)
        for _ in range(8):
            await asyncio.sleep(0.06)
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid() and application_name = 'laurel feed'"
            )
        await connection.close()

    await writing(world, asyncio.create_task(cut()), seed=2)


async def test_news_come_again_by_another_connection_when_one_is_half_open_for_ever(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PATIENCE", 0.5)
    url = make_url(database_url)
    assert url.port
    proxy = Proxy(url.port)
    await proxy.start()
    feed = Feed(url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False), None)
    await feed.start()
    reader = Reader(feed, ["decisions"], await feed.head()).start()
    connection = await connect(database_url)
    await write(connection, uuid7(), "decisions")
    await reader.heard(1)
    assert proxy.forsake() >= 1
    await write(connection, uuid7(), "decisions")
    await reader.heard(2, seconds=8)
    await assert_told(connection, reader)
    await reader.leave()
    await feed.stop()
    await connection.close()
    await proxy.stop()


async def test_a_change_that_takes_long_holds_nobody_up_and_is_told_in_the_end(world: World) -> None:
    connection = await connect(world.database_url)
    slow = asyncio.create_task(write(connection, uuid7(), "agency:0", delay=2.0))
    await asyncio.sleep(0.05)
    quick = await connect(world.database_url)
    entry = await write(quick, uuid7(), "agency:0")
    world.feeds[0].ring()
    for reader in world.readers:
        if "agency:0" in reader.topics:
            assert [told.entry_id for told in await reader.heard(1)] == [entry]
    assert not slow.done()
    await slow
    world.feeds[1].ring()
    await world.settle()
    await connection.close()
    await quick.close()


async def test_nothing_is_lost_when_redis_is_killed_and_comes_back_empty(world_with_bell: World, bell: Bell) -> None:
    async def kill() -> None:
        await asyncio.sleep(0.1)
        bell.kill()
        await asyncio.sleep(0.3)
        bell.begin()

    await writing(world_with_bell, asyncio.create_task(kill()), seed=3)


async def test_a_frozen_redis_delays_by_a_second_and_no_commit_waits_for_it(world_with_bell: World, bell: Bell) -> None:
    world = world_with_bell
    bell.send(signal.SIGSTOP)
    connection = await connect(world.database_url)
    began = time.monotonic()
    for _ in range(20):
        await write(connection, uuid7(), "agency:1")
        world.feeds[0].ring()
    assert time.monotonic() - began < 2  # twice as long, if each waited for the bell as long as a ring may take
    for reader in world.readers:
        if "agency:1" in reader.topics:
            await reader.heard(20, seconds=4)
    await world.settle()
    bell.send(signal.SIGCONT)
    await connection.close()


async def test_the_doorbell_is_heard_again_when_redis_comes_back(world_with_bell: World, bell: Bell) -> None:
    world = world_with_bell
    await asyncio.sleep(0.1)
    bell.kill()
    bell.begin()
    await asyncio.sleep(1.2)  # until both feeds listen again and one dares to ring again
    connection = await connect(world.database_url)
    there = Reader(world.feeds[1], ["decisions"]).start()
    began = time.monotonic()
    for count in range(1, 11):
        await write(connection, uuid7(), "decisions")
        world.feeds[0].ring()
        await there.heard(count)
    assert time.monotonic() - began < 4  # the poll alone takes nine
    await there.leave()
    await connection.close()


async def test_while_redis_fails_over_half_of_the_processes_ring_the_old_one_and_nothing_is_lost(
    database_url: str, bell: Bell, tmp_path: Path
) -> None:
    """As a failover leaves them for a while: the old one a replica that still takes connections, others at the new."""
    promoted = tmp_path / "promoted"
    promoted.mkdir()
    other = Bell(promoted)
    try:
        world = World(database_url, bell.url)
        world.feeds[1] = Feed(database_url, other.url)
        await world.start()
        assert b"+OK" in bell.say(f"REPLICAOF 127.0.0.1 {other.port}")
        await writing(world, seed=6)
        connection = await connect(database_url)
        there = Reader(world.feeds[1], ["decisions"]).start()
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await write(connection, uuid7(), "decisions")
        world.feeds[0].ring()
        await there.heard(1)
        assert time.monotonic() - began < 2
        await there.leave()
        await connection.close()
        await world.stop()
    finally:
        other.kill()


async def test_what_a_killed_process_committed_and_never_numbered_is_told(world: World) -> None:
    """The process is killed in the moment between its commit and its ring."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), dsn(world.database_url), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    await program.stdout.readline()
    program.kill()
    await program.wait()
    readers = [reader for reader in world.readers if "agency:2" in reader.topics]
    for reader in readers:
        await reader.heard(1, seconds=4)
    await world.settle()


async def test_a_process_frozen_in_the_middle_of_its_work_holds_nobody_up(world: World) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), dsn(world.database_url), "and number", stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    await program.stdout.readline()
    os.kill(program.pid, signal.SIGSTOP)
    try:
        await writing(world, seed=4)
    finally:
        program.kill()
        await program.wait()


async def test_nothing_is_lost_when_postgresql_crashes_and_comes_back(
    tmp_path: Path, redis_url: str, pytestconfig: pytest.Config
) -> None:
    found = binaries.postgres(pytestconfig.getoption("--postgres"))
    data, log, port = tmp_path / "data", tmp_path / "log", child.free_port()
    postgres.make(found, data, log, fast=True)
    secret = (data / "laurel.secret").read_text().strip()
    url = f"postgresql+asyncpg://{postgres.USER}:{secret}@127.0.0.1:{port}/{postgres.DATABASE}"
    async with AsyncExitStack() as stack:
        with ExitStack() as servers:
            server = postgres.begin(found, data, log, port, fast=True)
            servers.callback(lambda: server.stop(signal.SIGQUIT))
            await database.migrate(url)
            world = World(url, redis_url)
            await world.start()
            stack.push_async_callback(world.stop)

            async def crash() -> None:
                nonlocal server
                for _ in range(2):
                    await asyncio.sleep(0.25)
                    await asyncio.to_thread(server.stop, signal.SIGQUIT)
                    postgres.clear_what_a_crash_left(data)
                    server = postgres.begin(found, data, log, port, fast=True)

            await writing(world, asyncio.create_task(crash()), seed=5)
            await world.stop()
