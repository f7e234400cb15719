"""Events: what of the journal each viewer may see."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from models.access import Audience, Viewer
from models.account import Account
from models.council import CouncilSession, visible_session
from models.decision import Decision, visible_decision
from models.dossier import Dossier, visible_dossier
from models.journal import Entry


def visible_entry(row: type[Entry], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Whoever sees the subject of an entry (`of_seen`: it is seen) sees the entry; checked at every delivery."""
    if of_seen:
        return true()
    dossier = select(Dossier.id).where(Dossier.id == row.subject_id, visible_dossier(Dossier, viewer))
    decision = select(Decision.id).where(Decision.id == row.subject_id, visible_decision(Decision, viewer))
    return or_(
        and_(row.subject_kind == "Dossier", exists(dossier)),
        and_(row.subject_kind == "Decision", exists(decision)),
    )


def visible_step(row: type[Entry], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Whoever sees a dossier (`of_seen`: it is seen) sees its steps; what else the journal holds is no step of one."""
    if of_seen:
        return true()
    dossier = select(Dossier.id).where(Dossier.id == row.subject_id, visible_dossier(Dossier, viewer))
    return and_(row.subject_kind == "Dossier", exists(dossier))


def visible_change(row: type[Entry], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Staff who see the decision or the sitting that changed (`of_seen`: it is seen); nobody else."""
    if viewer.audience is not Audience.STAFF:
        return false()
    if of_seen:
        return true()
    decision = select(Decision.id).where(Decision.id == row.subject_id, visible_decision(Decision, viewer))
    session = select(CouncilSession.id).where(CouncilSession.id == row.subject_id)
    return or_(
        and_(row.subject_kind == "Decision", exists(decision)),
        and_(row.subject_kind == "CouncilSession", exists(session.where(visible_session(CouncilSession, viewer)))),
    )


def visible_account(row: type[Account], viewer: Viewer) -> ColumnElement[bool]:
    """Staff see who did what; everybody else sees their own account only."""
    return true() if viewer.audience is Audience.STAFF else row.id == viewer.account_id
