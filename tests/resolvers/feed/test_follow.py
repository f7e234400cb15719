"""Following from a cursor: exactly the rest is told, and a cursor that is no place is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from resolvers.feed import Feed, Resync, ResyncReason
from tests.history import Connection, Reader, Writers, assert_sound, assert_told, number, truth, until, write
from tests.resolvers.feed.conftest import Follows

Start = Callable[..., Awaitable[Feed]]


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


@settings(max_examples=10)
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


async def test_who_comes_back_with_what_was_told_last_costs_no_statement(feed: Feed, writer: Connection) -> None:
    sent = feed._replays.sent
    readers = [Reader(feed, ["decisions"], await feed.head()).start() for _ in range(20)]
    await write(writer, uuid7(), "decisions")
    feed.ring()
    for reader in readers:
        await reader.heard(1)
        await reader.leave()
    assert feed._replays.sent == sent


async def test_a_cursor_further_back_than_the_horizon_is_too_old(start: Start, writer: Connection) -> None:
    feed = await start(horizon=2)
    first = await feed.head()
    for _ in range(3):
        await write(writer, uuid7(), "decisions")
    await number(writer)
    feed.ring()
    await until(lambda: str(feed._hub.head) != first, "it to look")  # before that, all three are told as they come
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
    await until(lambda: reader.resyncs, "the resync")
    await write(writer, uuid7(), "decisions")
    feed.ring()
    [told] = await reader.heard(1)
    assert told.seq == 2
    assert [resync.reason for resync in reader.resyncs] == [ResyncReason.UNREADABLE]


@pytest.mark.usefixtures("only_if_rung")  # a look before the next entry would find its place past the head
async def test_a_journal_put_back_to_an_earlier_day_is_noticed(
    feed: Feed, follows: Follows, writer: Connection
) -> None:
    """As after point-in-time recovery: numbers are given a second time, to other entries."""
    reader = follows(feed, ["decisions"], await feed.head())
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
    await until(lambda: reader.resyncs, "a resync")
    assert reader.resyncs[0].reason is ResyncReason.FOREIGN
    await write(writer, uuid7(), "decisions")
    feed.ring()
    assert [told.seq for told in await reader.heard(3)] == [1, 2, 3]


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
            topic,
        )


def newer(reader: Reader, versions: dict[str, int], version: int) -> int:
    return len({versions[told.cursor] for told in reader.told if versions[told.cursor] > version})
