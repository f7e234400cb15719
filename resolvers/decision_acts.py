"""Issuing, voiding and publishing decisions: a number without gap, lines become awards, the public is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import strawberry
from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload, selectinload

import models as rows
from models import calendar
from models.decision import Decision, DecisionKind, DecisionStatus, Signature, visible_decision
from models.dossier import Dossier, visible_dossier
from models.dossier_line import LineOutcome
from models.refusals import InvalidInput, NotPermitted, RuleNotMet, WrongStatus
from models.submission import must_be_decided_by
from models.workflow import Step, workflow
from resolvers.award_giving import give
from resolvers.context import Context
from resolvers.decision_paper import Paper, issued, publish, signed_on, told
from resolvers.dossier_draft import said
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.reliance import must_rest_on_what_stands
from resolvers.work import Work

MOST_DOSSIERS = 100
"""More dossiers than this are decided by several decisions."""
AGENCY = joinedload(Decision.agency).joinedload(rows.Agency.desk)


@strawberry.input(description="Một hồ sơ khác cùng quyết định. · Another dossier that the same decision decides.")
class FurtherDossierInput:
    """A dossier as it was read."""

    id: strawberry.ID
    expected_version: int


@strawberry.input(description="Ban hành quyết định cho một hay nhiều hồ sơ. · The decision on one or more dossiers.")
class IssueDecisionInput(DossierStepInput):
    """The decision on dossiers that await one."""

    title: str = strawberry.field(description="Trích yếu. · What the decision is about.")
    signed_on: date | None = strawberry.field(
        description="Ngày ký; bỏ trống là hôm nay. · Left out: today.", default=None
    )
    number: str | None = strawberry.field(
        description="Số đã cấp trên giấy; bỏ trống để hệ thống cấp. · A number given on paper; left out: the next.",
        default=None,
    )
    signature: Signature = strawberry.field(
        description="Ký trực tiếp, ký thay hay thừa ủy quyền. · Whether the signer signs for the head.",
        default=Signature.IN_PERSON,
    )
    also: list[FurtherDossierInput] = strawberry.field(
        description="Các hồ sơ khác trình cùng cơ quan, cùng được quyết định: tất cả hoặc không hồ sơ nào. · Other "
        "dossiers before the same authority, decided with it: all of them or none.",
        default_factory=list,
    )


@strawberry.input(description="Công bố một quyết định. · The decision to publish.")
class PublishDecisionInput(DossierStepInput):
    """The decision to make public; `id` and `expectedVersion` are the decision's."""


@strawberry.input(description="Hủy một quyết định chưa công bố. · The unpublished decision to void.")
class VoidDecisionInput(DossierStepInput):
    """The decision to void; `id` and `expectedVersion` are the decision's."""

    reason: str = strawberry.field(description="Vì sao số này không dùng. · Why the number is not used.")


async def issue_decision(context: Context, input: IssueDecisionInput) -> Ref:
    """Decide on the eligible lines of dossiers: each becomes an award of a numbered decision (arts 77–80)."""
    async with context.work("issueDecision", input) as work:
        dossiers = await _undecided(work, input)
        steps = [dossier.take(Step.DECIDE, by=work.viewer, note=input.note) for dossier in dossiers]
        lines = [(dossier, line) for dossier in dossiers for line in _eligible(dossier)]
        authority = dossiers[0].authority
        day = signed_on(input.signed_on, _received(dossiers), work, since=("ngày tiếp nhận hồ sơ", "reception"))
        await must_be_decided_by(work.session, authority.kind, [line.award_type for _, line in lines], day)
        await must_rest_on_what_stands(work.session, [line.id for _, line in lines])
        paper = Paper(
            agency=authority,
            title=said("title", input.title),
            signed_on=day,
            number=input.number,
            signature=input.signature,
        )
        decision = await issued(work, paper)
        await give(work, decision, authority, lines)
        return await work.reply(decision, told(decision, authority, work, "ISSUE_DECISION"), *steps)


