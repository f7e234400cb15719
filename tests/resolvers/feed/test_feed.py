"""The feed: what is committed is told once, in order, to whoever follows, from wherever they left off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from resolvers.feed import Feed, Happening, Resync, ResyncReason
from resolvers.feed.listener import ROOM
from tests.history import Connection, Reader, Writers, assert_sound, assert_told, number, truth, until, write
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


async def test_what_is_rung_for_is_told_at_once(feed: Feed, follows: Follows, writer: Connection) -> None:
    reader = follows(feed, ["decisions"], await feed.head())
    began = time.monotonic()
    for count in range(1, 11):
        await write(writer, uuid7(), "decisions")
        feed.ring()
        await reader.heard(count)
    assert time.monotonic() - began < 3  # the poll alone takes nine


async def test_the_doorbell_tells_another_process_at_once(start: Start, follows: Follows, writer: Connection) -> None:
    here, there = await start(), await start()
    reader = follows(there, ["decisions"])
    await asyncio.sleep(0.2)  # until the bell is heard
    began = time.monotonic()
    for count in range(1, 11):
        await write(writer, uuid7(), "decisions")
        here.ring()
        await reader.heard(count)
    assert time.monotonic() - began < 3  # the poll alone takes nine


async def test_without_a_doorbell_it_is_told_within_a_second(
    start: Start, follows: Follows, writer: Connection
) -> None:
    here, there = await start(None), await start(None)
    reader = follows(there, ["decisions"])
    await asyncio.sleep(0.05)
    await write(writer, uuid7(), "decisions")
    here.ring()
    await reader.heard(1, seconds=3)


async def test_an_entry_nobody_rang_for_is_told_within_a_second(
    feed: Feed, follows: Follows, writer: Connection
) -> None:
    reader = follows(feed, ["decisions"])
    await asyncio.sleep(0.05)
    await write(writer, uuid7(), "decisions")
    await reader.heard(1, seconds=3)


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


async def test_a_cursor_another_process_already_told_is_good_here(
    feed: Feed, follows: Follows, writer: Connection
) -> None:
    await write(writer, uuid7(), "decisions")
    await number(writer)  # this process has not looked since
    [row] = await truth(writer)
    reader = follows(feed, ["decisions"], row["cursor"])
    await write(writer, uuid7(), "decisions")
    feed.ring()
    await reader.heard(1)
    await assert_told(writer, reader, since=1)


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
    await until(lambda: feed._hub.head.seq == ROOM + 41, 5, "the hub to tell all")
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


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_from_any_cursor_exactly_the_rest_is_told(feed: Feed, writer: Connection, data: st.DataObject) -> None:
    rows = await truth(writer)
    if not rows:
        for _ in range(30):
            await write(writer, uuid7(), "decisions")
        await number(writer)
        rows = await truth(writer)
    place = data.draw(st.integers(1, len(rows)))
    reader = Reader(feed, ["decisions"], rows[place - 1]["cursor"]).start()
    feed.ring()
    await reader.heard(len(rows) - place)
    await reader.leave()
    await assert_told(writer, reader, since=place)


async def resync(feed: Feed, cursor: str) -> ResyncReason:
    following = feed.follow(["decisions"], cursor)
    told = await anext(following)
    await following.aclose()
    assert isinstance(told, Resync)
    return told.reason


async def test_a_cursor_that_is_no_place_of_this_journal_is_told_so(feed: Feed, writer: Connection) -> None:
    for _ in range(3):
        await write(writer, uuid7())
    await number(writer)
    [*_, last] = await truth(writer)
    mark = last["cursor"].partition("-")[2]
    assert await resync(feed, "’ or 1=1") is ResyncReason.UNREADABLE
    assert await resync(feed, f"4-{mark}") is ResyncReason.BEYOND_HEAD
    assert await resync(feed, f"{2**63 - 1}-{mark}") is ResyncReason.BEYOND_HEAD
    assert await resync(feed, f"2-{mark}") is ResyncReason.FOREIGN
    assert await resync(feed, f"0-{mark}") is ResyncReason.FOREIGN


async def test_a_cursor_further_back_than_the_horizon_is_too_old(start: Start, writer: Connection) -> None:
    feed = await start(horizon=2)
    first = await feed.head()
    for _ in range(3):
        await write(writer, uuid7(), "decisions")
    await number(writer)
    following = feed.follow(["decisions"], first)
    told = await anext(following)
    cursors = [row["cursor"] for row in await truth(writer)]
    assert told == Resync(ResyncReason.TOO_OLD, earliest=cursors[0], head=cursors[2])
    reader = Reader(feed, ["decisions"], cursors[0]).start()
    feed.ring()
    await reader.heard(2)
    await reader.leave()


async def test_after_a_resync_the_stream_goes_on_from_its_head(
    feed: Feed, follows: Follows, writer: Connection
) -> None:
    await write(writer, uuid7(), "decisions")
    await number(writer)
    reader = follows(feed, ["decisions"], "nonsense")
    await asyncio.sleep(0.1)
    await write(writer, uuid7(), "decisions")
    feed.ring()
    [told] = await reader.heard(1)
    assert told.seq == 2
    assert [resync.reason for resync in reader.resyncs] == [ResyncReason.UNREADABLE]


async def test_a_journal_put_back_to_an_earlier_day_is_noticed(
    feed: Feed, follows: Follows, writer: Connection
) -> None:
    """As after point-in-time recovery: numbers are given a second time, to other entries."""
    reader = follows(feed, ["decisions"])
    await asyncio.sleep(0.05)
    for _ in range(2):
        await write(writer, uuid7(), "decisions")
    feed.ring()
    await reader.heard(2)
    async with writer.transaction():
        await writer.execute("set local session_replication_role = replica")
        await writer.execute("delete from journal_seq where seq = 2")
        await writer.execute("delete from journal where id = (select max(id) from journal)")
        await writer.execute("update journal_head set (seq, hash) = (select seq, hash from journal_seq)")
    await write(writer, uuid7(), "decisions")
    feed.ring()
    await until(lambda: reader.resyncs, 2, "a resync")
    assert reader.resyncs[0].reason is ResyncReason.FOREIGN
    await write(writer, uuid7(), "decisions")
    feed.ring()
    assert [told.seq for told in await reader.heard(3)] == [1, 2, 3]


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


async def test_following_from_the_head_read_with_the_data_misses_nothing(
    feed: Feed, follows: Follows, database_url: str, writer: Connection
) -> None:
    """One statement reads the newest version of a subject and the head; every later version must then be told."""
    writers = Writers(database_url, seed=7)
    writing = asyncio.create_task(writers.run(4, 25, [feed], delay=0.004))
    held: list[tuple[int, Reader]] = []
    for index in range(30):
        subject = writers.subjects[index % 6]
        version, head = await writer.fetchrow(  # type: ignore[misc]  # an aggregate always gives a row
            "select coalesce(max(subject_version), 0), (select journal_cursor(seq, hash) from journal_head)"
            " from journal where subject_id = $1",
            subject,
        )
        held.append((version, follows(feed, [f"dossier:{subject}"], head)))
        await asyncio.sleep(0.01)
    await writing
    feed.ring()
    await number(writer)
    versions = {row["cursor"]: row["subject_version"] for row in await assert_sound(writer)}
    for version, reader in held:
        [topic] = reader.topics
        newest = max((row["subject_version"] for row in await truth(writer, [topic])), default=0)
        await until(
            lambda reader=reader, version=version, newest=newest: newer(reader, versions, version) == newest - version,
            5,
            topic,
        )


def newer(reader: Reader, versions: dict[str, int], version: int) -> int:
    return len({versions[told.cursor] for told in reader.told if versions[told.cursor] > version})


async def test_followers_are_let_go_when_the_feed_stops(start: Start) -> None:
    feed = await start()
    following = asyncio.create_task(anext(feed.follow(["decisions"])))
    await asyncio.sleep(0.05)
    await feed.stop()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(following, 1)


async def test_a_thousand_idle_followers_cost_no_more_than_the_poll(feed: Feed, follows: Follows) -> None:
    for index in range(1000):
        follows(feed, [f"dossier:{index}"])
    await asyncio.sleep(0.1)
    sent, worked = feed._line.sent + feed._replays.sent, time.process_time()
    await asyncio.sleep(2)
    assert feed._line.sent + feed._replays.sent - sent <= 6  # to number and to read, each second
    assert time.process_time() - worked < 0.2


async def test_rings_in_a_storm_are_answered_together(feed: Feed, follows: Follows, writer: Connection) -> None:
    reader = follows(feed, ["decisions"])
    await asyncio.sleep(0.05)
    sent = feed._line.sent
    for _ in range(50):
        await write(writer, uuid7(), "decisions")
        for _ in range(100):
            feed.ring()
    await reader.heard(50)
    await assert_told(writer, reader)
    assert feed._line.sent - sent < 250
