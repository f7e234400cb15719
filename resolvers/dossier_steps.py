"""The steps of a dossier from its submission to the end of its appraisal: one transaction, one journal entry each."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy import Select, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload, selectinload

import models as rows
from models import calendar, clock
from models.access import Role
from models.base import in_force_on
from models.dossier import Dossier, visible_dossier
from models.dossier_line import LineOutcome
from models.readiness import other_form_open
from models.refusals import InvalidInput, NotFound, RuleNotMet
from models.submission import in_force, no_rules
from models.workflow import Step
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.reliance import rely
from resolvers.work import Work, row_key

DESKS = (joinedload(Dossier.agency), joinedload(Dossier.handler), joinedload(Dossier.authority))
"""A step looks at the agencies of its dossier."""

CASES = selectinload(Dossier.lines).options(
    joinedload(rows.DossierLine.nominee), joinedload(rows.DossierLine.award_type)
)
"""By a statement of its own: joined to the one that locks, they would be as they were before it waited for the lock."""
LINES = selectinload(Dossier.lines)
AWARDS = selectinload(Dossier.lines).joinedload(rows.DossierLine.award_type)
"""The same, as far as a step looks at its cases."""
RULES = joinedload(Dossier.rule_set)
OFFICE = joinedload(Dossier.authority).joinedload(rows.Agency.desk)
"""These are made once, as is the statement that they are part of."""


@strawberry.input(description="Phân công chuyên viên thẩm định. · Who is to appraise.")
class AssignInput(DossierStepInput):
    """Who is to appraise the dossier."""

    appraiser: str = strawberry.field(description="Tên đăng nhập của chuyên viên. · User name.")


@strawberry.input(description="Kết quả thẩm định một trường hợp. · What the appraiser finds of one case.")
class AppraiseLineInput(DossierStepInput):
    """What the appraiser finds of one line."""

    line_id: strawberry.ID
    eligible: bool
    reason: str | None = strawberry.field(
        description="Lý do; bắt buộc khi không đủ điều kiện. · Compulsory if not eligible.", default=None
    )
    relies_on: list[strawberry.ID] = strawberry.field(
        description="Những khen thưởng trước làm căn cứ, của chính đối tượng. · The nominee's own earlier awards that "
        "make the case eligible: should one fall, the case is judged again.",
        default_factory=list,
    )


async def receive_dossier(context: Context, input: DossierStepInput) -> Ref:
    """Give the dossier its code, its due date and the rules it is judged by (Circular 01/2018/TT-VPCP art 19)."""
    async with context.work("receiveDossier", input) as work:
        load = (*DESKS, OFFICE)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        entry = dossier.take(Step.RECEIVE, by=work.viewer, note=input.note)
        dossier.code, rules = await _code_and_rules(work, dossier.handler)
        dossier.received_at, dossier.rule_set_id, dossier.workflow_code = work.now, rules.id, rules.workflow
        dossier.receiver_id, dossier.handler_id = dossier.handler_id, dossier.office.id
        entry.tell(dossier.office.path)
        dossier.start_clock(clock.limits(rules.code, dossier.commendation_type), work.now)
        return await work.reply(dossier, entry)


async def _code_and_rules(work: Work, agency: rows.Agency) -> tuple[str, rows.RuleSet]:
    """The next code of this agency and day, `H37.xx-YYMMDD-NNNN`, and the rules in force, by one statement.

    More than 9999 a day make the code wider. Raises RuleNotMet.
    """
    today, count = calendar.day_of(work.now), rows.DossierCodeCount
    first = insert(count).values(agency_id=agency.id, day=today, last=1)
    raised = first.on_conflict_do_update(index_elements=[count.agency_id, count.day], set_={"last": count.last + 1})
    counted = raised.returning(count.last).cte("counted")
    rules = in_force(rows.RuleSet, today).add_columns(counted.c.last).join(counted, true())
    found = (await work.session.execute(rules)).one_or_none()
    if found is None:
        raise no_rules(today)
    return f"{agency.code}-{today:%y%m%d}-{found.last:04d}", found.RuleSet


async def assign_appraiser(context: Context, input: AssignInput) -> Ref:
    """Name the appraiser, who must hold that role at the desk where the dossier lies."""
    async with context.work("assignAppraiser", input) as work:
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=DESKS)
        entry = dossier.take(Step.ASSIGN, by=work.viewer, note=input.note)
        dossier.appraiser_id = await _appraiser(work, dossier, input.appraiser)
        return await work.reply(dossier, entry)


async def _appraiser(work: Work, dossier: Dossier, username: str) -> UUID:
    """The account with this user name if it may appraise this dossier; raises InvalidInput or RuleNotMet."""
    found: UUID | None = await work.session.scalar(_appraisers(dossier, username, calendar.day_of(work.now)))
    if found is None:
        raise InvalidInput(
            field="appraiser",
            message="Không có chuyên viên thẩm định nào tên như vậy ở cơ quan đang xử lý. Hãy chọn người khác.",
            message_en="No appraiser of that name serves this desk. Choose another.",
        )
    if found in (dossier.drafted_by_id, dossier.submitted_by_id):
        raise RuleNotMet(
            rule="APPRAISER_DRAFTED_IT",
            article="province",
            remedy="appraiser",
            message="Người này đã soạn hoặc gửi hồ sơ nên không được thẩm định. Hãy chọn người khác.",
            message_en="This person drafted or submitted the dossier. Choose another appraiser.",
        )
    return found


def _appraisers(dossier: Dossier, username: str, day: date) -> Select[UUID]:
    held = rows.RoleHeld
    return (
        select(held.account_id)
        .join(held.agency)
        .join(held.account)
        .where(
            rows.Account.username == username,
            rows.Account.active,
            held.role == Role.APPRAISER,
            in_force_on(held, day),
            in_force_on(rows.Agency, day),
            rows.Agency.path.op("@>")(dossier.handler.path),
        )
    )


async def appraise_line(context: Context, input: AppraiseLineInput) -> Ref:
    """Say of one case whether it is eligible; with the last of them the dossier goes on to be decided (art 84)."""
    async with context.work("appraiseLine", input) as work:
        load = (*DESKS, AWARDS)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        line = line_of(dossier, input.line_id)
        outcome = LineOutcome.ELIGIBLE if input.eligible else LineOutcome.INELIGIBLE
        outcomes = {outcome, *(other.outcome for other in dossier.lines if other is not line)}
        entry = dossier.take(_step_after(outcomes), by=work.viewer, note=input.note)
        must_be_settled(line)
        await rely(work, line, input.relies_on, eligible=input.eligible)
        line.outcome, line.reason = outcome, _reason(input)
        line.appraised_at, line.appraised_by_id = work.now, work.account_id
        return await work.reply(dossier, entry)


def line_of(dossier: Dossier, said_id: str) -> rows.DossierLine:
    """The line of a dossier with this client's id; raises NotFound."""
    key = row_key("DossierLine", said_id)
    for line in dossier.lines:
        if line.id == key:
            return line
    raise NotFound


def must_be_settled(line: rows.DossierLine) -> None:
    """Raise RuleNotMet for a case for which another form is proposed and not yet answered."""
    if line.other_form_id is not None:
        raise other_form_open()


def _step_after(outcomes: set[LineOutcome]) -> Step:
    """Which step an appraisal is: one of several, the last with somebody eligible, or the last with nobody."""
    if LineOutcome.PENDING in outcomes:
        return Step.APPRAISE
    return Step.PASS_APPRAISAL if outcomes & {LineOutcome.ELIGIBLE, LineOutcome.PASSED} else Step.FAIL_APPRAISAL


def _reason(input: AppraiseLineInput) -> str | None:
    if input.eligible:
        return said("reason", input.reason) if input.reason else None
    return said("reason", input.reason or "")
