"""What somebody may do to the journal with a superuser's hands, and how `verify` names it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

import models as rows
from channels.journal import verified
from channels.obstacles import DatabaseAway, NotMigrated
from models import database
from resolvers.engine import Engine, Pool
from resolvers.feed import Feed
from schema import schema
from tests.channels.test_checkpoints import Register
from tests.history import connect, number, write
from tests.province import settle

FREELY = "set session_replication_role = replica; "
LINK = "journal_link((select hash from journal_seq where seq = {0} - 1), journal_origin(), {0}, journal_digest(entry))"
RELINK = "update journal_seq n set hash = " + LINK + " from journal entry where entry.id = n.entry_id and n.seq = {0};"
FORGED = "update journal set act = 'FORGED' where id = (select entry_id from journal_seq where seq = {0});"
DONE = {
    "one entry, with its own hash": (FORGED.format(3) + RELINK.format(3), "4 "),
    "the last entry, with its own hash": (FORGED.format(6) + RELINK.format(6), "6 "),
    "two entries change places": (
        "update journal_seq set entry_id = -1 where seq = 2;"
        "update journal_seq set entry_id = (select min(id) from journal) + 1 where seq = 3;"
        "update journal_seq set entry_id = (select min(id) from journal) + 2 where seq = 2;",
        "2 ",
    ),
    "two entries say each other's": (
        "update journal a set act = b.act, at = b.at from journal b"
        " where a.id = (select entry_id from journal_seq where seq = 2)"
        " and b.id = (select entry_id from journal_seq where seq = 5);",
        "2 ",
    ),
    "the last entry is gone": (
        "delete from journal_seq where seq = 6; delete from journal where id = (select max(id) from journal);",
        "6 ",
    ),
    "a number before the first": ("insert into journal_seq select 0, -5, hash from journal_seq where seq = 1;", "–"),
    "a number past the head": ("insert into journal_seq select 7, -5, hash from journal_seq where seq = 6;", "7 "),
    "an entry twice": (
        "alter table journal_seq drop constraint uq_journal_seq_entry_id;"
        "insert into journal_seq select 7, entry_id, hash from journal_seq where seq = 6;",
        "7 ",
    ),
    "the head says another hash": ("update journal_head set hash = sha256('x');", "6 "),
    "the head is gone": ("delete from journal_head;", "–"),
    "there are two heads": (
        "alter table journal_head drop constraint ck_journal_head_there_is_one_row;"
        "insert into journal_head select false, seq, hash, seen, system from journal_head;",
        "–",
    ),
    "an entry said to be of a transaction to come": (
        "update journal set tx = '99999999999' where id = (select entry_id from journal_seq where seq = 3);",
        "3 ",
    ),
    "an entry said to be of this very transaction": (
        "update journal set tx = pg_current_xact_id() where id = (select entry_id from journal_seq where seq = 3);",
        "3 ",
    ),
    "an entry slipped in, of a transaction to come": (
        "insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data, tx)"
        " values (gen_random_uuid(), 'ACT', 'Dossier', gen_random_uuid(), 1, '{}', '{}', '99999999999');",
        "7 ",
    ),
    "an entry slipped in between, and all after it one further": (
        "insert into journal (id, key, act, subject_kind, subject_id, subject_version, topics, data)"
        " overriding system value values (-7, gen_random_uuid(), 'ACT', 'Dossier', gen_random_uuid(), 1, '{}', '{}');"
        "update journal_seq set seq = -seq where seq >= 4; update journal_seq set seq = 1 - seq where seq < 0;"
        "insert into journal_seq values (4, -7, '');" + RELINK.format(4),
        "5 ",
    ),
    "an entry gone, and all after it one nearer": (
        "delete from journal_seq where seq = 3; update journal_seq set seq = -seq where seq > 3;"
        "update journal_seq set seq = -seq - 1 where seq < 0;"
        "delete from journal where id not in (select entry_id from journal_seq);",
        "3 ",
    ),
    "all after one one further": (
        "update journal_seq set seq = -seq where seq >= 4; update journal_seq set seq = 1 - seq where seq < 0;",
        "4 ",
    ),
    "all of it is gone but the head": ("delete from journal_seq; delete from journal;", "1 "),
}


@pytest.fixture
async def register(fresh_database_url: str, tmp_path: Path) -> AsyncIterator[Register]:
    """A journal of six entries."""
    owner = await connect(fresh_database_url)
    for _ in range(6):
        await write(owner, uuid7())
    await number(owner)
    yield Register(fresh_database_url, owner, tmp_path / "checkpoints")
    await owner.close()


@pytest.mark.parametrize("done", DONE, ids=list(DONE))
async def test_what_was_done_is_named_with_its_number(register: Register, done: str) -> None:
    statements, where = DONE[done]
    await register.owner.execute(FREELY + statements)
    sound, said = await register.verify()
    assert not sound, said
    first = next(line for line in said.splitlines() if "│" in line and "entry" not in line)
    assert first.split("│")[1].strip().startswith(where.strip()), said


async def test_a_history_rewritten_to_its_end_is_told_by_the_rows_it_was_about(
    fresh_database_url: str, tmp_path: Path
) -> None:
    """An entry cut off with its number and the head set back: the chain holds, and the dossier knows better."""
    pool, writing = Pool(fresh_database_url, size=1), database.write_engine(fresh_database_url, 1)
    province = await settle(Engine(schema, pool), Feed(fresh_database_url, None), database.sessions(writing))
    dossier = await province.act("officer", "draftDossier", province.draft())
    await province.act("head", "submitDossier", {"id": dossier["id"], "expectedVersion": 1})
    await writing.dispose()
    await pool.close()
    owner = await connect(fresh_database_url)
    register = Register(fresh_database_url, owner, tmp_path / "checkpoints")
    sound, said = await register.verify()
    assert sound, said
    head = await owner.fetchval("select seq from journal_head")
    await owner.execute(
        FREELY + f"delete from journal_seq where seq = {head};"
        "delete from journal where id not in (select entry_id from journal_seq);"
        "update journal_head set seq = seq - 1, hash = (select hash from journal_seq order by seq desc limit 1);"
    )
    sound, said = await register.verify()
    assert not sound
    assert "its next entry is gone" in said
    await owner.close()


async def test_a_row_changed_past_the_journal_is_found(fresh_database_url: str, tmp_path: Path) -> None:
    pool, writing = Pool(fresh_database_url, size=1), database.write_engine(fresh_database_url, 1)
    province = await settle(Engine(schema, pool), Feed(fresh_database_url, None), database.sessions(writing))
    await province.act("officer", "draftDossier", province.draft())
    await writing.dispose()
    await pool.close()
    owner = await connect(fresh_database_url)
    await owner.execute(FREELY + f"update {rows.Dossier.__tablename__} set version = version + 1")
    sound, said = await Register(fresh_database_url, owner, tmp_path / "x").verify()
    assert not sound
    assert "its row changed" in said
    await owner.close()


async def test_verification_goes_on_beside_writers_and_finds_what_is_changed_amid_it(register: Register) -> None:
    writers = [await connect(register.url) for _ in range(3)]

    async def working(connection: object) -> None:
        for _ in range(60):
            await write(connection, uuid7())  # type: ignore[arg-type]  # a connection
            await number(connection)  # type: ignore[arg-type]  # likewise

    work = asyncio.gather(*(working(each) for each in writers))
    while not work.done():
        sound, said = await register.verify()
        assert sound, said
    await work
    await register.owner.execute(FREELY + FORGED.format(50))
    assert not (await register.verify())[0]
    for each in writers:
        await each.close()


async def test_a_database_that_is_away_or_has_no_tables_is_said_with_what_to_do(fresh_database_url: str) -> None:
    owner = await connect(fresh_database_url)
    await owner.execute("drop function number() cascade")
    register = Register(fresh_database_url, owner, Path("/nowhere"))
    with pytest.raises(NotMigrated, match="migrate"):
        await register.verify()
    await owner.execute("drop schema public cascade; create schema public")
    with pytest.raises(NotMigrated, match="migrate"):
        await register.verify()
    await owner.close()
    with pytest.raises(DatabaseAway):
        await verified(fresh_database_url.replace("@", "x@", 1), (), out=None)  # type: ignore[arg-type]  # nothing is said
