"""What leaned on an award that falls: open dossiers go back to appraisal, decided ones are marked for review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

import models as rows
from models.award import STANDING
from models.decision import Decision
from models.dossier import Dossier
from models.journal import Entry
from models.workflow import Step, workflow
from resolvers.council_leaving import off_the_agenda
from resolvers.decision_paper import told
from resolvers.dossier_steps import DESKS
from resolvers.work import Work

Leaning = rows.AwardReliance


async def reopen_what_leaned(work: Work, awards: Sequence[UUID], reason: str) -> list[Entry]:
    """What leaned on awards that just fell: open dossiers go back to appraisal, awards given are marked for review."""
    leaning = list(
        await work.session.scalars(
            select(Leaning)
            .where(Leaning.award_id.in_(awards), Leaning.fell_at.is_(None))
            .options(joinedload(Leaning.line))
        )
    )
    for reliance in leaning:
        reliance.fell_at = work.now
    if not leaning:
        return []
    reopened = await _reopened(work, [reliance.line for reliance in leaning], reason)
    return [*reopened, *await _reviewed(work, [reliance.line_id for reliance in leaning], work.now)]


async def _reopened(work: Work, lines: Sequence[rows.DossierLine], reason: str) -> list[Entry]:
    """The entries of the dossiers that go back to appraisal; where one is held, its decision will be refused."""
    found = await work.session.scalars(
        select(Dossier)
        .where(Dossier.id.in_({line.dossier_id for line in lines}))
        .options(*DESKS)
        .order_by(Dossier.id)
        .with_for_update(of=Dossier)
    )
    open_ = [each for each in found if each.status in workflow(each.workflow_code)[Step.REOPEN].before]
    asked = [dossier for dossier in open_ if dossier.before_council]
    for line in lines:
        if line.dossier_id in {dossier.id for dossier in open_}:
            line.reopen()
    entries = [dossier.follow(Step.REOPEN, by=work.viewer, reason=reason) for dossier in open_]
    return [*entries, *(await off_the_agenda(work, asked) if asked else ())]


async def stand_again(work: Work, awards: Sequence[UUID]) -> list[Entry]:
    """What leaned on awards that were restored leans on them again."""
    risen = await work.session.scalars(
        update(Leaning)
        .where(Leaning.award_id.in_(awards), Leaning.fell_at.is_not(None))
        .values(fell_at=None)
        .returning(Leaning.line_id)
        .execution_options(synchronize_session=False)
    )
    lines = list(risen)
    return await _reviewed(work, lines, None) if lines else []


async def _reviewed(work: Work, lines: Sequence[UUID], fell_at: datetime | None) -> list[Entry]:
    """One entry, for staff, about each decision that gave awards to these cases."""
    given = select(rows.Award.decision_id).where(rows.Award.line_id.in_(lines), rows.Award.status.in_(STANDING))
    found = await work.session.scalars(
        select(Decision)
        .where(Decision.id.in_(given))
        .options(joinedload(Decision.agency))
        .order_by(Decision.id)
        .with_for_update(of=Decision)
    )
    entries = []
    for decision in found:
        decision.version += 1
        act = "END_REVIEW" if fell_at is None else "REVIEW_AWARDS"
        entries.append(told(decision, decision.agency, work, act, lines=[f"DossierLine_{line}" for line in lines]))
    return entries
