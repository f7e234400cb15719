"""A database of its own with random rows of every kind, where the engine and the oracle are asked the same."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from models import database
from models.journal import number
from resolvers.engine import Engine
from resolvers.feed import Feed
from schema import schema
from tests.conftest import apart
from tests.pristine import clone, drop, dsn
from tests.province import Province, settle
from tests.unhurried import patient_engine, patient_pool

from .oracle import Oracle
from .oracle_example import Court
from .oracle_rows import Rows
from .oracle_seed_files import plant

MoveIn = Callable[[AsyncSession, Province], Awaitable[None]]
"""Writes more people into a province."""
FEW = {"head", "desk", "appraiser", "stranger"}
"""Of the staff, who is taken for one that sees few dossiers: here all would be."""


@asynccontextmanager
async def seated(url: str, name: str, more: MoveIn | None = None) -> AsyncIterator[Court]:
    """A copy of a migrated database, filled once, with more people in it if they are named; it is gone afterwards."""
    own = apart(lambda: clone(url, f"laurel_{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}_{name}"))
    writing, pool = patient_engine(own), patient_pool(dsn(own), size=2)
    sessions = database.sessions(writing)
    province = await settle(Engine(schema, pool), Feed(dsn(own), None), sessions)
    async with sessions.begin() as session:
        await plant(session, province)
        if more is not None:
            await more(session, province)
    async with writing.connect() as connection:
        await number(await connection.execution_options(isolation_level="AUTOCOMMIT"))
    async with sessions() as session:
        oracle = Oracle(await Rows.load(session))
    await writing.dispose()
    for who, viewer in province.viewers.items():
        province.viewers[who] = replace(viewer, few=viewer.few and who in FEW)
    yield Court(province, oracle, dsn(own))
    await pool.close()
    apart(lambda: drop(own))
