"""Reading what became of awards, what leans on them, and what a certificate's code opens."""

from __future__ import annotations

from sqlalchemy import Select, select

import models as rows
from models.access import Viewer
from models.award import verifiable_award
from models.award_change import visible_change
from models.award_code import canonical
from models.reliance import visible_reliance
from resolvers.engine import seen, through


def changes_of(viewer: Viewer, parent: type[rows.Award]) -> Select[rows.AwardChange]:
    """What became of an award since it was given, the first change first."""
    row = rows.AwardChange
    found = select(row).where(row.award_id == parent.id, visible_change(row, viewer, seen(parent)))
    return found.order_by(row.at)


def changes_by(viewer: Viewer, parent: type[rows.Decision]) -> Select[rows.AwardChange]:
    """What a decision changes of awards that others gave."""
    row = rows.AwardChange
    found = select(row).where(row.decision_id == parent.id, visible_change(row, viewer))
    return found.order_by(row.award_id)


def relied_on_by(viewer: Viewer, parent: type[rows.Award]) -> Select[rows.AwardReliance]:
    """The cases that were found eligible because of this award, as far as one sees them; for staff."""
    row = rows.AwardReliance
    return select(row).where(row.award_id == parent.id, visible_reliance(row, viewer)).order_by(row.id)


def relies_on(viewer: Viewer, parent: type[rows.DossierLine]) -> Select[rows.AwardReliance]:
    """The earlier awards because of which a case was found eligible; for staff."""
    row = rows.AwardReliance
    return select(row).where(row.line_id == parent.id, visible_reliance(row, viewer)).order_by(row.award_id)


def verify_award(viewer: Viewer, code: str) -> Select[rows.Award]:
    """What the code on a certificate opens; null for a code that is nobody's, or of what is not published."""
    said = through(code, canonical)
    return select(rows.Award).where(rows.Award.code == said, verifiable_award(rows.Award, viewer))
