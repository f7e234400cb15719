"""All that an act made, changed and removed, written by one statement: a part of it for each table and its columns."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import inspect
from sqlalchemy.orm import Mapper, Session

from models.base import Base

Row = dict[str, Any]
"""What is said of a row: values by the names of its columns."""


class Part(NamedTuple):
    """What is done to rows of a table that say the same columns: the shape of a statement's part."""

    verb: str
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


Parts = dict[Part, list[Row]]


def write(session: Session, *changes: tuple[type[Base], Row]) -> None:
    """Write what the session holds, and changes of rows it does not hold, by one statement; it then holds nothing.

    Rows come in the order in which they were added. No part of the statement sees another: what must go before
    something else of the same unique key may come is flushed before.
    """
    parts: Parts = {}
    for part, row in (*_made(session), *_changed(session), *_removed(session)):
        parts.setdefault(part, []).append(row)
    for kind, row in changes:
        parts.setdefault(_of(inspect(kind), "update", row), []).append(row)
    if parts:
        said = tuple(orjson.dumps(rows, default=_as_json).decode() for rows in parts.values())
        session.connection().exec_driver_sql(_statement(tuple(parts)), said)
    session.expunge_all()


def _of(mapper: Mapper[Any], verb: str, row: Mapping[str, Any]) -> Part:
    return Part(verb, mapper.local_table.name, tuple(key.name for key in mapper.primary_key), tuple(row))  # type: ignore[attr-defined]  # ours are tables


def _made(session: Session) -> Iterator[tuple[Part, Row]]:
    """The new rows; what they say nothing of is the column's to say, or the database's."""
    for made in session.new:
        mapper, held = inspect(type(made)), inspect(made).dict
        said = {}
        for attribute in mapper.column_attrs:
            column = attribute.columns[0]
            value = held.get(attribute.key, getattr(column.default, "arg", None))
            if value is not None or (attribute.key in held and column.server_default is None):
                said[column.name] = _plain(value)
        yield _of(mapper, "insert", said), said


def _changed(session: Session) -> Iterator[tuple[Part, Row]]:
    """Of rows that were read, the keys and the columns that differ now."""
    for changed in session.dirty:
        state, mapper = inspect(changed), inspect(type(changed))
        before, now = state.committed_state, state.dict
        differs = {
            attribute.columns[0].name: _plain(now[attribute.key])
            for attribute in mapper.column_attrs
            if attribute.key in before and before[attribute.key] != now[attribute.key]
        }
        if differs:
            said = _key(mapper, changed) | differs
            yield _of(mapper, "update", said), said


def _removed(session: Session) -> Iterator[tuple[Part, Row]]:
    for removed in session.deleted:
        mapper = inspect(type(removed))
        said = _key(mapper, removed)
        yield _of(mapper, "delete", said), said


def _key(mapper: Mapper[Any], row: object) -> Row:
    return {column.name: getattr(row, mapper.get_property_by_column(column).key) for column in mapper.primary_key}


def _plain(value: Any) -> Any:
    """A value as JSON has it: of a closed set its member's name, as it is kept."""
    return value.name if isinstance(value, enum.Enum) else value


def _as_json(value: Any) -> str:
    """What orjson does not know: the driver's own class of UUIDs, and bytes, as PostgreSQL reads them."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return rf"\x{value.hex()}"
    raise TypeError(f"no JSON for {type(value).__name__}")


@lru_cache(maxsize=500)
def _statement(parts: tuple[Part, ...]) -> str:
    """The text for these parts: $1 … are the rows of each, as JSON that PostgreSQL reads by the table's own types."""
    said = (f"p{place} as ({_text(part, place)})" for place, part in enumerate(parts, start=1))
    return f"with {', '.join(said)} select"


def _text(part: Part, place: int) -> str:
    """One part. Its names are those of our own tables and columns."""
    table, rows = f'"{part.table}"', f'json_populate_recordset(null::"{part.table}", ${place})'
    columns = _listed(part.columns)
    same = " and ".join(f'{table}."{key}" = said."{key}"' for key in part.key)
    changes = ", ".join(f'"{column}" = said."{column}"' for column in part.columns if column not in part.key)
    verbs = {
        "insert": f"insert into {table} ({columns}) select {columns} from {rows}",  # noqa: S608  see above
        "update": f"update {table} set {changes} from {rows} said where {same}",  # noqa: S608  see above
        "delete": f"delete from {table} using {rows} said where {same}",  # noqa: S608  see above
    }
    return verbs[part.verb]


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
