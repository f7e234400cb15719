"""A dossier's way from desk to desk: unit → managing agency → one-stop desk → appraisal office (Law 06/2022 art 83)."""

from __future__ import annotations

from sqlalchemy.orm import joinedload

import models as rows
from models import calendar
from models.dossier import Dossier, visible_dossier
from models.readiness import at_its_desk
from models.submission import must_be_complete
from models.workflow import Step
from resolvers.context import Context
from resolvers.dossier_draft import cleaned
from resolvers.dossier_steps import CASES, DESKS
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput, ReasonedStepInput

ROUTE = (
    joinedload(Dossier.authority).joinedload(rows.Agency.desk),
    joinedload(Dossier.agency).joinedload(rows.Agency.parent),
    joinedload(Dossier.handler).joinedload(rows.Agency.parent),
    joinedload(Dossier.receiver),
)
"""The agencies that a dossier may go to from where it lies."""


async def submit_dossier(context: Context, input: DossierStepInput) -> Ref:
    """Hand a complete draft in: a unit to the agency that manages it, others to a one-stop desk (arts 83–84)."""
    async with context.work("submitDossier", input) as work:
        load = (*DESKS, *ROUTE, CASES)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        entry = dossier.take(Step.SUBMIT, by=work.viewer, note=input.note)
        await must_be_complete(work.session, dossier, None, calendar.day_of(work.now))
        dossier.submitted_at, dossier.submitted_by_id = work.now, work.account_id
        desk = dossier.receiver or dossier.office
        dossier.receiver_id = desk.id
        handler = dossier.agency.manager or desk
        dossier.handler_id = handler.id
        entry.tell(handler.path)
        return await work.reply(dossier, entry)


async def endorse_dossier(context: Context, input: DossierStepInput) -> Ref:
    """The managing agency confirms what its unit proposes and passes it on to the desk (Law 06/2022 art 83)."""
    async with context.work("endorseDossier", input) as work:
        dossier = await work.lock(
            Dossier, input.id, visible_dossier, version=input.expected_version, load=(*DESKS, *ROUTE)
        )
        entry = dossier.take(Step.ENDORSE, by=work.viewer, note=input.note)
        if dossier.handler_id == dossier.receiver_id:
            raise at_its_desk()
        next_desk = dossier.handler.manager or dossier.receiver or dossier.office
        dossier.handler_id = next_desk.id
        entry.tell(next_desk.path)
        return await work.reply(dossier, entry)


async def send_dossier_back(context: Context, input: ReasonedStepInput) -> Ref:
    """The managing agency gives a dossier back to its unit to be completed and submitted again."""
    async with context.work("sendDossierBack", input) as work:
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=DESKS)
        entry = dossier.take(Step.SEND_BACK, by=work.viewer, note=input.note, reason=cleaned(input.reason))
        dossier.handler_id = dossier.agency_id
        return await work.reply(dossier, entry)
