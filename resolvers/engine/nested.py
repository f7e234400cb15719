"""How deep and how wide an input may nest: each object in it is a piece of the statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .refused import bad_filter

DEEPEST = 4
"""How many levels of objects may lie under an argument's own."""
MOST = 50
"""How many objects one argument may hold, its own included."""


def bounded(value: Any) -> None:
    """Raise BAD_FILTER for a coerced value that nests deeper than DEEPEST or holds more than MOST objects."""
    level = list(_within({"": value}))
    count = depth = 0
    while level:
        count += len(level)
        if depth > DEEPEST or count > MOST:
            raise bad_filter(DEEPEST, MOST)
        level, depth = [part for found in level for part in _within(found)], depth + 1


def _within(found: Mapping[str, Any]) -> Iterator[Any]:
    """The objects directly under one, those in its lists too."""
    for part in found.values():
        items = part if isinstance(part, list) else [part]
        yield from (item for item in items if isinstance(item, Mapping))
