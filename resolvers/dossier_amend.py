"""Amending a dossier: a draft, or one whose supplement was asked for."""

from __future__ import annotations

import strawberry

from models import calendar
from models.document import must_not_be_secret
from models.dossier import Dossier, visible_dossier
from models.rule_set import CommendationType
from models.workflow import Step
from resolvers.context import Context
from resolvers.dossier_cases import replace
from resolvers.dossier_draft import DossierLineInput, movement_key, said
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput


@strawberry.input(description="Sửa hồ sơ; phần bỏ trống giữ nguyên. · What to amend; what is left out stays.")
class AmendDossierInput(DossierStepInput):
    """What to amend of a dossier; what is left out stays as it is."""

    title: str | None = None
    commendation_type: CommendationType | None = None
    movement_id: strawberry.ID | None = None
    lines: list[DossierLineInput] | None = strawberry.field(
        description="Toàn bộ danh sách mới. Khi bổ sung, trường hợp đã trình Hội đồng hoặc đã công khai phải giữ lại; "
        "đã thẩm định xong thì chỉ sửa được lời thành tích. · The whole list anew. Of a supplement, cases that a "
        "council or a public list has must stay on it; once appraisal is over only citations may be corrected.",
        default=None,
    )


async def amend_dossier(context: Context, input: AmendDossierInput) -> Ref:
    """Change what a dossier proposes, while it is the proposer's: a draft, or waiting for its supplement (art 83.1)."""
    must_not_be_secret(any(line.confidential for line in input.lines or ()))
    async with context.work("amendDossier", input) as work:
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=DESKS)
        entry = dossier.take(Step.AMEND, by=work.viewer, note=input.note)
        if input.title is not None:
            dossier.title = said("title", input.title)
        if input.commendation_type is not None:
            dossier.commendation_type = input.commendation_type
        if input.movement_id is not None:
            dossier.movement_id = await movement_key(work, input.movement_id)
        if input.lines is None:
            return await work.reply(dossier, entry)
        left = await replace(work, dossier, input.lines, calendar.day_of(work.now))
        return await work.reply(dossier, entry, *left)
