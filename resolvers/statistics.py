"""Counting dossiers and awards: each function returns a grouped Select, of which the engine takes what is asked for.

Whoever counts counts what they may read: the facts are the rows of the same lists, with the same predicates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Numeric,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

import models as rows
from models.access import Viewer
from models.award import STANDING
from models.award_type import AwardClass, AwardLevel
from models.base import closed
from models.clock import Timeliness
from models.dossier import visible_beside, visible_dossier
from models.nominee import NomineeKind
from models.outward import PortalStatus, portal_status
from models.rule_set import CommendationType
from models.workflow import DossierStatus, Step
from resolvers.award import AwardFilter, awards
from resolvers.dimensions import Comparison, Dimension, Periods, counted, facts, part_of_day, summed_up
from resolvers.dossier import DossierFilter, dossiers
from resolvers.engine import Choice, tally_of

Figures = dict[str, ColumnElement[Any]]
"""Measures of a group, by name."""
_TEXTS = ARRAY(Text)
_HALF: ColumnElement[Decimal] = literal_column("0.5", Numeric)


class DossierDimension(Choice):
    """What dossiers are counted by. A dossier not yet received has no year, quarter or month."""

    AGENCY = "cơ quan trình · who proposes"
    HANDLER = "cơ quan đang xử lý · on whose desk it lies"
    STATUS = "trạng thái hồ sơ · where the file stands"
    PORTAL_STATUS = "trạng thái trên Cổng dịch vụ công · what the National Public Service Portal is told"
    COMMENDATION_TYPE = "loại hình khen thưởng · the type of commendation"
    TIMELINESS = "tiến độ so với thời hạn · how they stand to their time limit"
    YEAR = "năm tiếp nhận · the year of reception"
    QUARTER = "quý tiếp nhận, 1–4, của mọi năm · the quarter of reception, of whatever year"
    MONTH = "tháng tiếp nhận, 1–12, của mọi năm · the month of reception, of whatever year"


KEPT = {DossierDimension.AGENCY, DossierDimension.HANDLER, DossierDimension.STATUS, DossierDimension.PORTAL_STATUS}
"""What the kinds are told apart by of which a tally is kept."""


class AwardDimension(Choice):
    """What awards are counted by. Days are those of the decision."""

    AGENCY = "cơ quan trình · who proposed"
    AWARD_TYPE = "hình thức khen thưởng · what was awarded"
    AWARD_CLASS = "loại hình thức · the family of the award"
    LEVEL = "cấp khen thưởng · the level at which the award is decided"
    RECIPIENT_KIND = "đối tượng được khen thưởng · the kind of recipient"
    COMMENDATION_TYPE = "loại hình khen thưởng của hồ sơ, nếu được xem · the dossier's type, where one may read it"
    YEAR = "năm · the year; compared, the year of this period"
    QUARTER = "quý, 1–4, của mọi năm · the quarter, of whatever year"
    MONTH = "tháng, 1–12, của mọi năm · the month, of whatever year"


def award_statistics(
    viewer: Viewer,
    group_by: list[AwardDimension],
    filter: AwardFilter | None = None,
    compared_with: Comparison | None = None,
) -> Select[Any]:
    """Counts of the awards that stand, among those the viewer may see; what was cancelled or stripped does not count.

    Compared, the period is the filter's own awardedFrom to awardedTo (left out: to today, from 1 January), and groups
    of either period are there, with 0 in the other.
    """
    fact = _award_facts(viewer, group_by, filter, compared_with)
    measures = _labelled(_award_figures(fact.c)) if compared_with is None else _compared(fact.c)
    return summed_up(fact, (_award_dimension(fact.c, dimension) for dimension in group_by), measures)


def _award_facts(
    viewer: Viewer, group_by: list[AwardDimension], filter: AwardFilter | None, compared_with: Comparison | None
) -> FromClause:
    """One row for each award, in each of the compared periods it lies in."""
    award = rows.Award
    recipient, kind = rows.Nominee.__table__.alias("recipient"), rows.AwardType.__table__.alias("kind")
    found, back = awards(viewer, filter), None
    if compared_with is not None:
        found, back = _in_both_periods(viewer, filter)
    found, more = _with_dossier(viewer, found) if AwardDimension.COMMENDATION_TYPE in group_by else (found, [])
    found = found.join(recipient, recipient.c.id == award.nominee_id, isouter=True)
    found = found.join(kind, kind.c.id == award.award_type_id, isouter=True)
    year = part_of_day("year", award.awarded_on)
    return facts(
        found.where(award.status == any_(literal([status.name for status in STANDING], _TEXTS))),
        award.agency_id,
        award.award_type_id,
        award.nominee_id,
        kind.c.award_class,
        kind.c.level,
        recipient.c.kind.label("recipient_kind"),
        (year if back is None else year + back).label("year"),
        *(part_of_day(part, award.awarded_on).label(part) for part in ("quarter", "month")),
        *(more if back is None else [*more, back]),
    )


def _in_both_periods(viewer: Viewer, filter: AwardFilter | None) -> tuple[Select[rows.Award], ColumnElement[int]]:
    """The awards of the filter's period and of the one a year before, each with how many years it lies back."""
    periods = Periods.of(filter and filter.awarded_from, filter and filter.awarded_to)
    period, day = periods.table(), rows.Award.awarded_on
    found = awards(viewer, filter and replace(filter, awarded_from=None, awarded_to=None)).where(periods.hold(day))
    return found.join(period, day.between(period.c.first, period.c.last)), period.c.back


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
        case AwardDimension.AWARD_CLASS:
            return Dimension.member("award_class", fact.award_class, AwardClass)
        case AwardDimension.LEVEL:
            return Dimension.member("level", fact.level, AwardLevel)
        case AwardDimension.RECIPIENT_KIND:
            return Dimension.member("recipient_kind", fact.recipient_kind, NomineeKind)
        case AwardDimension.COMMENDATION_TYPE:
            return Dimension.member("commendation_type", fact.commendation_type, CommendationType)
        case _:
            return Dimension.plain(dimension.name.lower(), fact[dimension.name.lower()])


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
    return [*_labelled(this), *_labelled(before, "previous_"), *_labelled(differences, "difference_")]


