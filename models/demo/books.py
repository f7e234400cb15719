"""The books of a load: rows gathered by table, then copied to the database in the order their references ask for."""

from __future__ import annotations

import enum
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Column, Table

from models.base import Base

_SLICE = 5000


class Books:
    """Rows waiting to be written, as their tables' columns will hold them."""

    def __init__(self) -> None:
        self._pages: dict[Table, list[dict[str, Any]]] = defaultdict(list)

    def write(self, row: type[Base], **values: Any) -> None:
        """Adds a row; what is left out gets the column's own default. Raises KeyError for what is no column."""
        if not values.keys() <= _columns(row):
            raise KeyError(f"{row.__tablename__} has no {sorted(values.keys() - _columns(row))}")
        self._pages[row.__table__].append(values)  # type: ignore[index]  # a mapped class's table is a Table

    def rows(self, row: type[Base]) -> list[dict[str, Any]]:
        """What is written in a table so far."""
        return self._pages[row.__table__]  # type: ignore[index]  # likewise

    def count(self) -> int:
        """How many rows there are in all."""
        return sum(map(len, self._pages.values()))

    async def copy(self, connection: asyncpg.Connection[Any], copied: Callable[[str, int], None]) -> None:
        """Writes everything, in the connection's own transaction, telling after each slice its table and length."""
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if _is_ours(column)]
            page = self._pages.get(table, [])
            for start in range(0, len(page), _SLICE):
                records = [_record(columns, values) for values in page[start : start + _SLICE]]
                await connection.copy_records_to_table(
                    table.name, records=records, columns=[column.name for column in columns]
                )
                copied(table.name, len(records))


@cache
def _columns(row: type[Base]) -> frozenset[str]:
    return frozenset(row.__table__.columns.keys())


def _is_ours(column: Column[Any]) -> bool:
    """Whether the loader fills a column: not one that the database computes, numbers or stamps."""
    return column.computed is None and column.identity is None and column.name != "tx"


def _record(columns: list[Column[Any]], values: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(_plain(values[column.name] if column.name in values else _default(column)) for column in columns)


def _default(column: Column[Any]) -> Any:
    if column.default is not None and column.default.is_scalar:
        return column.default.arg  # type: ignore[attr-defined]  # a scalar default has it
    if not column.nullable:
        raise KeyError(f"{column.table.name}.{column.name} has no default: the loader must say it")
    return None


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, enum.Enum) else value


def key(at: datetime, chance: random.Random) -> UUID:
    """A UUIDv7 of a moment whose random bits come from the seed, so that equal seeds give equal keys."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62))
