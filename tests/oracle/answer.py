"""What every oracle has in common: rows cut in Python lists, graphql-core over the printed SDL; it shares no SQL.

A cursor is opaque: an oracle says `cursor:<key>`, and `difference` looks only at the last key of the engine's.
"""

from __future__ import annotations

import base64
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
from graphql import ExecutionResult, GraphQLSchema, execute_sync, get_named_type, parse

PAGING = ("first", "after", "last", "before")
Place = Callable[[str], tuple[int, int]]
"""Where a cursor's last key stands in a list: how many rows come before it, and how many up to it."""


def say(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        said = value.astimezone(UTC)
        part = f".{said.microsecond:06d}".rstrip("0") if said.microsecond else ""
        return f"{said:%Y-%m-%dT%H:%M:%S}{part}+00:00"
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def key_of(cursor: str) -> str:
    """The last key of a cursor the engine gave."""
    said: str = orjson.loads(base64.b64decode(cursor))[-1]
    return said


def in_python(name: str) -> str:
    """A field's name as the row has it."""
    return re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), name)


class Oracle(ABC):
    """Answers documents from Python objects: by a method `<Type>_<field>` where there is one, else by an attribute."""

    def __init__(self, sdl: GraphQLSchema, kinds: Mapping[str, type]) -> None:
        self.sdl, self.kinds = sdl, kinds
        self.names = {row: name for name, row in reversed(kinds.items())}  # of several the first: a Node is one type

    def answer(self, text: str, variables: dict[str, Any], viewer: Any) -> Any:
        """The formatted result, with what is refused by a code; what goes wrong in the oracle itself is raised."""
        result = self.result(text, variables, viewer)
        for error in result.errors or ():
            if not error.extensions:
                raise error.original_error or error
        return result.formatted

    def result(self, text: str, variables: dict[str, Any], viewer: Any) -> ExecutionResult:
        """The result with its errors."""
        return execute_sync(
            self.sdl,
            parse(text),
            variable_values=variables,
            context_value=viewer,
            field_resolver=self.resolve,
            type_resolver=lambda value, *_: self.names[type(value)],
        )

    def resolve(self, source: Any, info: Any, **args: Any) -> Any:
        """One field's value: graphql-core calls this for all of them."""
        kind, name, viewer = info.parent_type.name, info.field_name, info.context
        page = {key: args.pop(key, None) for key in PAGING}
        made = getattr(self, f"{kind}_{name}", None)
        if made is not None:
            found = made(source, viewer, **args)
            return self.page(found, page) if get_named_type(info.return_type).name.endswith("Connection") else found
        if isinstance(source, dict):
            return source[name]
        return self.attribute(source, kind, name, viewer)

    @abstractmethod
    def attribute(self, source: Any, kind: str, name: str, viewer: Any) -> Any:
        """A field that no method answers: a column, or a to-one row."""

    @abstractmethod
    def page(self, found: Any, page: dict[str, Any]) -> Any:
        """The connection cut out of what a method found."""


def cut(rows: list[Any], page: dict[str, Any], place: Place) -> dict[str, Any]:
    """A connection of the whole ordered list."""
    start = 0 if page["after"] is None else place(key_of(page["after"]))[1]
    end = len(rows) if page["before"] is None else place(key_of(page["before"]))[0]
    window = rows[start:end] if start < end else []
    backward = page["first"] is None
    size = page["last"] if backward else page["first"]
    kept = window[-size:] if backward else window[:size]
    more = len(window) > size
    cursors = [f"cursor:{row.id}" for row in kept]
    info = {
        "hasNextPage": page["before"] is not None if backward else more,
        "hasPreviousPage": more if backward else page["after"] is not None,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }
    edges = [{"node": row, "cursor": cursor} for row, cursor in zip(kept, cursors, strict=True)]
    return {"nodes": kept, "edges": edges, "totalCount": len(rows), "pageInfo": info}


def difference(got: Any, want: Any, path: str = "") -> str | None:
    """Where two answers differ first; keys in the same order, cursors by their last key."""
    if isinstance(want, dict) and isinstance(got, dict):
        if list(got) != list(want):
            return f"{path}: keys {list(got)} != {list(want)}"
        return next((d for k in want if (d := difference(got[k], want[k], f"{path}.{k}"))), None)
    if isinstance(want, list) and isinstance(got, list):
        if len(got) != len(want):
            return f"{path}: length {len(got)} != {len(want)}"
        pairs = enumerate(zip(got, want, strict=True))
        return next((d for i, (g, w) in pairs if (d := difference(g, w, f"{path}[{i}]"))), None)
    if isinstance(want, str) and want.startswith("cursor:") and isinstance(got, str):
        got = f"cursor:{key_of(got)}"
    alike = type(got) is type(want) or {type(got), type(want)} == {int, float}  # of whole numbers JSON knows one kind
    return None if alike and got == want else f"{path}: {got!r:.120} != {want!r:.120}"
