"""The feed while Redis dies, freezes or fails over: nothing is lost, and little is late."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

from uuid_utils.compat import uuid7

from resolvers.feed import Feed
from tests.faults.feeds import World, writing
from tests.faults.servers import Bell
from tests.history import Reader, connect, write


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
