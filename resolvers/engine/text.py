"""JSON as SQL text: literals, joins, scalars and lists, in the form PostgreSQL builds fastest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Enum, Float, Integer, Numeric, Select, Text, Uuid, cast, func
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import Case, Cast, ColumnClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import ScalarSelect
from sqlalchemy.types import Boolean, Date, DateTime, String, TypeEngine
from sqlalchemy.util import immutabledict

from models.base import LTree

from .refused import Unbound

GROUP = 60
"""PostgreSQL nests a || b || c … as deep as it is long; groups of this many keep its stack flat."""


class Literal(FunctionElement[str]):
    """A SQL string literal: JSON punctuation and GraphQL names, never a client's value."""

    inherit_cache, type = False, Text()

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said


class Joined(FunctionElement[str]):
    """Texts joined by ||."""

    inherit_cache, type = True, Text()


class First(FunctionElement[str]):
    """The first element of an array."""

    inherit_cache, type = True, Text()


class NeverNull(FunctionElement[Any]):
    """An order key that its author vouches for."""

    inherit_cache = True

    def __init__(self, said: ColumnElement[Any]) -> None:
        super().__init__(said)
        self.type = said.type


WHOLE = (FunctionElement, Cast, Case, ColumnClause, ScalarSelect)
"""What never needs brackets around it."""


@compiles(Literal)
def _literal(element: Literal, *_: Any, **__: Any) -> str:
    return "'" + element.said.replace("'", "''") + "'"


@compiles(Joined)
def _joined(element: Joined, compiler: Any, **kw: Any) -> str:
    parts = [_operand(clause, str(compiler.process(clause, **kw))) for clause in element.clauses]
    while len(parts) > GROUP:
        parts = ["(" + " || ".join(parts[i : i + GROUP]) + ")" for i in range(0, len(parts), GROUP)]
    return "(" + " || ".join(parts) + ")"


def _operand(clause: Any, said: str) -> str:
    """A text to be joined, in brackets unless it is whole: SQLAlchemy holds that `->>` binds tighter than `||`."""
    return said if isinstance(clause, WHOLE) else f"({said})"


@compiles(First)
def _first(element: First, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)})[1]"


@compiles(NeverNull)
def _never_null(element: NeverNull, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


def text(*parts: str | ColumnElement[Any]) -> ColumnElement[str]:
    """These parts one after another; neighbours that are plain strings become one literal."""
    joined: list[Any] = []
    for part in parts:
        for piece in part.clauses if isinstance(part, Joined) else (part,):
            said = piece.said if isinstance(piece, Literal) else piece
            if isinstance(said, str) and joined and isinstance(joined[-1], str):
                joined[-1] += said
            elif said != "" if isinstance(said, str) else True:
                joined.append(said)
    made = [Literal(piece) if isinstance(piece, str) else piece for piece in joined]
    return made[0] if len(made) == 1 and isinstance(made[0], Literal) else Joined(*made)


def members(pairs: list[tuple[str, str | ColumnElement[Any]]]) -> ColumnElement[str]:
    """A JSON object of response keys and the texts of their values."""
    parts: list[str | ColumnElement[Any]] = ["{"]
    for n, (key, value) in enumerate(pairs):
        parts += [f'{"," if n else ""}"{key}":', value]
    return text(*parts, "}")


def scalar(value: ColumnElement[Any], nullable: bool) -> ColumnElement[str]:
    """The JSON text of one value, by its SQL type; Unbound for a type that has none."""
    said = _said(value, value.type)
    return func.coalesce(said, Literal("null")) if nullable else said


def _said(value: Any, kind: TypeEngine[Any]) -> ColumnElement[str]:
    if isinstance(kind, Enum) or (isinstance(kind, BigInteger | Numeric) and not isinstance(kind, Float)):
        return text('"', cast(value, Text) if not isinstance(kind, Enum) else value, '"')
    if isinstance(kind, Integer | Boolean | JSONB):
        return cast(value, Text)
    if isinstance(kind, LTree):
        return cast(func.to_json(cast(value, Text)), Text)
    if isinstance(kind, String | Date | DateTime | Uuid | Float | ARRAY):
        return cast(func.to_json(value), Text)
    raise Unbound(f"no JSON for {kind!r}: give the column or hybrid a plain type")


def listed(item: ColumnElement[Any], *order: Any, keep: Any = None) -> ColumnElement[str]:
    """A JSON array of these texts in this order, of the rows that `keep` holds for."""
    made: Any = func.string_agg(item, aggregate_order_by(Literal(","), *order))
    if keep is not None:
        made = made.filter(keep)
    return text("[", func.coalesce(made, Literal("")), "]")


def core(made: Select[Any]) -> Select[Any]:
    """The same Select compiled by Core alone: nothing of the ORM is needed for its text, and it takes twice as long."""
    made._propagate_attrs = immutabledict()
    return made


def never_null(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """An expression to order by that is never null though nothing in its type says so."""
    return NeverNull(expression)
