"""Issuing decisions, and recording those of a higher authority: a number without gap, and lines become awards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import strawberry

import models as rows
from models import calendar
from models.council_rule import advised
from models.decision import Signature
from models.dossier import Dossier, visible_dossier
from models.dossier_line import LineOutcome
from models.posting_duty import posted
from models.readiness import nobody_to_commend
from models.refusals import InvalidInput
from models.signing import must_be_decided_above
from models.submission import decided_by, papers_due
from models.workflow import Step
from resolvers.award_giving import give, paying
from resolvers.context import Context
from resolvers.decision_paper import Paper, issued, signed_on, told
from resolvers.dossier_draft import said
from resolvers.dossier_steps import CASES, DESKS, RULES
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.reliance import resting_on_what_stands
from resolvers.work import Work

MOST_DOSSIERS = 100
"""More dossiers than this are decided by several decisions."""
TO_COMMEND = (LineOutcome.ELIGIBLE, LineOutcome.PASSED)
"""The cases a decision commends: found eligible, and passed where a council was asked."""


@strawberry.input(description="Một hồ sơ khác cùng quyết định. · Another dossier that the same decision decides.")
class FurtherDossierInput:
    """A dossier as it was read."""

    id: strawberry.ID
    expected_version: int


@strawberry.input(description="Quyết định cho một hay nhiều hồ sơ. · The decision on one or more dossiers.")
class DecideInput(DossierStepInput):
    """The decision on dossiers that await one."""

    title: str = strawberry.field(description="Trích yếu. · What the decision is about.")
    also: list[FurtherDossierInput] = strawberry.field(
        description="Các hồ sơ khác trình cùng cơ quan, cùng được quyết định: tất cả hoặc không hồ sơ nào. · Other "
        "dossiers before the same authority, decided with it: all of them or none.",
        default_factory=list,
    )


@strawberry.input(description="Ban hành quyết định. · The decision to issue.")
class IssueDecisionInput(DecideInput):
    """The decision to issue."""

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


@strawberry.input(
    description="Ghi nhận quyết định của cấp trên. · A higher authority's decision, as its paper shows it."
)
class RecordDecisionInput(DecideInput):
    """A decision from above, as its paper shows it."""

    signed_on: date
    number: str
    signer_name: str
    signer_title: str


async def issue_decision(context: Context, input: IssueDecisionInput) -> Ref:
    """Decide on the eligible cases of dossiers: each becomes an award of a numbered decision (arts 77–80)."""
    async with context.work("issueDecision", input) as work:
        paper = {"number": input.number, "signature": input.signature}
        return await _decided(work, input, Step.DECIDE, input.signed_on, "ISSUE_DECISION", **paper)


async def record_decision(context: Context, input: RecordDecisionInput) -> Ref:
    """Record what the Prime Minister or the President decided on dossiers forwarded to them (arts 77–78)."""
    async with context.work("recordDecision", input) as work:
        signer = said("signerName", input.signer_name, 200), said("signerTitle", input.signer_title, 200)
        paper = {"number": input.number, "signer": signer}
        return await _decided(work, input, Step.DECIDE_ABOVE, input.signed_on, "RECORD_DECISION", **paper)


async def _decided(work: Work, input: DecideInput, step: Step, day: date | None, act: str, **paper: Any) -> Ref:
    dossiers = await _undecided(work, input)
    steps = [dossier.take(step, by=work.viewer, note=input.note) for dossier in dossiers]
    authority = dossiers[0].authority
    if step is Step.DECIDE_ABOVE:
        must_be_decided_above(dossiers[0])
    lines = [(dossier, line) for dossier in dossiers for line in _to_commend(dossier)]
    day = signed_on(day, _received(dossiers), work, since=("ngày tiếp nhận hồ sơ", "reception"))
    title = said("title", input.title)
    decision, (payers, *_) = await issued(
        work,
        Paper(agency=authority, title=title, signed_on=day, **paper),
        paying({dossier.agency_id for dossier in dossiers}),
        decided_by(authority.kind, [line.award_type for _, line in lines], day),
        papers_due(dossiers, step),
        advised(dossiers),
        *(posted(dossiers) if step is Step.DECIDE else ()),
        resting_on_what_stands([line.id for _, line in lines]),
    )
    give(work, decision, authority, lines, payers)
    return await work.reply(decision, told(decision, authority, work, act), *steps)


async def _undecided(work: Work, input: DecideInput) -> list[Dossier]:
    """The dossiers to decide, the one of the input first; raises InvalidInput unless one authority decides them all."""
    versions = {input.id: input.expected_version} | {str(each.id): each.expected_version for each in input.also}
    if len(versions) <= len(input.also) or len(versions) > MOST_DOSSIERS:
        raise InvalidInput(
            field="also",
            message=f"Một quyết định gồm tối đa {MOST_DOSSIERS} hồ sơ, không hồ sơ nào hai lần. Hãy bỏ bớt.",
            message_en=f"A decision covers at most {MOST_DOSSIERS} dossiers, none twice. Remove or split some.",
        )
    found = await work.lock_all(Dossier, versions, visible_dossier, load=(*DESKS, CASES, RULES))
    if len({dossier.authority_id for dossier in found}) > 1:
        raise InvalidInput(
            field="also",
            message="Các hồ sơ trình những cơ quan khác nhau. Hãy ra quyết định riêng cho từng cơ quan.",
            message_en="The dossiers are before different authorities. Decide for each of them apart.",
        )
    places = list(versions)
    return sorted(found, key=lambda dossier: places.index(f"Dossier_{dossier.id}"))


def _to_commend(dossier: Dossier) -> list[rows.DossierLine]:
    """The lines to award; raises RuleNotMet where the dossier has none."""
    found = [line for line in dossier.lines if line.outcome in TO_COMMEND]
    if found:
        return found
    raise nobody_to_commend(dossier.code)


def _received(dossiers: Iterable[Dossier]) -> date:
    """The day on which the last of them was received: what awaits a decision has been."""
    return max(calendar.day_of(dossier.received_at) for dossier in dossiers if dossier.received_at)
