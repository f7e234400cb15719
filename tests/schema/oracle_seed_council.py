"""Random councils, sittings in every state, agendas, ballots and recusals, over the rows of `oracle_seed`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.council import Seat, SessionKind, SessionStatus
from models.council_agenda import AgendaOutcome, Presence
from models.council_ballot import BallotChoice, BallotKind
from models.workflow import Interest

from .oracle_seed import Chance, Seed

ENDED = (SessionStatus.CLOSED, SessionStatus.WITHOUT_RESULT)
COUNTED = {AgendaOutcome.PASSED, AgendaOutcome.NOT_PASSED, AgendaOutcome.NO_RESULT}
"""What is said of a case with its figures."""
FIGURES = ("members", "recused", "present", "base", "yes", "no", "abstain")


class Sittings:
    """Six councils and what they have done."""

    def __init__(self, seed: Seed) -> None:
        self.seed, self.chance = seed, Chance(90)  # its own luck: what else is planted stays as it was
        self.entries = Chance(91)
        self.staff = [v.account_id for v in seed.province.viewers.values() if v.account_id]
        self.free: list[Any] = []

    async def plant(self, session: AsyncSession) -> None:
        """Write all of them."""
        rules = list(await session.scalars(select(rows.CouncilRule).order_by(rows.CouncilRule.article)))
        lines = select(rows.DossierLine).order_by(rows.DossierLine.id)
        self.free = list(await session.scalars(lines))
        agencies = {d.id: d.agency_id for d in await session.scalars(select(rows.Dossier))}
        for n in range(6):
            council = self._council(n)
            members = list(self._members(council))
            session.add_all([council, *members])
            await session.flush()
            for place in range(6):
                await self._sitting(session, council, members, (rules, agencies), 6 * n + place)

    def _council(self, n: int) -> rows.Council:
        chance, place, last = self.chance, self.seed.province.agencies, self.seed.agencies[-1].id
        agency = (place["province"], place["culture"], place["culture"], last, last, place["culture"])[n]
        begins = chance.day(1) + timedelta(days=3 * (n // 2))  # two of one agency never begin on the same day
        ends = chance.perhaps(begins + timedelta(days=chance.randint(1, 9)), 0.3)
        return rows.Council(
            id=chance.key(),
            agency_id=agency,
            name=chance.text(n),
            name_en=chance.perhaps("Council"),
            valid_from=begins,
            valid_to=ends,
        )

    def _members(self, council: rows.Council) -> Iterator[rows.CouncilMember]:
        chance = self.chance
        for account in chance.sample(self.staff, 6):
            begins = chance.day(4)
            yield rows.CouncilMember(
                id=chance.key(),
                council_id=council.id,
                account_id=account,
                seat=chance.choice([seat for seat in Seat if seat is not Seat.CHAIR]),
                unit_id=chance.perhaps(chance.choice(self.seed.agencies).id),
                valid_from=begins,
                valid_to=chance.perhaps(begins + timedelta(days=chance.randint(1, 6))),
            )

    async def _sitting(self, session: AsyncSession, council: Any, members: list[Any], law: Any, n: int) -> None:
        made = self._session(council, n)
        session.add(made)
        await session.flush()
        seats = [self._seat(made, member) for member in self.chance.sample(members, self.chance.choice([0, 3, 6, 6]))]
        items = list(self._items(made, law))
        session.add_all([*seats, *items])
        await session.flush()
        session.add_all(part for item in items for seat in seats for part in self._stance(item, seat))
        session.add_all(self._acts(made))
        await session.flush()

    def _session(self, council: rows.Council, n: int) -> rows.CouncilSession:
        chance, status = self.chance, list(SessionStatus)[n % len(SessionStatus)]
        opens = chance.moment()
        opened = opens if status in (SessionStatus.OPEN, SessionStatus.CLOSED) else None
        minutes = chance.perhaps(chance.loose()) if status in ENDED else None
        return rows.CouncilSession(
            id=chance.key(),
            council_id=council.id,
            kind=chance.choice(list(SessionKind)),
            title=chance.text(n),
            status=status,
            version=chance.randint(1, 4),
            opens_at=opens,
            closes_at=chance.perhaps(opens + timedelta(hours=chance.randint(1, 9))),
            opened_at=opened,
            closed_at=opens + timedelta(hours=1) if status in ENDED else None,
            minutes=minutes,
            minutes_sha256=None if minutes is None else "0" * 64,
        )

    def _acts(self, session: rows.CouncilSession) -> Iterator[rows.Entry]:
        chance = self.entries
        for version in range(1, session.version + chance.randint(1, 3)):
            yield rows.Entry(
                key=chance.key(),
                at=chance.moment(),
                actor_id=chance.perhaps(chance.choice(self.staff), 0.8),
                act=chance.choice(["CALL_COUNCIL_SESSION", "OPEN_COUNCIL_SESSION"]),
                subject_kind="CouncilSession",
                subject_id=session.id,
                subject_version=version,
                topics=[f"council:{session.council_id}"],
                data={"reason": chance.loose(), "onBehalfOf": chance.perhaps(str(chance.choice(self.staff)), 0.3)},
            )

    def _seat(self, session: rows.CouncilSession, member: rows.CouncilMember) -> rows.CouncilAttendance:
        return rows.CouncilAttendance(
            id=self.chance.key(),
            session_id=session.id,
            member_id=member.id,
            presence=self.chance.choice(list(Presence)),
            version=self.chance.randint(0, 3),
        )

    def _items(self, session: rows.CouncilSession, law: Any) -> Iterator[rows.AgendaItem]:
        chance, (rules, agencies) = self.chance, law
        for n in range(chance.choice([0, 1, 2, 6])):
            line = self.free.pop()
            ended = session.status in ENDED
            outcome = chance.choice(list(AgendaOutcome)[1:]) if ended else AgendaOutcome.PENDING
            item = rows.AgendaItem(
                id=chance.key(),
                session_id=session.id,
                position=2 * n + 1,
                dossier_id=line.dossier_id,
                line_id=line.id,
                nominee_id=line.nominee_id,
                award_type_id=line.award_type_id,
                agency_id=agencies[line.dossier_id],
                rule_id=chance.choice(rules).id,
                ballot=chance.choice(list(BallotKind)),
                citation=chance.text(n),
                achievement_year=2020 + n,
                outcome=outcome,
                chair_decided=ended and chance.luck(0.2),
            )
            for name in FIGURES if outcome in COUNTED else ():
                setattr(item, name, chance.randint(0, 9))
            yield item

    def _stance(self, item: rows.AgendaItem, seat: rows.CouncilAttendance) -> Iterator[Any]:
        chance = self.chance
        if chance.luck(0.8 if item.position == 3 else 0.2):
            yield rows.Recusal(
                id=chance.key(),
                item_id=item.id,
                attendance_id=seat.id,
                interest=chance.choice(list(Interest)),
                reason='vì \\ lẽ "riêng"',
            )
        elif chance.luck(0.7):
            choice = chance.choice(list(BallotChoice)) if item.ballot is BallotKind.OPEN else None
            yield rows.Ballot(
                id=chance.key(),
                item_id=item.id,
                attendance_id=seat.id,
                kind=item.ballot,
                choice=choice,
                on_paper=chance.luck(0.2),
            )
