"""Counting awards: the groups that the engine takes what is asked for from, exact for staff and disclosed to others.

Whoever counts counts what they may read: the facts are the rows of the same lists, with the same predicates.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    func,
    literal,
    literal_column,
)
from sqlalchemy.orm import aliased

import models as rows
from models.access import Audience, Viewer
from models.award import STANDING
from models.dossier import visible_beside, visible_dossier
from models.nominee import NomineeKind
from resolvers.award import AwardFilter, awards
from resolvers.dimensions import (
    Comparison,
    Dimension,
    Figures,
    Periods,
    counted,
    facts,
    labelled,
    part_of_day,
    summed_up,
    whole_year,
)
from resolvers.disclosure import disclosed, told
from resolvers.engine import Choice, figures_too_fine


class AwardDimension(Choice):
    """What awards are counted by. Days are those of the decision."""

    AGENCY = "cơ quan trình · who proposed"
    AWARD_TYPE = "hình thức khen thưởng · what was awarded"
    AWARD_CLASS = "loại hình thức · the family of the award"
    LEVEL = "cấp khen thưởng · the level at which the award is decided"
    RECIPIENT_KIND = "đối tượng được khen thưởng · the kind of recipient"
    RECIPIENT_CLASS = (
        "lớp của cá nhân theo biểu 0603 hằng năm · the class individuals count under in the yearly form 0603"
    )
    COMMENDATION_TYPE = "loại hình khen thưởng của hồ sơ, nếu được xem · the dossier's type, where one may read it"
    YEAR = "năm · the year; compared, the year of this period"
    QUARTER = "quý, 1–4, của mọi năm · the quarter, of whatever year"
    MONTH = "tháng, 1–12, của mọi năm · the month, of whatever year"


IN_PUBLIC = {AwardDimension.AGENCY, AwardDimension.AWARD_TYPE, AwardDimension.QUARTER}
"""By what the public may have a year's awards counted, one at a time: none of these is a part of another, nor bound to
it by the catalogue, so that two tables have nothing in common but the year's total."""


def award_statistics(
    viewer: Viewer,
    group_by: list[AwardDimension],
    filter: AwardFilter | None = None,
    compared_with: Comparison | None = None,
    year: int | None = None,
) -> Select[Any]:
    """Counts of the awards that stand, among those the viewer may see; what was cancelled or stripped does not count.

    Compared, the period is the filter's own awardedFrom to awardedTo (left out: to today, from 1 January) or the whole
    `year`, and groups of either period are there, with 0 in the other.

    For all but staff: of whole years, by AGENCY, AWARD_TYPE or QUARTER, the `count` alone, without a filter. Groups of
    fewer than six are told together (`suppressed`), with the smallest other one where they come to fewer than that;
    where even that is too few there is no group. Compared, a group is told apart where it is in both years.
    """
    if viewer.audience is not Audience.STAFF:
        return _in_public(viewer, group_by, filter, compared_with, year)
    fact = _award_facts(viewer, group_by, filter, compared_with, year)
    measures = labelled(_award_figures(fact.c)) if compared_with is None else _compared(fact.c)
    whole: ColumnElement[bool] = literal_column("false", Boolean)
    dimensions = (_award_dimension(fact.c, dimension) for dimension in group_by)
    return summed_up(fact, dimensions, [*measures, whole.label("suppressed")])


def _in_public(
    viewer: Viewer,
    group_by: list[AwardDimension],
    filter: AwardFilter | None,
    compared_with: Comparison | None,
    year: int | None,
) -> Select[Any]:
    """The counts that may be told to everybody; FIGURES_TOO_FINE where others are asked for."""
    by = set(group_by) - {AwardDimension.YEAR}
    by_year = year is not None or (compared_with is None and AwardDimension.YEAR in group_by)
    if filter is not None or not by_year or len(by) > 1 or not by <= IN_PUBLIC:
        raise figures_too_fine()
    fact = _award_facts(viewer, group_by, None, compared_with, year)
    group = disclosed(fact, [_award_dimension(fact.c, dimension).label for dimension in by])
    dimensions = (_award_dimension(group.c, dimension) for dimension in group_by)
    return told(group, dimensions, _award_figures(fact.c).keys() - {"count"})


