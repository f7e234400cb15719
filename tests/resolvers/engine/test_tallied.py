"""When rows are counted by the tally of their kinds, and when they must be counted one by one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import aliased

from models import Agency, Decision, Dossier
from models.workflow import DossierStatus
from resolvers.engine import tally_of
from resolvers.engine.tallied import tallied

KEY = UUID(int=1)
HERE = select(Agency.id).where(Agency.path == "h37")
OTHER = aliased(Dossier)
DECIDED_BY_KINDS = [
    select(Dossier),
    select(Dossier).where(Dossier.status == DossierStatus.DRAFT, Dossier.agency_id.in_(HERE)),
    select(Dossier).where((Dossier.appraiser_id == KEY) | ~Dossier.handler_id.in_(HERE)),
]
NOT = {
    "what kinds do not tell is asked": select(Dossier).where(Dossier.title == "x"),
    "rows are asked for by their keys": select(Dossier).where(Dossier.id == KEY),
    "another dossier is looked for": select(Dossier).where(
        Dossier.agency_id.in_(select(Dossier.agency_id).where(Dossier.status == DossierStatus.DRAFT))
    ),
    "another dossier is looked for under another name": select(Dossier).where(
        select(OTHER.id).where(OTHER.agency_id == Dossier.agency_id).exists()
    ),
    "another row is joined": select(Dossier).join(Agency, Agency.id == Dossier.agency_id),
    "of such rows no tally is kept": select(Decision),
}


@pytest.mark.parametrize("chosen", DECIDED_BY_KINDS)
def test_dossiers_of_whole_kinds_are_summed_up(chosen: Any) -> None:
    said = str(tallied(chosen))
    assert "sum(dossier_tally.number)" in said
    assert " dossier." not in said


@pytest.mark.parametrize("why", NOT)
def test_rows_are_counted_where(why: str) -> None:
    assert tally_of(NOT[why]) is None
    assert tallied(NOT[why]) is None
