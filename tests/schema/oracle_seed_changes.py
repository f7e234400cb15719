"""Random changes of awards, prize money, and cases that lean on earlier awards, over what `oracle_seed_files` has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.award import AwardStatus
from models.award_change import AwardGround

if TYPE_CHECKING:
    from .oracle_seed_files import Files


class Changes:
    """What becomes of the awards of some decisions."""

    def __init__(self, files: Files, decisions: Sequence[rows.Decision]) -> None:
        self.files, self.chance, self.decisions = files, files.chance, decisions

    async def plant(self, session: AsyncSession, awards: Sequence[rows.Award]) -> None:
        """Write all of them."""
        lines = list(await session.scalars(select(rows.DossierLine).order_by(rows.DossierLine.id)))
        given = self.chance.sample(lines, len(awards) // 2)
        for award, line in zip(awards, given, strict=False):
            award.line_id = line.id
        session.add_all(change for award in awards for change in self._changes(award))
        session.add_all(self._prize(award) for award in awards if self.chance.luck(0.7))
        session.add_all(reliance for line in lines for reliance in self._reliances(line, awards))
        await session.flush()

    def _changes(self, award: rows.Award) -> Iterator[rows.AwardChange]:
        chance = self.chance
        for decision in chance.sample(list(self.decisions), chance.choice([0, 0, 1, 2])):
            yield rows.AwardChange(
                id=chance.key(),
                award_id=award.id,
                decision_id=decision.id,
                ground=chance.choice(list(AwardGround)),
                article='Điều 93 \\ "a"',
                reason=chance.text(1),
                status_before=chance.choice(list(AwardStatus)),
                citation_before=chance.perhaps(chance.loose()),
                recipient_before=chance.perhaps(chance.loose()),
                at=chance.moment(),
            )

    def _prize(self, award: rows.Award) -> rows.AwardPrize:
        salary = self.chance.choice([1_800_000, 2_340_000])
        multiple = self.chance.choice([0.3, 1.5, 2.25, 92.5])  # PostgreSQL writes a whole one without its .0
        return rows.AwardPrize(
            award_id=award.id,
            amount=round(salary * multiple),
            base_salary=salary,
            multiple=multiple,
            article="Điều 11",
            confirmed=self.chance.luck(),
            payer_id=self.files.desk(),
        )

    def _reliances(self, line: rows.DossierLine, awards: Sequence[rows.Award]) -> Iterator[rows.AwardReliance]:
        chance = self.chance
        for award in chance.sample(list(awards), chance.choice([0, 0, 1, 2])):
            fell_at = chance.perhaps(chance.moment(), 0.4)
            yield rows.AwardReliance(
                id=chance.key(), line_id=line.id, award_id=award.id, article="Điều 74", fell_at=fell_at
            )
