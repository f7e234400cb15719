"""Asking other agencies for their opinions on a dossier: whom, what, until when (Law 06/2022 art 84.3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, and_, or_, select

import models as rows
from models import calendar
from models.base import in_force_on
from models.catalogue.consulting import SaidOpinionRule
from models.dossier import Dossier, visible_dossier
from models.opinion import OpinionRequest, opinion_rule
from models.refusals import InvalidInput, RuleNotMet
from models.workflow import DossierStatus, Step
from resolvers.consulting_inputs import RequestOpinionsInput
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.dossier_steps import DESKS, RULES
from resolvers.engine import Ref
from resolvers.opinion_acts import closed
from resolvers.opinion_following import may_consult
from resolvers.work import Work

MOST_AGENCIES = 30
"""More agencies than this are asked in several requests."""


async def request_opinions(context: Context, input: RequestOpinionsInput) -> Ref:
    """Ask other agencies about a dossier, again and more of them while opinions are sought (Law 06/2022 art 84.3)."""
    async with context.work("requestOpinions", input) as work:
        load = (*DESKS, RULES)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        begun = dossier.status is not DossierStatus.CONSULTING
        steps = [dossier.take(Step.CONSULT, by=work.viewer, note=input.note)] if begun else []
        if not begun:
            may_consult(work, dossier)
        named, waiting = await _to_ask(work, dossier, input)
        if begun and waiting:  # what an earlier round left is closed before the same agencies are asked anew
            steps += closed(waiting, work)
            await work.session.flush()
        _must_be_askable(dossier, named, [] if begun else waiting)
        rule = opinion_rule(dossier.rule_set.code if dossier.rule_set else "")
        due_on = _due_on(calendar.day_of(work.now), rule, input.days)
        question = said("question", input.question)
        made = [_request(work, dossier, agency, rule, question, due_on) for agency in named]
        work.session.add_all(made)
        told = [each.entry("REQUEST_OPINION", work.viewer, due_on=due_on.isoformat()) for each in made]
        return await work.reply(dossier, *steps, *told)


def _due_on(today: date, rule: SaidOpinionRule, days: int | None) -> date:
    given = rule.working_days if days is None else days
    if not 1 <= given <= rule.most_days:
        raise InvalidInput(
            field="days",
            message=f"Thời hạn trả lời phải từ 1 đến {rule.most_days} ngày làm việc.",
            message_en=f"The time to answer must be 1 to {rule.most_days} working days.",
        )
    return calendar.add_working_days(today, given)


async def _to_ask(
    work: Work, dossier: Dossier, input: RequestOpinionsInput
) -> tuple[list[rows.Agency], list[OpinionRequest]]:
    """The agencies named, and the requests about the dossier that await an answer: one statement for both.

    Raises InvalidInput for an agency that is not there, for none, or for too many.
    """
    codes = list(dict.fromkeys(input.agencies))
    if not 1 <= len(codes) <= MOST_AGENCIES:
        raise InvalidInput(
            field="agencies",
            message=f"Hãy chọn từ 1 đến {MOST_AGENCIES} cơ quan để lấy ý kiến.",
            message_en=f"Choose 1 to {MOST_AGENCIES} agencies to ask.",
        )
    found = (await work.session.execute(_named_or_waiting(codes, dossier, calendar.day_of(work.now)))).all()
    asked = [row[0] for row in found if row[2]]
    if unknown := set(codes) - {each.code for each in asked}:
        raise InvalidInput(
            field="agencies",
            message=f"Không có cơ quan nào mang mã {min(unknown)}. Hãy kiểm tra lại mã.",
            message_en=f"No agency has the code {min(unknown)}. Check it.",
        )
    return asked, [row[1] for row in found if row[1] is not None]


def _named_or_waiting(codes: list[str], dossier: Dossier, day: date) -> Select[rows.Agency, OpinionRequest, bool]:
    """Agencies, each with its request that awaits an answer, if there is one, and whether it is one of those named."""
    agency, request = rows.Agency, OpinionRequest
    waits = and_(request.to_agency_id == agency.id, request.dossier_id == dossier.id)
    waits = and_(waits, request.answered_at.is_(None), request.closed_at.is_(None))
    named = and_(agency.code.in_(codes), in_force_on(agency, day))
    found = select(agency, request, named).outerjoin(request, waits)
    return found.where(or_(named, request.id.is_not(None))).order_by(agency.code)


def _must_be_askable(dossier: Dossier, named: Iterable[rows.Agency], waiting: Iterable[OpinionRequest]) -> None:
    """Raise RuleNotMet for the proposer itself, and for an agency whose answer is awaited."""
    waits = {each.to_agency_id for each in waiting}
    for agency in named:
        if agency.id == dossier.agency_id:
            raise RuleNotMet(
                rule="PROPOSER_ASKED",
                article="Law 06/2022 art 84.3",
                remedy=agency.code,
                message="Cơ quan trình hồ sơ không cho ý kiến về hồ sơ của mình. Hãy bỏ cơ quan này.",
                message_en="Whoever proposes gives no opinion on its own dossier. Leave that agency out.",
            )
        if agency.id in waits:
            raise RuleNotMet(
                rule="ALREADY_ASKED",
                article="Law 06/2022 art 84.3",
                remedy=agency.code,
                message=f"«{agency.name}» đã được hỏi và chưa trả lời. Hãy bỏ cơ quan này.",
                message_en=f"{agency.code} was asked already and has not answered. Leave it out.",
            )


def _request(
    work: Work, dossier: Dossier, agency: rows.Agency, rule: SaidOpinionRule, question: str, due_on: date
) -> OpinionRequest:
    return OpinionRequest(
        dossier_id=dossier.id,
        to_agency_id=agency.id,
        dossier_code=dossier.code or "",
        dossier_title=dossier.title,
        question=question,
        asked_at=work.now,
        asked_by_id=work.account_id,
        due_on=due_on,
        silence=rule.silence,
    )
