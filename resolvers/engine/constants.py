"""SQL text in which the constants of our own code are written out: only what a request brings is a parameter."""

from __future__ import annotations

import enum
import re
from typing import Any

from sqlalchemy import ARRAY, Enum, Integer, String
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg

from .values import Value

_PLAIN = re.compile(r"[A-Za-z0-9_ .:,/+-]{0,64}")
"""Texts that are the same inside quotes; any other constant stays a parameter."""


class Compiler(PGCompiler_asyncpg):
    """Writes small constants as literals: nothing to encode at each request, and the planner knows them."""

    def visit_bindparam(self, bindparam: Any, *rest: Any, **more: Any) -> Any:
        """A constant with the type its parameter would have had; anything else as a parameter."""
        if not _is_constant(bindparam):
            return self.parameter(bindparam, *rest, **more)
        said = self.parameter(bindparam, *rest, **{**more, "literal_binds": True})
        kind = bindparam.type._unwrapped_dialect_impl(self.dialect)
        bare = bindparam.expanding or not kind.render_bind_cast
        return said if bare else self.cast(bindparam.type, kind, said)

    parameter: Any = PGCompiler_asyncpg.visit_bindparam
    cast: Any = PGCompiler_asyncpg.render_bind_cast


class Dialect(asyncpg.dialect):
    """PostgreSQL by asyncpg, with constants written out."""

    statement_compiler = Compiler
    supports_statement_cache = True


def _is_constant(bindparam: Any) -> bool:
    """Whether this is a small value of our own: never a request's, which is a Value and has none yet."""
    if isinstance(bindparam, Value) or bindparam.callable is not None or bindparam.required:
        return False
    value = bindparam.value
    if bindparam.expanding:
        return isinstance(value, list | tuple) and bool(value) and all(_is_plain(v, bindparam.type) for v in value)
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
