"""The acts on the papers of a dossier."""

from __future__ import annotations

import strawberry

from resolvers import document_acts
from schema.acts import acts
from schema.dossier_acts import DossierStepResult


@strawberry.type
class DocumentMutation:
    """Papers in, replaced, out."""

    add_document: DossierStepResult = acts(document_acts.add_document)
    replace_document: DossierStepResult = acts(document_acts.replace_document)
    remove_document: DossierStepResult = acts(document_acts.remove_document)
