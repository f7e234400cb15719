"""Reading requests for opinions: for the agencies that are asked, and for the desks that ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import strawberry
from sqlalchemy import ColumnElement, Select, and_, func, select

import models as rows
from models.access import Viewer
from models.consulting import stands_at
from models.opinion import visible_consulted, visible_opinion
from models.workflow import DossierStatus
from resolvers.engine import Order
from resolvers.filters import (
    Condition,
    Filter,
    asked,
    at_least,
    at_most,
    but,
    equal,
    every,
    inside,
    narrowed,
    some,
    whether,
)


class OpinionOrder(Order):
    """How requests for opinions are ordered."""

    DUE = "due soonest first"
    NEWEST = "asked last first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class OpinionRequestFilter(Filter):
    """Which requests; conditions left out do not count."""

    dossier: strawberry.ID | None = asked("Về hồ sơ này. · About this dossier.", of="Dossier")
    to_agency_within: str | None = asked("Mã cơ quan được hỏi, kể cả cấp dưới. · Asked of this agency's subtree.")
    awaited: bool | None = asked("Còn chờ trả lời. · An answer is awaited, however late.")
    overdue: bool | None = asked("Còn chờ trả lời và đã quá hạn. · An answer is awaited, and its last day has passed.")
    due_from: date | None = None
    due_to: date | None = None
    and_: list[OpinionRequestFilter] | None = every()
    or_: list[OpinionRequestFilter] | None = some()
    not_: OpinionRequestFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.OpinionRequest
        return (
            equal(row.dossier_id, self.dossier),
            inside(row.to_agency_id, self.to_agency_within),
            whether(_awaited(), self.awaited),
            whether(and_(_awaited(), row.due_on < func.vietnam_day(func.now())), self.overdue),
            at_least(row.due_on, self.due_from),
            at_most(row.due_on, self.due_to),
        )


def _awaited() -> ColumnElement[bool]:
    row, dossier = rows.OpinionRequest, rows.Dossier
    consulting = select(dossier.id).where(stands_at(dossier, DossierStatus.CONSULTING))
    return and_(row.answered_at.is_(None), row.closed_at.is_(None), row.dossier_id.in_(consulting))


def opinion_requests(
    viewer: Viewer, filter: OpinionRequestFilter | None = None, order_by: OpinionOrder = OpinionOrder.DUE
) -> Select[rows.OpinionRequest]:
    """The requests the viewer may see, by filter and order."""
    row = rows.OpinionRequest
    found = narrowed(select(row).where(visible_opinion(row, viewer)), filter, viewer)
    return found.order_by(row.due_on if order_by is OpinionOrder.DUE else row.asked_at.desc())


def opinions_on(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.OpinionRequest]:
    """Who was asked about a dossier and what they said, the first asked first."""
    row = rows.OpinionRequest
    found = select(row).where(row.dossier_id == parent.id, visible_opinion(row, viewer))
    return found.order_by(row.asked_at)


def consulted(viewer: Viewer, parent: type[rows.OpinionRequest]) -> Select[rows.DossierLine]:
    """The cases an agency is asked about; once it has answered they are no longer its concern."""
    line = rows.DossierLine
    found = select(line).where(line.dossier_id == parent.dossier_id, visible_consulted(line, viewer))
    return found.order_by(line.position)
