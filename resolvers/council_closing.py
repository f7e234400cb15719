"""Closing a sitting: the votes are counted, the minutes drafted, and each dossier goes on as its cases were answered.

A case without a quorum has no result: the sitting is not closed over it unless that is asked for; then the case waits
for another sitting, and its dossier with it. A case whose dossier is held or supplemented is not voted on: it comes
off the agenda.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, bindparam, select

from models.access import Viewer
from models.base import array_of
from models.council import CouncilSession, SessionKind, SessionStatus
from models.council_agenda import AgendaItem, AgendaOutcome, visible_at_session
from models.council_minutes import Record, draft, sha256
from models.dossier import Dossier
from models.dossier_line import DossierLine, LineOutcome
from models.journal import Entry
from models.refusals import RuleNotMet
from models.workflow import DossierStatus, Step
from resolvers.context import Context
from resolvers.council_desk import sitting
from resolvers.council_inputs import CloseSessionInput
from resolvers.council_record import Found, left_on_record
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.work import Work, row_key

_LINE = {AgendaOutcome.PASSED: LineOutcome.PASSED, AgendaOutcome.NOT_PASSED: LineOutcome.NOT_PASSED}


async def close_session(context: Context, input: CloseSessionInput) -> Ref:
    """End the sitting: count the votes, draft the minutes, and take each dossier on as its cases were answered."""
    async with context.work("closeSession", input) as work:
        dossiers = await _dossiers(work, input)
        session = await sitting(work, input, Step.ADVISE, SessionStatus.CONVENED, SessionStatus.OPEN)
        found = await left_on_record(work, session, dossiers)
        items = [case.item for case in found.cases]
        _leave_out(items, dossiers)
        _must_be_over(work, session, found, without_result=input.without_result)
        _answer(session, found)
        entries = list(_concluded(work, dossiers, items))
        answered = any(item.outcome in _LINE for item in items)
        session.status = SessionStatus.CLOSED if answered else SessionStatus.WITHOUT_RESULT
        session.closed_at, session.version = work.now, session.version + 1
        session.minutes = draft(_told(session, found))
        session.minutes_sha256 = sha256(session.minutes)
        for case in found.cases:
            if case.secret is not None:
                await work.session.delete(case.secret)
        return await work.reply(session, session.entry("CLOSE_SESSION", work.viewer), *entries)


def _must_be_over(work: Work, session: CouncilSession, found: Found, *, without_result: bool) -> None:
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
    short = [case.item for case in found.asked if not found.tally(session, case).has_quorum(case.item.rule)]
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


def _must_have_heard_all(work: Work, session: CouncilSession, found: Found) -> None:
    if session.kind is SessionKind.MEETING or session.status is not SessionStatus.OPEN or session.closes_at is None:
        return
    asked = {case.item.id for case in found.asked}
    due = len(asked) * len(found.attendances) - sum(recusal.item_id in asked for recusal in found.recusals)
    if work.now < session.closes_at and sum(len(case.cast) for case in found.asked) < due:
        raise RuleNotMet(
            rule="VOTING_NOT_OVER",
            article="province",
            remedy=session.closes_at.isoformat(),
            message="Chưa hết hạn gửi phiếu và còn thành viên chưa gửi. Hãy đợi đến hạn hoặc đủ phiếu.",
            message_en="Ballots may still come and some members have not voted. Wait for them, or for the last moment.",
        )


def _answer(session: CouncilSession, found: Found) -> None:
    """Write on each case what the council said of it, with the figures."""
    for case in found.asked:
        tally, item, rule = found.tally(session, case), case.item, case.item.rule
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
    found = await work.read_as_shown(_put, sitting=row_key("CouncilSession", input.id))
    return [each[0] for each in found]


def _put(viewer: Viewer) -> Select[Dossier]:
    item, sitting = AgendaItem, bindparam("sitting", type_=Uuid())
    put = select(item.dossier_id).where(item.session_id == sitting, visible_at_session(item, viewer))
    found = select(Dossier).where(Dossier.id == any_(array_of(put))).order_by(Dossier.id)
    return found.options(*DESKS).with_for_update(of=Dossier)


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


def _told(session: CouncilSession, found: Found) -> Record:
    return Record(
        session=session,
        attendances=found.attendances,
        items=[case.item for case in found.cases],
        recusals=found.recusals,
        secretary=found.drafter,
    )
