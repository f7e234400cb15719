"""Reading dossiers: each function returns a Select, which the engine makes part of one statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Select, and_, select

import models as rows
from models.access import Viewer
from models.dossier import visible_among_all, visible_beside, visible_document, visible_dossier, visible_line
from models.event import visible_account, visible_step
from models.outward import ExchangeStatus, PortalStatus, exchange_status, portal_status
from models.rule_set import CommendationType
from models.workflow import DossierStatus
from resolvers.engine import Order, one_of, seen
from resolvers.filters import (
    Condition,
    Filter,
    among,
    asked,
    at_least,
    at_most,
    but,
    coded,
    containing,
    equal,
    every,
    found_among,
    from_day,
    inside,
    joined_type,
    narrowed,
    of_type,
    past,
    some,
    to_day,
)


class DossierOrder(Order):
    """How dossiers are ordered."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    DUE = "due soonest first, without a due date last"
    RECEIVED = "received last first, not yet received last"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class DossierFilter(Filter):
    """Which dossiers; conditions left out do not count."""

    status: DossierStatus | None = None
    statuses: list[DossierStatus] | None = None
    commendation_type: CommendationType | None = None
    commendation_types: list[CommendationType] | None = None
    agency_within: str | None = asked("Mã cơ quan trình, kể cả cấp dưới. · Proposed in this agency's subtree.")
    handler_within: str | None = asked("Mã cơ quan đang xử lý, kể cả cấp dưới. · On a desk in this subtree.")
    authority: str | None = asked("Mã cơ quan có thẩm quyền quyết định. · This agency is asked to decide.")
    movement: strawberry.ID | None = asked("Thuộc phong trào này. · It belongs to this movement.", of="Movement")
    appraiser: strawberry.ID | None = asked("Tài khoản được giao thẩm định. · This account appraises it.", of="Account")
    nominee: strawberry.ID | None = asked("Có đề nghị cho người, tập thể này. · It names this nominee.", of="Nominee")
    award_type: str | None = asked("Có đề nghị hình thức này. · It asks for this award.")
    text: str | None = asked("Tìm không dấu trong mã và trích yếu. · In code and title, accents aside.")
    created_from: date | None = None
    created_to: date | None = None
    received_from: date | None = None
    received_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    overdue: bool | None = asked("Chưa có kết quả và đã quá hạn. · Without a result, and its time limit has passed.")
    will_miss_deadline: bool | None = asked(
        "Sẽ quá hạn nếu mỗi công đoạn còn lại dùng hết thời hạn của nó; gồm cả hồ sơ đã quá hạn."
        " · It will be late if each stage that is left takes all of its own limit; those that are late already too."
    )
    and_: list[DossierFilter] | None = every()
    or_: list[DossierFilter] | None = some()
    not_: DossierFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row, line = rows.Dossier, rows.DossierLine
        award = line.award_type_id
        return (
            equal(row.status, self.status),
            among(row.status, self.statuses),
            equal(row.commendation_type, self.commendation_type),
            among(row.commendation_type, self.commendation_types),
            inside(row.agency_id, self.agency_within),
            inside(row.handler_id, self.handler_within),
            coded(row.authority_id, self.authority),
            equal(row.movement_id, self.movement),
            appraised_by(self.appraiser, viewer),
            naming(equal(line.nominee_id, self.nominee), viewer),
            naming(joined_type(award, self.award_type), viewer, of_type(award, self.award_type)),
            containing(row.title_folded, self.text),
            from_day(row.created_at, self.created_from),
            to_day(row.created_at, self.created_to),
            from_day(row.received_at, self.received_from),
            to_day(row.received_at, self.received_to),
            at_least(row.due_on, self.due_from),
            at_most(row.due_on, self.due_to),
            past(row.late_at, self.overdue),
            past(row.at_risk_at, self.will_miss_deadline),
        )


