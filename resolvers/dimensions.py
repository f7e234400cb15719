"""What statistics are grouped by and compared with: dimensions in a telling order, and the same period last year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Enum,
    FromClause,
    Integer,
    Select,
    Text,
    cast,
    extract,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

import models as rows
from models.award_type import AwardClass, AwardLevel
from models.clock import Timeliness
from models.nominee import NomineeKind, RecipientClass
from models.outward import PortalStatus
from models.rule_set import CommendationType
from models.workflow import DossierStatus
from resolvers.engine import Choice, core, placed

_AGENCIES, _AWARD_TYPES, _YEARS = 300, 150, 80
"""No province has more agencies, no catalogue more awards with those the law has changed, and no register more years:
the first call for emulation is of 1948."""
HOLDS = {
    "AGENCY": _AGENCIES,
    "HANDLER": _AGENCIES,
    "STATUS": len(DossierStatus),
    "PORTAL_STATUS": len(PortalStatus),
    "COMMENDATION_TYPE": len(CommendationType),
    "TIMELINESS": len(Timeliness),
    "AWARD_TYPE": _AWARD_TYPES,
    "AWARD_CLASS": len(AwardClass),
    "LEVEL": len(AwardLevel),
    "RECIPIENT_KIND": len(NomineeKind),
    "RECIPIENT_CLASS": len(RecipientClass),
    "YEAR": _YEARS,
    "QUARTER": 4,
    "MONTH": 12,
}
"""How many values each dimension has at most, beside none at all: by it groups are priced before anything is read."""

Figures = dict[str, ColumnElement[Any]]
"""Measures of a group, by name."""


class Comparison(Choice):
    """What a period is compared with."""

    SAME_PERIOD_LAST_YEAR = "cùng kỳ năm trước · the same days of the year before"


@dataclass(frozen=True)
class Dimension:
    """A column that groups are made by, under its label, and the order they come in."""

    label: str
    said: ColumnElement[Any]
    order: tuple[Any, ...]

    @classmethod
    def column(cls, fact: Any, name: str) -> Dimension:
        """Groups by a column of the facts: an enum's in the order of its members, any other's of its values."""
        said: ColumnElement[Any] = fact[name]
        if not isinstance(said.type, Enum):
            return cls(name, said, (said,))
        names = literal(said.type.enums, ARRAY(Text))
        return cls(name, said, (func.array_position(names, cast(said, Text)),))

    @classmethod
    def agency(cls, label: str, said: ColumnElement[Any]) -> Dimension:
        """Groups by agency, in the Vietnamese order of their names."""
        row = rows.Agency
        return cls(label, said, (placed(said, row.id, row.sort_key),))

    @classmethod
    def award_type(cls, label: str, said: ColumnElement[Any]) -> Dimension:
        """Groups by award, the highest first; of one that the law has changed, the former first."""
        row = rows.AwardType
        return cls(label, said, (placed(said, row.id, row.rank, row.valid_from),))


def facts(found: Select[Any], *columns: Any) -> FromClause:
    """What is counted: these columns of a list's rows. Columns and outer joins that nothing reads, PostgreSQL drops."""
    return core(found.order_by(None).with_only_columns(*columns)).subquery("fact")


def summed_up(fact: FromClause, dimensions: Iterable[Dimension], measures: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """The facts grouped by the dimensions, in their order, with every measure: the engine takes those it needs."""
    by = list(dimensions)
    columns = [dimension.said.label(dimension.label) for dimension in by]
    order = [key for dimension in by for key in dimension.order]
    grouped = select(*columns, *measures).select_from(fact).group_by(*(dimension.said for dimension in by))
    return grouped.order_by(*order)


def counted(*conditions: ColumnElement[bool]) -> Any:
    """How many facts meet these conditions; all of them where there are none."""
    return func.count().filter(*conditions) if conditions else func.count()


def labelled(figures: Figures, prefix: str = "") -> list[ColumnElement[Any]]:
    """Measures as columns."""
    return [figure.label(prefix + name) for name, figure in figures.items()]


def part_of_day(part: str, day: Any) -> ColumnElement[int]:
    """The year, quarter or month of a day, as a whole number."""
    return cast(extract(part, day), Integer)


def today() -> Any:
    """The Vietnamese date by the database's clock."""
    return func.vietnam_day(func.now(), type_=Date)


def whole_year(year: Any) -> tuple[Any, Any]:
    """The first and the last day of a year."""
    ends: list[tuple[int, int]] = [(1, 1), (12, 31)]
    first, last = (
        func.make_date(year, *(literal_column(str(n), Integer) for n in month_and_day), type_=Date)
        for month_and_day in ends
    )
    return first, last


@dataclass(frozen=True)
class Periods:
    """Two periods of days, both ends included: the one asked for, and the same a year before."""

    this: tuple[Any, Any]
    before: tuple[Any, Any]

    @classmethod
    def of(cls, first: Any | None, last: Any | None) -> Periods:
        """The days from `first` to `last`; left out, to today in Vietnam, and from that year's 1 January.

        Periods that meet have predecessors that meet: what ends with February ends with February, and a lone 29
        February has no predecessor.
        """
        end = today() if last is None else last
        begin = func.make_date(part_of_day("year", end), _N1, _N1, type_=Date) if first is None else first
        return cls((begin, end), (_year_before(begin), cast(_year_before(cast(end + _N1, Date)) - _N1, Date)))

    def hold(self, day: Any) -> ColumnElement[bool]:
        """The day lies in one of them: by this an index finds it."""
        return or_(day.between(*self.this), day.between(*self.before))

    def table(self) -> FromClause:
        """A row for each: how many years it lies `back`, its `first` and its `last` day."""
        first, last = self.this
        now = select(literal_column("0", Integer).label("back"), first.label("first"), last.label("last"))
        return union_all(now, select(_N1, *self.before)).subquery("period")


_N1: ColumnElement[int] = literal_column("1", Integer)


def _year_before(day: Any) -> Any:
    """The same day a year before; of 29 February, 1 March."""
    first_of_month = func.make_date(part_of_day("year", day) - _N1, part_of_day("month", day), _N1, type_=Date)
    return cast(first_of_month + (part_of_day("day", day) - _N1), Date)
