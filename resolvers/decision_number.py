"""Numbers of decisions: given once, without gap by agency and year of signature, under the counter's row lock."""

from __future__ import annotations

import unicodedata

from sqlalchemy import and_, func, not_, select
from sqlalchemy.dialects.postgresql import insert

import models as rows
from models.decision import Decision, DecisionStatus
from models.refusals import InvalidInput, NumberTaken
from models.signing import is_above
from resolvers.dossier_draft import said
from resolvers.work import Work


async def number_for(work: Work, agency: rows.Agency, year: int, asked: str | None) -> str:
    """The number asked for if it is free, else the next of this agency and year; what is void stays taken, but a void
    record of a paper from above does not: the paper has that number, and is recorded anew by it.

    Raises NumberTaken, or InvalidInput where an agency above decided: its register is not ours to count.
    """
    if asked is not None:
        number = unicodedata.normalize("NFC", said("number", asked, 50)).replace("Ð", "Đ").replace("ð", "đ")
        await _counted(work, agency, year, 0)
        if await _taken(work, agency, year, number):
            raise NumberTaken(number=number)
        return number
    if is_above(agency):
        raise InvalidInput(
            field="number",
            message="Hãy nhập số của quyết định cấp trên, đúng như trên bản gốc.",
            message_en="Enter the number of the higher authority's decision, as its paper shows it.",
        )
    while True:
        number = f"{await _counted(work, agency, year, 1)}/QĐ-{agency.symbol or 'KT'}"
        if not await _taken(work, agency, year, number):
            return number


async def _counted(work: Work, agency: rows.Agency, year: int, more: int) -> int:
    """The count after so many more; its row stays locked until the act ends, so that numbers are given in turn."""
    count = rows.DecisionNumberCount
    first = insert(count).values(agency_id=agency.id, year=year, last=more)
    raised = first.on_conflict_do_update(index_elements=[count.agency_id, count.year], set_={"last": count.last + more})
    return (await work.session.execute(raised.returning(count.last))).scalar_one()


async def _taken(work: Work, agency: rows.Agency, year: int, number: str) -> bool:
    same = select(Decision.id).where(
        Decision.agency_id == agency.id,
        Decision.year == year,
        Decision.number_key == func.decision_number_key(number),
        not_(and_(Decision.recorded, Decision.status == DecisionStatus.VOID)),
    )
    return await work.session.scalar(same) is not None
