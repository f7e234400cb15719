"""Verification: whatever is done to the journal behind its back is found, and named."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker
from uuid_utils.compat import uuid7

from models.verification import Broken, Fault, Harm, Verified, verify
from tests.history import connect, number, write

INSERT = (
    "insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data, tx)"
    " values (gen_random_uuid(), 'ACT', 'Dossier', gen_random_uuid(), 1, '{}', '{}', '5')"
)


@pytest.fixture
async def journal(database_url: str, sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncConnection]:
    """Ten entries, numbered in two passes; on this connection, until it is rolled back, no trigger stops anybody."""
    writer = await connect(database_url)
    for index in range(10):
        await write(writer, uuid7())
        if index in {4, 9}:
            await number(writer)
    await writer.close()
    async with sessions() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("set local session_replication_role = replica")
        yield connection
        await connection.rollback()


async def entry_at(journal: AsyncConnection, seq: int) -> int:
    return int((await journal.exec_driver_sql(f"select entry_id from journal_seq where seq = {seq}")).scalar_one())


async def test_a_journal_nobody_touched_is_verified_up_to_its_head(journal: AsyncConnection) -> None:
    verified = await verify(journal)
    assert isinstance(verified, Verified)
    assert verified.head.entries == verified.head.seq == 10
    assert verified.head.cursor.startswith("10-")


@pytest.mark.parametrize(
    "harm",
    [
        "update journal set data = '{}' where id = {entry}",
        "update journal set actor_id = gen_random_uuid() where id = {entry}",
        "update journal set at = at + interval '1 microsecond' where id = {entry}",
        "update journal set public_text = '' where id = {entry}",
        "update journal set topics = '{}' where id = {entry}",
    ],
)
async def test_a_changed_entry_is_named(journal: AsyncConnection, harm: str) -> None:
    entry = await entry_at(journal, 7)
    await journal.exec_driver_sql(harm.replace("{entry}", str(entry)))
    assert await verify(journal) == Broken((Fault(Harm.CHANGED, 7, entry),))


async def test_a_removed_entry_is_named(journal: AsyncConnection) -> None:
    entry = await entry_at(journal, 4)
    await journal.exec_driver_sql(f"delete from journal where id = {entry}")
    assert await verify(journal) == Broken((Fault(Harm.REMOVED, 4, entry),))


@pytest.mark.parametrize("seq", [1, 4, 10])
async def test_an_entry_removed_with_its_number_leaves_a_gap(journal: AsyncConnection, seq: int) -> None:
    entry = await entry_at(journal, seq)
    await journal.exec_driver_sql(f"delete from journal where id = {entry}")
    await journal.exec_driver_sql(f"delete from journal_seq where seq = {seq}")
    assert await verify(journal) == Broken((Fault(Harm.REMOVED, seq, None),))


async def test_two_entries_that_changed_places_are_named(journal: AsyncConnection) -> None:
    third, fourth = await entry_at(journal, 3), await entry_at(journal, 4)
    await journal.exec_driver_sql("update journal_seq set entry_id = -entry_id where seq in (3, 4)")
    swap = f"update journal_seq set entry_id = {third + fourth} + entry_id where seq in (3, 4)"
    await journal.exec_driver_sql(swap)
    assert await verify(journal) == Broken((Fault(Harm.CHANGED, 3, fourth), Fault(Harm.CHANGED, 4, third)))


async def test_an_entry_slipped_in_where_numbering_has_passed_is_named(journal: AsyncConnection) -> None:
    entry = (await journal.exec_driver_sql(INSERT + " returning id")).scalar_one()
    assert await verify(journal) == Broken((Fault(Harm.UNNUMBERED, None, entry),))


async def test_an_entry_numbered_by_hand_is_named(journal: AsyncConnection) -> None:
    entry = (
        await journal.exec_driver_sql(INSERT.replace("'5'", "pg_current_xact_id()") + " returning id")
    ).scalar_one()
    await journal.exec_driver_sql(
        f"insert into journal_seq select 11, {entry}, journal_link(hash, null, 11, journal_digest(entry))"
        f" from journal_head, journal entry where entry.id = {entry}"
    )
    assert await verify(journal) == Broken((Fault(Harm.INSERTED, 11, None),))


async def test_a_whole_history_rewritten_is_betrayed_by_a_cursor_noted_elsewhere(journal: AsyncConnection) -> None:
    noted = (
        await journal.exec_driver_sql("select journal_cursor(seq, hash) from journal_seq where seq = 8")
    ).scalar_one()
    entry = await entry_at(journal, 2)
    await journal.exec_driver_sql(f"update journal set act = 'REWRITTEN' where id = {entry}")
    await journal.exec_driver_sql(
        "update journal_seq set hash = anew.hash from (select n.seq as place, journal_chain(journal_origin(), n.seq,"
        " journal_digest(entry)) over (order by n.seq) as hash from journal_seq n join journal entry"
        " on entry.id = n.entry_id) anew where seq = anew.place"
    )
    await journal.exec_driver_sql("update journal_head set hash = (select hash from journal_seq where seq = 10)")
    assert isinstance(await verify(journal), Verified)
    assert await verify(journal, [noted]) == Broken((Fault(Harm.REWRITTEN, 8, await entry_at(journal, 8)),))


async def test_a_journal_moved_to_another_cluster_and_not_adopted_is_not_well(journal: AsyncConnection) -> None:
    await journal.exec_driver_sql("update journal_head set system = 1")
    assert await verify(journal) == Broken((Fault(Harm.MOVED, None, None),))


async def test_a_journal_whose_transactions_were_counted_further_than_this_clusters_is_not_well(
    journal: AsyncConnection,
) -> None:
    """As after `pg_resetwal`, or where the files were copied and the identifier with them."""
    await journal.exec_driver_sql("update journal_head set seen = '9000000000:9000000000:'")
    assert await verify(journal) == Broken((Fault(Harm.MOVED, None, None),))


@pytest.mark.parametrize("page", [1, 3, 10, 11])
async def test_pages_hide_nothing_where_they_meet(
    journal: AsyncConnection, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("models.verification.PAGE", page)
    assert isinstance(await verify(journal), Verified)
    third, fourth = await entry_at(journal, 3), await entry_at(journal, 4)
    await journal.exec_driver_sql(f"update journal set act = 'OTHER' where id in ({third}, {fourth})")
    await journal.exec_driver_sql("delete from journal_seq where seq = 7")
    faults = (Fault(Harm.CHANGED, 3, third), Fault(Harm.CHANGED, 4, fourth), Fault(Harm.REMOVED, 7, None))
    found = await verify(journal)
    assert isinstance(found, Broken)
    assert [fault for fault in found.faults if fault.harm is not Harm.UNNUMBERED] == list(faults)


@pytest.mark.parametrize("page", [1, 2, 50])
async def test_a_version_that_is_missing_is_a_hole_before_the_next_one(
    database_url: str, sessions: async_sessionmaker[AsyncSession], monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("models.verification.PAGE", page)
    writer, subject = await connect(database_url), uuid7()
    await write(writer, uuid7())
    entries = [await write(writer, subject) for _ in range(4)]
    await write(writer, uuid7())
    await number(writer)
    async with sessions() as session:
        connection = await session.connection()
        assert isinstance(await verify(connection), Verified)
        await connection.exec_driver_sql("set local session_replication_role = replica")
        await connection.exec_driver_sql(f"delete from journal where id = {entries[1]}")
        assert await verify(connection) == Broken((Fault(Harm.REMOVED, 3, entries[1]), Fault(Harm.HOLE, 4, entries[2])))
        await connection.rollback()
    await writer.close()


async def test_versions_written_in_another_order_than_they_count_are_a_hole(journal: AsyncConnection) -> None:
    second = await entry_at(journal, 2)
    subject = f"(select subject_id from journal where id = {await entry_at(journal, 5)})"
    await journal.exec_driver_sql(f"update journal set subject_version = 2 where subject_id = {subject}")
    await journal.exec_driver_sql(f"update journal set subject_id = {subject} where id = {second}")
    await journal.exec_driver_sql(f"update journal set subject_version = 3 where id = {second}")
    found = await verify(journal)
    assert isinstance(found, Broken)
    assert [(each.harm, each.seq) for each in found.faults if each.harm is Harm.HOLE] == [
        (Harm.HOLE, 2),
        (Harm.HOLE, 5),
    ]


async def test_no_more_than_the_first_twenty_faults_are_named(
    journal: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.verification.MOST", 4)
    await journal.exec_driver_sql("update journal set act = 'OTHER'")
    found = await verify(journal)
    assert isinstance(found, Broken)
    assert [fault.seq for fault in found.faults] == [1, 2, 3, 4]


async def test_what_was_verified_is_told_on_the_way(journal: AsyncConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.verification.PAGE", 4)
    said: list[tuple[int, int]] = []
    await verify(journal, progress=lambda _, done, total: said.append((done, total)))
    assert said == [(4, 10), (8, 10), (10, 10)] * 2
