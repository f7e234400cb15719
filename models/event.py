"""Events: what of the journal each viewer may see."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from models.access import Viewer
from models.decision import Decision, visible_decision
from models.dossier import Dossier, visible_dossier
from models.journal import Entry


def visible_entry(row: type[Entry], viewer: Viewer) -> ColumnElement[bool]:
    """Whoever sees the subject of an entry sees the entry; checked at every delivery."""
    dossier = select(Dossier.id).where(Dossier.id == row.subject_id, visible_dossier(Dossier, viewer))
    decision = select(Decision.id).where(Decision.id == row.subject_id, visible_decision(Decision, viewer))
    return or_(
        and_(row.subject_kind == "Dossier", exists(dossier)),
        and_(row.subject_kind == "Decision", exists(decision)),
    )
