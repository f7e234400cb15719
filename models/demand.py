"""What the law demands before a step: several demands are asked in one statement, made once for all who ask it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.refusals import Refusal


@dataclass(frozen=True)
class Demand:
    """One demand: what is to be known, and the refusal of whoever does not meet it."""

    found: ColumnElement[Any]
    """In SQL, one value: the same object each time, with a named parameter for each value that is given."""
    given: Mapping[str, Any]
    refusal: Callable[[Any], Refusal | None]
    """What stands against the step by the value found; None where nothing does."""


async def must_meet(session: AsyncSession, *demands: Demand) -> list[Any]:
    """The values found by these demands, in one statement; raises the refusal of the first that is not met."""
    if not demands:
        return []
    given = {name: value for demand in demands for name, value in demand.given.items()}
    found = (await session.execute(_together(tuple(demand.found for demand in demands)), given)).one()
    for demand, value in zip(demands, found, strict=True):
        if refusal := demand.refusal(value):
            raise refusal
    return list(found)


@lru_cache(maxsize=100)
def _together(found: tuple[ColumnElement[Any], ...]) -> Select[*tuple[Any, ...]]:
    return select(*found)
