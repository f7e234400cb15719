"""What a case leans on: said when it is appraised, looked at when it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.award import STANDING, visible_award
from models.decision import Decision
from models.readiness import leans_on_the_fallen
from models.refusals import InvalidInput, NotFound
from resolvers.work import Work, row_key

Leaning = rows.AwardReliance


async def rely(work: Work, line: rows.DossierLine, ids: Sequence[str], *, eligible: bool) -> None:
    """Write down which earlier awards of its nominee make a case eligible; its award type must be loaded.

    They stay as they are until this act is done: who cancels one waits, and finds the case leaning on it.
    Raises NotFound, InvalidInput or RuleNotMet.
    """
    if line.appraised_at is not None:
        await work.session.execute(delete(Leaning).where(Leaning.line_id == line.id))
    wanted = {row_key("Award", said) for said in ids}
    if not wanted:
        return
    if not eligible:
        raise InvalidInput(
            field="reliesOn",
            message="Trường hợp không đủ điều kiện thì không có khen thưởng làm căn cứ. Hãy bỏ trống.",
            message_en="A case that is not eligible leans on nothing. Leave it out.",
        )
    found = await work.session.scalars(
        select(rows.Award)
        .join(Decision, Decision.id == rows.Award.decision_id)
        .where(rows.Award.id.in_(wanted), visible_award(rows.Award, work.viewer), Decision.published_at.is_not(None))
        .order_by(rows.Award.id)
        .with_for_update(of=rows.Award, read=True)
    )
    awards = list(found)
    if len(awards) < len(wanted):
        raise NotFound
    _must_support(line, awards)
    work.session.add_all(
        Leaning(line_id=line.id, award_id=award.id, article=line.award_type.article) for award in awards
    )


def _must_support(line: rows.DossierLine, awards: Sequence[rows.Award]) -> None:
    if any(award.nominee_id != line.nominee_id for award in awards):
        raise InvalidInput(
            field="reliesOn",
            message="Có khen thưởng không phải của đối tượng này. Hãy chọn trong các khen thưởng của chính họ.",
            message_en="One of the awards is somebody else's. Choose among the nominee's own.",
        )
    if any(award.status not in STANDING for award in awards):
        raise leans_on_the_fallen(line.id)


async def must_rest_on_what_stands(session: AsyncSession, lines: Sequence[UUID]) -> None:
    """Raise RuleNotMet where one of these cases leans on an award that was cancelled or stripped since."""
    fallen = select(Leaning.line_id).where(Leaning.line_id.in_(lines), Leaning.fell_at.is_not(None)).limit(1)
    found = await session.scalar(fallen)
    if found is not None:
        raise leans_on_the_fallen(found)
