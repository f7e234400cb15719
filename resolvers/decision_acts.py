"""Issuing and publishing decisions: a number without gap, the lines become awards, the public is told."""

from __future__ import annotations

import unicodedata
from datetime import date

import strawberry
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload, selectinload

import models as rows
from models import calendar, topics
from models.decision import Decision, DecisionStatus, visible_decision
from models.dossier import Dossier, visible_dossier
from models.dossier_line import LineOutcome
from models.journal import Entry
from models.refusals import InvalidInput, NotPermitted, NumberTaken, WrongStatus
from models.submission import must_be_decided_by
from models.workflow import Step, workflow
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.work import Work


@strawberry.input(description="Ban hành quyết định cho một hồ sơ. · The decision on a dossier.")
class IssueDecisionInput(DossierStepInput):
    """The decision on a dossier that awaits one."""

    title: str = strawberry.field(description="Trích yếu. · What the decision is about.")
    signed_on: date | None = strawberry.field(
        description="Ngày ký; bỏ trống là hôm nay. · Left out: today.", default=None
    )
    number: str | None = strawberry.field(
        description="Số đã cấp trên giấy; bỏ trống để hệ thống cấp. · A number given on paper; left out: the next.",
        default=None,
    )


@strawberry.input(description="Công bố một quyết định. · The decision to publish.")
class PublishDecisionInput(DossierStepInput):
    """The decision to make public; `id` and `expectedVersion` are the decision's."""


async def issue_decision(context: Context, input: IssueDecisionInput) -> Ref:
    """Decide on the eligible lines of a dossier: each becomes an award of a numbered decision (arts 77–80)."""
    async with context.work("issueDecision", input) as work:
        load = (*DESKS, selectinload(Dossier.lines).joinedload(rows.DossierLine.award_type))
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        entry = dossier.take(Step.DECIDE, by=work.viewer, note=input.note)
        signed_on = _signed_on(input.signed_on, dossier, calendar.day_of(work.now))
        awarded = [line for line in dossier.lines if line.outcome is LineOutcome.ELIGIBLE]
        await must_be_decided_by(work.session, dossier.authority.kind, [line.award_type for line in awarded], signed_on)
        decision = await _decision(work, dossier.authority, said("title", input.title), signed_on, input.number)
        _award(work, decision, dossier, awarded)
        return await work.reply(decision, _entry(decision, dossier.authority, work, "ISSUE_DECISION"), entry)


def _signed_on(asked: date | None, dossier: Dossier, today: date) -> date:
    """The day of signature: not before the dossier was received, not in the future."""
    signed_on = asked or today
    if dossier.received_at and calendar.day_of(dossier.received_at) <= signed_on <= today:
        return signed_on
    raise InvalidInput(
        field="signedOn",
        message="Ngày ký phải từ ngày tiếp nhận hồ sơ đến hôm nay.",
        message_en="The day of signature must lie between the dossier's reception and today.",
    )


async def _decision(work: Work, agency: rows.Agency, title: str, signed_on: date, number: str | None) -> Decision:
    signer = await work.session.get_one(rows.Account, work.account_id)
    decision = Decision(
        number=await _number(work, agency, signed_on.year, number),
        title=title,
        agency_id=agency.id,
        signed_on=signed_on,
        signer_id=signer.id,
        signer_name=signer.full_name,
        signer_title=signer.title or "",
    )
    work.session.add(decision)
    await work.session.flush()
    return decision


async def _number(work: Work, agency: rows.Agency, year: int, asked: str | None) -> str:
    """The number asked for if it is free, else the next of this agency and year; both under the counter's row lock."""
    count = rows.DecisionNumberCount
    row = insert(count).values(agency_id=agency.id, year=year, last=0).on_conflict_do_nothing()
    await work.session.execute(row)
    counter = (
        await work.session.scalars(select(count).filter_by(agency_id=agency.id, year=year).with_for_update())
    ).one()
    if asked is not None:
        number = unicodedata.normalize("NFC", said("number", asked, 50)).replace("Ð", "Đ").replace("ð", "đ")
        if await _taken(work, agency, year, number):
            raise NumberTaken(number=number)
        return number
    while True:
        counter.last += 1
        number = f"{counter.last}/QĐ-{agency.symbol or 'KT'}"
        if not await _taken(work, agency, year, number):
            return number


async def _taken(work: Work, agency: rows.Agency, year: int, number: str) -> bool:
    same = select(Decision.id).where(
        Decision.agency_id == agency.id,
        Decision.year == year,
        Decision.number_key == func.decision_number_key(number),
    )
    return await work.session.scalar(same) is not None


def _award(work: Work, decision: Decision, dossier: Dossier, lines: list[rows.DossierLine]) -> None:
    for position, line in enumerate(lines, start=1):
        line.outcome = LineOutcome.AWARDED
        work.session.add(
            rows.Award(
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
        )


async def publish_decision(context: Context, input: PublishDecisionInput) -> Ref:
    """Make a decision public, and with it the end of each dossier it decides (Law 06/2022 art 82)."""
    async with context.work("publishDecision", input) as work:
        decision = await work.lock(
            Decision,
            input.id,
            visible_decision,
            version=input.expected_version,
            load=(joinedload(Decision.agency).joinedload(rows.Agency.desk),),
        )
        _must_publish(decision, work)
        entries = [
            dossier.take(Step.PUBLISH, by=work.viewer, note=input.note) for dossier in await _decided(work, decision)
        ]
        decision.status, decision.published_at = DecisionStatus.PUBLISHED, work.now
        decision.version += 1
        return await work.reply(decision, _entry(decision, decision.agency, work, "PUBLISH_DECISION"), *entries)


def _must_publish(decision: Decision, work: Work) -> None:
    """Raise NotPermitted or WrongStatus unless the viewer may publish this decision as it stands."""
    rule = workflow()[Step.PUBLISH]
    desk = decision.agency.desk or decision.agency
    if not work.viewer.holds(rule.roles, desk.path):
        raise NotPermitted.unless(rule.roles)
    if decision.status is not DecisionStatus.ISSUED:
        raise WrongStatus(decision_status=decision.status)


async def _decided(work: Work, decision: Decision) -> list[Dossier]:
    """The dossiers whose lines this decision awards, locked in the order of their ids."""
    awarded = select(rows.DossierLine.dossier_id).join(rows.Award, rows.Award.line_id == rows.DossierLine.id)
    found = await work.session.scalars(
        select(Dossier)
        .where(Dossier.id.in_(awarded.where(rows.Award.decision_id == decision.id)))
        .options(*DESKS)
        .order_by(Dossier.id)
        .with_for_update(of=Dossier)
    )
    return list(found)


def _entry(decision: Decision, agency: rows.Agency, work: Work, act: str) -> Entry:
    """The journal entry about a decision; only a published one is told to the public."""
    public = decision.status is DecisionStatus.PUBLISHED
    heard = topics.decisions_of(agency.path) if public else topics.above(agency.path)
    return Entry(
        act=act,
        actor_id=work.account_id,
        subject_kind="Decision",
        subject_id=decision.id,
        subject_version=decision.version,
        topics=heard,
        public_text=f"Quyết định {decision.number} đã được công bố" if public else None,
        data={"number": decision.number, "status": decision.status.name},
    )
