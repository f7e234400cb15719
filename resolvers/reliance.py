"""What a case leans on: said when it is appraised, looked at when it is decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, bindparam, delete, select

import models as rows
from models.award import STANDING, visible_award
from models.decision import Decision
from models.demand import Demand
from models.readiness import leans_on_the_fallen
from models.refusals import InvalidInput, NotFound, RuleNotMet
from resolvers.work import Work, row_key

Leaning = rows.AwardReliance


async def rely(work: Work, line: rows.DossierLine, ids: Sequence[str], *, eligible: bool) -> None:
    """Write down which earlier awards of its nominee make a case eligible; its award type must be loaded.

    They stay as they are until this act is done: who cancels one waits, and finds the case leaning on it.
    Raises NotFound, InvalidInput or RuleNotMet.
    """
    wanted = {row_key("Award", said) for said in ids}
    before = delete(Leaning).where(Leaning.line_id == line.id)
    if not wanted and line.appraised_at is not None:
        await work.session.execute(before)
    if not wanted:
        return
    if not eligible:
        raise InvalidInput(
            field="reliesOn",
            message="Trường hợp không đủ điều kiện thì không có khen thưởng làm căn cứ. Hãy bỏ trống.",
            message_en="A case that is not eligible leans on nothing. Leave it out.",
        )
    awards = list(await work.session.scalars(_held(work, wanted).add_cte(before.cte("before"))))
    if len(awards) < len(wanted):
        raise NotFound
    _must_support(line, awards)
    work.session.add_all(
        Leaning(line_id=line.id, award_id=award.id, article=line.award_type.article) for award in awards
    )


def _held(work: Work, wanted: Collection[UUID]) -> Select[rows.Award]:
    """These awards, as far as they are seen and public: nobody changes them until this act is done."""
    return (
        select(rows.Award)
        .join(Decision, Decision.id == rows.Award.decision_id)
        .where(rows.Award.id.in_(wanted), visible_award(rows.Award, work.viewer), Decision.published_at.is_not(None))
        .order_by(rows.Award.id)
        .with_for_update(of=rows.Award, read=True)
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


def resting_on_what_stands(lines: Sequence[UUID]) -> Demand:
    """The demand that none of these cases leans on an award that was cancelled or stripped since."""

    def refusal(fallen: UUID | None) -> RuleNotMet | None:
        return None if fallen is None else leans_on_the_fallen(fallen)

    return Demand(_fallen(), {"leaning": list(lines)}, refusal)


@cache
def _fallen() -> ColumnElement[UUID]:
    leaning = Leaning.line_id == any_(bindparam("leaning", type_=ARRAY(Uuid)))
    return select(Leaning.line_id).where(leaning, Leaning.fell_at.is_not(None)).limit(1).scalar_subquery()
