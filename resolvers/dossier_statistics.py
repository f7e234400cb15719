"""Counting dossiers: grouped Selects, of which the engine takes what is asked for.

Whoever counts counts what they may read: the facts are the rows of the same lists, with the same predicates.
"""

from __future__ import annotations

from collections.abc import Iterator
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

import models as rows
from models.access import Viewer
from models.base import closed
from models.outward import PortalStatus, portal_status
from models.workflow import DossierStatus, Step
from resolvers.dimensions import Dimension, Figures, counted, facts, labelled, part_of_day, summed_up
from resolvers.dossier import DossierFilter, dossiers
from resolvers.engine import Choice, tally_of

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


def dossier_statistics(
    viewer: Viewer, group_by: list[DossierDimension], filter: DossierFilter | None = None
) -> tuple[Select[Any], ...]:
    """Counts of the dossiers the viewer may see: none for the public, for a nominee those that name them."""
    fact = _dossier_facts(viewer, filter)
    dimensions = (_dossier_dimension(fact.c, dimension) for dimension in group_by)
    whole = summed_up(fact, dimensions, labelled(_dossier_figures(fact.c)))
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
        case _:
            return Dimension.column(fact, dimension.name.lower())


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


def _median(days: Any) -> ColumnElement[Any]:
    """The middle one of these numbers of days, to a tenth; null where there are none."""
    middle = func.percentile_cont(literal_column("0.5")).within_group(days.asc())
    return cast(func.round(cast(middle, Numeric), literal_column("1")), Float)
