"""Closing a sitting: the votes are counted, the minutes drafted, and each dossier goes on as its cases were answered.

A case without a quorum has no result: the sitting is not closed over it unless that is asked for; then the case waits
for another sitting, and its dossier with it. A case whose dossier is held or supplemented is not voted on: it comes
off the agenda.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload, selectinload

import models as rows
from models.council import CouncilSession, Seat, SessionKind, SessionStatus
from models.council_agenda import (
    AgendaItem,
    AgendaOutcome,
    CouncilAttendance,
    Presence,
    Recusal,
    visible_at_session,
)
from models.council_ballot import Ballot, BallotChoice, SecretCount
from models.council_minutes import Record, draft, sha256
from models.council_tally import Tally
from models.dossier import Dossier
from models.dossier_line import DossierLine, LineOutcome
from models.journal import Entry
from models.refusals import RuleNotMet
from models.workflow import DossierStatus, Step
from resolvers.context import Context
from resolvers.council_desk import sitting
from resolvers.council_inputs import CloseSessionInput
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.work import Work, row_key

_LINE = {AgendaOutcome.PASSED: LineOutcome.PASSED, AgendaOutcome.NOT_PASSED: LineOutcome.NOT_PASSED}


@dataclass(frozen=True)
class _Found:
    """Everything a sitting leaves on record."""

    items: Sequence[AgendaItem]
    attendances: Sequence[CouncilAttendance]
    recusals: Sequence[Recusal]
    sums: dict[UUID, dict[BallotChoice, int]]
    voted: dict[UUID, set[UUID]]
    """By case, the attendances of who has voted."""
    chair: dict[UUID, BallotChoice]
    """By case, what the chair chose in an open ballot."""

    @property
    def asked(self) -> list[AgendaItem]:
        """The cases the council was asked to the end: those not taken off its agenda."""
        return [item for item in self.items if item.outcome is not AgendaOutcome.TAKEN_OFF]


async def close_session(context: Context, input: CloseSessionInput) -> Ref:
    """End the sitting: count the votes, draft the minutes, and take each dossier on as its cases were answered."""
    async with context.work("closeSession", input) as work:
        dossiers = await _dossiers(work, input)
        session = await sitting(work, input, Step.ADVISE, SessionStatus.CONVENED, SessionStatus.OPEN)
        found = await _record(work, session)
        _leave_out(found.items, dossiers)
        _must_be_over(work, session, found, without_result=input.without_result)
        _answer(session, found)
        entries = list(_concluded(work, dossiers, found.items))
        answered = any(item.outcome in _LINE for item in found.items)
        session.status = SessionStatus.CLOSED if answered else SessionStatus.WITHOUT_RESULT
        session.closed_at, session.version = work.now, session.version + 1
        session.minutes = draft(await _told(work, session, found))
        session.minutes_sha256 = sha256(session.minutes)
        await work.session.execute(delete(SecretCount).where(SecretCount.item_id.in_([i.id for i in found.items])))
        return await work.reply(session, session.entry("CLOSE_SESSION", work.viewer), *entries)


async def _record(work: Work, session: CouncilSession) -> _Found:
    item, seat = AgendaItem, CouncilAttendance
    items = await work.session.scalars(
        select(item)
        .where(item.session_id == session.id)
        .options(joinedload(item.rule), joinedload(item.nominee), joinedload(item.agency), joinedload(item.award_type))
        .order_by(item.position)
    )
    members = await work.session.scalars(
        select(seat)
        .where(seat.session_id == session.id)
        .options(joinedload(seat.member).joinedload(rows.CouncilMember.account))
    )
    seats = sorted(members, key=lambda one: (list(Seat).index(one.member.seat), one.member.account.full_name, one.id))
    recusals = select(Recusal).join(item, item.id == Recusal.item_id).where(item.session_id == session.id)
    aside = list(await work.session.scalars(recusals))
    voted, open_ = await _ballots(work, session, {one.id for one in seats if one.member.seat is Seat.CHAIR})
    return _Found(list(items), seats, aside, await _sums(work, session), voted, open_)


async def _ballots(
    work: Work, session: CouncilSession, chairs: set[UUID]
) -> tuple[dict[UUID, set[UUID]], dict[UUID, BallotChoice]]:
    """Who has voted on which case, and what the chair chose in open ballots."""
    voted: dict[UUID, set[UUID]] = defaultdict(set)
    chair: dict[UUID, BallotChoice] = {}
    cast = select(Ballot.item_id, Ballot.attendance_id, Ballot.choice).join(AgendaItem, AgendaItem.id == Ballot.item_id)
    for row in await work.session.execute(cast.where(AgendaItem.session_id == session.id)):
        voted[row.item_id].add(row.attendance_id)
        if row.attendance_id in chairs and row.choice is not None:
            chair[row.item_id] = row.choice
    return voted, chair


async def _sums(work: Work, session: CouncilSession) -> dict[UUID, dict[BallotChoice, int]]:
    """How many chose what on each case: open ballots counted, secret ones as they were summed up."""
    item, ballot, secret = AgendaItem, Ballot, SecretCount

    def chose(choice: BallotChoice) -> Any:
        counted = func.count().filter(ballot.choice == choice)
        return func.coalesce(func.max(getattr(secret, choice.name.lower())), counted).label(choice.name)

    found = await work.session.execute(
        select(item.id, *(chose(choice) for choice in BallotChoice))
        .outerjoin(ballot, ballot.item_id == item.id)
        .outerjoin(secret, secret.item_id == item.id)
        .where(item.session_id == session.id)
        .group_by(item.id)
    )
    return {row.id: {choice: getattr(row, choice.name) for choice in BallotChoice} for row in found}


def _tally(session: CouncilSession, found: _Found, item: AgendaItem) -> Tally:
    """The figures of a case; in written votes whoever has voted on it was there."""
    aside = {one.attendance_id for one in found.recusals if one.item_id == item.id}
    may = [seat for seat in found.attendances if seat.id not in aside]
    voted = found.voted.get(item.id, set())
    came = {seat.id for seat in may if seat.presence is Presence.PRESENT}
    there = voted if session.kind is SessionKind.WRITTEN else came
    sums = found.sums[item.id]
    return Tally(
        ballot=item.ballot,
        members=len(may),
        recused=len(aside),
        present=len(there),
        taking_part=len(there | voted),
        yes=sums[BallotChoice.YES],
        no=sums[BallotChoice.NO],
        abstain=sums[BallotChoice.ABSTAIN],
        chair=found.chair.get(item.id),
    )


def _must_be_over(work: Work, session: CouncilSession, found: _Found, *, without_result: bool) -> None:
    """Raise RuleNotMet while written votes may still come, or where cases lack a quorum and that is not accepted."""
    if session.status is SessionStatus.CONVENED and not without_result:
        raise RuleNotMet(
            rule="NOT_OPENED",
            article="Law 06/2022 art 90.4",
            remedy="openSession",
            message="Phiên chưa mở. Hãy mở phiên, hoặc kết thúc không có kết quả (`withoutResult`).",
            message_en="The sitting was not opened. Open it, or close it without a result (`withoutResult`).",
        )
    _must_have_heard_all(work, session, found)
    short = [item for item in found.asked if not _tally(session, found, item).has_quorum(item.rule)]
    places = ", ".join(str(item.position) for item in short)
    if short and not without_result:
        raise RuleNotMet(
            rule="QUORUM_NOT_MET",
            article=short[0].rule.article,
            remedy=places,
            message=f"Chưa đủ túc số ở trường hợp {places}. Hãy điểm danh, đợi thêm thành viên,"
            " hoặc kết thúc để xem xét ở phiên sau (`withoutResult`).",
            message_en=f"No quorum on case {places}. Record who is there, wait for more members,"
            " or close and leave them to another sitting (`withoutResult`).",
        )


def _must_have_heard_all(work: Work, session: CouncilSession, found: _Found) -> None:
    if session.kind is SessionKind.MEETING or session.status is not SessionStatus.OPEN or session.closes_at is None:
        return
    asked = {item.id for item in found.asked}
    due = len(asked) * len(found.attendances) - sum(recusal.item_id in asked for recusal in found.recusals)
    if work.now < session.closes_at and sum(len(found.voted[item]) for item in asked if item in found.voted) < due:
        raise RuleNotMet(
            rule="VOTING_NOT_OVER",
            article="province",
            remedy=session.closes_at.isoformat(),
            message="Chưa hết hạn gửi phiếu và còn thành viên chưa gửi. Hãy đợi đến hạn hoặc đủ phiếu.",
            message_en="Ballots may still come and some members have not voted. Wait for them, or for the last moment.",
        )


def _answer(session: CouncilSession, found: _Found) -> None:
    """Write on each case what the council said of it, with the figures."""
    for item in found.asked:
        tally, rule = _tally(session, found, item), item.rule
        if session.status is SessionStatus.CONVENED or not tally.has_quorum(rule):
            item.outcome = AgendaOutcome.NO_RESULT
        else:
            item.outcome = AgendaOutcome.PASSED if tally.passes(rule) else AgendaOutcome.NOT_PASSED
            item.chair_decided = tally.chair_decides(rule)
        item.members, item.recused, item.present = tally.members, tally.recused, tally.present
        item.base, item.yes, item.no, item.abstain = tally.base(rule), tally.yes, tally.no, tally.abstain


async def _dossiers(work: Work, input: CloseSessionInput) -> list[Dossier]:
    """The dossiers on the agenda, locked in the order of their ids, and before the sitting as other acts do: what takes
    a dossier from the council meanwhile is waited for. Raises NotFound where the sitting is not seen.
    """
    item = AgendaItem
    put = select(item.dossier_id).where(
        item.session_id == row_key("CouncilSession", input.id), visible_at_session(item, work.viewer)
    )
    return await work.lock_where(Dossier, Dossier.id.in_(put), load=(*DESKS, selectinload(Dossier.lines)))


def _leave_out(items: Iterable[AgendaItem], dossiers: Iterable[Dossier]) -> None:
    """Take off the agenda what is not before the council at its end."""
    before = {dossier.id for dossier in dossiers if dossier.status is DossierStatus.COUNCIL}
    for item in items:
        if item.dossier_id not in before:
            item.outcome = AgendaOutcome.TAKEN_OFF


def _concluded(work: Work, dossiers: Sequence[Dossier], items: Sequence[AgendaItem]) -> Iterator[Entry]:
    """The steps the dossiers take: on to be signed or to the Party committee, or no further. What was taken from the
    council meanwhile (withdrawn, held) is left as it stands, and so is what still waits for an answer.
    """
    by_line = {item.line_id: item for item in items}
    for dossier in dossiers:
        if dossier.status is not DossierStatus.COUNCIL:
            continue
        for line in dossier.lines:
            if (item := by_line.get(line.id)) and item.outcome in _LINE and line.outcome is LineOutcome.ELIGIBLE:
                line.outcome = _LINE[item.outcome]
        if all(line.outcome is not LineOutcome.ELIGIBLE for line in dossier.lines):
            yield dossier.take(_step(dossier.lines, by_line), by=work.viewer)


def _step(lines: Sequence[DossierLine], items: dict[UUID, AgendaItem]) -> Step:
    passed = [line for line in lines if line.outcome is LineOutcome.PASSED]
    if not passed:
        return Step.FAIL_COUNCIL
    asks = any(items[line.id].rule.party_opinion for line in passed if line.id in items)
    return Step.ASK_PARTY if asks else Step.ADVISE


async def _told(work: Work, session: CouncilSession, found: _Found) -> Record:
    drafter = await work.session.get_one(rows.Account, work.account_id)
    return Record(
        session=session,
        attendances=found.attendances,
        items=found.items,
        recusals=found.recusals,
        secretary=drafter.full_name,
    )
