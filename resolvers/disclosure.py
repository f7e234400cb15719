"""What figures tell everybody: no number from one to four, nor what one could be worked out from.

Groups of fewer than LEAST are folded into one. Where that has fewer than LEAST, the smallest other group is folded with
them; where there is none, nothing is told. So all there is in a year is told in parts, each of LEAST or more. That is
six, not five: who knows this rule knows of a folded group that it may have five, and of one that was folded together
with a larger that either may have one more and the other one less. So of no group is a number from one to four the only
one that agrees with what is told. Each year is told by itself; a comparison is read off both years' groups.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from resolvers.dimensions import Dimension, labelled, summed_up
from resolvers.engine import Withheld, figures_too_fine

LEAST = 6
"""How many a group has at least that is told."""
_LEAST: ColumnElement[int] = literal_column(str(LEAST), Integer)
_NONE: ColumnElement[int] = literal_column("0", Integer)
_ONE: ColumnElement[int] = literal_column("1", Integer)


def disclosed(fact: FromClause, by: Sequence[str]) -> FromClause:
    """The facts of each year, or of each of two compared (`back`), counted by their columns `by`.

    Rows have those columns, null where a group is `folded`, and its `number`.
    """
    periods = [name for name in ("back", "year") if name in fact.c]
    parts = [fact.c[name] for name in (*by, *periods)]
    counted = select(*parts, func.count().label("number")).group_by(*parts).subquery("counted")
    judged: FromClause = select(counted, _folded(counted, by, periods[0]).label("folded")).subquery("judged")
    if "back" in fact.c:
        judged = _in_both(judged, by)
    keys = [case((not_(judged.c.folded), judged.c[name])).label(name) for name in by]
    return select(*keys, *(judged.c[name] for name in (*periods, "folded", "number"))).subquery("told")


def _folded(counted: FromClause, by: Sequence[str], period: str) -> ColumnElement[bool]:
    """Whether a group has too few, or is the smallest of the others where those of its period are too few together."""
    number, over = counted.c.number, counted.c[period]
    few = number < _LEAST
    together = func.coalesce(func.sum(number).filter(few).over(partition_by=over), _NONE)
    place = func.row_number().over(partition_by=[over, few], order_by=[number, *(counted.c[name] for name in by)])
    return or_(few, and_(together > _NONE, together < _LEAST, place == _ONE))


def _in_both(judged: FromClause, by: Sequence[str]) -> FromClause:
    """The groups of both periods, folded but for those that are told in each of them."""
    same = [judged.c[name] for name in by] or None
    folded = func.bool_or(judged.c.folded, type_=Boolean).over(partition_by=same)
    apart = or_(folded, func.count().over(partition_by=same) == _ONE)
    return select(*(column for column in judged.c if column.name != "folded"), apart.label("folded")).subquery(
        "compared"
    )


def told(group: FromClause, dimensions: Iterable[Dimension], withheld: Collection[str]) -> Select[Any]:
    """The disclosed groups in their order, with their `count`, and `suppressed` where they were folded.

    Whoever asks for what is withheld is refused: FIGURES_TOO_FINE.
    """
    this, enough = _sum(group), _sum(group) >= _LEAST
    counts = {"": this}
    if "back" in group.c:
        this, before = (_sum(group, group.c.back == literal_column(back)) for back in "01")
        counts = {"": this, "previous_": before, "difference_": this - before}
        enough = and_(*(or_(count == _NONE, count >= _LEAST) for count in (this, before)))
    others = dict.fromkeys(withheld, Withheld(figures_too_fine))
    measures = [part for name, count in counts.items() for part in labelled({"count": count, **others}, name)]
    suppressed = func.bool_or(group.c.folded, type_=Boolean).label("suppressed")
    return summed_up(group, dimensions, [*measures, suppressed]).having(enough)


def _sum(group: FromClause, *of: ColumnElement[bool]) -> ColumnElement[int]:
    number = func.sum(group.c.number)
    return cast(func.coalesce(number.filter(*of) if of else number, _NONE), Integer)
