"""The schema over a small province, with a real engine and feed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from models import database
from models.access import Role
from resolvers import password
from resolvers.account import viewer_for
from resolvers.client import Client
from resolvers.engine import Engine, Pool
from resolvers.feed import Feed
from resolvers.sign_in import SignInInput, sign_in
from schema import schema
from tests.pristine import dsn
from tests.province import BEGUN, NO_PASSWORD, Province, settle
from tests.schema.chamber import Chamber, seated
from tests.schema.library import Library, plant
from tests.schema.signed_in import CHEAP, RIGHT, Person, SignIn
from tests.unhurried import patient_pool


@pytest.fixture(scope="session")
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """The engine's connections."""
    made = patient_pool(dsn(database_url))
    yield made
    await made.close()


@pytest.fixture(scope="session")
def engine(pool: Pool) -> Engine:
    """The engine over the whole schema."""
    return Engine(schema, pool)


@pytest.fixture
async def feed(database_url: str, redis_url: str) -> AsyncIterator[Feed]:
    """A feed of its own for each test: the journal begins anew with it."""
    made = Feed(dsn(database_url), redis_url)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def province(engine: Engine, feed: Feed, sessions: async_sessionmaker[AsyncSession]) -> Province:
    """The small province, just settled."""
    return await settle(engine, feed, sessions)


@pytest.fixture
async def hasty(province: Province, database_url: str) -> AsyncIterator[Province]:
    """The small province, where acts wait for each other no longer than a server has them wait."""
    engine = database.write_engine(database_url)
    yield replace(province, sessions=database.sessions(engine))
    await engine.dispose()


@pytest.fixture
async def library(province: Province) -> Library:
    """The small province with a library to search."""
    return await plant(province)


@pytest.fixture
async def chamber(province: Province) -> Chamber:
    """The small province with its council."""
    return await seated(province)


@pytest.fixture
async def asked(province: Province) -> Province:
    """The province, with an officer in the commune too."""
    async with province.sessions.begin() as session:
        account = rows.Account(username="rural", full_name="Người rural", password_hash=NO_PASSWORD)
        session.add(account)
        await session.flush()
        commune = province.agencies["commune"]
        held = rows.RoleHeld(account_id=account.id, role=Role.AGENCY_HEAD, agency_id=commune, valid_from=BEGUN)
        session.add(held)
        await session.flush()
        province.viewers["rural"] = await viewer_for(session, account)
    return province


@pytest.fixture
async def come(province: Province, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Has somebody sign in once more; hashing is cheap."""
    monkeypatch.setattr(password, "HASHING", CHEAP)
    async with province.sessions.begin() as work:
        await work.execute(update(rows.Account).values(password_hash=CHEAP.hash(RIGHT)))

    async def come(who: str = "officer", said: str = RIGHT, **client: Any) -> Person:
        context = replace(province.context(None), client=Client(**client))
        return Person(province, await sign_in(context, SignInInput(username=who, password=said)), [])

    return come
