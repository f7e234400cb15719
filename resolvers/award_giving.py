"""Lines become awards: each with its place in the decision, its code, and the prize money that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

import models as rows
from models.agency import AgencyKind
from models.catalogue.money import prize_money, proposer_pays
from models.decision import Decision
from models.refusals import InvalidInput
from resolvers.work import Work

Line = tuple[rows.Dossier, rows.DossierLine]


async def give(work: Work, decision: Decision, decider: rows.Agency, lines: Sequence[Line]) -> None:
    """Make an award of each line, in their order; nominees and award types must be loaded. Raises InvalidInput."""
    _must_not_repeat([line for _, line in lines])
    payers = await _payers(work, decider, {dossier.agency_id for dossier, _ in lines})
    for position, (dossier, line) in enumerate(lines, start=1):
        award = rows.Award(
            decision_id=decision.id,
            position=position,
            nominee_id=line.nominee_id,
            award_type_id=line.award_type_id,
            agency_id=dossier.agency_id,
            line_id=line.id,
            awarded_on=decision.signed_on,
            achievement_year=line.achievement_year,
            citation=line.citation,
            posthumous=line.posthumous,
        )
        work.session.add(award)
        money = prize_money(line.award_type.code, line.nominee.kind, decision.signed_on)
        if money is not None:
            payer = payers.get(dossier.agency_id, decider.id)
            work.session.add(rows.AwardPrize(award_id=award.id, payer_id=payer, **vars(money)))


def _must_not_repeat(lines: Sequence[rows.DossierLine]) -> None:
    """Raise InvalidInput where two dossiers of the decision ask the same award for the same nominee."""
    seen = set()
    for line in lines:
        if (line.nominee_id, line.award_type_id) in seen:
            raise InvalidInput(
                field="also",
                message=f"«{line.nominee.name}» có mặt hai lần cho cùng một hình thức. Hãy ra quyết định riêng.",
                message_en=f"“{line.nominee.name}” is there twice for the same award. Decide on the dossiers apart.",
            )
        seen.add((line.nominee_id, line.award_type_id))


async def _payers(work: Work, decider: rows.Agency, proposers: set[UUID]) -> dict[UUID, UUID]:
    """By proposer who pays instead of the decider: for awards of the State the province that proposed (art 11.4)."""
    if not proposer_pays(decider.kind):
        return {}
    upper, own = rows.Agency.__table__.alias("upper"), rows.Agency.__table__.alias("own")
    found = await work.session.execute(
        select(own.c.id, upper.c.id)
        .join(upper, upper.c.path.op("@>")(own.c.path))
        .where(own.c.id.in_(proposers), upper.c.kind == AgencyKind.PROVINCE)
    )
    return {proposer: proposer for proposer in proposers} | {row[0]: row[1] for row in found}
