"""The database as a command needs it: there, new enough, migrated, with the catalogue and perhaps demo data."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from channels.obstacles import DatabaseAway, DatabaseTooOld, OthersData, OwnersWork, UnknownRole
from models import catalogue, database, grants
from models.catalogue import Progress

T = TypeVar("T")
OLDEST = 15
FORBIDDEN = "42501"
LOST = ConnectionError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError
"""What asyncpg raises where a server that was there is not reached, or does not let one in."""
APPLICATION = "laurel_application"
"""The role that serves on an embedded server."""


async def require(url: str) -> None:
    """Raise DatabaseAway or DatabaseTooOld where a command would otherwise fail in a strange place."""
    try:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    except (*LOST, OSError, ValueError) as problem:
        raise _away(url, problem) from None
    version = connection.get_server_version()
    await connection.close()
    if version.major < OLDEST:
        raise DatabaseTooOld(place(url), f"{version.major}.{version.minor}")


@contextmanager
def reached(url: str) -> Iterator[None]:
    """Raise DatabaseAway where the database, which was there, is lost in the block."""
    try:
        yield
    except LOST as problem:
        raise _away(url, problem) from None
    except DBAPIError as fault:
        if not fault.connection_invalidated:
            raise
        raise _away(url, fault.orig or fault) from None


def _away(url: str, problem: BaseException) -> DatabaseAway:
    return DatabaseAway(place(url), f"{type(problem).__name__}: {problem}")


def place(url: str) -> str:
    """Host, port and database, without user and password."""
    parts = make_url(url)
    return f"{parts.host}:{parts.port or 5432}/{parts.database}"


async def prepare(url: str, progress: Progress | None = None) -> None:
    """Migrate, and make the catalogue say what its files say. Raises DatabaseAway, OwnersWork."""
    await require(url)
    try:
        with reached(url):
            if not await database.at_head(url):
                await database.migrate(url)
            if not await catalogue.is_loaded(url):
                await catalogue.load(url, progress)
    except DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", None) != FORBIDDEN:
            raise
        raise OwnersWork("migrate") from None


async def transaction(url: str, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """What one transaction at a terminal gives; it is committed where it raises nothing. Raises DatabaseAway."""
    await require(url)
    engine = database.write_engine(url, 1)
    try:
        with reached(url):
            async with database.sessions(engine).begin() as session:
                return await work(session)
    finally:
        await engine.dispose()


async def allow(url: str, role: str) -> None:
    """Give the application's role its rights, as the tables' owner; raises UnknownRole."""
    try:
        await grants.grant(url, role)
    except grants.NoSuchRole:
        raise UnknownRole(role) from None


async def as_application(url: str) -> str:
    """The URL of the role that serves on an embedded server, made where it is not there, with its rights.

    Its password is worked out of the owner's, so that processes that share the server agree on it.
    """
    parts = make_url(url)
    secret = hashlib.sha256(f"{parts.password} {APPLICATION}".encode()).hexdigest()
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            await connection.execute(f"create role {APPLICATION} login")
        with suppress(asyncpg.InternalServerError):  # another process does it at this very moment
            await connection.execute(f"alter role {APPLICATION} password '{secret}'")
    finally:
        await connection.close()
    await allow(url, APPLICATION)
    return parts.set(username=APPLICATION, password=secret).render_as_string(hide_password=False)


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
