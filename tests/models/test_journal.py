"""The journal: only inserted into, numbered without gaps, and in an order no late commit slips behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from types import SimpleNamespace

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import literal_column, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from uuid_utils.compat import uuid7

from models.journal import Entry, event_head
from models.journal import number as number_all
from models.verification import Verified, verify
from tests.history import INSERT, Connection, Writers, assert_sound, connect, number, truth, write

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def one(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url)
    yield connection
    await connection.close()


def entry(version: int = 1) -> Entry:
    return Entry(
        act="SUBMIT_DOSSIER", subject_kind="Dossier", subject_id=uuid7(), subject_version=version, topics=["decisions"]
    )


async def test_an_entry_knows_when_it_was_written_and_has_no_cursor_before_it_is_numbered(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        written = entry()
        session.add(written)
    async with sessions() as session:
        assert written.at <= await session.scalar(text("select clock_timestamp()"))
        assert (await session.execute(select(Entry.id, Entry.cursor))).all() == [(written.id, None)]


async def test_a_numbered_entrys_cursor_is_the_journals_head(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add_all([entry(), entry()])
    async with sessions() as session:
        connection = await session.connection()
        assert await number_all(connection) == 2
        assert await number_all(connection) == 0
    async with sessions() as session:
        first, second = (await session.execute(select(Entry.id, Entry.cursor, event_head()).order_by(Entry.id))).all()
    assert first[1].startswith("1-")
    assert second[1].startswith("2-")
    assert first[2] == second[2] == second[1]


async def test_the_cursor_is_read_beside_columns_that_have_no_table(sessions: Sessions) -> None:
    """As the engine reads it, through the names of a derived table's columns."""
    async with sessions.begin() as session:
        session.add_all([entry(), entry()])
    async with sessions() as session:
        await number_all(await session.connection())
        cursor = Entry.__dict__["cursor"].expr(SimpleNamespace(id=literal_column("t1.id")))
        rows = (
            await session.execute(
                select(cursor, event_head()).select_from(Entry.__table__.alias("t1")).order_by(cursor)
            )
        ).all()
    assert [said[:2] for said, _ in rows] == ["1-", "2-"]
    assert {head for _, head in rows} == {rows[1][0]}


async def test_two_entries_cannot_make_the_same_version_of_a_subject(sessions: Sessions) -> None:
    written, again = entry(), entry()
    again.subject_id = written.subject_id
    async with sessions.begin() as session:
        session.add(written)
    async with sessions() as session:
        session.add(again)
        with pytest.raises(DBAPIError, match="uq_journal_subject"):
            await session.flush()


REWRITING = (
    "update journal set act = 'X'",
    "delete from journal",
    "truncate journal cascade",
    "update journal_seq set seq = seq + 1",
    "delete from journal_seq",
    "truncate journal_seq",
    "delete from journal_head",
    "truncate journal_head",
)


@pytest.mark.parametrize("statement", REWRITING)
async def test_what_is_written_stays(one: Connection, statement: str) -> None:
    await write(one, uuid7())
    await number(one)
    with pytest.raises(asyncpg.RestrictViolationError, match="is kept for ever"):
        await one.execute(statement)
    assert len(await assert_sound(one)) == 1


async def test_an_entry_cannot_hide_behind_another_transactions_number(one: Connection) -> None:
    await one.execute(
        "insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data, tx)"
        " values (gen_random_uuid(), 'ACT', 'Dossier', gen_random_uuid(), 1, '{}', '{}', '5')"
    )
    assert await number(one) == 1


async def test_a_late_commit_is_numbered_after_what_was_numbered_before_it(one: Connection, other: Connection) -> None:
    async with one.transaction():
        late = await one.fetchval(INSERT, uuid7(), uuid7(), ["decisions"])
        quick = await write(other, uuid7())
        assert await number(other) == 1
    assert quick is not None
    assert late < quick
    assert await number(other) == 1
    assert [row["id"] for row in await truth(other)] == [quick, late]


async def test_a_change_given_up_leaves_no_gap(one: Connection) -> None:
    await write(one, uuid7())
    await write(one, uuid7(), abandon=True)
    await number(one)
    await write(one, uuid7(), abandon=True)
    await write(one, uuid7())
    await number(one)
    assert [row["seq"] for row in await assert_sound(one)] == [1, 2]


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_numbering_refuses_a_snapshot_older_than_its_lock(one: Connection, isolation: str) -> None:
    await write(one, uuid7())
    with pytest.raises(asyncpg.ActiveSQLTransactionError, match="must run READ COMMITTED"):
        async with one.transaction(isolation=isolation):  # type: ignore[arg-type]  # one of asyncpg's literals
            await number(one)
    assert await number(one) == 1


async def test_changes_undone_to_a_savepoint_are_not_numbered(one: Connection) -> None:
    async with one.transaction():
        await write(one, uuid7())
        await write(one, uuid7(), abandon=True)
        await write(one, uuid7())
    assert await number(one) == 2


async def test_a_journal_restored_into_another_cluster_waits_to_be_adopted(one: Connection) -> None:
    await write(one, uuid7())
    await number(one)
    await one.execute("update journal_head set system = 1, seen = '9000000:9000000:'")
    await write(one, uuid7())
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="another PostgreSQL cluster") as refused:
        await number(one)
    assert refused.value.hint == "After a restore or an upgrade run: ./run verify --repair"
    await one.execute("select adopt_journal()")
    assert await number(one) == 1
    await write(one, uuid7())
    assert await number(one) == 1
    assert [row["seq"] for row in await assert_sound(one)] == [1, 2, 3]


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), numberers=st.integers(1, 4))
async def test_whoever_writes_and_numbers_at_once_the_order_is_one(
    sessions: Sessions, database_url: str, one: Connection, seed: int, numberers: int
) -> None:
    async def keep_numbering() -> None:
        connection = await connect(database_url)
        while not done.is_set():
            with suppress(asyncpg.LockNotAvailableError):  # as on a machine where who has the turn is given no core
                await number(connection)
        await connection.close()

    done = asyncio.Event()
    tasks = [asyncio.create_task(keep_numbering()) for _ in range(numberers)]
    before = await one.fetchval("select count(*) from journal")
    writers = Writers(database_url, seed)
    await writers.run(6, 10)
    done.set()
    await asyncio.gather(*tasks)
    await number(one)
    assert len(await assert_sound(one)) == before + writers.committed
    async with sessions() as session:
        assert isinstance(await verify(await session.connection()), Verified)