async def _undecided(work: Work, input: IssueDecisionInput) -> list[Dossier]:
    """The dossiers to decide, the one of the input first; raises InvalidInput unless one authority decides them all."""
    versions = {input.id: input.expected_version} | {str(each.id): each.expected_version for each in input.also}
    if len(versions) <= len(input.also) or len(versions) > MOST_DOSSIERS:
        raise InvalidInput(
            field="also",
            message=f"Một quyết định gồm tối đa {MOST_DOSSIERS} hồ sơ, không hồ sơ nào hai lần. Hãy bỏ bớt.",
            message_en=f"A decision covers at most {MOST_DOSSIERS} dossiers, none twice. Remove or split some.",
        )
    cases = selectinload(Dossier.lines).options(
        joinedload(rows.DossierLine.award_type), joinedload(rows.DossierLine.nominee)
    )
    found = await work.lock_all(Dossier, versions, visible_dossier, load=(*DESKS, cases))
    if len({dossier.authority_id for dossier in found}) > 1:
        raise InvalidInput(
            field="also",
            message="Các hồ sơ trình những cơ quan khác nhau. Hãy ra quyết định riêng cho từng cơ quan.",
            message_en="The dossiers are before different authorities. Decide for each of them apart.",
        )
    places = list(versions)
    return sorted(found, key=lambda dossier: places.index(f"Dossier_{dossier.id}"))


def _eligible(dossier: Dossier) -> list[rows.DossierLine]:
    """The lines to award; raises RuleNotMet where the dossier has none."""
    found = [line for line in dossier.lines if line.outcome is LineOutcome.ELIGIBLE]
    if found:
        return found
    raise RuleNotMet(
        rule="NOBODY_TO_COMMEND",
        article="Law 06/2022 art 84",
        remedy=dossier.code or "",
        message=f"Hồ sơ {dossier.code} không có trường hợp nào đủ điều kiện. Hãy trả lại để thẩm định.",
        message_en=f"No case of dossier {dossier.code} is eligible. Return it to appraisal.",
    )


def _received(dossiers: Iterable[Dossier]) -> date:
    """The day on which the last of them was received: what awaits a decision has been."""
    return max(calendar.day_of(dossier.received_at) for dossier in dossiers if dossier.received_at)


async def publish_decision(context: Context, input: PublishDecisionInput) -> Ref:
    """Make a decision public, and with it the end of each dossier it decides (Law 06/2022 art 82)."""
    async with context.work("publishDecision", input) as work:
        decision = await _changeable(work, input, Step.PUBLISH)
        steps = [
            dossier.take(Step.PUBLISH, by=work.viewer, note=input.note) for dossier in await _decided(work, decision)
        ]
        publish(decision, work)
        decision.version += 1
        says = f"Quyết định {decision.number} đã được công bố"
        return await work.reply(decision, told(decision, decision.agency, work, "PUBLISH_DECISION", says), *steps)


async def void_decision(context: Context, input: VoidDecisionInput) -> Ref:
    """Void a decision before it is published: its number is used up, its dossiers await another one."""
    async with context.work("voidDecision", input) as work:
        decision = await _changeable(work, input, Step.VOID_DECISION)
        reason = said("reason", input.reason)
        steps = [
            dossier.take(Step.VOID_DECISION, by=work.viewer, note=input.note, reason=reason)
            for dossier in await _decided(work, decision)
        ]
        await _take_back(work, decision)
        decision.status, decision.void_reason = DecisionStatus.VOID, reason
        decision.version += 1
        entry = told(decision, decision.agency, work, "VOID_DECISION", reason=reason)
        return await work.reply(decision, entry, *steps)


async def _changeable(work: Work, input: DossierStepInput, step: Step) -> Decision:
    """The decision, locked, to be published or voided by this viewer; raises NotPermitted or WrongStatus."""
    decision = await work.lock(Decision, input.id, visible_decision, version=input.expected_version, load=(AGENCY,))
    rule = workflow()[step]
    desk = decision.agency.desk or decision.agency
    if not work.viewer.holds(rule.roles, (desk if step is Step.PUBLISH else decision.agency).path):
        raise NotPermitted.unless(rule.roles)
    if decision.status is not DecisionStatus.ISSUED or decision.kind is not DecisionKind.COMMENDATION:
        raise WrongStatus(decision_status=decision.status)
    return decision


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


async def _take_back(work: Work, decision: Decision) -> None:
    """The lines wait as before the decision, and its awards were never given: nobody but staff has seen them."""
    given = select(rows.Award.line_id).where(rows.Award.decision_id == decision.id)
    line = rows.DossierLine
    await work.session.execute(
        update(line)
        .where(line.id.in_(given))
        .values(outcome=LineOutcome.ELIGIBLE)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(
        delete(rows.Award).where(rows.Award.decision_id == decision.id).execution_options(synchronize_session=False)
    )
