"""What asking others about a dossier has in common: how long it stands, and on whose desk the dossier lies."""

from __future__ import annotations

from sqlalchemy import ColumnElement, any_, literal, or_

from models.access import Viewer
from models.agency import within
from models.dossier import Dossier
from models.workflow import DossierStatus


def stands(dossier: Dossier, status: DossierStatus) -> bool:
    """Whether a dossier is in a state, or will come back to it once it is supplemented or resumed."""
    return dossier.status is status or status.name in dossier.came_from


def stands_at(row: type[Dossier], status: DossierStatus) -> ColumnElement[bool]:
    """`stands` in SQL."""
    return or_(row.status == status, literal(status.name) == any_(row.came_from))


def on_desk(row: type[Dossier], viewer: Viewer) -> ColumnElement[bool]:
    """The dossier lies on a desk of the viewer's, is theirs to decide, or theirs to appraise."""
    desks = within(viewer.handles_in)
    return or_(row.handler_id.in_(desks), row.authority_id.in_(desks), row.appraiser_id == viewer.account_id)
