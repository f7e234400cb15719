"""Answering for an agency that was asked about a dossier; the last answer takes the dossier on (art 84.3).

Whoever changes a request locks its dossier first: of two answers at once, the second sees the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

import models as rows
from models import calendar
from models.asking import opinions_awaited
from models.catalogue.consulting import Silence
from models.consulting import stands
from models.dossier import Dossier, visible_dossier
from models.journal import Entry
from models.opinion import ANSWERING, OpinionAnswer, OpinionRequest, visible_opinion
from models.refusals import (
    ConflictOfInterest,
    RuleNotMet,
)
from models.workflow import DossierStatus, Interest, Step
from resolvers.consulting_inputs import AnswerOpinionInput, OpinionStepInput
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.work import Work, row_key


async def awaited(work: Work, dossier: Dossier) -> Sequence[OpinionRequest]:
    """The requests about a dossier that await an answer, locked."""
    row = OpinionRequest
    found = select(row).where(row.dossier_id == dossier.id, row.answered_at.is_(None), row.closed_at.is_(None))
    return (await work.session.scalars(found.order_by(row.id).with_for_update())).all()


def closed(requests: Iterable[OpinionRequest], work: Work) -> list[Entry]:
    """End requests without an answer, and give their entries."""
    entries = []
    for each in requests:
        each.closed_at, each.version = work.now, each.version + 1
        entries.append(each.entry("CLOSE_OPINION", work.viewer, silence=each.silence.name))
    return entries


async def acknowledge_opinion(context: Context, input: OpinionStepInput) -> Ref:
    """Say that one's agency has seen what it is asked."""
    async with context.work("acknowledgeOpinion", input) as work:
        dossier, requests = await asked(work, input)
        request = await _own(work, input, requests)
        must_await(dossier, request)
        if request.seen_at is not None:
            return await work.reply(request)
        request.seen_at, request.version = work.now, request.version + 1
        return await work.reply(request, request.entry("SEE_OPINION", work.viewer))


async def answer_opinion(context: Context, input: AnswerOpinionInput) -> Ref:
    """Give one's agency's opinion on a dossier; the last one that is awaited takes the dossier on (art 84.3)."""
    async with context.work("answerOpinion", input) as work:
        dossier, requests = await asked(work, input)
        request = await _own(work, input, requests)
        must_await(dossier, request)
        await _must_not_be_nominated(work, dossier)
        request.note = _note(input)
        request.answer, request.answered_at, request.answered_by_id = input.answer, work.now, work.account_id
        request.seen_at, request.version = request.seen_at or work.now, request.version + 1
        entry = request.entry("ANSWER_OPINION", work.viewer, answer=input.answer.name)
        return await work.reply(request, entry, *followed(work, dossier, requests))


async def asked(work: Work, input: OpinionStepInput) -> tuple[Dossier, Sequence[OpinionRequest]]:
    """The dossier of a request, locked first, and its requests that are open, with the one asked for; or NotFound."""
    row, key = OpinionRequest, row_key("OpinionRequest", input.id)
    of = select(row.dossier_id).where(row.id == key, visible_opinion(row, work.viewer))
    (dossier,) = await work.lock_where(Dossier, Dossier.id.in_(of), load=DESKS)
    waits = row.answered_at.is_(None) & row.closed_at.is_(None)
    found = await work.session.scalars(
        select(row)
        .where(row.dossier_id == dossier.id, waits | (row.id == key))
        .options(joinedload(row.to_agency))
        .order_by(row.id)
        .with_for_update(of=row)
    )
    return dossier, found.all()


async def _own(work: Work, input: OpinionStepInput, requests: Iterable[OpinionRequest]) -> OpinionRequest:
    """The request asked for, to be answered by this viewer; raises NotPermitted or StaleVersion."""
    key = row_key("OpinionRequest", input.id)
    request = next(each for each in requests if each.id == key)
    work.must_hold(ANSWERING, request.to_agency.path)
    if request.version != input.expected_version:
        raise await work.stale(request, input.expected_version)
    return request


def must_await(dossier: Dossier, request: OpinionRequest) -> None:
    """Raise RuleNotMet where no answer is awaited any more."""
    if request.answered_at is not None:
        raise RuleNotMet(
            rule="ALREADY_ANSWERED",
            article="Law 06/2022 art 84.3",
            remedy="answer",
            message="Cơ quan đã cho ý kiến. Nếu cần thay đổi, hãy liên hệ cơ quan đã hỏi.",
            message_en="The opinion was given already. To change it, turn to whoever asked.",
        )
    if not request.is_open or not stands(dossier, DossierStatus.CONSULTING):
        raise RuleNotMet(
            rule="OPINIONS_CONCLUDED",
            article="Law 06/2022 art 84.3",
            remedy=request.due_on.isoformat(),
            message="Việc lấy ý kiến đã kết thúc. Nếu còn ý kiến, hãy liên hệ cơ quan đã hỏi.",
            message_en="Opinions are no longer sought. If you have one, turn to whoever asked.",
        )


async def _must_not_be_nominated(work: Work, dossier: Dossier) -> None:
    """Raise ConflictOfInterest for whoever would give an opinion on their own case."""
    if work.viewer.nominee_id is None:
        return
    line = rows.DossierLine
    own = select(line.id).where(line.dossier_id == dossier.id, line.nominee_id == work.viewer.nominee_id)
    if await work.session.scalar(own.limit(1)):
        raise ConflictOfInterest(interest=Interest.OWN_NOMINATION)


def _note(input: AnswerOpinionInput) -> str | None:
    if input.answer in (OpinionAnswer.AGREE_WITH_NOTE, OpinionAnswer.DISAGREE):
        return said("note", input.note or "")
    return said("note", input.note) if input.note else None


def followed(work: Work, dossier: Dossier, requests: Sequence[OpinionRequest]) -> list[Entry]:
    """The dossier goes back where it came from, once nobody is left whose answer, or silence, is awaited."""
    today = calendar.day_of(work.now)
    left = [each for each in requests if each.is_open]
    agreed = [each for each in left if each.is_overdue(today) and each.silence is Silence.AGREES]
    if len(agreed) < len(left) or dossier.status is not DossierStatus.CONSULTING:
        return []
    return [*closed(agreed, work), dossier.follow(Step.CONCLUDE_OPINIONS, by=work.viewer)]


async def conclude_opinions(context: Context, input: DossierStepInput) -> Ref:
    """Take a dossier on whose opinions are in; who has not answered by their last day is recorded as silent."""
    async with context.work("concludeOpinions", input) as work:
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=DESKS)
        entry = dossier.take(Step.CONCLUDE_OPINIONS, by=work.viewer, note=input.note)
        left = await awaited(work, dossier)
        today = calendar.day_of(work.now)
        if waits := [each.due_on for each in left if not each.is_overdue(today)]:
            raise opinions_awaited(len(waits), max(waits))
        return await work.reply(dossier, entry, *closed(left, work))