def _award_facts(
    viewer: Viewer,
    group_by: list[AwardDimension],
    filter: AwardFilter | None,
    compared_with: Comparison | None,
    in_year: int | None,
) -> FromClause:
    """One row for each award, in each of the compared periods it lies in."""
    award = rows.Award
    recipient, kind = rows.Nominee.__table__.alias("recipient"), rows.AwardType.__table__.alias("kind")
    found, back = _in_one_period(viewer, filter, in_year), None
    if compared_with is not None:
        found, back = _in_both_periods(viewer, filter, in_year)
    found, more = _with_dossier(viewer, found) if AwardDimension.COMMENDATION_TYPE in group_by else (found, [])
    found = found.join(recipient, recipient.c.id == award.nominee_id, isouter=True)
    found = found.join(kind, kind.c.id == award.award_type_id, isouter=True)
    year = part_of_day("year", award.awarded_on)
    return facts(
        found.where(award.status == any_(literal([status.name for status in STANDING], ARRAY(Text)))),
        award.agency_id,
        award.award_type_id,
        award.nominee_id,
        kind.c.award_class,
        kind.c.level,
        recipient.c.kind.label("recipient_kind"),
        recipient.c.recipient_class,
        (year if back is None else year + back).label("year"),
        *(part_of_day(part, award.awarded_on).label(part) for part in ("quarter", "month")),
        *(more if back is None else [*more, back]),
    )


def _in_one_period(viewer: Viewer, filter: AwardFilter | None, year: int | None) -> Select[rows.Award]:
    """The awards of a filter, within the year if there is one."""
    found = awards(viewer, filter)
    return found if year is None else found.where(rows.Award.awarded_on.between(*whole_year(year)))


def _in_both_periods(
    viewer: Viewer, filter: AwardFilter | None, year: int | None
) -> tuple[Select[rows.Award], ColumnElement[int]]:
    """The awards of the period asked for and of the one a year before, each with how many years it lies back."""
    periods = Periods.of(*_period(filter, year))
    period, day = periods.table(), rows.Award.awarded_on
    found = awards(viewer, filter and replace(filter, awarded_from=None, awarded_to=None)).where(periods.hold(day))
    return found.join(period, day.between(period.c.first, period.c.last)), period.c.back


def _period(filter: AwardFilter | None, year: int | None) -> tuple[Any, Any]:
    """The filter's first and last day, within the year if there is one; None where nothing bounds it."""
    first, last = (filter.awarded_from, filter.awarded_to) if filter else (None, None)
    if year is None:
        return first, last
    begin, end = whole_year(year)
    return (
        begin if first is None else func.greatest(begin, first, type_=Date),
        end if last is None else func.least(end, last, type_=Date),
    )


def _with_dossier(viewer: Viewer, found: Select[rows.Award]) -> tuple[Select[rows.Award], list[Any]]:
    """The awards with their dossier's type of commendation, where the viewer may read the dossier."""
    line, dossier = aliased(rows.DossierLine), aliased(rows.Dossier)
    read = and_(dossier.id == line.dossier_id, visible_dossier(dossier, viewer))
    own = and_(line.id == rows.Award.line_id, visible_beside(line, viewer))  # else it told whose case is in a dossier
    found = found.join(line, own, isouter=True).join(dossier, read, isouter=True)
    return found, [dossier.commendation_type]


def _award_dimension(fact: Any, dimension: AwardDimension) -> Dimension:
    match dimension:
        case AwardDimension.AGENCY:
            return Dimension.agency("agency_id", fact.agency_id)
        case AwardDimension.AWARD_TYPE:
            return Dimension.award_type("award_type_id", fact.award_type_id)
        case _:
            return Dimension.column(fact, dimension.name.lower())


def _award_figures(fact: Any, *of: ColumnElement[bool]) -> Figures:
    """The figures of the facts that meet these conditions."""
    recipients = func.count(fact.nominee_id.distinct())
    return {
        "count": counted(*of),
        "recipients": recipients.filter(*of) if of else recipients,
        "collectives": counted(*of, fact.recipient_kind == NomineeKind.COLLECTIVE),
        "individuals": counted(*of, fact.recipient_kind == NomineeKind.INDIVIDUAL),
    }


def _compared(fact: Any) -> list[ColumnElement[Any]]:
    """The figures of this period, of the one before, and by how much they differ."""
    this, before = (_award_figures(fact, fact.back == literal_column(back)) for back in "01")
    differences = {name: this[name] - before[name] for name in this}
    return [*labelled(this), *labelled(before, "previous_"), *labelled(differences, "difference_")]
