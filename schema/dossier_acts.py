"""The legal acts on a dossier: one mutation each, named after it."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import dossier_acts, dossier_amend, dossier_draft, dossier_route, dossier_steps, other_form
from schema.acts import acts
from schema.dossier import Dossier
from schema.refusals import (
    ConflictOfInterest,
    IdempotencyMismatch,
    IllegalStep,
    InvalidInput,
    NotFound,
    NotPermitted,
    RuleNotMet,
    SeparationOfDuties,
    StaleVersion,
)

DraftDossierResult = Annotated[
    Dossier | NotFound | NotPermitted | RuleNotMet | InvalidInput | IdempotencyMismatch,
    strawberry.union("DraftDossierResult", description="The draft, or why there is none."),
]
DossierStepResult = Annotated[
    Dossier
    | NotFound
    | NotPermitted
    | IllegalStep
    | SeparationOfDuties
    | ConflictOfInterest
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | IdempotencyMismatch,
    strawberry.union("DossierStepResult", description="The dossier after the step, or why it was not taken."),
]


@strawberry.type
class DossierMutation:
    """The legal acts on a dossier."""

    draft_dossier: DraftDossierResult = acts(dossier_draft.draft_dossier)
    amend_dossier: DossierStepResult = acts(dossier_amend.amend_dossier)
    delete_draft: DossierStepResult = acts(dossier_acts.delete_draft)
    submit_dossier: DossierStepResult = acts(dossier_route.submit_dossier)
    endorse_dossier: DossierStepResult = acts(dossier_route.endorse_dossier)
    send_dossier_back: DossierStepResult = acts(dossier_route.send_dossier_back)
    receive_dossier: DossierStepResult = acts(dossier_steps.receive_dossier)
    refuse_dossier: DossierStepResult = acts(dossier_acts.refuse_dossier)
    withdraw_dossier: DossierStepResult = acts(dossier_acts.withdraw_dossier)
    request_supplement: DossierStepResult = acts(dossier_acts.request_supplement)
    supplement_dossier: DossierStepResult = acts(dossier_acts.supplement_dossier)
    declare_interest: DossierStepResult = acts(dossier_acts.declare_interest)
    assign_appraiser: DossierStepResult = acts(dossier_steps.assign_appraiser)
    appraise_line: DossierStepResult = acts(dossier_steps.appraise_line)
    propose_other_form: DossierStepResult = acts(other_form.propose_other_form)
    accept_other_form: DossierStepResult = acts(other_form.accept_other_form)
    decline_other_form: DossierStepResult = acts(other_form.decline_other_form)
    return_to_appraisal: DossierStepResult = acts(dossier_acts.return_to_appraisal)
    hold_dossier: DossierStepResult = acts(dossier_acts.hold_dossier)
    resume_dossier: DossierStepResult = acts(dossier_acts.resume_dossier)
    stop_dossier: DossierStepResult = acts(dossier_acts.stop_dossier)
    forward_up: DossierStepResult = acts(dossier_acts.forward_up)
    receive_from_above: DossierStepResult = acts(dossier_acts.receive_from_above)
    decline_above: DossierStepResult = acts(dossier_acts.decline_above)
    return_result: DossierStepResult = acts(dossier_acts.return_result)
    archive_dossier: DossierStepResult = acts(dossier_acts.archive_dossier)
