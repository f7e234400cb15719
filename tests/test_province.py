"""The small province is written quickly after the first time, and is the same then."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from resolvers.engine import Engine
from resolvers.feed import Feed
from schema import schema
from tests import province
from tests.pristine import TABLES, Pristine, dsn
from tests.province import Province, settle
from tests.unhurried import patient_pool

NOTED = {"rights_change", "reference_change"}
"""What triggers write of it, numbered on."""


async def held(connection: asyncpg.Connection[Any]) -> dict[str, list[str]]:
    """All rows of all tables."""
    tables = [table["name"] for table in await connection.fetch(TABLES)]
    return {
        table: sorted(row["said"] for row in await connection.fetch(f'select t::text as said from public."{table}" t'))
        for table in tables
    }


async def test_a_province_settled_again_has_the_rows_of_the_one_settled_first(
    database_url: str, sessions: async_sessionmaker[AsyncSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(province, "SETTLED", [])
    connection = await asyncpg.connect(dsn(database_url))
    pristine = await Pristine.remember(connection)
    pool = patient_pool(database_url, size=1)

    async def settled() -> tuple[Province, dict[str, list[str]]]:
        made = await settle(Engine(schema, pool), Feed(database_url, None), sessions)
        return made, await held(connection)

    first, rows = await settled()
    await pristine.come_back(connection)
    second, rows_again = await settled()
    assert (first.viewers, first.agencies, first.nominees) == (second.viewers, second.agencies, second.nominees)
    for name in rows:
        one, two = rows[name], rows_again[name]
        assert len(one) == len(two) if name in NOTED else one == two, name
    await pool.close()
    await connection.close()
