"""Publishing decisions, and voiding those not published: numbers not used, and records of papers from above."""

from __future__ import annotations

import strawberry
from sqlalchemy import case, delete, exists, select, update
from sqlalchemy.orm import joinedload

import models as rows
from models.council_agenda import AgendaOutcome
from models.decision import Decision, DecisionKind, DecisionStatus, visible_decision
from models.dossier import Dossier
from models.dossier_line import LineOutcome
from models.refusals import WrongStatus
from models.signing import deciders_of
from models.workflow import Step, workflow
from resolvers.context import Context
from resolvers.decision_paper import publish, told
from resolvers.dossier_draft import said
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput, ReasonedStepInput
from resolvers.work import Work

AGENCY = joinedload(Decision.agency).joinedload(rows.Agency.desk)


@strawberry.input(description="Công bố một quyết định. · The decision to publish.")
class PublishDecisionInput(DossierStepInput):
    """The decision to make public; `id` and `expectedVersion` are the decision's."""


@strawberry.input(description="Hủy một quyết định chưa công bố. · The unpublished decision to void.")
class VoidDecisionInput(ReasonedStepInput):
    """The decision to void; `id` and `expectedVersion` are the decision's, the reason why its number is not used."""


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
    """Void a decision before it is published: its number is used up, its dossiers await another one.

    Of a decision from above it is the record that is void, by whoever records: it may be recorded anew by its number.
    """
    async with context.work("voidDecision", input) as work:
        decision = await _changeable(work, input, Step.VOID_DECISION)
        step = Step.VOID_ABOVE if decision.recorded else Step.VOID_DECISION
        reason = said("reason", input.reason)
        steps = [
            dossier.take(step, by=work.viewer, note=input.note, reason=reason)
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
    roles, path = deciders_of(decision.agency)
    if step is Step.PUBLISH:
        roles, path = workflow()[step].roles, (decision.agency.desk or decision.agency).path
    work.must_hold(roles, path)
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
    line, item = rows.DossierLine, rows.AgendaItem
    passed = exists(select(item.id).where(item.line_id == line.id, item.outcome == AgendaOutcome.PASSED))
    await work.session.execute(
        update(line)
        .where(line.id.in_(given))
        .values(outcome=case((passed, LineOutcome.PASSED.name), else_=LineOutcome.ELIGIBLE.name))
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(
        delete(rows.Award).where(rows.Award.decision_id == decision.id).execution_options(synchronize_session=False)
    )
