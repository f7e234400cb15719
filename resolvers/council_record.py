"""What a sitting leaves on record: its cases with their votes, who takes part, and who stands aside from what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, and_, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from models.account import Account
from models.council import CouncilMember, CouncilSession, Seat, SessionKind
from models.council_agenda import AgendaItem, AgendaOutcome, CouncilAttendance, Presence, Recusal
from models.council_ballot import Ballot, BallotChoice, SecretCount
from models.council_tally import Tally
from models.dossier import Dossier
from models.dossier_line import DossierLine
from resolvers.work import Work


@dataclass(frozen=True)
class Case:
    """A case before the council, and who voted on it."""

    item: AgendaItem
    secret: SecretCount | None
    """The sums of its secret ballots."""
    cast: dict[UUID, BallotChoice | None]
    """By attendance, what was chosen; None in a secret ballot."""

    @property
    def sums(self) -> dict[BallotChoice, int]:
        """How many chose what: open ballots counted, secret ones as they were summed up."""
        if self.secret is None:
            counted = Counter(self.cast.values())
            return {choice: counted[choice] for choice in BallotChoice}
        return {choice: getattr(self.secret, choice.name.lower()) for choice in BallotChoice}


@dataclass(frozen=True)
class Found:
    """Everything a sitting leaves on record."""

    cases: Sequence[Case]
    """In the order they are taken."""
    attendances: Sequence[CouncilAttendance]
    """The chair first."""
    recusals: Sequence[Recusal]
    drafter: str
    """The full name of whoever closes it."""

    @property
    def asked(self) -> list[Case]:
        """The cases the council was asked to the end: those not taken off its agenda."""
        return [case for case in self.cases if case.item.outcome is not AgendaOutcome.TAKEN_OFF]

    def tally(self, session: CouncilSession, case: Case) -> Tally:
        """The figures of a case; in written votes whoever has voted on it was there."""
        item, voted, sums = case.item, set(case.cast), case.sums
        aside = {one.attendance_id for one in self.recusals if one.item_id == item.id}
        may = [seat for seat in self.attendances if seat.id not in aside]
        came = {seat.id for seat in may if seat.presence is Presence.PRESENT}
        there = voted if session.kind is SessionKind.WRITTEN else came
        chairs = [seat.id for seat in self.attendances if seat.member.seat is Seat.CHAIR]
        return Tally(
            ballot=item.ballot,
            members=len(may),
            recused=len(aside),
            present=len(there),
            taking_part=len(there | voted),
            yes=sums[BallotChoice.YES],
            no=sums[BallotChoice.NO],
            abstain=sums[BallotChoice.ABSTAIN],
            chair=next((case.cast[chair] for chair in chairs if case.cast.get(chair)), None),
        )


async def left_on_record(work: Work, session: CouncilSession, dossiers: Sequence[Dossier]) -> Found:
    """What a sitting leaves, and its dossiers' lines: all of them locked, and read after that by two statements."""
    asked = {"sitting": session.id, "drafter": work.account_id, "put": [dossier.id for dossier in dossiers]}
    lines, cases = defaultdict[UUID, list[DossierLine]](list), list[Case]()
    for line, item, secret, cast in await work.session.execute(_cases(), asked):
        lines[line.dossier_id].append(line)
        if item is not None:
            chosen = {UUID(seat): choice and BallotChoice[choice] for seat, choice in cast or ()}
            cases.append(Case(item, secret, chosen))
    for dossier in dossiers:
        set_committed_value(dossier, "lines", lines[dossier.id])
    members = (await work.session.execute(_members(), asked)).all()
    return Found(
        sorted(cases, key=lambda case: case.item.position),
        sorted({seat.id: seat for _, seat, _ in members if seat}.values(), key=_place),
        [recusal for _, _, recusal in members if recusal],
        members[0][0],
    )


def _place(seat: CouncilAttendance) -> tuple[int, str, UUID]:
    return list(Seat).index(seat.member.seat), seat.member.account.full_name, seat.id


@cache
def _cases() -> Select[Any, Any, Any, Any]:
    """The lines of the dossiers, each with its case, the sums and the ballots where the council is asked about it."""
    line, item, secret, ballot = DossierLine, AgendaItem, SecretCount, Ballot
    cast = func.jsonb_agg(func.jsonb_build_array(ballot.attendance_id, ballot.choice), type_=JSONB)
    here = and_(item.line_id == line.id, item.session_id == bindparam("sitting", type_=Uuid()))
    found = select(line, item, secret, select(cast).where(ballot.item_id == item.id).scalar_subquery())
    found = found.select_from(line).outerjoin(item, here).outerjoin(secret, secret.item_id == item.id)
    found = found.where(line.dossier_id == any_(bindparam("put", type_=ARRAY(Uuid))))
    told = joinedload(item.rule), joinedload(item.nominee), joinedload(item.agency), joinedload(item.award_type)
    return found.options(*told).order_by(line.dossier_id, line.position)


@cache
def _members() -> Select[Any, Any, Any]:
    """Whoever closes the sitting, with each member that takes part and each case they stand aside from."""
    seat, at = CouncilAttendance, CouncilAttendance.session_id == bindparam("sitting", type_=Uuid())
    found = select(Account.full_name, seat, Recusal).select_from(Account)
    found = found.outerjoin(seat, at).outerjoin(Recusal, Recusal.attendance_id == seat.id)
    found = found.where(Account.id == bindparam("drafter", type_=Uuid()))
    return found.options(joinedload(seat.member).joinedload(CouncilMember.account))
