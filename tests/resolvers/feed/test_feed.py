"""The feed: what is committed is told once, in order, to whoever follows, from wherever they left off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo

import pytest
from uuid_utils.compat import uuid7

from resolvers.feed import Feed, Happening
from resolvers.feed.hub import POLL
from resolvers.feed.listener import ROOM
from tests.history import Connection, Writers, assert_sound, assert_told, number, truth, until, write
from tests.patience import HANGING
from tests.resolvers.feed.conftest import Follows

Start = Callable[..., Awaitable[Feed]]


async def test_what_is_committed_is_told_with_its_cursor_subject_and_topics(
    feed: Feed, follows: Follows, writer: Connection
) -> None:
    reader = follows(feed, ["decisions"], await feed.head())
    entry = await write(writer, uuid7(), "decisions")
    feed.ring()
    [told] = await reader.heard(1)
    [row] = await truth(writer)
    assert told == Happening(entry, 1, row["cursor"], f"Dossier_{row['subject_id']}", tuple(row["topics"]))


@pytest.mark.usefixtures("only_if_rung")
async def test_what_is_rung_for_is_told_at_once(feed: Feed, follows: Follows, writer: Connection) -> None:
    reader = follows(feed, ["decisions"], await feed.head())
    for count in range(1, 11):
        await write(writer, uuid7(), "decisions")
        feed.ring()
        await reader.heard(count)


@pytest.mark.usefixtures("only_if_rung")
async def test_the_doorbell_tells_another_process_at_once(start: Start, follows: Follows, writer: Connection) -> None:
    here, there = await start(), await start()
    reader = follows(there, ["decisions"], await there.head())
    for count in range(1, 11):
        await write(writer, uuid7(), "decisions")
        here.ring()
        await reader.heard(count)


async def test_a_bell_that_is_rung_without_end_costs_few_looks_and_delays_nothing(
    feed: Feed, follows: Follows, writer: Connection
) -> None:
    reader = follows(feed, ["decisions"], await feed.head())
    before, began = feed._line.sent, time.monotonic()
    for turn in range(400):
        feed._hear()
        await asyncio.sleep(0.001)
        if turn == 200:
            await write(writer, uuid7(), "decisions")
            feed.ring()
    await reader.heard(1)
    assert feed._line.sent - before < 120 * (time.monotonic() - began) + 20


@pytest.mark.usefixtures("only_if_rung")  # a look under way would take what is planted here for its own
async def test_a_database_that_was_set_back_to_the_same_journal_may_have_other_rights(
    feed: Feed, writer: Connection
) -> None:
    """Its transactions are counted less far: what changes now would be taken for what was seen long ago."""
    told = list[object]()
    feed.on_rights = feed.on_change = told.append
    feed._hub._seen = "900000000000:900000000000:"
    await feed._hub._poll()
    assert told == [None, None], "all rights and all that is kept are doubted"
    now = await writer.fetchval("select pg_current_snapshot()::text")
    assert int(feed._hub._seen.split(":")[1]) <= int(now.split(":")[1])


async def test_without_a_doorbell_it_is_told_within_a_second(
    start: Start, follows: Follows, writer: Connection
) -> None:
    assert POLL < 1
    here, there = await start(None), await start(None)
    reader = follows(there, ["decisions"], await there.head())
    await write(writer, uuid7(), "decisions")
    here.ring()
    await reader.heard_unrung(1)


async def test_an_entry_nobody_rang_for_is_told_within_a_second(
    feed: Feed, follows: Follows, writer: Connection
) -> None:
    reader = follows(feed, ["decisions"], await feed.head())
    await write(writer, uuid7(), "decisions")
    await reader.heard_unrung(1)


async def test_only_what_is_followed_is_told_and_only_once(feed: Feed, follows: Follows, writer: Connection) -> None:
    dossier = uuid7()
    reader = follows(feed, [f"dossier:{dossier}", "agency:H37.01"], await feed.head())
    await write(writer, uuid7(), "agency:H37.02")
    await write(writer, dossier, "agency:H37.01")
    await write(writer, uuid7(), "agency:H37.01")
    feed.ring()
    await reader.heard(2)
    await asyncio.sleep(0.05)
    await assert_told(writer, reader)
    assert [happening.seq for happening in reader.told] == [2, 3]


async def test_what_was_missed_is_told_before_what_happens(feed: Feed, follows: Follows, writer: Connection) -> None:
    head = await feed.head()
    for _ in range(3):
        await write(writer, uuid7(), "decisions")
    await number(writer)
    reader = follows(feed, ["decisions"], head)
    await reader.heard(3)
    await write(writer, uuid7(), "decisions")
    feed.ring()
    await reader.heard(4)
    await assert_told(writer, reader)


async def test_more_than_a_page_is_replayed_whole(feed: Feed, follows: Follows, writer: Connection) -> None:
    head = await feed.head()
    await writer.execute(
        "insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data)"
        " select gen_random_uuid(), 'ACT', 'Dossier', gen_random_uuid(), 1, array['many'], '{}'"
        " from generate_series(1, 1203)"
    )
    reader = follows(feed, ["many"], head)
    feed.ring()
    await reader.heard(1203)
    await assert_told(writer, reader)


async def test_a_follower_who_does_not_look_misses_nothing_and_fills_no_memory(feed: Feed, writer: Connection) -> None:
    following = feed.follow(["many"], await feed.head())
    await write(writer, uuid7(), "many")
    feed.ring()
    told = [await anext(following)]
    for _ in range(ROOM + 40):
        await write(writer, uuid7(), "many")
    feed.ring()
    await until(lambda: feed._hub.head.seq == ROOM + 41, "the hub to tell all")
    [listener] = feed._hub._listeners["many"]
    assert len(listener._queue) <= ROOM
    while len(told) < ROOM + 41:
        told.append(await anext(following))
    assert [happening.seq for happening in told if isinstance(happening, Happening)] == list(range(1, ROOM + 42))
    await following.aclose()
    assert feed._hub._listeners == {}


async def test_a_burst_told_while_replaying_comes_after_the_replay(
    feed: Feed, follows: Follows, database_url: str, writer: Connection
) -> None:
    head = await feed.head()
    writers = Writers(database_url, seed=3)
    writing = asyncio.create_task(writers.run(4, 20, [feed], delay=0.002))
    readers = []
    for _ in range(10):
        readers.append(follows(feed, ["agency:0", "agency:1"], head))
        await asyncio.sleep(0.02)
    await writing
    feed.ring()
    await number(writer)
    expected = len([row for row in await assert_sound(writer) if {"agency:0", "agency:1"} & set(row["topics"])])
    for reader in readers:
        await reader.heard(expected)
        await assert_told(writer, reader)


async def test_a_ring_before_the_start_and_after_the_end_is_no_error(database_url: str, redis_url: str) -> None:
    feed = Feed(database_url, redis_url)
    feed.ring()
    await feed.start()
    assert feed.ready
    await feed.stop()
    feed.ring()


async def test_a_feed_without_its_database_starts_and_says_that_it_is_not_ready(redis_url: str) -> None:
    feed = Feed("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", redis_url)
    await feed.start(patience=0.2)
    feed.ring()
    assert not feed.ready
    await feed.stop()


async def test_followers_are_let_go_when_the_feed_stops(start: Start) -> None:
    feed = await start()
    following = asyncio.create_task(anext(feed.follow(["decisions"])))
    await until(lambda: feed.followers, "it to be followed")
    await feed.stop()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(following, HANGING)


async def test_a_thousand_idle_followers_cost_no_more_than_the_poll(feed: Feed, follows: Follows) -> None:
    for index in range(1000):
        follows(feed, [f"dossier:{index}"])
    await until(lambda: feed.followers == 1000, "all to follow")
    sent, worked, began = feed._line.sent + feed._replays.sent, time.process_time(), time.monotonic()
    await asyncio.sleep(2)
    seconds = time.monotonic() - began
    assert feed._line.sent + feed._replays.sent - sent <= 2 * (seconds / POLL + 1)  # each look numbers and reads
    assert time.process_time() - worked < 0.1 * seconds


async def test_rings_in_a_storm_are_answered_together(feed: Feed, follows: Follows, writer: Connection) -> None:
    reader = follows(feed, ["decisions"], await feed.head())
    sent = feed._line.sent
    for _ in range(50):
        await write(writer, uuid7(), "decisions")
        for _ in range(100):
            feed.ring()
    await reader.heard(50)
    await assert_told(writer, reader)
    assert feed._line.sent - sent < 250


async def test_the_time_is_the_databases_however_wrong_this_machines_clock_becomes(
    feed: Feed, writer: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(hours=1)

    for module in ("feed", "hub"):
        monkeypatch.setattr(f"resolvers.feed.{module}.datetime", Wrong)
    assert abs(feed.now() - await writer.fetchval("select clock_timestamp()")) < timedelta(minutes=1)
