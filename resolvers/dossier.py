"""Reading dossiers: each function returns a Select, which the engine makes part of one statement."""

from __future__ import annotations

from datetime import date

import strawberry
from sqlalchemy import Select, any_, func, select

import models as rows
from models import calendar
from models.access import Viewer
from models.agency import within_code
from models.dossier import visible_document, visible_dossier, visible_line
from models.event import visible_entry
from models.rule_set import CommendationType
from models.workflow import Clock, DossierStatus, PortalStatus, clock, portal_status
from resolvers.engine import Order


class DossierOrder(Order):
    """How dossiers are ordered."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    DUE = "due soonest first, without a due date last"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class DossierFilter:
    """Which dossiers; conditions left out do not count."""

    status: DossierStatus | None = None
    statuses: list[DossierStatus] | None = None
    commendation_type: CommendationType | None = None
    agency_within: str | None = strawberry.field(
        description="Mã cơ quan trình, kể cả cấp dưới. · Proposed in this agency's subtree.", default=None
    )
    handler_within: str | None = strawberry.field(
        description="Mã cơ quan đang xử lý, kể cả cấp dưới. · On a desk in this subtree.", default=None
    )
    text: str | None = strawberry.field(
        description="Tìm không dấu trong mã và trích yếu. · In code and title, accents aside.", default=None
    )
    received_from: date | None = None
    received_to: date | None = None

    def to(self, found: Select[rows.Dossier]) -> Select[rows.Dossier]:
        """The Select, narrowed to what the filter asks."""
        row = rows.Dossier
        if self.status is not None:
            found = found.where(row.status == self.status)
        if self.statuses is not None:
            found = found.where(row.status == any_(self.statuses))  # type: ignore[arg-type]  # a bind parameter while it is traced
        if self.commendation_type is not None:
            found = found.where(row.commendation_type == self.commendation_type)
        if self.agency_within is not None:
            found = found.where(row.agency_id.in_(within_code(self.agency_within)))
        if self.handler_within is not None:
            found = found.where(row.handler_id.in_(within_code(self.handler_within)))
        if self.text is not None:
            found = found.where(row.title_folded.like(func.like_text(self.text)))
        if self.received_from is not None:
            found = found.where(func.vietnam_day(row.received_at) >= self.received_from)
        if self.received_to is not None:
            found = found.where(func.vietnam_day(row.received_at) <= self.received_to)
        return found


def _ordered(found: Select[rows.Dossier], order: DossierOrder) -> Select[rows.Dossier]:
    row = rows.Dossier
    if order is DossierOrder.DUE:
        return found.order_by(row.due_order, row.id)
    return found.order_by(row.created_at.desc() if order is DossierOrder.NEWEST else row.created_at)


def dossiers(
    viewer: Viewer, filter: DossierFilter | None = None, order_by: DossierOrder = DossierOrder.NEWEST
) -> Select[rows.Dossier]:
    """The dossiers the viewer may see, by filter and order."""
    found = select(rows.Dossier).where(visible_dossier(rows.Dossier, viewer))
    return _ordered(filter.to(found) if filter else found, order_by)


def dossiers_of(
    viewer: Viewer,
    parent: type[rows.Agency],
    filter: DossierFilter | None = None,
    order_by: DossierOrder = DossierOrder.NEWEST,
) -> Select[rows.Dossier]:
    """What an agency has proposed."""
    return dossiers(viewer, filter, order_by).where(rows.Dossier.agency_id == parent.id)


def dossier(viewer: Viewer, id: strawberry.ID) -> Select[rows.Dossier]:
    """One dossier by its id."""
    return select(rows.Dossier).where(rows.Dossier.id == id, visible_dossier(rows.Dossier, viewer))


def dossier_by_code(viewer: Viewer, code: str) -> Select[rows.Dossier]:
    """One dossier by the code it got at reception."""
    return select(rows.Dossier).where(rows.Dossier.code == code, visible_dossier(rows.Dossier, viewer))


def lines(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.DossierLine]:
    """The lines of a dossier, in their order; a nominee sees their own."""
    line = rows.DossierLine
    found = select(line).where(line.dossier_id == parent.id, visible_line(line, viewer))
    return found.order_by(line.position)


def documents(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.DossierDocument]:
    """The papers of a dossier."""
    document = rows.DossierDocument
    found = select(document).where(document.dossier_id == parent.id, visible_document(document, viewer))
    return found.order_by(document.position)


def _events(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.Entry]:
    entry = rows.Entry
    return select(entry).where(
        entry.subject_kind == "Dossier", entry.subject_id == parent.id, visible_entry(entry, viewer)
    )


def events(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.Entry]:
    """The timeline of a dossier, its first step first."""
    return _events(viewer, parent).order_by(rows.Entry.subject_version)


def last_event(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.Entry]:
    """The newest step of a dossier."""
    return _events(viewer, parent).order_by(rows.Entry.subject_version.desc())


def portal_statuses(viewer: Viewer, given: list[tuple[str]]) -> list[PortalStatus]:
    """What the National Public Service Portal is told, for each dossier."""
    return [portal_status(DossierStatus[status]) for (status,) in given]


def clocks(viewer: Viewer, given: list[tuple[str]]) -> list[Clock]:
    """Whether the time limit runs, for each dossier."""
    return [clock(DossierStatus[status]) for (status,) in given]


def days_left(viewer: Viewer, given: list[tuple[str, str | None]]) -> list[int | None]:
    """Working days until each dossier is due; negative when late, null where no limit runs."""
    today = calendar.today()
    return [
        calendar.working_days_between(today, date.fromisoformat(due_on))
        if due_on and clock(DossierStatus[status]) is not Clock.STOPPED
        else None
        for status, due_on in given
    ]
