"""JSON as SQL text: literals, joins, scalars and lists, in the form PostgreSQL builds fastest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Enum, Float, Integer, Numeric, Select, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, Date, DateTime, String, TypeEngine
from sqlalchemy.util import immutabledict

from models.base import LTree

from .refused import Unbound

GROUP = 60
"""PostgreSQL nests a || b || c … as deep as it is long; groups of this many keep its stack flat."""


class Sql(str):
    """The SQL of one value, which needs no brackets around it; a plain string beside it is JSON as it stands."""

    __slots__ = ()


class Joined(Sql):
    """Texts joined by ||."""

    pieces: tuple[str, ...]


class NeverNull(FunctionElement[Any]):
    """An order key that its author vouches for."""

    inherit_cache = True

    def __init__(self, said: ColumnElement[Any]) -> None:
        super().__init__(said)
        self.type = said.type


@compiles(NeverNull)
def _never_null(element: NeverNull, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


def literal(said: str) -> Sql:
    """A SQL string literal: JSON punctuation and GraphQL names, never a client's value."""
    return Sql("'" + said.replace("'", "''") + "'")


NULL = literal("null")


def text(*parts: str) -> Joined:
    """These parts one after another; neighbours that are plain strings become one literal."""
    pieces: list[str] = []
    for part in parts:
        for piece in part.pieces if isinstance(part, Joined) else (part,):
            if isinstance(piece, Sql) or not (pieces and type(pieces[-1]) is str):
                pieces.append(piece)
            else:
                pieces[-1] += piece
    made = Joined(_joined([piece if isinstance(piece, Sql) else literal(piece) for piece in pieces if piece]))
    made.pieces = tuple(pieces)
    return made


def _joined(said: list[Sql]) -> str:
    parts: list[str] = [*said] or ["''"]
    if len(parts) == 1 and parts[0].startswith("'"):
        return parts[0]
    while len(parts) > GROUP:
        parts = ["(" + " || ".join(parts[i : i + GROUP]) + ")" for i in range(0, len(parts), GROUP)]
    return "(" + " || ".join(parts) + ")"


def members(pairs: list[tuple[str, str]]) -> Joined:
    """A JSON object of response keys and the texts of their values."""
    parts = ["{"]
    for n, (key, value) in enumerate(pairs):
        parts += [f'{"," if n else ""}"{key}":', value]
    return text(*parts, "}")


def scalar(value: Sql, kind: TypeEngine[Any], nullable: bool) -> Sql:
    """The JSON text of one value of this SQL type; Unbound for a type that has none."""
    said = _said(value, kind)
    return coalesce(said, NULL) if nullable else said


def _said(value: Sql, kind: TypeEngine[Any]) -> Sql:
    if isinstance(kind, Enum):
        return text('"', value, '"')
    if isinstance(kind, BigInteger | Numeric) and not isinstance(kind, Float):
        return text('"', as_text(value), '"')
    if isinstance(kind, Integer | Boolean | JSONB):
        return as_text(value)
    if isinstance(kind, LTree):
        return as_text(Sql(f"to_json({as_text(value)})"))
    if isinstance(kind, String | Date | DateTime | Uuid | Float | ARRAY):
        return as_text(Sql(f"to_json({value})"))
    raise Unbound(f"no JSON for {kind!r}: give the column or hybrid a plain type")


def as_text(value: str) -> Sql:
    """A value as PostgreSQL's text of it."""
    return Sql(f"CAST({value} AS TEXT)")


def coalesce(*said: str) -> Sql:
    """The first of these that is not null."""
    return Sql(f"coalesce({', '.join(said)})")


def whether(*cases: tuple[str, str], otherwise: str = NULL) -> Sql:
    """What stands with the first of these conditions that holds."""
    said = " ".join(f"WHEN {condition} THEN {value}" for condition, value in cases)
    return Sql(f"CASE {said} ELSE {otherwise} END")


def subquery(select: str) -> Sql:
    """A SELECT of one value as a value."""
    return Sql(f"({select})")


def listed(item: str, order: str, keep: str | None = None) -> Joined:
    """A JSON array of these texts in this order, of the rows that `keep` holds for."""
    chosen = f" FILTER (WHERE {keep})" if keep is not None else ""
    return text("[", coalesce(f"string_agg({item}, ',' ORDER BY {order}){chosen}", "''"), "]")


def core(made: Select[Any]) -> Select[Any]:
    """The same Select compiled by Core alone: nothing of the ORM is needed for its text, and it takes twice as long."""
    made._propagate_attrs = immutabledict()
    return made


def never_null(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """An expression to order by that is never null though nothing in its type says so."""
    return NeverNull(expression)
