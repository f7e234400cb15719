"""Pieces of statements: what SQLAlchemy makes of a resolver's own expressions, as text, made once and kept.

A piece has holes for its parameters and for the row that it is about, so that it serves any place of any statement in
which the same is asked with arguments of the same shape by viewers of the same shape. What a document selects is never
part of a piece: that is written around it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from sqlalchemy import Boolean, ClauseElement, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import COLLECT_CARTESIAN_PRODUCTS, WARN_LINTING, SQLCompiler
from sqlalchemy.sql.elements import Case, Cast, ColumnClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Exists, ScalarSelect
from sqlalchemy.types import NullType, TypeEngine

from .constants import PieceCompiler, PieceDialect
from .recent import Recent
from .values import HOLE, Getter, Trace, Value, through

DIALECT = PieceDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's dialect classes are not annotated
KEPT = 2_000
"""How many pieces are kept: every field with some shapes of its arguments, for each audience."""
ROW = "\3"
"""The hole for the alias of the row that a piece is about."""
BREAK = "\4"
"""Where the texts of a piece part."""
WHOLE = (FunctionElement, Cast, Case, ColumnClause, ScalarSelect, Exists)
"""What never needs brackets around it."""
HOLES = re.compile(HOLE.format("([^\0]+)"))
_constants = itertools.count()


class Pieces(FunctionElement[bool]):
    """Expressions that stand in the WHERE of one SELECT, whose texts are wanted one by one."""

    inherit_cache, type = False, Boolean()


@compiles(Pieces)
def _pieces(element: Pieces, compiler: PieceCompiler, **kw: Any) -> str:
    compiler.pieces = tuple([str(compiler.process(clause, **kw)) for clause in element.clauses])
    return BREAK


@dataclass(frozen=True)
class Piece:
    """Texts with holes."""

    texts: tuple[str, ...]
    kinds: dict[str, TypeEngine[Any]]
    """The types of their parameters."""
    constants: dict[str, Any]
    """The parameters that are the same in each request."""
    known: Any = None
    """What else is to be known of it."""
    type: TypeEngine[Any] = NullType()  # noqa: RUF009  types are immutable
    """Of the one expression it is."""
    reads: tuple[str, ...] = ()
    """The columns it reads of the row that it is about."""
    count: int = 1
    """How many pieces were made together of which it is one."""
    asked: tuple[tuple[str, tuple[Callable[[Any], Any], ...]], ...] = ()
    """The names its arguments had when it was made, and what their values go through."""


def written(element: ClauseElement, known: Any = None) -> Piece:
    """The piece that an element is: its own text, then those of `Pieces` in it."""
    compiled: Any = element.compile(dialect=DIALECT, linting=COLLECT_CARTESIAN_PRODUCTS | WARN_LINTING)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("an expression compiles to SQL")
    kind = element.type if isinstance(element, ColumnElement) else NullType()
    said = compiled.string if isinstance(element, WHOLE) or not isinstance(element, ColumnElement) else f"({compiled})"
    names = {
        name: name if isinstance(param, Value) else f"c{next(_constants)}" for name, param in compiled.binds.items()
    }
    kinds = {names[name]: param.type for name, param in compiled.binds.items()}
    own = {names[name]: p.effective_value for name, p in compiled.binds.items() if not isinstance(p, Value)}
    texts = (said, *getattr(compiled, "pieces", ()))
    return Piece(tuple(_renamed(each, names) for each in texts), kinds, own, known, kind)


def _renamed(said: str, names: dict[str, str]) -> str:
    return HOLES.sub(lambda hole: HOLE.format(names.get(hole[1], hole[1])), said) if "\0" in said else said


class Kept:
    """Pieces made by now, within bounds, by what they are of and the shapes of what they were made with."""

    def __init__(self) -> None:
        self._kept: Recent[Hashable, Piece] = Recent(KEPT)

    def piece(self, key: Hashable, given: Any, make: Callable[[], Piece]) -> tuple[Piece, dict[str, str]]:
        """The piece for such arguments, and the names that its parameters have this time."""
        values: list[Value] = []
        key = key, shape_of(given, values)
        kept = self._kept.get(key)
        if kept is None:
            made = make()
            kept = replace(made, asked=tuple((value.key, value.passes) for value in values))
            return self._kept.put(key, kept), {}
        names = {}
        for value, (name, passes) in zip(values, kept.asked, strict=True):
            names[name] = value.key
            for each in passes:
                through(value, each)
        return kept, names


def shape_of(given: Any, values: list[Value]) -> Hashable:
    """What of these arguments a piece depends on; the parameters among them are noted in the order they come."""
    if isinstance(given, Value):
        values.append(given)
        return Value
    if isinstance(given, dict):
        return tuple([(name, shape_of(part, values)) for name, part in given.items()])
    if isinstance(given, list | tuple):
        return tuple([shape_of(part, values) for part in given])
    if is_dataclass(given) and not isinstance(given, type):
        return type(given), tuple([shape_of(getattr(given, part.name), values) for part in fields(given)])
    made: Hashable = given
    return made


def filled(piece: Piece, trace: Trace, names: dict[str, str], alias: str = "") -> tuple[str, ...]:
    """The texts of a piece as they stand in one statement, about the row with this alias."""
    trace.kinds.update({names.get(name, name): kind for name, kind in piece.kinds.items()})
    trace.getters.update({name: _always(value) for name, value in piece.constants.items()})
    texts = tuple(_renamed(said, names) for said in piece.texts) if names else piece.texts
    return tuple(said.replace(ROW, alias) for said in texts) if alias else texts


def _always(value: Any) -> Getter:
    return lambda *_: value
