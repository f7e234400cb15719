"""SQL text in which the constants of our own code are written out: only what a request brings is a parameter.

A piece of a statement has holes for its parameters, `\\0name\\0`: they are numbered when the statement is whole.
"""

from __future__ import annotations

import enum
import re
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Enum, Integer, String
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg

from .refused import Unbound
from .text import core
from .values import CLOSED, HOLE, Value

_PLAIN = re.compile(r"[A-Za-z0-9_ .:,/+-]{0,64}")
"""Texts that are the same inside quotes; any other constant stays a parameter."""


class Compiler(PGCompiler_asyncpg):
    """Writes small constants as literals: nothing to encode at each request, and the planner knows them."""

    def visit_bindparam(self, bindparam: Any, *rest: Any, **more: Any) -> Any:
        """A constant with the type its parameter would have had; anything else as a parameter."""
        if not _is_constant(bindparam):
            return self._parameter(bindparam, *rest, **more)
        said = self.parameter(bindparam, *rest, **{**more, "literal_binds": True})
        kind = bindparam.type._unwrapped_dialect_impl(self.dialect)
        bare = bindparam.expanding or not kind.render_bind_cast
        return said if bare else self.cast(bindparam.type, kind, said)

    def _parameter(self, bindparam: Any, *rest: Any, **more: Any) -> Any:
        """A parameter; of a list of our own, one for each value."""
        if isinstance(bindparam, Value) and bindparam.expanding:
            raise Unbound("a list argument must be compared with any_(), not in_()")
        if not bindparam.expanding or not isinstance(bindparam.value, list | tuple):
            return self.parameter(bindparam, *rest, **more)
        each = [BindParameter(None, value, bindparam.type, unique=True) for value in bindparam.value]
        return f"({', '.join(self.parameter(one, *rest, **more) for one in each)})"

    parameter: Any = PGCompiler_asyncpg.visit_bindparam
    cast: Any = PGCompiler_asyncpg.render_bind_cast


class Dialect(asyncpg.dialect):
    """PostgreSQL by asyncpg, with constants written out."""

    statement_compiler = Compiler
    supports_statement_cache = True


class PieceCompiler(Compiler):
    """Leaves holes for parameters, and compiles whatever Core can without the ORM, which takes half as long again."""

    pieces: tuple[str, ...] = ()
    """The texts of what was said in one `Pieces`."""

    def bindparam_string(self, name: str, *_: Any, bindparam_type: Any = None, **__: Any) -> str:
        """A hole, cast to the parameter's type."""
        said = HOLE.format(name)
        kind = bindparam_type._unwrapped_dialect_impl(self.dialect) if bindparam_type is not None else None
        return said if kind is None or not kind.render_bind_cast else str(self.cast(bindparam_type, kind, said))

    def visit_select(self, select_stmt: Any, *rest: Any, **more: Any) -> Any:
        """A SELECT by Core, unless it joins along a relationship; marked where its author calls it closed."""
        if select_stmt._propagate_attrs and not any(hasattr(join[0], "property") for join in select_stmt._setup_joins):
            select_stmt = core(select_stmt._generate())
        said = self.selected(select_stmt, *rest, **more)
        return CLOSED.format(said) if select_stmt._execution_options.get("closed") else said

    selected: Any = PGCompiler_asyncpg.visit_select


class PieceDialect(Dialect):
    """The same for pieces of statements."""

    statement_compiler = PieceCompiler
    supports_statement_cache = True


def _is_constant(bindparam: Any) -> bool:
    """Whether this is a small value of our own: never a request's, which is a Value and has none yet."""
    if isinstance(bindparam, Value) or bindparam.callable is not None or bindparam.required:
        return False
    value = bindparam.value
    if bindparam.expanding:
        return isinstance(value, list | tuple) and all(_is_plain(v, bindparam.type) for v in value)
    return _is_plain(value, bindparam.type)


def _is_plain(value: Any, kind: Any) -> bool:
    if isinstance(kind, ARRAY):
        return isinstance(value, list) and bool(value) and all(_is_plain(item, kind.item_type) for item in value)
    if isinstance(kind, Enum):
        return isinstance(value, enum.Enum | str) and bool(_PLAIN.fullmatch(_name(value)))
    if isinstance(kind, String):
        return type(value) is str and bool(_PLAIN.fullmatch(value))
    return isinstance(kind, Integer) and type(value) is int and value >= 0


def _name(value: enum.Enum | str) -> str:
    return value.name if isinstance(value, enum.Enum) else value
