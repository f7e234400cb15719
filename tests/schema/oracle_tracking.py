"""Random tracking codes, and what the oracle says of them: staff who see the case see the code that holds."""

# ruff: noqa: N802  the methods are found by the names of the fields they answer

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.access import Audience, Viewer

from .oracle_seed import Seed

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


async def plant(session: AsyncSession, seed: Seed) -> None:
    """Give codes for some cases, a few of them ended."""
    issuer = seed.province.viewers["desk"].account_id
    assert issuer is not None
    cases = {(case.dossier_id, case.nominee_id) for case in await session.scalars(select(rows.DossierLine))}
    for number, (dossier, nominee) in enumerate(sorted(cases)[:30]):
        code = rows.Tracking(dossier_id=dossier, nominee_id=nominee, issued_by_id=issuer)
        code.factor_hash, code.ended_at = bytes(32), datetime.now(UTC) if number % 5 == 0 else None
        session.add(code)
    await session.flush()
