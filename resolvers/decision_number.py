"""Numbers of decisions: given once, without gap by agency and year of signature, under the counter's row lock."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, Uuid, and_, bindparam, cast, exists, func, not_, select, update
from sqlalchemy.dialects.postgresql import insert

import models as rows
from models.decision import Decision, DecisionStatus
from models.demand import Demand, must_meet
from models.refusals import InvalidInput, NumberTaken
from models.signing import is_above
from resolvers.dossier_draft import said
from resolvers.work import Work


def number_asked(agency: rows.Agency, asked: str | None) -> str | None:
    """A number given on paper as it is kept; None where the next one is to be given.

    Raises InvalidInput, also where an agency above decided and none is given: its register is not ours to count.
    """
    if asked is not None:
        return unicodedata.normalize("NFC", said("number", asked, 50)).replace("Ð", "Đ").replace("ð", "đ")
    if is_above(agency):
        raise InvalidInput(
            field="number",
            message="Hãy nhập số của quyết định cấp trên, đúng như trên bản gốc.",
            message_en="Enter the number of the higher authority's decision, as its paper shows it.",
        )
    return None


def counting(agency: rows.Agency, year: int, asked: str | None) -> Demand:
    """The count of this agency and year, raised unless a number is asked for; its row stays locked until the act ends,
    so that numbers are given in turn.
    """
    given = {"counted_agency": agency.id, "counted_year": year, "more": int(asked is None)}
    return Demand(_counted(), given, lambda _: None)


@cache
def _counted() -> ColumnElement[int]:
    count, more = rows.DecisionNumberCount, bindparam("more", type_=Integer)
    agency, year = bindparam("counted_agency", type_=Uuid()), bindparam("counted_year", type_=Integer)
    first = insert(count).values(agency_id=agency, year=year, last=more)
    raised = first.on_conflict_do_update(index_elements=[count.agency_id, count.year], set_={"last": count.last + more})
    return select(raised.returning(count.last).cte("counted").c.last).scalar_subquery()


async def number_for(
    work: Work, agency: rows.Agency, year: int, asked: str | None, counted: int, *demands: Demand
) -> tuple[str, list[Any]]:
    """The number asked for if it is free, else the one counted, or the next that is free; what is void stays taken,
    but a void record of a paper from above does not: the paper has that number, and is recorded anew by it. With it,
    what is found by other demands asked then.

    To be asked once the count is locked, by a statement of its own: it must see what others gave meanwhile. Raises
    NumberTaken.
    """
    if asked is None:
        free, *found = await must_meet(work.session, _free(agency, year, counted), *demands)
        return f"{free}{_symbol(agency)}", found
    taken, *found = await must_meet(work.session, _taken(agency, year, asked), *demands)
    if taken:
        raise NumberTaken(number=asked)
    return asked, found


def _symbol(agency: rows.Agency) -> str:
    return f"/QĐ-{agency.symbol or 'KT'}"


def _free(agency: rows.Agency, year: int, counted: int) -> Demand:
    """The first number from the counted one on that no decision has, to which the count is raised: among as many as
    there are decisions, and one, there is one.
    """
    given = {"numbered_agency": agency.id, "numbered_year": year, "counted": counted, "symbol": _symbol(agency)}
    return Demand(_raised(), given, lambda _: None)


@cache
def _raised() -> ColumnElement[int]:
    count, counted = rows.DecisionNumberCount, bindparam("counted", type_=Integer)
    agency, year = bindparam("numbered_agency", type_=Uuid()), bindparam("numbered_year", type_=Integer)
    given = select(func.count()).where(Decision.agency_id == agency, Decision.year == year).scalar_subquery()
    candidate = func.generate_series(counted, counted + cast(given, Integer)).column_valued("candidate")
    number = cast(candidate, Text) + bindparam("symbol", type_=Text)
    free = select(func.min(candidate)).where(not_(_numbered(number))).scalar_subquery()
    raised = update(count).where(count.agency_id == agency, count.year == year).values(last=free)
    return select(raised.returning(count.last).cte("raised").c.last).scalar_subquery()


def _taken(agency: rows.Agency, year: int, number: str) -> Demand:
    given = {"numbered_agency": agency.id, "numbered_year": year, "number": number}
    return Demand(_asked(), given, lambda _: None)


@cache
def _asked() -> ColumnElement[bool]:
    return _numbered(bindparam("number", type_=Text))


def _numbered(number: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(
        Decision.agency_id == bindparam("numbered_agency", type_=Uuid()),
        Decision.year == bindparam("numbered_year", type_=Integer),
        Decision.number_key == func.decision_number_key(number),
        not_(and_(Decision.recorded, Decision.status == DecisionStatus.VOID)),
    )
