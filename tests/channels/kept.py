"""The public's questions whose answers are kept, and how to see whether one was read, told of or forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import orjson

from tests.channels.conftest import Site
from tests.patience import HANGING
from tests.pristine import dsn

LATEST = "/portal/graphql?documentId=LatestDecisions"
START = "/portal/graphql?documentId=StartPage"


def asking(document: str, **variables: str) -> str:
    return f"/portal/graphql?documentId={document}&variables={quote(orjson.dumps(variables).decode())}"


def by_number(number: str) -> str:
    return asking("Decision", number=number)


async def sent_for(site: Site, address: str, **headers: str) -> tuple[httpx.Response, int]:
    """An answer, and how many statements it took."""
    before = site.laurel.pool.sent
    answer = await site.http.get(address, headers={name.replace("_", "-"): said for name, said in headers.items()})
    return answer, site.laurel.pool.sent - before


@contextlib.asynccontextmanager
async def held(database_url: str, table: str = "decision") -> AsyncIterator[None]:
    """Whoever reads this table waits until the end of the block."""
    other = await asyncpg.connect(dsn(database_url))
    try:
        async with other.transaction():
            await other.execute(f"lock table {table} in access exclusive mode")
            yield
    finally:
        await other.close()


async def until_sent(site: Site, many: int) -> None:
    async with asyncio.timeout(HANGING):
        while site.laurel.pool.sent < many:
            await asyncio.sleep(0.005)


async def told(site: Site) -> None:
    """Wait until the feed has looked once more from now on."""
    now = time.monotonic()
    async with asyncio.timeout(HANGING):
        while site.laurel.feed.sure < now:
            await asyncio.sleep(0.01)


async def by_hand(database_url: str, sql: str, *values: Any) -> None:
    """A change made beside the program, which rings no bell."""
    other = await asyncpg.connect(dsn(database_url))
    try:
        await other.execute(sql, *values)
    finally:
        await other.close()
