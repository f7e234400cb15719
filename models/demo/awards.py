"""The demo's awards: what each decision gives, with certificates' codes and prize money, and what was cancelled."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import models as rows
from models.award import AwardStatus
from models.award_change import AwardGround, grounds
from models.award_code import new_code
from models.catalogue.money import prize_money, proposer_pays
from models.demo.agencies import PROVINCE, Office
from models.demo.books import key
from models.demo.nominees import Listed
from models.demo.world import World

_GROUND = AwardGround.FALSE_ACHIEVEMENT
_REASON = "Kết luận thanh tra: kê khai thành tích không đúng sự thật"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A decision as its paper shows it."""

    id: UUID
    agency: Office
    number: str
    title: str
    signed_on: date
    signed_at: datetime


@dataclass(frozen=True)
class Awards:
    """Writes awards into the world's books."""

    world: World

    def give(self, paper: Paper, position: int, listed: Listed, code: str, office: Office, **values: Any) -> UUID:
        """Writes one award that an agency proposed, with its code and its prize; gives its key."""
        made = key(paper.signed_at, self.world.chance)
        self.world.books.write(
            rows.Award,
            id=made,
            decision_id=paper.id,
            position=position,
            nominee_id=listed.id,
            awarded_on=paper.signed_on,
            agency_id=office.id,
            code=new_code(random.Random(made.int).choice),  # noqa: S311  equal seeds give equal demos
            **values,
        )
        money = prize_money(code, listed.kind, paper.signed_on)
        if money is not None:
            payer = self.world.agencies[PROVINCE] if proposer_pays(paper.agency.kind) else paper.agency
            self.world.books.write(rows.AwardPrize, award_id=made, payer_id=payer.id, **vars(money))
        return made

    def cancel(self, awards: list[UUID], by: Paper) -> None:
        """Writes why awards were cancelled, by which decision."""
        for award in awards:
            self.world.books.write(
                rows.AwardChange,
                id=key(by.signed_at, self.world.chance),
                award_id=award,
                decision_id=by.id,
                ground=_GROUND,
                article=grounds()[_GROUND].article,
                reason=_REASON,
                status_before=AwardStatus.IN_FORCE,
                at=by.signed_at,
            )
