"""Acts on a dossier that say no more than their step: each a transaction, a step and a journal entry."""

from __future__ import annotations

from models import calendar
from models.council_rule import advised
from models.demand import must_meet
from models.dossier import Dossier, visible_dossier
from models.dossier_line import LineOutcome
from models.posting_duty import posted
from models.signing import must_be_decided_above
from models.submission import must_be_complete, papers_due
from models.workflow import Step
from resolvers.context import Context
from resolvers.council_leaving import off_the_agenda
from resolvers.dossier_draft import cleaned
from resolvers.dossier_steps import CASES, DESKS, LINES, RULES
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput, ReasonedStepInput
from resolvers.posting_acts import taken_once_over


async def _stepped(context: Context, act: str, step: Step, input: DossierStepInput) -> Ref:
    """Take a step that changes nothing but where the dossier stands."""
    async with context.work(act, input) as work:
        load = (*DESKS, LINES) if work.viewer.nominees else DESKS
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        reason = cleaned(input.reason) if isinstance(input, ReasonedStepInput) else None
        was_asked = dossier.before_council
        entry = dossier.take(step, by=work.viewer, note=input.note, reason=reason)
        left = await off_the_agenda(work, [dossier]) if was_asked and not dossier.before_council else []
        return await work.reply(dossier, entry, *left)


async def delete_draft(context: Context, input: DossierStepInput) -> Ref:
    """Give up a draft that was never submitted; it stays in the journal."""
    return await _stepped(context, "deleteDraft", Step.DELETE_DRAFT, input)


async def refuse_dossier(context: Context, input: ReasonedStepInput) -> Ref:
    """Refuse a dossier at reception, with the reason (Circular 01/2018/TT-VPCP)."""
    return await _stepped(context, "refuseDossier", Step.REFUSE, input)


async def withdraw_dossier(context: Context, input: ReasonedStepInput) -> Ref:
    """Take a dossier back before it is decided."""
    return await _stepped(context, "withdrawDossier", Step.WITHDRAW, input)


async def request_supplement(context: Context, input: ReasonedStepInput) -> Ref:
    """Ask the proposer for what is missing; the time limit waits until it has come."""
    return await _stepped(context, "requestSupplement", Step.REQUEST_SUPPLEMENT, input)


async def supplement_dossier(context: Context, input: DossierStepInput) -> Ref:
    """Give a supplemented dossier back to whoever asked for it; it must be complete again (art 84)."""
    async with context.work("supplementDossier", input) as work:
        load = (*DESKS, CASES, RULES)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        entry = dossier.take(Step.SUPPLEMENT, by=work.viewer, note=input.note)
        assert dossier.rule_set is not None, "what was received is bound to its rules"
        await must_be_complete(work.session, dossier, dossier.rule_set, calendar.day_of(work.now))
        return await work.reply(dossier, entry)


async def hold_dossier(context: Context, input: ReasonedStepInput) -> Ref:
    """Hold a dossier while discipline, an inspection or a complaint is pending (Decree 152/2025 art 4)."""
    return await _stepped(context, "holdDossier", Step.HOLD, input)


async def resume_dossier(context: Context, input: DossierStepInput) -> Ref:
    """Take up a held dossier where it was left."""
    return await _stepped(context, "resumeDossier", Step.RESUME, input)


async def stop_dossier(context: Context, input: ReasonedStepInput) -> Ref:
    """End a held dossier: what it was held for stands against it (Decree 152/2025 art 4)."""
    return await _stepped(context, "stopDossier", Step.STOP, input)


async def return_to_appraisal(context: Context, input: ReasonedStepInput) -> Ref:
    """Whoever decides sends a dossier back to be appraised again; its lines await their outcome anew."""
    async with context.work("returnToAppraisal", input) as work:
        load = (*DESKS, LINES)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        entry = dossier.take(Step.RETURN, by=work.viewer, note=input.note, reason=cleaned(input.reason))
        for line in dossier.lines:
            line.reopen()
        return await work.reply(dossier, entry)


async def forward_up(context: Context, input: DossierStepInput) -> Ref:
    """Forward a dossier to the Prime Minister or the President, who decides (Law 06/2022 art 83.2)."""
    async with context.work("forwardUp", input) as work:
        load = (*DESKS, CASES, RULES)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        entry = await taken_once_over(work, dossier, Step.FORWARD_UP, input.note)
        must_be_decided_above(dossier)
        demands = papers_due([dossier], Step.FORWARD_UP), advised([dossier]), *posted([dossier])
        await must_meet(work.session, *demands)
        return await work.reply(dossier, entry)


async def receive_from_above(context: Context, input: DossierStepInput) -> Ref:
    """Record that the higher authority has answered."""
    return await _stepped(context, "receiveFromAbove", Step.RECEIVE_FROM_ABOVE, input)


async def decline_above(context: Context, input: ReasonedStepInput) -> Ref:
    """Record that the higher authority does not commend; the cases end without an award."""
    async with context.work("declineAbove", input) as work:
        load = (*DESKS, LINES)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        entry = dossier.take(Step.DECLINE_ABOVE, by=work.viewer, note=input.note, reason=cleaned(input.reason))
        for line in dossier.lines:
            if line.outcome in (LineOutcome.ELIGIBLE, LineOutcome.PASSED):
                line.outcome, line.reason = LineOutcome.NOT_AWARDED, cleaned(input.reason)
        return await work.reply(dossier, entry)


async def return_result(context: Context, input: DossierStepInput) -> Ref:
    """Hand the result to whoever proposed (Circular 01/2018/TT-VPCP)."""
    return await _stepped(context, "returnResult", Step.RETURN_RESULT, input)


async def archive_dossier(context: Context, input: DossierStepInput) -> Ref:
    """Put a finished dossier into the archive (Law 06/2022 art 84.6)."""
    return await _stepped(context, "archiveDossier", Step.ARCHIVE, input)


async def declare_interest(context: Context, input: ReasonedStepInput) -> Ref:
    """Say that one is too near a case to judge it; steps that want distance are then somebody else's."""
    async with context.work("declareInterest", input) as work:
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=DESKS)
        entry = dossier.take(Step.DECLARE_INTEREST, by=work.viewer, note=input.note, reason=cleaned(input.reason))
        dossier.declared = sorted({*dossier.declared, work.account_id})
        return await work.reply(dossier, entry)
