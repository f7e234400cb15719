"""The demo: an invented province's register, deterministic by seed, with the figures that were told in public.

At scale 1: 65 communes and wards, about 20 departments, 2,000 dossiers over every status, 3,287 awards of the
provincial People's Committee since 1-1-2024, and the Department of Culture, Sports and Tourism with 14 collectives
and 54 individuals in 2025 against 1 and 10 in the same period of 2024.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import asyncpg

from models import calendar, catalogue
from models.catalogue import Progress
from models.demo.accounts import ACCOUNTS, PASSWORD, DemoAccount
from models.demo.books import Books
from models.demo.consulting import write_consulting
from models.demo.content import write_content
from models.demo.council import write_council
from models.demo.decisions import Decisions
from models.demo.dossiers import Dossiers
from models.demo.law import LawInForce
from models.demo.plan import Planner
from models.demo.postings import write_postings
from models.demo.world import World

__all__ = ["ACCOUNTS", "PASSWORD", "DemoAccount", "NotEmpty", "is_loaded", "load"]

_EARLIEST = date(2026, 2, 1)
"""Before this day the figures of 2025 and 2024 could not both lie behind."""


class NotEmpty(RuntimeError):
    """The database has accounts already: the demo is loaded into an empty one only."""


async def load(
    url: str, scale: int = 1, seed: int = 37, progress: Progress | None = None, today: date | None = None
) -> None:
    """Fills a migrated database with the demo, in one transaction, then numbers its journal.

    `scale` multiplies dossiers, awards and people; equal seeds, scales and days give equal data. Dossiers in flight lie
    just before `today` (default: the day it is in Vietnam). Raises NotEmpty where somebody has an account, ValueError
    for a scale below 1 or a day before 1-2-2026.
    """
    day = today or calendar.today()
    if scale < 1 or day < _EARLIEST:
        raise ValueError(f"the demo needs a scale of at least 1 and a day from {_EARLIEST} on: got {scale} and {day}")
    if not await catalogue.is_loaded(url):
        await catalogue.load(url, progress)
    connection = await _connect(url)
    try:
        async with connection.transaction():
            await _fill(connection, scale, seed, progress, day)
        _tell(progress, "đánh số nhật ký · journal", 1, 1)
        await connection.execute("select number()")
        await connection.execute("analyze")
    finally:
        await connection.close()


async def is_loaded(url: str) -> bool:
    """Whether the demo's accounts are there; as it is loaded in one transaction, then all of it is."""
    connection = await _connect(url)
    try:
        names = [account.username for account in ACCOUNTS]
        found = await connection.fetchval("select count(*) from account where username = any($1)", names)
        return bool(found == len(names))
    finally:
        await connection.close()


async def _connect(url: str) -> asyncpg.Connection[Any]:
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://", 1))
    await connection.set_type_codec(
        "ltree",
        schema="public",
        encoder=lambda path: b"\x01" + path.encode(),  # the version that ltree's binary form begins with
        decoder=lambda sent: sent[1:].decode(),
        format="binary",
    )
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_jsonb, decoder=json.loads, format="binary")
    return connection


def _jsonb(value: Any) -> bytes:
    return b"\x01" + json.dumps(value, ensure_ascii=False).encode()


async def _fill(
    connection: asyncpg.Connection[Any], scale: int, seed: int, progress: Progress | None, today: date
) -> None:
    await connection.execute("lock table account in share row exclusive mode")
    if await connection.fetchval("select exists(select from account)"):
        raise NotEmpty("the database has accounts already: start with an empty one")
    books = _books(await LawInForce.read(connection), scale, seed, today, progress)
    total, done = books.count(), 0

    def copied(table: str, count: int) -> None:
        nonlocal done
        done += count
        _tell(progress, f"ghi · {table}", done, total)

    await books.copy(connection, copied)


def _books(law: LawInForce, scale: int, seed: int, today: date, progress: Progress | None) -> Books:
    """Everything the demo is to hold, as rows."""
    world = World.make(law, scale, seed, today)
    cases = Planner(world).cases(scale)
    dossiers = Dossiers(world).write(cases, lambda done: _tell(progress, "soạn hồ sơ · dossiers", done, len(cases)))
    Decisions(world).write(dossiers)
    write_council(world, dossiers)
    write_content(world)
    write_consulting(world, dossiers)
    write_postings(world, dossiers)
    world.journal.write(world.books)
    return world.books


def _tell(progress: Progress | None, what: str, done: int, total: int) -> None:
    if progress is not None:
        progress(what, done, total)
