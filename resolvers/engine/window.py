"""The part of a list that was asked for: its order, and the condition of lying beyond a cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, DateTime, Integer, Uuid, and_, or_, tuple_

from .selects import Key
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


def ordered(keys: list[Key], turned: bool) -> list[Any]:
    """ORDER BY these keys, or the other way round."""
    return [replace(key, descending=key.descending != turned).ordered() for key in keys]


def beyond(keys: list[Key], at: list[Any], past: bool) -> ColumnElement[bool]:
    """Rows strictly after (`past`) or before a cursor; one row comparison where all keys run the same way."""
    if len({key.descending for key in keys}) == 1:
        left, right = tuple_(*(key.said for key in keys)), tuple_(*at)
        made: ColumnElement[bool] = left < right if keys[0].descending == past else left > right
        return made
    return or_(*(_first_difference(keys, at, n, past) for n in range(len(keys))))


def _first_difference(keys: list[Key], at: list[Any], n: int, past: bool) -> ColumnElement[bool]:
    same = [keys[i].said == at[i] for i in range(n)]
    key = keys[n]
    return and_(*same, key.said < at[n] if key.descending == past else key.said > at[n])
