"""The feed while Redis dies, freezes or fails over: nothing is lost, and little is late."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from resolvers.feed import Feed
from resolvers.feed.doorbell import redis
from tests.faults.feeds import World, writing
from tests.faults.servers import Bell
from tests.history import Connection, Reader, connect, write
from tests.patience import HANGING, Slowness


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
    slowness, began = Slowness(), time.monotonic()
    for _ in range(20):
        await write(connection, uuid7(), "agency:1")
        world.feeds[0].ring()
    # twice as long, if each waited for the bell as long as a ring may take
    assert time.monotonic() - began < 2 * slowness.times
    for reader in world.readers:
        if "agency:1" in reader.topics:
            await reader.heard_unrung(20)
    await world.settle()
    bell.send(signal.SIGCONT)
    await connection.close()


@pytest.mark.usefixtures("only_if_rung")
async def test_the_doorbell_is_heard_again_when_redis_comes_back(world_with_bell: World, bell: Bell) -> None:
    here, other = world_with_bell.feeds
    there = Reader(other, ["decisions"], await other.head()).start()
    connection = await connect(world_with_bell.database_url)

    async def told_by_the_bell(times: int) -> None:
        for count in range(len(there.told) + 1, len(there.told) + times + 1):
            await write(connection, uuid7(), "decisions")
            here.ring()
            await there.heard(count)

    await told_by_the_bell(1)
    bell.kill()
    bell.begin()
    written = 1 + await write_until_it_rings(here, connection, bell)
    await there.heard(written)
    await told_by_the_bell(10)
    await there.leave()
    await connection.close()


async def write_until_it_rings(feed: Feed, connection: Connection, bell: Bell) -> int:
    """Write, and ring, until whoever listens besides two feeds hears it: the first ring may find its wire cut."""
    channel, written, word = feed._doorbell._channel, 0, None
    async with asyncio.timeout(HANGING), redis(bell.url) as ears, ears.pubsub() as heard:
        await heard.subscribe(channel)
        while b":3" not in bell.say(f"PUBSUB NUMSUB {channel}"):
            await asyncio.sleep(0.02)
        while word is None:
            await write(connection, uuid7(), "decisions")
            feed.ring()
            written += 1
            word = await heard.get_message(ignore_subscribe_messages=True, timeout=0.1)
    return written


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
        there = Reader(world.feeds[1], ["decisions"], await world.feeds[1].head()).start()
        await write(connection, uuid7(), "decisions")
        world.feeds[0].ring()
        await there.heard_unrung(1)
        await there.leave()
        await connection.close()
        await world.stop()
    finally:
        other.kill()
