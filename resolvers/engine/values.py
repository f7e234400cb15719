"""What a resolver sees while its statement is made: bind parameters for values, columns for its parent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass, replace
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, Column, literal_column
from sqlalchemy import inspect as mapped
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.types import NullType, TypeEngine

from .refused import Unbound
from .text import Sql

Getter = Callable[[Mapping[str, Any], Any], Any]
"""How a bind parameter finds its value in a request: (coerced variables, viewer) → value."""

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialect classes are not annotated

HOLE = "\0{}\0"
"""What stands for a parameter in a piece of a statement; PostgreSQL's own text never holds a NUL."""

CLOSED = "\5{}\6"
"""What stands around a closed SELECT, which says nothing of the rows around it and has no other such in it."""

_SHAPES: dict[type, tuple[str, ...]] = {}
_UNKNOWN = "a value is not known while its statement is made: say it in SQL"


def quoted(name: str) -> str:
    """A column's name as SQL says it."""
    said: str = DIALECT.identifier_preparer.quote(name)
    return said


class Value(BindParameter[Any]):
    """What a resolver gets instead of an argument's value: it may be compared and passed to SQL, not looked into."""

    inherit_cache = True
    getters: dict[str, Getter]
    """Those of the statement it is in."""
    passes: tuple[Callable[[Any], Any], ...] = ()
    """What its value goes through before it is sent."""

    def __format__(self, _: str) -> str:
        raise TypeError(_UNKNOWN)

    def __str__(self) -> str:
        raise TypeError(_UNKNOWN)

    def __eq__(self, other: Any) -> Any:
        # SQLAlchemy's own `bind == 3` is a comparison that is false in an `if`: a branch lost in silence
        if isinstance(other, ClauseElement | SQLCoreOperations):
            return super().__eq__(other)
        raise TypeError(_UNKNOWN)

    def __ne__(self, other: Any) -> Any:
        if isinstance(other, ClauseElement | SQLCoreOperations):
            return super().__ne__(other)
        raise TypeError(_UNKNOWN)

    __hash__ = BindParameter.__hash__


def through(value: Any, pass_: Callable[[Any], Any]) -> Any:
    """An argument whose value goes through this function in each request: it is put in one spelling, or refused."""
    if not isinstance(value, Value):
        return pass_(value)
    get = value.getters[value.key]
    value.getters[value.key] = lambda variables, viewer: pass_(get(variables, viewer))
    value.passes = (*value.passes, pass_)
    return value


class Hidden:
    """A part of the viewer that is neither the statement's shape nor a value in it: a read may not look at it."""

    def __init__(self, name: str) -> None:
        self.__dict__["name"] = name

    def _refuse(self, *_: Any) -> Any:
        name = self.__dict__["name"]
        raise TypeError(f"viewer.{name} is not known while a statement is made: use a bound part of the viewer")

    __bool__ = __iter__ = __contains__ = __len__ = __eq__ = __getattr__ = __str__ = _refuse
    __hash__ = None  # type: ignore[assignment]  # what cannot be compared has no hash


class Row:
    """A row of a FROM, seen as columns without a FROM of their own.

    No subquery at any depth can drag the table in again, and nothing needs correlating. `touched_` is what was read, so
    that a resolver which forgets its parent is found and only the columns in use are selected.
    """

    def __init__(self, row: type, alias: str) -> None:
        self.row_, self.alias_ = row, alias
        self.mapper_: Mapper[Any] = mapped(row)
        self.touched_: dict[str, Column[Any]] = {}
        self.unseen_ = False
        """Whether it may be shown to who does not see it: whoever has just written it."""
        self.uses_ = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.uses_ += 1
        if name in self.mapper_.column_attrs:
            return self._column(name)
        found = self.mapper_.all_orm_descriptors.get(name)
        if not isinstance(found, hybrid_property):
            raise Unbound(f"{self.row_.__name__}.{name} is no column or hybrid: say it with exists(select(…))")
        said = (found.expr or found.fget)(self)
        return said.__clause_element__() if hasattr(said, "__clause_element__") else said

    def _column(self, name: str) -> Any:
        column = self.mapper_.columns[name]
        if not isinstance(column, Column):
            raise Unbound(f"{self.row_.__name__}.{name} is an expression: make it a hybrid_property")
        self.touched_[name] = column
        return literal_column(f"{self.alias_}.{quoted(column.name)}", type_=column.type)

    def place_(self, name: str) -> tuple[Sql, TypeEngine[Any]]:
        """A column as text, and its type."""
        column = self.touched_[name] = self.mapper_.columns[name]
        return Sql(f"{self.alias_}.{quoted(column.name)}"), column.type

    def key_(self) -> Sql:
        """The first column of the primary key: null where an outer join found no row."""
        return self.place_(self.mapper_.get_property_by_column(self.mapper_.primary_key[0]).key)[0]


def seen(parent: Any) -> bool:
    """Whether whoever asks sees this parent, wherever what hangs below it is read: then it need not be asked again."""
    return isinstance(parent, Row) and not parent.unseen_


def _shapes(part: Field[Any]) -> bool:
    return "shape" in part.metadata


def shape_of_viewer(viewer: Any) -> tuple[Any, ...]:
    """The parts of a viewer that choose the statement."""
    kind = type(viewer)
    names = _SHAPES.get(kind)
    if names is None:
        names = _SHAPES[kind] = tuple(part.name for part in fields(kind) if _shapes(part))
    return tuple([getattr(viewer, name) for name in names])


@dataclass
class Trace:
    """The bind parameters of one statement, and where each finds its value in a later request."""

    getters: dict[str, Getter] = field(default_factory=dict)
    kinds: dict[str, TypeEngine[Any]] = field(default_factory=dict)
    """Their SQL types, as far as they stand in a text by now."""
    count: Iterator[int] = field(default_factory=itertools.count)

    def value(self, getter: Getter, type_: TypeEngine[Any] | None = None) -> Value:
        """A new bind parameter; without a type it takes that of the column it meets."""
        return self.named(f"v{next(self.count)}", getter, type_)

    def named(self, name: str, getter: Getter, type_: TypeEngine[Any] | None = None) -> Value:
        """The bind parameter of this name."""
        self.getters[name] = getter
        made = Value(name, None, type_=type_ or NullType(), required=False)
        made.getters = self.getters
        return made

    def alias(self) -> str:
        """A name for a FROM that no other has."""
        return f"t{next(self.count)}"

    def viewer(self, viewer: Any) -> Any:
        """The viewer as a resolver sees it: what shapes is itself, bound parts are parameters, the rest is hidden."""
        if not is_dataclass(viewer) or isinstance(viewer, type):
            raise TypeError("a viewer is a dataclass")
        parts = {f.name: self._part(f.name, f.metadata.get("bind")) for f in fields(viewer) if not _shapes(f)}
        return replace(viewer, **parts)

    def _part(self, name: str, type_: TypeEngine[Any] | None) -> Any:
        if type_ is None:
            return Hidden(name)
        return self.named(f"viewer_{name}", lambda _, viewer: getattr(viewer, name), type_)