def appraised_by(account: Any, viewer: Viewer) -> Condition:
    """The account appraises the dossier, where the viewer may know that."""
    if account is None:
        return None
    known = select(rows.Account.id).where(rows.Account.id == account, visible_account(rows.Account, viewer))
    return one_of(rows.Dossier.appraiser_id, known)


def naming(condition: Condition, viewer: Viewer, of_one: Condition = None) -> Condition:
    """The dossier has a line of which this holds, and which the viewer sees with the dossier."""
    if condition is None:
        return None
    line = rows.DossierLine
    return found_among(rows.Dossier.id, line.dossier_id, condition, visible_beside(line, viewer), of_one)


_ORDERS: dict[DossierOrder, Any] = {
    DossierOrder.NEWEST: rows.Dossier.created_at.desc(),
    DossierOrder.OLDEST: rows.Dossier.created_at,
    DossierOrder.DUE: rows.Dossier.due_order,
    DossierOrder.RECEIVED: rows.Dossier.received_order.desc(),
}


def _listed(
    seen: ColumnElement[bool], viewer: Viewer, filter: DossierFilter | None, order: DossierOrder
) -> Select[rows.Dossier]:
    return narrowed(select(rows.Dossier).where(seen), filter, viewer).order_by(_ORDERS[order])


def dossiers(
    viewer: Viewer, filter: DossierFilter | None = None, order_by: DossierOrder = DossierOrder.NEWEST
) -> Select[rows.Dossier]:
    """The dossiers the viewer may see, by filter and order."""
    return _listed(visible_among_all(rows.Dossier, viewer), viewer, filter, order_by)


def dossiers_of(
    viewer: Viewer,
    parent: type[rows.Agency],
    filter: DossierFilter | None = None,
    order_by: DossierOrder = DossierOrder.NEWEST,
) -> Select[rows.Dossier]:
    """What an agency has proposed."""
    seen = and_(rows.Dossier.agency_id == parent.id, visible_dossier(rows.Dossier, viewer))
    return _listed(seen, viewer, filter, order_by)


def dossier(viewer: Viewer, id: strawberry.ID) -> Select[rows.Dossier]:
    """One dossier by its id."""
    return select(rows.Dossier).where(rows.Dossier.id == id, visible_dossier(rows.Dossier, viewer))


def dossier_by_code(viewer: Viewer, code: str) -> Select[rows.Dossier]:
    """One dossier by the code it got at reception."""
    return select(rows.Dossier).where(rows.Dossier.code == code, visible_dossier(rows.Dossier, viewer))


def lines(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.DossierLine]:
    """The lines of a dossier, in their order; a nominee sees their own."""
    line = rows.DossierLine
    found = select(line).where(line.dossier_id == parent.id, visible_line(line, viewer, seen(parent)))
    return found.order_by(line.position)


def documents(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.DossierDocument]:
    """The papers of a dossier."""
    document = rows.DossierDocument
    found = select(document).where(document.dossier_id == parent.id, visible_document(document, viewer, seen(parent)))
    return found.order_by(document.position)


def _events(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.Entry]:
    entry = rows.Entry
    return select(entry).where(
        entry.subject_kind == "Dossier", entry.subject_id == parent.id, visible_step(entry, viewer, seen(parent))
    )


def events(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.Entry]:
    """The timeline of a dossier, its first step first."""
    return _events(viewer, parent).order_by(rows.Entry.subject_version)


def last_event(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.Entry]:
    """The newest step of a dossier."""
    return _events(viewer, parent).order_by(rows.Entry.subject_version.desc())


def portal_statuses(viewer: Viewer, given: list[tuple[str | None]]) -> list[PortalStatus | None]:
    """What the National Public Service Portal is told of each state (Circular 01/2018/TT-VPCP)."""
    return [portal_status(DossierStatus[status]) if status else None for (status,) in given]


def exchange_statuses(viewer: Viewer, given: list[tuple[str | None]]) -> list[ExchangeStatus | None]:
    """What whoever sent the documents is told of each state (Decision 28/2018/QĐ-TTg)."""
    return [exchange_status(DossierStatus[status]) if status else None for (status,) in given]
