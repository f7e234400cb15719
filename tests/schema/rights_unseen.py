"""Whatever a viewer does not see of a database made otherwise: rows reworded, removed and multiplied."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import Date, DateTime, Enum, Integer, Table, Text

import models as rows
from models.access import Audience, Permission, Viewer
from models.base import PersonalData

from .oracle import Oracle
from .oracle_rows import KINDS

CANARY = "chim hoàng yến"
"""What is written into what is not seen, and searched for."""
COUNTED_ON_PURPOSE = {rows.Ballot}
"""Whose number is told to those at the sitting, never whose they are: these are reworded only."""
OFF = "set session_replication_role = replica"
"""Neither triggers nor references hold anything back: what is unseen may go though something names it."""


class Unseen:
    """What one viewer does not see of the rows that were loaded."""

    def __init__(self, oracle: Oracle, viewer: Viewer) -> None:
        self.oracle, self.found, self.viewer = oracle, oracle.found, viewer
        requests = self.found.seen(rows.OpinionRequest, viewer)
        self.untouched = {case.id for request in requests for case in oracle.OpinionRequest_cases(request, viewer).rows}
        """The cases an agency is asked about, of which it is told the nominee, the award and the place."""
        self.kept = {row.dossier_id for row in (*requests, *self.found.all(rows.PublicPosting))}
        """Dossiers of which it is told whether a request or a posted list still stands: these are reworded only."""

    def rows(self) -> Iterator[Any]:
        """Every row they do not see, by the oracle's word."""
        for kind in dict.fromkeys(KINDS.values()):
            blind = kind is rows.NomineePersonal and Permission.READ_PERSONAL_DATA not in self.viewer.permissions
            unseen = (row for row in self.found.all(kind) if blind or not self.found.sees(row, self.viewer))
            yield from (row for row in unseen if getattr(row, "id", None) not in self.untouched)

    async def remake(self, connection: asyncpg.Connection[Any], chance: random.Random) -> Counter[str]:
        """Make it otherwise; gives how often what was done."""
        await connection.execute(OFF)
        done: Counter[str] = Counter()
        for row in list(self.rows()):
            table = type(row).__table__
            key = row.id if hasattr(row, "id") else next(iter(_identity(row)))
            if type(row) not in COUNTED_ON_PURPOSE and not _is_personal(row):
                done[f"{table.name} again"] += await self._copy(connection, table, key)
            if type(row) in COUNTED_ON_PURPOSE or key in self.kept or chance.random() < 0.5:
                done[f"{table.name} reworded"] += await self._reword(connection, table, key, chance)
            else:
                done[f"{table.name} removed"] += await self._remove(connection, table, key)
        await self._columns(connection)
        return done

    async def _reword(self, connection: asyncpg.Connection[Any], table: Table, key: Any, chance: random.Random) -> bool:
        """Other words, numbers, days and moments: all at once, or those that the table's own checks let be."""
        where = f"where {_key(table)} = $1"
        said = [(column.name, other) for column in _own(table) if (other := _other(column, chance)) is not None]
        parts = [f"{name} = case when {name} is not null then {other} end" for name, other in said]
        if not parts:
            return False
        if await _tried(connection, f"update {table.name} set {', '.join(parts)} {where}", key):
            return True
        each = [await _tried(connection, f"update {table.name} set {part} {where}", key) for part in parts]
        return any(each)

    async def _remove(self, connection: asyncpg.Connection[Any], table: Table, key: Any) -> bool:
        return await _tried(connection, f"delete from {table.name} where {_key(table)} = $1", key)

    async def _copy(self, connection: asyncpg.Connection[Any], table: Table, key: Any) -> bool:
        """The same once more under a key of its own, with other words where they must differ."""
        columns = [column.name for column in table.columns if column.computed is None and column.identity is None]
        fresh = {"id", "key"} if table.name != "journal" else {"key"}
        columns = [name for name in columns if name != "id" or table.name != "journal"]
        said = [f"'{uuid4()}'" if name in fresh else _differing(table, name) for name in columns]
        return await _tried(
            connection,
            f"insert into {table.name} ({', '.join(columns)}) select {', '.join(said)} from {table.name} "
            f"where {_key(table)} = $1",
            key,
        )

    async def _columns(self, connection: asyncpg.Connection[Any]) -> None:
        """What no field shows, of all rows; who on the staff did what, and what was found, for who is not staff."""
        for table in rows.Base.metadata.sorted_tables:
            for column in table.columns:
                if column.info.get("class") is PersonalData.SENSITIVE:
                    await connection.execute(f"update {table.name} set {column.name} = '{CANARY}'")
        if self.viewer.audience is Audience.STAFF:
            return
        await connection.execute(f"update award_change set reason = '{CANARY}'")
        other = uuid4()
        for place in (
            "dossier.appraiser_id",
            "dossier.drafted_by_id",
            "journal.actor_id",
            "document_file.uploaded_by_id",
        ):
            table_name, _, name = place.partition(".")
            told = f"{name} is distinct from $2" if self.viewer.account_id else "$2::uuid is null"
            await connection.execute(
                f"update {table_name} set {name} = $1 where {name} is not null and {told}",
                other,
                self.viewer.account_id,
            )


def _identity(row: Any) -> Iterator[Any]:
    yield from (getattr(row, column.key) for column in type(row).__table__.primary_key)


def _is_personal(row: Any) -> bool:
    return isinstance(row, rows.NomineePersonal)


def _key(table: Table) -> str:
    return next(iter(table.primary_key)).name


def _own(table: Table) -> Iterator[Any]:
    """Columns that name nothing else and are worked out from nothing."""
    for column in table.columns:
        if column.computed is None and column.identity is None and not column.foreign_keys and not column.primary_key:
            yield column


def _other(column: Any, chance: random.Random) -> str | None:
    """Another value of the same kind, in SQL; None where any might change who sees the row."""
    match column.type:
        case Enum():
            return None
        case Text() if column.name not in ("subject_kind", "act", "username", "path"):
            return f"'{CANARY} {chance.randrange(10**9)}'"
        case Integer() if column.name not in ("id", "subject_version"):
            return f"{column.name} + 1"
        case DateTime():
            return f"{column.name} + interval '1 minute'"
        case Date() if column.name not in ("valid_from", "valid_to"):
            return f"{column.name} + 1"
    return None


def _differing(table: Table, name: str) -> str:
    """A column of a copy: as it was, unless it may be there but once."""
    column = table.columns[name]
    if isinstance(column.type, Enum) or column.foreign_keys:
        return name
    if isinstance(column.type, Text) and name in ("code", "slug", "number", "sha256", "personal_number"):
        return f"{name} || '{random.randrange(10**6)}'"
    if isinstance(column.type, Integer) and name in ("position", "subject_version", "edition"):
        return f"{name} + 1000"
    return name


async def _tried(connection: asyncpg.Connection[Any], sql: str, key: Any) -> bool:
    """Whether the database let it be done: a statement alone is whole without a transaction around it."""
    try:
        return not (await connection.execute(sql, key)).endswith(" 0")
    except asyncpg.IntegrityConstraintViolationError:
        return False
