"""The part of a list that was asked for: its order, and the condition of lying beyond a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, Date, DateTime, Integer, Uuid

from .selects import Place
from .values import Getter

PAGING = ("first", "after", "last", "before")
QUICK = (Integer, Date, DateTime, Uuid, Boolean)
"""Keys of these types are compared as quickly as numbers."""


@dataclass(frozen=True)
class Window:
    """The part of a list that was asked for."""

    size: int
    backward: bool
    after: Getter | None
    before: Getter | None
    tag: Getter
    fixed: str | None
    """The cursor's tag where no variable is in it."""


def beyond(keys: Sequence[Place], at: Sequence[str], past: bool) -> str:
    """Rows strictly after (`past`) or before a cursor; one row comparison where all keys run the same way."""
    if len({key.descending for key in keys}) == 1:
        sign = "<" if keys[0].descending == past else ">"
        return f"({', '.join(key.said for key in keys)}) {sign} ({', '.join(at)})"
    return f"({' OR '.join(_first_difference(keys, at, n, past) for n in range(len(keys)))})"


def _first_difference(keys: Sequence[Place], at: Sequence[str], n: int, past: bool) -> str:
    same = [f"{keys[i].said} = {at[i]}" for i in range(n)]
    return " AND ".join([*same, f"{keys[n].said} {'<' if keys[n].descending == past else '>'} {at[n]}"])
