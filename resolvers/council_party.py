"""The Party committee's opinion on a dossier that a council has passed, recorded when it comes."""

from __future__ import annotations

from datetime import date

from models import calendar
from models.dossier import Dossier, visible_dossier
from models.dossier_line import LineOutcome
from models.refusals import IllegalStep, InvalidInput
from models.workflow import DossierStatus, Step
from resolvers.context import Context
from resolvers.council_inputs import PartyOpinionInput
from resolvers.dossier_draft import said
from resolvers.dossier_steps import DESKS, LINES
from resolvers.engine import Ref


async def record_party_opinion(context: Context, input: PartyOpinionInput) -> Ref:
    """Record what the Party committee says: the dossier goes to be signed, or no further."""
    async with context.work("recordPartyOpinion", input) as work:
        load = (*DESKS, LINES)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        number, reason = said("number", input.number, 100), _reason(input)
        _must_be_past(input.dated, calendar.day_of(work.now))
        step = Step.ADVISE if input.agrees else Step.FAIL_COUNCIL
        stood = dossier.status
        entry = dossier.take(step, by=work.viewer, note=input.note, reason=reason)
        if stood is not DossierStatus.PARTY_OPINION:  # before the council it is the ballots that say so
            raise IllegalStep(step=step, dossier_status=stood, allowed_from=[DossierStatus.PARTY_OPINION])
        entry.data = {**entry.data, "number": number, "dated": input.dated.isoformat()}
        for line in dossier.lines if reason else ():
            if line.outcome in (LineOutcome.PASSED, LineOutcome.ELIGIBLE):
                line.outcome, line.reason = LineOutcome.NOT_PASSED, reason
        return await work.reply(dossier, entry)


def _reason(input: PartyOpinionInput) -> str | None:
    return None if input.agrees else said("reason", input.reason or "")


def _must_be_past(day: date, today: date) -> None:
    if day > today:
        raise InvalidInput(
            field="dated",
            message="Ngày văn bản không được sau hôm nay. Hãy kiểm tra lại ngày.",
            message_en="The letter's day must not lie in the future. Check it.",
        )
