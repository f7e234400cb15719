"""The register's reading resolvers: each returns a Select."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry
from sqlalchemy import any_, func, select

from models.access import Viewer
from resolvers.engine import Order, identifies

from . import rows
from .rows import DossierStatus

NEVER = date(9000, 1, 1)  # not date.max: asyncpg sends that as infinity


class DossierOrder(Order):
    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    TITLE = "title"


@strawberry.input
class DossierFilter:
    status: DossierStatus | None = None
    statuses: list[DossierStatus] | None = None
    agency: strawberry.ID | None = strawberry.field(default=None, metadata=identifies("Agency"))
    has_code: bool | None = None
    title_starts: str | None = None
    min_version: int | None = 0
    created_from: datetime | None = None
    due_by: date | None = None


def dossiers(viewer: Viewer, filter: DossierFilter | None = None, order_by: DossierOrder = DossierOrder.NEWEST) -> Any:
    """The dossiers the viewer may see, by filter and order."""
    d = rows.Dossier
    found = select(d).where(rows.visible_dossier(d, viewer))
    if filter:
        found = found.where(*_conditions(d, filter))
    orders = {
        DossierOrder.NEWEST: (d.created_at.desc(), d.id.desc()),
        DossierOrder.OLDEST: (d.created_at,),
        DossierOrder.DUE: (func.coalesce(d.due_on, NEVER), d.id.desc()),
        DossierOrder.TITLE: (d.title,),
    }
    return found.order_by(*orders[order_by])


def _conditions(d: Any, asked: DossierFilter) -> Any:
    if asked.status is not None:
        yield d.status == asked.status
    if asked.statuses is not None:
        yield d.status == any_(asked.statuses)
    if asked.agency is not None:
        yield d.agency_id == asked.agency
    if asked.has_code is not None:
        yield d.code.is_not(None) if asked.has_code else d.code.is_(None)
    if asked.title_starts is not None:
        yield func.starts_with(d.title, asked.title_starts)
    if asked.min_version is not None:
        yield d.version >= asked.min_version
    if asked.created_from is not None:
        yield d.created_at >= asked.created_from
    if asked.due_by is not None:
        yield d.due_on <= asked.due_by


def dossier(viewer: Viewer, id: strawberry.ID) -> Any:
    return select(rows.Dossier).where(rows.Dossier.id == id, rows.visible_dossier(rows.Dossier, viewer))


def dossier_by_code(viewer: Viewer, code: str) -> Any:
    return select(rows.Dossier).where(rows.Dossier.code == code, rows.visible_dossier(rows.Dossier, viewer))


def lines_of(parent: Any, viewer: Viewer) -> Any:
    line = rows.DossierLine
    return select(line).where(line.dossier_id == parent.id).order_by(line.position)


def events_of(parent: Any, viewer: Viewer, act: str | None = None) -> Any:
    found = select(rows.Entry).where(rows.Entry.subject_id == parent.id).order_by(rows.Entry.seq)
    return found if act is None else found.where(rows.Entry.act == act)


def last_event(parent: Any, viewer: Viewer) -> Any:
    return select(rows.Entry).where(rows.Entry.subject_id == parent.id).order_by(rows.Entry.seq.desc())


def awards_of(parent: Any, viewer: Viewer) -> Any:
    return select(rows.Award).where(rows.Award.decision_id == parent.id).order_by(rows.Award.position)


def children(parent: Any, viewer: Viewer) -> Any:
    return select(rows.Agency).where(rows.Agency.parent_id == parent.id).order_by(rows.Agency.code)


def agencies(viewer: Viewer) -> Any:
    return select(rows.Agency).order_by(rows.Agency.code)


def agency_dossiers(
    parent: Any, viewer: Viewer, filter: DossierFilter | None = None, order_by: DossierOrder = DossierOrder.NEWEST
) -> Any:
    return dossiers(viewer, filter, order_by).where(rows.Dossier.agency_id == parent.id)


def awards_won(parent: Any, viewer: Viewer) -> Any:
    award, decision = rows.Award, rows.Decision
    found = select(award).join(decision, award.decision_id == decision.id)
    found = found.where(award.nominee_id == parent.id, rows.visible_decision(decision, viewer))
    return found.order_by(award.position)


def decisions(viewer: Viewer) -> Any:
    d = rows.Decision
    return select(d).where(rows.visible_decision(d, viewer)).order_by(d.signed_on.desc(), d.id.desc())


def search(viewer: Viewer, text: str) -> Any:
    """Dossiers, then decisions, whose title holds the text."""
    d, e = rows.Dossier, rows.Decision
    dossiers = select(d).where(rows.visible_dossier(d, viewer), func.strpos(d.title, text) > 0).order_by(d.created_at)
    decisions = select(e).where(rows.visible_decision(e, viewer), func.strpos(e.title, text) > 0).order_by(e.number)
    return dossiers.limit(5), decisions.limit(5)


def first_hit(viewer: Viewer, text: str) -> Any:
    return search(viewer, text)
