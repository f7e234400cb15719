"""Voting: standing aside from a case, and casting a ballot.

A ballot is one statement that is the same for every choice; what was chosen is a value in it, and in a secret ballot
goes nowhere but into a sum. An open ballot may be changed until the sitting is closed; what a secret one said is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Text, bindparam, exists, select, text
from sqlalchemy.orm import contains_eager, joinedload

from models.council import CouncilMember, CouncilSession, SessionKind, SessionStatus
from models.council_agenda import (
    AgendaItem,
    AgendaOutcome,
    CouncilAttendance,
    Presence,
    Recusal,
    visible_at_session,
)
from models.council_ballot import Ballot, BallotChoice, BallotKind
from models.refusals import NotFound, RuleNotMet
from models.workflow import Interest, Step, workflow
from resolvers.context import Context
from resolvers.council_desk import COUNCIL, must_stand
from resolvers.council_inputs import AttendanceStepInput, CastBallotInput, RecusalInput
from resolvers.dossier_draft import said
from resolvers.engine import Ref
from resolvers.work import Work, row_key

_CAST = text("""
with seat as (
  update council_attendance set version = version + 1, presence = :presence
  where id = :attendance and version = :version returning id
), cast_ as (
  insert into ballot (id, item_id, attendance_id, kind, choice, on_paper)
  select :id, :item, id, :kind, :choice, false from seat
  on conflict (item_id, attendance_id) do update set choice = excluded.choice where ballot.kind = 'OPEN'
  returning id
), counted as (
  update secret_count set yes = yes + :yes, no = no + :no, abstain = abstain + :abstain
  where item_id = :item and exists (select from cast_)
)
select (select count(*) from seat) as seats, (select count(*) from cast_) as ballots
""").bindparams(bindparam("choice", type_=Text))
"""Changes the sums in place: no row tells which ballot raised which."""


@dataclass(frozen=True)
class _Vote:
    """A member, a case, and what stands between them."""

    seat: CouncilAttendance
    item: AgendaItem
    recused: bool


async def cast_ballot(context: Context, input: CastBallotInput) -> Ref:
    """Vote on one case: for yourself, at a meeting while you are there, in writing until the last moment."""
    async with context.work("castBallot", input) as work:
        await work.claim()
        vote = await _vote(work, input)
        _must_be_open(work, vote.seat.session)
        _must_vote(vote)
        presence = Presence.PRESENT if vote.seat.session.kind is SessionKind.WRITTEN else vote.seat.presence
        done = (await work.session.execute(_CAST, _values(input, vote, presence))).one()
        if not done.seats:
            raise await work.stale(vote.seat, input.expected_version)
        if not done.ballots:
            raise already_cast()
        work.session.expunge(vote.seat)  # its row has moved on in the statement above
        vote.seat.version += 1
        entry = vote.seat.entry("CAST_BALLOT", work.viewer, vote.seat.session.council_id, item=str(vote.item.id))
        return await work.reply(vote.seat, entry)


def _values(input: CastBallotInput, vote: _Vote, presence: Presence) -> dict[str, Any]:
    open_ = vote.item.ballot is BallotKind.OPEN
    return {
        "id": uuid4(),
        "attendance": vote.seat.id,
        "version": input.expected_version,
        "presence": presence.name,
        "item": vote.item.id,
        "kind": vote.item.ballot.name,
        "choice": input.choice.name if open_ else None,
        "yes": int(input.choice is BallotChoice.YES),
        "no": int(input.choice is BallotChoice.NO),
        "abstain": int(input.choice is BallotChoice.ABSTAIN),
    }


async def _vote(work: Work, input: CastBallotInput) -> _Vote:
    """The viewer's own seat and the case, the sitting kept from being closed; raises NotFound, StaleVersion."""
    seat, item = CouncilAttendance, AgendaItem
    aside = exists(select(Recusal.id).where(Recusal.item_id == item.id, Recusal.attendance_id == seat.id))
    found = (
        await work.session.execute(
            select(seat, item, aside)
            .join(seat.session)
            .join(item, item.session_id == seat.session_id)
            .join(seat.member)
            .where(seat.id == row_key("CouncilAttendance", input.id), item.id == row_key("AgendaItem", input.item))
            .where(visible_at_session(seat, work.viewer), CouncilMember.account_id == work.account_id)
            .options(contains_eager(seat.session))
            .with_for_update(read=True, of=CouncilSession)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    if found[0].version != input.expected_version:
        raise await work.stale(found[0], input.expected_version)
    return _Vote(*found)


def _must_be_open(work: Work, session: CouncilSession) -> None:
    must_stand(session, SessionStatus.OPEN)
    if session.kind is SessionKind.WRITTEN and session.closes_at is not None and work.now >= session.closes_at:
        raise RuleNotMet(
            rule="VOTING_ENDED",
            article="province",
            remedy=session.closes_at.isoformat(),
            message="Đã hết hạn gửi phiếu. Hãy liên hệ thư ký Hội đồng.",
            message_en="The last moment for ballots has passed. Ask the council's secretary.",
        )


def _must_vote(vote: _Vote) -> None:
    must_be_asked(vote.item)
    if vote.recused:
        raise RuleNotMet(
            rule="STANDS_ASIDE",
            article="province",
            remedy="recusals",
            message="Bạn không tham gia biểu quyết trường hợp này vì có liên quan. Hãy biểu quyết các trường hợp khác.",
            message_en="You stand aside from this case. Vote on the others.",
        )
    if vote.seat.session.kind is SessionKind.MEETING and vote.seat.presence is Presence.ABSENT:
        raise RuleNotMet(
            rule="NOT_PRESENT",
            article="province",
            remedy="recordPresence",
            message="Bạn chưa được điểm danh có mặt. Hãy báo thư ký Hội đồng rồi biểu quyết.",
            message_en="You are not noted as present. Tell the council's secretary, then vote.",
        )


def must_be_asked(item: AgendaItem) -> None:
    """Raise RuleNotMet for a case that was taken off the agenda."""
    if item.outcome is AgendaOutcome.TAKEN_OFF:
        raise RuleNotMet(
            rule="TAKEN_OFF_AGENDA",
            article="province",
            remedy="agenda",
            message="Trường hợp này đã được đưa ra khỏi chương trình. Hãy biểu quyết các trường hợp khác.",
            message_en="This case was taken off the agenda. Vote on the others.",
        )


def already_cast() -> RuleNotMet:
    """What is said to a second secret ballot, or to one on paper of somebody who has voted."""
    return RuleNotMet(
        rule="ALREADY_CAST",
        article="province",
        remedy="ballotsCast",
        message="Đã có phiếu về trường hợp này. Phiếu kín không thay đổi được.",
        message_en="A ballot on this case was cast already. A secret ballot cannot be changed.",
    )


async def declare_recusal(context: Context, input: RecusalInput) -> Ref:
    """Stand aside from cases for a reason, which changes the base of the vote; a secretary may record it for others."""
    async with context.work("declareRecusal", input) as work:
        seat = await _seat(work, input)
        must_stand(seat.session, SessionStatus.OPEN)
        reason = said("reason", input.reason, 500)
        items = await _items(work, seat, input)
        work.session.add_all(
            Recusal(item_id=item.id, attendance_id=seat.id, interest=Interest.DECLARED, reason=reason) for item in items
        )
        seat.version += 1
        told = sorted(str(item.id) for item in items)
        entry = seat.entry("DECLARE_RECUSAL", work.viewer, seat.session.council_id, items=told)
        return await work.reply(seat, entry)


async def _seat(work: Work, input: AttendanceStepInput) -> CouncilAttendance:
    """The viewer's attendance, or one at a desk the viewer keeps; raises NotFound, NotPermitted, StaleVersion.

    The sitting is locked before it is read: nobody votes meanwhile.
    """
    seat, key = CouncilAttendance, row_key("CouncilAttendance", input.id)
    of = select(seat.session_id).where(seat.id == key, visible_at_session(seat, work.viewer))
    (session,) = await work.lock_where(CouncilSession, CouncilSession.id.in_(of), load=(COUNCIL,))
    found = (
        await work.session.scalars(
            select(seat).where(seat.id == key).options(joinedload(seat.session), joinedload(seat.member))
        )
    ).one()
    rule = workflow()[Step.CONVENE]
    own = found.member.account_id == work.account_id
    if not own:
        work.must_hold(rule.roles, session.council.desk.path)
    if found.version != input.expected_version:
        raise await work.stale(found, input.expected_version)
    return found


async def _items(work: Work, seat: CouncilAttendance, input: RecusalInput) -> list[AgendaItem]:
    """The cases named, on which the member neither stands aside nor has voted."""
    keys, item = {row_key("AgendaItem", one) for one in input.items}, AgendaItem
    voted = exists(select(Ballot.id).where(Ballot.item_id == item.id, Ballot.attendance_id == seat.id))
    aside = exists(select(Recusal.id).where(Recusal.item_id == item.id, Recusal.attendance_id == seat.id))
    found = (
        await work.session.execute(
            select(item, voted, aside).where(item.session_id == seat.session_id, item.id.in_(keys))
        )
    ).all()
    if len(found) < len(keys) or not keys:
        raise NotFound
    if any(row[1] for row in found):
        raise already_cast()
    return [row[0] for row in found if not row[2]]
