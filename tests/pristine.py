"""A database as the migrations and the catalogue leave it, and made so again after each test."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

TABLES = """
    select c.relname as name, array_agg(quote_ident(a.attname) order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'alembic_version'
      and a.attgenerated = ''
    group by c.relname order by c.relname"""


def dsn(url: str, database: str | None = None) -> str:
    """The URL as asyncpg reads it, for another database of the same server if one is named."""
    plain = url.replace("+asyncpg", "")
    return plain if database is None else f"{plain.rpartition('/')[0]}/{database}"


async def clone(url: str, name: str) -> str:
    """Make a database that is a copy of the one at `url`, and give its URL."""
    server = await asyncpg.connect(dsn(url, "postgres"))
    template = url.rpartition("/")[2]
    await server.execute(f'drop database if exists "{name}" with (force)')
    await server.execute(f'create database "{name}" template "{template}"')
    await server.close()
    return f"{url.rpartition('/')[0]}/{name}"


async def made_once(url: str, name: str, fill: Callable[[str], Awaitable[object]]) -> str:
    """The URL of a copy that is filled by whichever process of the run first asks for it, and only copied further."""
    server = await asyncpg.connect(dsn(url, "postgres"))
    try:
        await server.execute(f"select pg_advisory_lock(hashtext('{name}'))")
        if not await server.fetchval("select exists (select from pg_database where datname = $1)", name):
            await fill(await clone(url, f"{name}_begun"))
            await server.execute(f'alter database "{name}_begun" rename to "{name}"')
    finally:
        await server.close()
    return f"{url.rpartition('/')[0]}/{name}"


async def drop(url: str) -> None:
    """Remove a copy, whoever is still connected to it."""
    server = await asyncpg.connect(dsn(url, "postgres"))
    await server.execute(f'drop database if exists "{url.rpartition("/")[2]}" with (force)')
    await server.close()


@dataclass(frozen=True)
class Pristine:
    """What every table held at first: nothing for most, rows for those of the catalogue and the journal's head."""

    columns: dict[str, list[str]]
    rows: dict[str, bytes]
    prints: tuple[str, ...]

    @classmethod
    async def remember(cls, connection: asyncpg.Connection[Any]) -> Pristine:
        """Note the state to come back to."""
        columns = {table["name"]: table["columns"] for table in await connection.fetch(TABLES)}
        rows = {}
        for table, names in columns.items():
            held = io.BytesIO()
            await connection.copy_from_query(f'select {", ".join(names)} from public."{table}"', output=held)
            rows[table] = held.getvalue()
        return cls(columns, rows, await _prints(connection, list(columns)))

    async def come_back(self, connection: asyncpg.Connection[Any]) -> None:
        """Undo whatever was changed since: one small query where nothing was."""
        now = await _prints(connection, list(self.columns))
        changed = [table for table, was, is_ in zip(self.columns, self.prints, now, strict=True) if was != is_]
        if not changed:
            return
        async with connection.transaction():
            # triggers and references rest meanwhile: the journal refuses to be emptied
            await connection.execute("set local session_replication_role = replica; set local lock_timeout = '10s'")
            await connection.execute("select pg_advisory_xact_lock(7001)")  # nobody numbers what is being removed
            await connection.execute(";".join(f'delete from public."{table}"' for table in changed))
            for table in changed:
                await self._refill(connection, table)

    async def _refill(self, connection: asyncpg.Connection[Any], table: str) -> None:
        if self.rows[table]:
            names = [name.strip('"') for name in self.columns[table]]
            await connection.copy_to_table(
                table, schema_name="public", columns=names, source=io.BytesIO(self.rows[table])
            )


async def _prints(connection: asyncpg.Connection[Any], tables: Sequence[str]) -> tuple[str, ...]:
    """One short text a table, which differs when any of its rows does."""
    each = "(select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) from public.\"{}\" t)"
    row = await connection.fetchrow("select " + ", ".join(each.format(table) for table in tables)) if tables else None
    return tuple(row.values()) if row else ()
