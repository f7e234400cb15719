"""Lines become awards: each with its place in the decision, its code, and the prize money that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

import models as rows
from models.agency import AgencyKind
from models.catalogue.money import prize_money, proposer_pays
from models.decision import Decision
from models.demand import Demand
from models.dossier_line import LineOutcome
from models.refusals import InvalidInput
from resolvers.work import Work

Line = tuple[rows.Dossier, rows.DossierLine]


def give(
    work: Work, decision: Decision, decider: rows.Agency, lines: Sequence[Line], provinces: Mapping[str, str]
) -> None:
    """Make an award of each line, in their order; nominees and award types must be loaded. Raises InvalidInput.

    `provinces` is what `paying` found.
    """
    _must_not_repeat([line for _, line in lines])
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
        line.outcome = LineOutcome.AWARDED
        money = prize_money(line.award_type.code, line.nominee.kind, decision.signed_on)
        if money is not None:
            own = UUID(provinces.get(str(dossier.agency_id), str(dossier.agency_id)))
            payer = own if proposer_pays(decider.kind) else decider.id
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


def paying(proposers: Iterable[UUID]) -> Demand:
    """Which provinces pay for awards of the State, where they or who is under them proposed (art 11.4): their keys by
    those of the proposers.
    """
    return Demand(_provinces(), {"proposers": list(proposers)}, lambda _: None)


@cache
def _provinces() -> ColumnElement[dict[str, str]]:
    upper, own = rows.Agency.__table__.alias("upper"), rows.Agency.__table__.alias("own")
    proposed = own.c.id == any_(bindparam("proposers", type_=ARRAY(Uuid)))
    found = select(func.jsonb_object_agg(own.c.id, upper.c.id, type_=JSONB))
    found = found.select_from(own).join(upper, upper.c.path.op("@>")(own.c.path))
    found = found.where(proposed, upper.c.kind == AgencyKind.PROVINCE)
    return func.coalesce(found.scalar_subquery(), literal_column("'{}'::jsonb", JSONB))
