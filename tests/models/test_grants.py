"""The role that serves: it may do what acts do, and nothing to what is kept for ever; nor may the owner by mistake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from uuid_utils.compat import uuid7

from channels.database import as_application
from models import Base, database, grants
from resolvers.engine import Engine
from resolvers.feed import Feed
from schema import schema
from tests.history import Connection, assert_sound, connect, number, write
from tests.models.test_journal import REWRITING
from tests.province import settle
from tests.unhurried import patient_engine, patient_pool

KEPT = ("journal", "journal_seq", "journal_head")


@pytest.fixture(scope="module")
async def application_url(database_url: str) -> str:
    return await as_application(database_url)


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def application(application_url: str, owner: Connection) -> AsyncIterator[Connection]:
    connection = await connect(application_url)
    await write(connection, uuid7())
    assert await number(connection) == 1
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        *REWRITING,
        "insert into journal_seq select 2, id, hash from journal, journal_head",
        "update journal_head set seq = 0",
        "insert into journal_head select * from journal_head",
        "alter table journal disable trigger journal_kept",
        "drop trigger journal_kept on journal",
        "select adopt_journal()",
        "create or replace function number() returns bigint language sql return 0",
        "create table slipped_in (id int)",
        "drop table journal",
        "truncate dossier cascade",
        "delete from dossier",
        "delete from decision",
        "delete from session",
        "update award_type set name = ''",
        "delete from nominee_personal",
        "insert into alembic_version values ('9999')",
        "set session_replication_role = replica",
    ],
)
async def test_the_role_that_serves_may_not(application: Connection, owner: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await application.execute(statement)
    assert len(await assert_sound(owner)) == 1


@pytest.mark.parametrize("table", ["journal", "journal_seq"])
@pytest.mark.parametrize("statement", ["update {} set seq = 1", "delete from {}", "truncate {} cascade"])
async def test_nor_may_the_owner_by_mistake(
    application: Connection, owner: Connection, table: str, statement: str
) -> None:
    said = statement.format(table).replace("journal set seq = 1", "journal set act = 'X'")
    with pytest.raises(asyncpg.RestrictViolationError, match="is kept for ever"):
        await owner.execute(said)
    assert len(await assert_sound(owner)) == 1


async def test_a_table_of_its_own_does_not_stand_before_the_journals(
    application: Connection, owner: Connection
) -> None:
    """number() runs by its owner's rights: what it writes is what the owner means."""
    await application.execute("create temp table journal_head as select * from journal_head")
    await application.execute("create temp table journal_seq (seq bigint, entry_id bigint, hash bytea)")
    await write(owner, uuid7())
    assert await number(application) == 1
    assert len(await assert_sound(owner)) == 2


async def test_every_table_is_one_it_reads_and_no_right_is_of_a_table_that_is_not_there() -> None:
    named = grants.READ_ONLY | grants.INSERTED | grants.DELETED
    assert named <= set(Base.metadata.tables)
    assert {grants.rights(table) for table in KEPT} == {"select", "select, insert"}


async def test_rights_go_to_no_role_that_is_not_there(database_url: str) -> None:
    with pytest.raises(grants.NoSuchRole):
        await grants.grant(database_url, "nobody_of_that_name; drop table journal")


async def test_a_dossiers_life_is_led_with_these_rights_alone(
    application_url: str, sessions: async_sessionmaker[AsyncSession]
) -> None:
    writing, pool = patient_engine(application_url, 2), patient_pool(application_url, size=2)
    settled = await settle(Engine(schema, pool), Feed(application_url, None), sessions)
    province = replace(settled, sessions=database.sessions(writing))
    done = await province.act("officer", "draftDossier", province.draft())
    for who, act, more in (
        ("officer", "amendDossier", {"title": "Đề nghị khen thưởng", "lines": [province.line("binh")]}),
        ("head", "submitDossier", {}),
        ("desk", "receiveDossier", {}),
        ("chief", "assignAppraiser", {"appraiser": "appraiser"}),
    ):
        done = await province.act(who, act, {"id": done["id"], "expectedVersion": done["version"], **more})
        assert done["__typename"] == "Dossier", done
    await pool.close()
    await writing.dispose()
