"""A list of rows in its order, as the oracle keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any


@dataclass(frozen=True)
class Listed:
    """A whole list in its order, ties broken by the key in the same direction."""

    rows: list[Any]
    rank: Callable[[Any], tuple[Any, ...]]
    descending: bool = False


def listed(found: list[Any], *columns: str | Callable[[Any], Any], descending: bool = False) -> Listed:
    """These rows by these columns, then by their keys."""
    keys = [attrgetter(column) if isinstance(column, str) else column for column in columns]

    def rank(row: Any) -> tuple[Any, ...]:
        return (*(key(row) for key in keys), row.id)

    return Listed(sorted(found, key=rank, reverse=descending), rank, descending)
