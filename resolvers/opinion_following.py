"""Following up what agencies were asked: reminding one that has not answered, and withdrawing a request (art 84.3)."""

from __future__ import annotations

from models import calendar
from models.dossier import Dossier
from models.opinion import OpinionRequest
from models.refusals import IllegalStep, RuleNotMet
from models.verdict import obstacles, taken_by
from models.workflow import Step, workflow
from resolvers.consulting_inputs import OpinionStepInput, WithdrawOpinionInput
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.engine import Ref
from resolvers.opinion_acts import asked, followed, must_await
from resolvers.work import Work, row_key


def may_consult(work: Work, dossier: Dossier) -> None:
    """Where opinions are sought already, only whoever may begin that may go on with it; raises as `take` does."""
    rule = workflow(dossier.workflow_code)[Step.CONSULT]
    facts = dossier.facts(rule, work.viewer)
    for obstacle in obstacles(rule, facts, work.viewer):
        if not isinstance(obstacle, IllegalStep):
            raise obstacle
    holding = taken_by(rule, facts, work.viewer)
    work.behalf = holding.for_account_id if holding else None


async def remind_opinion(context: Context, input: OpinionStepInput) -> Ref:
    """Remind an agency that its opinion is awaited; once a day at most."""
    async with context.work("remindOpinion", input) as work:
        _, request = await _followed_up(work, input)
        today = calendar.day_of(work.now)
        if request.reminded_at is not None and calendar.day_of(request.reminded_at) == today:
            raise RuleNotMet(
                rule="REMINDED_TODAY",
                article="province",
                remedy=calendar.add_working_days(today, 1).isoformat(),
                message="Hôm nay đã đôn đốc cơ quan này. Hãy chờ đến ngày làm việc sau.",
                message_en="The agency was reminded today. Wait until the next working day.",
            )
        request.reminded_at, request.reminders = work.now, request.reminders + 1
        request.version += 1
        entry = request.entry("REMIND_OPINION", work.viewer, due_on=request.due_on.isoformat())
        return await work.reply(request, entry)


async def withdraw_opinion(context: Context, input: WithdrawOpinionInput) -> Ref:
    """Ask an agency no more, for a reason; where nobody else is awaited, the dossier goes back where it came from."""
    async with context.work("withdrawOpinion", input) as work:
        (dossier, requests), request = await _followed_up(work, input)
        request.withdrawal_reason, request.closed_at = said("reason", input.reason, 500), work.now
        request.version += 1
        entry = request.entry("WITHDRAW_OPINION", work.viewer)
        return await work.reply(request, entry, *followed(work, dossier, requests))


async def _followed_up(
    work: Work, input: OpinionStepInput
) -> tuple[tuple[Dossier, list[OpinionRequest]], OpinionRequest]:
    """The dossier, its open requests, and the one named; raises for whoever may not ask, or where none is awaited."""
    dossier, requests = await asked(work, input)
    request = next(each for each in requests if each.id == row_key("OpinionRequest", input.id))
    may_consult(work, dossier)
    if request.version != input.expected_version:
        raise await work.stale(request, input.expected_version)
    must_await(dossier, request)
    return (dossier, list(requests)), request
