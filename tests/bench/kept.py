"""Demo data that stay for the bench's next run, each scale in a database of its own: they can be made again."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

import models
from channels import database, embedded
from channels.embedded import home
from channels.progress import progress
from channels.settings import Settings
from tests.bench.report import err
from tests.pristine import dsn


@contextmanager
def kept(settings: Settings) -> Iterator[Settings]:
    """Servers whose data stay for the next run, in a folder of their own; those of another run, if one is on."""
    if settings.database_url and settings.redis_url != "":
        yield settings
        return
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with home.held(settings.data / "bench") as place:
        if place.shared is not None:
            yield embedded.given_or(settings, place.shared["database_url"], place.shared["redis_url"])
            return
        with embedded.started(settings, place, "any", fast=True) as running:
            yield running


def loaded(settings: Settings, scale: int) -> str:
    """The URL of the database with the demo at this scale, loaded if it is not there or other code made it."""
    kind = f"bench_{scale}_"
    name = kind + made_by()
    url = f"{settings.database_url.rpartition('/')[0]}/{name}"
    begun = time.monotonic()
    asyncio.run(created(settings.database_url, name, kind))
    with progress(err) as told:
        new = asyncio.run(database.prepare_demo(url, scale, seed=37, progress=told))
    if new:
        asyncio.run(swept(url))
        err.print(f"… dữ liệu quy mô · demo of scale {scale}: {time.monotonic() - begun:.0f} s")
    return url


async def created(url: str, name: str, kind: str) -> None:
    """Make the database unless it is there, and remove those that older code made."""
    server = await asyncpg.connect(dsn(url, "postgres"))
    try:
        for old in await server.fetch("select datname from pg_database where starts_with(datname, $1)", kind):
            if old["datname"] != name:
                await server.execute(f'drop database "{old["datname"]}" with (force)')
        if not await server.fetchval("select exists(select from pg_database where datname = $1)", name):
            await server.execute(f'create database "{name}"')
    finally:
        await server.close()


async def swept(url: str) -> None:
    """Do at once what PostgreSQL would do by itself while we measure."""
    connection = await asyncpg.connect(dsn(url))
    try:
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
    finally:
        await connection.close()


def made_by() -> str:
    """What tells apart the code that makes the data: tables, catalogue and demo."""
    folder = Path(models.__path__[0])
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".sql", ".toml", ".md"})
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