def dossier_statistics(
    viewer: Viewer, group_by: list[DossierDimension], filter: DossierFilter | None = None
) -> tuple[Select[Any], ...]:
    """Counts of the dossiers the viewer may see: none for the public, for a nominee those that name them."""
    fact = _dossier_facts(viewer, filter)
    dimensions = (_dossier_dimension(fact.c, dimension) for dimension in group_by)
    whole = summed_up(fact, dimensions, _labelled(_dossier_figures(fact.c)))
    return (*_from_tally(viewer, group_by, filter), whole)


def _from_tally(
    viewer: Viewer, group_by: list[DossierDimension], filter: DossierFilter | None
) -> Iterator[Select[Any]]:
    """The same groups with their counts alone, from the tally of dossiers, where their kinds decide."""
    kept = tally_of(dossiers(viewer, filter))
    if kept is None or not KEPT.issuperset(group_by):
        return
    row = rows.DossierTally.__table__.c
    fact = facts(
        kept, row.agency_id, row.handler_id, row.status, _portal_status(row.status).label("portal_status"), row.number
    )
    number = func.sum(fact.c.number)
    dimensions = (_dossier_dimension(fact.c, dimension) for dimension in group_by)
    yield summed_up(fact, dimensions, [number.label("count")]).having(number != literal_column("0"))


