"""What every table has in common: keyword rows, UUIDv7 keys, Vietnamese order, and no lazy loading."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, dataclass_transform
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Computed,
    DateTime,
    Enum,
    Index,
    MetaData,
    Select,
    Text,
    and_,
    cast,
    func,
    or_,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.types import TypeEngine, UserDefinedType
from uuid_utils.compat import uuid7


class LTree(UserDefinedType[str]):
    """A path of labels (PostgreSQL's ltree). Parameters travel as text and are cast in SQL: asyncpg has no codec."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """What the type is called in DDL."""
        return "ltree"

    def bind_expression(self, bindvalue: Any) -> Any:
        """A parameter as text, cast where it stands."""
        return cast(type_coerce(bindvalue, Text), self)


ischema_names["ltree"] = LTree  # so that `alembic check` knows the type when it reads the database


class PersonalData(enum.Enum):
    """How closely a column is kept (Law 91/2025/QH15): set as `info={"class": …}` on the column."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


def array_of(ids: Select[Any] | CompoundSelect[Any]) -> Any:
    """What a Select of one column finds, as an array found once a statement.

    For `column == any_(…)`: PostgreSQL compares with it row by row along whatever index gives the order, where it would
    join for `in_(…)`: fifteen times slower when few rows meet it.
    """
    return func.array(ids.scalar_subquery(), type_=ARRAY(ids.selected_columns[0].type))


def closed(kind: type[enum.Enum]) -> TypeEngine[Any]:
    """A closed set, kept as its member's name in text, with a CHECK."""
    return Enum(kind, native_enum=False, create_constraint=True, length=40, name=kind.__name__.lower())


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, relationship))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """A row. Its relationships are never loaded in silence: the engine joins, or a write asks for them by name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own declaration
        str: Text,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
    }


class Identified(MappedAsDataclass, kw_only=True):
    """A row with a key of its own, which clients see as `<Type>_<uuid>`."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid7, sort_order=-1)


def vietnamese_order(column: str) -> Any:
    """A stored column whose byte order is the Vietnamese order of another (letters first, then tones)."""
    return mapped_column(Text(collation="C"), Computed(f"vi_key({column})", persisted=True), init=False)


def folded(*columns: str) -> Any:
    """A stored column without accents or case, for searching: `Đường` is found by `duong`."""
    said = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
    return mapped_column(Text, Computed(f"fold({said})", persisted=True), init=False)


def searched(title: tuple[str, ...], body: tuple[str, ...] = ()) -> Any:
    """A stored column of the words `search` finds the row by, those of its title weighing more; it is never shown."""
    said = ", ".join(" || ' ' || ".join(f"coalesce({column}, '')" for column in part) or "''" for part in (title, body))
    return mapped_column(
        TSVECTOR,
        Computed(f"search_vector({said})", persisted=True),
        init=False,
        deferred=True,
        info={"fields": title + body},
    )


def search_index(table: str) -> Index:
    """The index of a table's searched() column, kept up with each row: a list of changes to come is read whole."""
    return Index(f"ix_{table}_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"})


def in_force_on(row: Any, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether an effective-dated row is in force on a day: from its first to before its last."""
    return and_(row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to > day))
