"""The database as a command needs it, and what `verify` says of its journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from rich.console import Console
from sqlalchemy import make_url

from channels import database
from channels.journal import verified
from channels.obstacles import DatabaseAway, OthersData
from tests.pristine import dsn

ENTRIES = """
    insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data)
    select gen_random_uuid(), 'SUBMIT_DOSSIER', 'Dossier', gen_random_uuid(), 1, '{decisions}', '{}'
    from generate_series(1, 3)"""
TAMPERING = """
    set session_replication_role = replica;
    update journal set act = 'RECEIVE_DOSSIER' where id = (select min(id) from journal)"""
STAFF = """
    insert into account (id, username, full_name, password_hash, active)
    values (gen_random_uuid(), 'can.bo', 'Cán bộ', '-', true)"""


@pytest.fixture
async def connection(fresh_database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    opened = await asyncpg.connect(dsn(fresh_database_url))
    yield opened
    await opened.close()


async def test_preparing_again_changes_nothing(fresh_database_url: str, connection: asyncpg.Connection[Any]) -> None:
    await connection.execute("drop table alembic_version cascade; drop schema public cascade; create schema public")
    await database.prepare(fresh_database_url)
    counted = "select count(*) from award_type"
    before = await connection.fetchval(counted)
    await database.prepare(fresh_database_url)
    assert await connection.fetchval(counted) == before > 0


async def test_demo_data_are_not_mixed_with_real_ones(
    fresh_database_url: str, connection: asyncpg.Connection[Any]
) -> None:
    await connection.execute(STAFF)
    with pytest.raises(OthersData, match="holds other data"):
        await database.prepare_demo(fresh_database_url, scale=1, seed=37)
    assert await connection.fetchval("select count(*) from account") == 1


@pytest.mark.parametrize("where", ["127.0.0.1:1/laurel", "no.such.host.invalid:5432/laurel"])
async def test_a_database_that_is_away_is_named_without_its_password(where: str) -> None:
    with pytest.raises(DatabaseAway) as refused:
        await database.require(f"postgresql+asyncpg://laurel:hunter2@{where}")
    assert where in str(refused.value)
    assert "DATABASE_URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)


async def test_a_database_that_is_lost_while_it_is_prepared_is_away(fresh_database_url: str) -> None:
    """It takes the first connection, by which it is asked how old it is, and ends every other."""
    real, taken = make_url(fresh_database_url), 0

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(65_536):
            writer.write(said)
        writer.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        taken += 1
        if taken > 1:
            writer.close()
            return
        behind = await asyncio.open_connection(real.host, real.port)
        await asyncio.gather(pass_on(reader, behind[1]), pass_on(behind[0], writer))

    async with await asyncio.start_server(take, "127.0.0.1") as relay:
        port = relay.sockets[0].getsockname()[1]
        url = real.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        with pytest.raises(DatabaseAway, match=f"127.0.0.1:{port}"):
            await database.prepare(url)
    assert taken > 1


async def test_a_wrong_password_is_said_without_it(fresh_database_url: str) -> None:
    with pytest.raises(DatabaseAway) as refused:
        await database.require(f"postgresql+asyncpg://laurel:hunter2@{fresh_database_url.rpartition('@')[2]}")
    assert "InvalidPasswordError" in str(refused.value)
    assert "hunter2" not in str(refused.value)


async def test_a_sound_journal_is_verified_and_a_changed_one_is_shown(
    fresh_database_url: str, connection: asyncpg.Connection[Any]
) -> None:
    out = Console(width=100)
    await connection.execute(ENTRIES)
    with out.capture() as sound:
        assert await verified(fresh_database_url, (), out)
    assert "✓ 3" in sound.get()
    await connection.execute(TAMPERING)
    with out.capture() as broken:
        assert not await verified(fresh_database_url, (), out)
    assert "changed" in broken.get()