def _dossier_facts(viewer: Viewer, filter: DossierFilter | None) -> FromClause:
    """One row for each dossier; of its columns PostgreSQL works out those that are asked for."""
    row, received = rows.Dossier, func.vietnam_day(rows.Dossier.received_at, type_=Date)
    # OFFSET 0 keeps the day of decision from being looked up once for each figure that reads it
    return facts(
        dossiers(viewer, filter).offset(literal_column("0")),
        row.agency_id,
        row.handler_id,
        row.status,
        _portal_status(row.status).label("portal_status"),
        row.commendation_type,
        row.late_at,
        row.half_days_spent,
        row.half_days_saved,
        row.timeliness.label("timeliness"),
        received.label("received_on"),
        _decided_on(row).label("decided_on"),
        *(part_of_day(part, received).label(part) for part in ("year", "quarter", "month")),
        (extract("epoch", row.submitted_at - row.created_at) / literal_column("86400")).label("preparation"),
    )


def _portal_status(status: Any) -> ColumnElement[Any]:
    """The portal's name for a status, in SQL."""
    told: dict[PortalStatus, list[str]] = {}
    for each in DossierStatus:
        told.setdefault(portal_status(each), []).append(each.name)
    whens: list[Any] = [
        (status == any_(literal(names, _TEXTS)), literal_column(f"'{to.name}'")) for to, names in told.items()
    ]
    return type_coerce(case(*whens), closed(PortalStatus))


def _decided_on(row: type[rows.Dossier]) -> ColumnElement[Any]:
    """The day of the decision, from the journal; null where there is none yet."""
    entry = rows.Entry
    # written out, not bound: only so may the partial index `ix_journal_decided_on` be used
    kind: ColumnElement[str] = literal_column("'Dossier'")
    acts: list[ColumnElement[str]] = [literal_column(f"'{step.name}'") for step in (Step.DECIDE, Step.DECIDE_ABOVE)]
    decided = select(func.vietnam_day(func.max(entry.at), type_=Date))
    return decided.where(entry.subject_kind == kind, entry.subject_id == row.id, entry.act.in_(acts)).scalar_subquery()


def _dossier_dimension(fact: Any, dimension: DossierDimension) -> Dimension:
    match dimension:
        case DossierDimension.AGENCY:
            return Dimension.agency("agency_id", fact.agency_id)
        case DossierDimension.HANDLER:
            return Dimension.agency("handler_id", fact.handler_id)
        case DossierDimension.STATUS:
            return Dimension.member("status", fact.status, DossierStatus)
        case DossierDimension.PORTAL_STATUS:
            return Dimension.member("portal_status", fact.portal_status, PortalStatus)
        case DossierDimension.COMMENDATION_TYPE:
            return Dimension.member("commendation_type", fact.commendation_type, CommendationType)
        case DossierDimension.TIMELINESS:
            return Dimension.member("timeliness", fact.timeliness, Timeliness)
        case _:
            return Dimension.plain(dimension.name.lower(), fact[dimension.name.lower()])


def _dossier_figures(fact: Any) -> Figures:
    """The figures of a group of dossiers."""
    none: ColumnElement[int] = literal_column("0")
    early, late = (fact.half_days_saved > none), (fact.half_days_saved < none)
    saved = func.coalesce(func.sum(fact.half_days_saved).filter(early), none)
    spent = case((fact.half_days_saved.is_not(None), fact.half_days_spent * _HALF))
    return {
        "count": counted(),
        "overdue": counted(fact.late_at <= func.now()),
        "early": counted(early),
        "on_time": counted(fact.half_days_saved == none),
        "late": counted(late),
        "days_saved": cast(saved * _HALF, Float),
        "median_preparation_days": _median(fact.preparation),
        "median_processing_days": _median(spent),
        "median_processing_calendar_days": _median(fact.decided_on - fact.received_on),
    }


def _labelled(figures: Figures, prefix: str = "") -> list[ColumnElement[Any]]:
    return [figure.label(prefix + name) for name, figure in figures.items()]


def _median(days: Any) -> ColumnElement[Any]:
    """The middle one of these numbers of days, to a tenth; null where there are none."""
    middle = func.percentile_cont(literal_column("0.5")).within_group(days.asc())
    return cast(func.round(cast(middle, Numeric), literal_column("1")), Float)
