"""What the oracle says of tracking codes: staff who see the nominee's case see the code that holds, and nobody else."""

# ruff: noqa: N802  the methods are found by the names of the fields they answer

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import models as rows
from models.access import Audience, Viewer

if TYPE_CHECKING:
    from .oracle_rows import Rows


def tracking(found: Rows, row: rows.Tracking, viewer: Viewer) -> bool:
    """Staff who see the case, of a code in whose place no other took."""
    cases = (case for case in found.of(rows.DossierLine, "dossier_id", row.dossier_id))
    seen = any(case.nominee_id == row.nominee_id and found.sees(case, viewer) for case in cases)
    return viewer.audience is Audience.STAFF and row.ended_at is None and seen


class Trackings:
    """The part of the oracle that answers for tracking codes."""

    found: Rows

    def DossierLine_trackingCode(self, line: Any, viewer: Viewer) -> Any:
        codes = self.found.of(rows.Tracking, "dossier_id", line.dossier_id)
        own = (code for code in codes if code.nominee_id == line.nominee_id and self.found.sees(code, viewer))
        return next(own, None)
