"""Plain acts on many things at once, as a desk works through its list: one mutation each, named after the act."""

from __future__ import annotations

import strawberry

from resolvers import decision_acts, dossier_acts, dossier_steps
from resolvers.bulk import AssignItemsInput, ItemsInput
from schema.acts import acts_on_each
from schema.decision import PublishDecisionResult
from schema.dossier_acts import DossierStepResult


@strawberry.type
class BulkMutation:
    """Plain acts on many things at once."""

    receive_dossiers: list[DossierStepResult | None] = acts_on_each(
        dossier_steps.receive_dossier,
        ItemsInput,
        "Receive each of up to 100 dossiers by itself; answers come in the order of the items.",
    )
    assign_appraisers: list[DossierStepResult | None] = acts_on_each(
        dossier_steps.assign_appraiser,
        AssignItemsInput,
        "Name the appraiser of each of up to 100 dossiers by itself; answers come in the order of the items.",
    )
    return_results: list[DossierStepResult | None] = acts_on_each(
        dossier_acts.return_result,
        ItemsInput,
        "Hand out the result of each of up to 100 dossiers by itself; answers come in the order of the items.",
    )
    archive_dossiers: list[DossierStepResult | None] = acts_on_each(
        dossier_acts.archive_dossier,
        ItemsInput,
        "Put each of up to 100 dossiers into the archive by itself; answers come in the order of the items.",
    )
    publish_decisions: list[PublishDecisionResult | None] = acts_on_each(
        decision_acts.publish_decision,
        ItemsInput,
        "Make each of up to 100 decisions public by itself; answers come in the order of the items.",
    )
