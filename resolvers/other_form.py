"""Another form of commendation: proposed by the appraiser for one case, taken or not by the agency that proposed it."""

from __future__ import annotations

import strawberry
from sqlalchemy.orm import joinedload, selectinload

import models as rows
from models import calendar
from models.demand import must_meet
from models.dossier import Dossier, visible_dossier
from models.dossier_line import DossierLine
from models.readiness import no_other_form
from models.submission import decided_by, must_suit
from models.workflow import Step
from resolvers.context import Context
from resolvers.dossier_draft import award_types, cleaned
from resolvers.dossier_steps import DESKS, line_of
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput, ReasonedStepInput
from resolvers.work import Work

CASES = selectinload(Dossier.lines).options(
    joinedload(DossierLine.nominee), joinedload(DossierLine.award_type), joinedload(DossierLine.other_form)
)


@strawberry.input(description="Đề nghị hình thức khen thưởng khác. · Another form of commendation for a case.")
class OtherFormInput(ReasonedStepInput):
    """Another form of commendation for one case."""

    line_id: strawberry.ID
    award_type: str = strawberry.field(description="Mã hình thức. · The award's code.")


@strawberry.input(description="Đồng ý hình thức khác. · The case whose other form is agreed to.")
class AcceptOtherFormInput(DossierStepInput):
    """The case whose other form is agreed to."""

    line_id: strawberry.ID


@strawberry.input(description="Không đồng ý hình thức khác. · The case whose other form is not agreed to.")
class DeclineOtherFormInput(ReasonedStepInput):
    """The case whose other form is not agreed to."""

    line_id: strawberry.ID


async def propose_other_form(context: Context, input: OtherFormInput) -> Ref:
    """Propose another award for a case that does not merit the one asked for; the proposer answers."""
    async with context.work("proposeOtherForm", input) as work:
        dossier = await _dossier(work, input)
        entry = dossier.take(Step.PROPOSE_OTHER_FORM, by=work.viewer, note=input.note, reason=cleaned(input.reason))
        line, today = line_of(dossier, input.line_id), calendar.day_of(work.now)
        award = (await award_types(work, {input.award_type}, today))[input.award_type]
        must_suit(line.nominee, award, posthumous=line.posthumous)
        await must_meet(work.session, decided_by(dossier.authority.kind, [award], today))
        line.other_form_id = award.id
        return await work.reply(dossier, entry)


async def accept_other_form(context: Context, input: AcceptOtherFormInput) -> Ref:
    """Agree that a case goes on for the other award."""
    async with context.work("acceptOtherForm", input) as work:
        dossier = await _dossier(work, input)
        entry = dossier.take(Step.ACCEPT_OTHER_FORM, by=work.viewer, note=input.note)
        line = line_of(dossier, input.line_id)
        line.award_type_id, line.other_form_id = _proposed(line).id, None
        line.reopen()
        return await work.reply(dossier, entry)


async def decline_other_form(context: Context, input: DeclineOtherFormInput) -> Ref:
    """Insist on the award asked for; the appraiser judges the case as it stands."""
    async with context.work("declineOtherForm", input) as work:
        dossier = await _dossier(work, input)
        entry = dossier.take(Step.DECLINE_OTHER_FORM, by=work.viewer, note=input.note, reason=cleaned(input.reason))
        line = line_of(dossier, input.line_id)
        _proposed(line)
        line.other_form_id = None
        return await work.reply(dossier, entry)


async def _dossier(work: Work, input: DossierStepInput) -> Dossier:
    return await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=(*DESKS, CASES))


def _proposed(line: DossierLine) -> rows.AwardType:
    """The other award that is proposed for a case; raises RuleNotMet where there is none."""
    if line.other_form is None:
        raise no_other_form()
    return line.other_form
