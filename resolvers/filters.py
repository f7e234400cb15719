"""What every filter has in common: its conditions hold together, and filters combine by `and`, `or` and `not`.

A filter is an input type that lists its conditions. A condition left out or null says nothing; an empty list of values
is met by no row. `and: []` is met by every row, `or: []` by none, and `not` by exactly the rows its filter leaves out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import strawberry
from sqlalchemy import ColumnElement, Select, and_, any_, exists, false, func, or_, select, true

import models as rows
from models.access import Viewer
from models.agency import within_code
from resolvers.engine import core, identifies, named, one_of

T = TypeVar("T")
Condition = ColumnElement[bool] | None
"""What a row must meet, or None where nothing was asked."""


class Filter(ABC):
    """Which rows of a list. Each kind declares `and_`, `or_` and `not_` of its own kind, and its conditions."""

    and_: Sequence[Filter] | None
    or_: Sequence[Filter] | None
    not_: Filter | None

    @abstractmethod
    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself; never by what the viewer may not read."""

    def predicate(self, viewer: Viewer) -> ColumnElement[bool]:
        """The whole filter as one predicate."""
        asked = [condition for condition in self.conditions(viewer) if condition is not None]
        if self.and_ is not None:
            asked += [each.predicate(viewer) for each in self.and_]
        if self.or_ is not None:
            asked.append(or_(false(), *(each.predicate(viewer) for each in self.or_)))
        if self.not_ is not None:
            asked.append(self.not_.predicate(viewer).is_not(true()))  # what is unknown is left out by `not f` or by `f`
        return and_(true(), *asked)


def narrowed(found: Select[T], by: Filter | None, viewer: Viewer) -> Select[T]:
    """The Select, with only the rows a filter lets through."""
    return found if by is None else found.where(by.predicate(viewer))


def every() -> Any:
    """The field `and` of a filter."""
    return strawberry.field(
        name="and", default=None, description="Thỏa mọi bộ lọc này. · All of these hold; [] always."
    )


def some() -> Any:
    """The field `or` of a filter."""
    said = "Thỏa ít nhất một bộ lọc này. · At least one of these holds; [] never."
    return strawberry.field(name="or", default=None, description=said)


def but() -> Any:
    """The field `not` of a filter."""
    return strawberry.field(name="not", default=None, description="Không thỏa bộ lọc này. · This one does not hold.")


def asked(description: str, of: str | None = None) -> Any:
    """A condition that its name does not explain by itself; `of` names the type whose id it takes."""
    return strawberry.field(default=None, description=description, metadata=identifies(of) if of else None)


def equal(column: Any, value: Any) -> Condition:
    """The column is this."""
    return None if value is None else column == value


def among(column: Any, values: Sequence[Any] | None) -> Condition:
    """The column is one of these."""
    return None if values is None else column == any_(values)  # type: ignore[arg-type]  # a bind parameter by then


def at_least(column: Any, low: Any) -> Condition:
    """The column is this or more."""
    return None if low is None else column >= low


def at_most(column: Any, high: Any) -> Condition:
    """The column is this or less."""
    return None if high is None else column <= high


def from_day(moment: Any, day: Any) -> Condition:
    """The moment lies on this day in Vietnam or later."""
    return None if day is None else moment >= _once(func.vietnam_day_begins(day))


def to_day(moment: Any, day: Any) -> Condition:
    """The moment lies on this day in Vietnam or earlier."""
    return None if day is None else moment < _once(func.vietnam_day_ends(day))


def whether(condition: ColumnElement[bool], wanted: bool | None) -> Condition:
    """The condition, which is never null, holds; or, where that is wanted, it does not."""
    return None if wanted is None else condition if wanted else ~condition


def past(moment: Any, wanted: bool | None) -> Condition:
    """The moment has come, by the database's clock; or, where that is wanted, it has not, or there is none."""
    if wanted is None:
        return None
    return moment <= func.now() if wanted else or_(moment.is_(None), moment > func.now())


def containing(column: Any, text: str | None) -> Condition:
    """The folded column contains this text, accents and case aside."""
    return None if text is None else column.like(_once(func.like_text(text)))


def _once(made: ColumnElement[Any]) -> Any:
    """What is made of a value alone, worked out once: in a plan for all values it would be anew for each row."""
    return core(select(made)).scalar_subquery()


def inside(column: Any, code: str | None) -> Condition:
    """The column names the agency with this code, or one under it."""
    return None if code is None else one_of(column, within_code(code))


def coded(column: Any, code: str | None) -> Condition:
    """The column names the agency with this code."""
    return None if code is None else column == select(rows.Agency.id).where(rows.Agency.code == code).scalar_subquery()


def found_among(
    column: Any, key: Any, asked: ColumnElement[bool], seen: ColumnElement[bool], of_one: Condition = None
) -> ColumnElement[bool]:
    """The column is the key of a row of which this is asked, and which is seen; if there is none, no row is looked at.

    `of_one` is the same question as it is soonest put to one such row, where `asked` finds them all.
    """
    one = select(key).where(asked if of_one is None else of_one, seen)
    return and_(exists(select(key).where(asked)), named(column, select(key).where(asked, seen), one))


def joined_type(column: Any, code: str | None) -> Condition:
    """`of_type` for what is found by its award: `asked` in `found_among`, where `of_type` is `of_one`."""
    return None if code is None else column.in_(select(rows.AwardType.id).where(rows.AwardType.code == code))


def of_type(column: Any, code: str | None) -> Condition:
    """The column names the award of the catalogue with this code, on whatever days it stands there."""
    return _of_types(column, equal(rows.AwardType.code, code))


def of_types(column: Any, codes: Sequence[str] | None) -> Condition:
    """The column names an award of the catalogue with one of these codes."""
    return _of_types(column, among(rows.AwardType.code, codes))


def _of_types(column: Any, same: Condition) -> Condition:
    return None if same is None else one_of(column, select(rows.AwardType.id).where(same))
