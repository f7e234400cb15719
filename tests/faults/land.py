"""The data that every experiment begins with: the small province of the tests, each of its people signed in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGINT

import models as rows
from models import catalogue, database
from resolvers.account import token_hash
from resolvers.engine import Engine, Pool
from resolvers.feed import Feed
from schema import schema
from tests.faults.servers import Database
from tests.province import AGENCIES, ROLES, Province, settle

CULTURE, PROVINCE = AGENCIES["culture"], AGENCIES["province"]


@dataclass
class Land:
    """A database at rest, to be copied, and what is known of those in it."""

    database: Database
    tokens: dict[str, str] = field(default_factory=dict)
    """Of each person of the province a session's token."""
    accounts: dict[str, str] = field(default_factory=dict)
    """Of each person the account's UUID."""
    nominee: str = ""
    """The nominee whose account is the province's `nominee`."""


async def made(folder: Path) -> Land:
    """Make the data in a folder, once for all experiments of a run (about ten seconds)."""
    land = Land(Database.made(folder / "land"))
    await land.database.begin()
    try:
        url = land.database.at(land.database.port)
        await database.migrate(url)
        await catalogue.load(url)
        await _settled(land, url)
    finally:
        await land.database.stop(SIGINT)
    return land


async def _settled(land: Land, url: str) -> None:
    pool, writing = Pool(url, size=1), database.write_engine(url, 1)
    try:
        province = await settle(Engine(schema, pool), Feed(url, None), database.sessions(writing))
        land.nominee = f"Nominee_{province.nominees['an']}"
        await _signed_in(land, province)
    finally:
        await writing.dispose()
        await pool.close()


async def _signed_in(land: Land, province: Province) -> None:
    """Give everybody a session that outlasts the experiment."""
    async with province.sessions.begin() as session:
        for who in ROLES:
            account, token = province.viewers[who].account_id, secrets.token_urlsafe(32)
            assert account is not None
            land.tokens[who], land.accounts[who] = token, str(account)
            until = datetime.now(UTC) + timedelta(days=1)
            session.add(rows.Session(token_hash=token_hash(token), account_id=account, expires_at=until))
