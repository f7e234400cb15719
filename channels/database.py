"""The database as a command needs it: there, new enough, migrated, with the catalogue and perhaps demo data."""

from __future__ import annotations

import asyncpg
from sqlalchemy import make_url

from channels.obstacles import DatabaseAway, DatabaseTooOld, OthersData
from models import catalogue, database
from models.catalogue import Progress

OLDEST = 15


async def require(url: str) -> None:
    """Raise DatabaseAway or DatabaseTooOld where a command would otherwise fail in a strange place."""
    where = place(url)
    try:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise DatabaseAway(where, f"{type(problem).__name__}: {problem}") from None
    version = connection.get_server_version()
    await connection.close()
    if version.major < OLDEST:
        raise DatabaseTooOld(where, f"{version.major}.{version.minor}")


def place(url: str) -> str:
    """Host, port and database, without user and password."""
    parts = make_url(url)
    return f"{parts.host}:{parts.port or 5432}/{parts.database}"


async def prepare(url: str, progress: Progress | None = None) -> None:
    """Migrate, and make the catalogue say what its files say."""
    await require(url)
    if not await database.at_head(url):
        await database.migrate(url)
    if not await catalogue.is_loaded(url):
        await catalogue.load(url, progress)


async def prepare_demo(url: str, scale: int, seed: int, progress: Progress | None = None) -> bool:
    """Prepare, and load the demo data: True when they are new, OthersData where there are others."""
    from models import demo  # only here: what serves real data never loads the inventor of others

    await prepare(url, progress)
    if await demo.is_loaded(url):
        return False
    if await has_accounts(url):
        raise OthersData(place(url))
    await demo.load(url, scale=scale, seed=seed, progress=progress)
    return True


async def has_accounts(url: str) -> bool:
    """Whether somebody already works here."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return bool(await connection.fetchval("select exists(select from account)"))
    finally:
        await connection.close()
