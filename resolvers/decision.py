"""Reading decisions and following their publication."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import strawberry
from sqlalchemy import Select, func, select

import models as rows
from models import topics
from models.access import Viewer
from models.award import visible_award
from models.decision import DecisionKind, DecisionStatus, visible_decision
from resolvers.context import Context
from resolvers.engine import Order, seen
from resolvers.event import agency_path
from resolvers.feed import Following
from resolvers.filters import (
    Condition,
    Filter,
    among,
    asked,
    at_least,
    at_most,
    but,
    containing,
    equal,
    every,
    found_among,
    from_day,
    inside,
    joined_type,
    narrowed,
    of_type,
    some,
    to_day,
)
from resolvers.inputs import Cursor


class DecisionOrder(Order):
    """How decisions are ordered."""

    NEWEST = "newest first, by the day of signature"
    OLDEST = "oldest first"
    NUMBER = "by number: the latest year first, the highest number first"
    PUBLISHED = "by publication, the latest first; what is not published comes last"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class DecisionFilter(Filter):
    """Which decisions; conditions left out do not count."""

    agency_within: str | None = asked("Mã cơ quan ban hành, kể cả cấp dưới. · Issued in this agency's subtree.")
    kind: DecisionKind | None = None
    status: DecisionStatus | None = None
    statuses: list[DecisionStatus] | None = None
    award_type: str | None = asked("Có tặng hình thức này. · It gives this award.")
    nominee: strawberry.ID | None = asked("Có tặng người, tập thể này. · It commends this nominee.", of="Nominee")
    text: str | None = asked("Tìm không dấu trong số và trích yếu. · In number and title, accents aside.")
    year: int | None = asked("Năm ký. · The year of signature.")
    signed_from: date | None = None
    signed_to: date | None = None
    published_from: date | None = None
    published_to: date | None = None
    and_: list[DecisionFilter] | None = every()
    or_: list[DecisionFilter] | None = some()
    not_: DecisionFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row, award = rows.Decision, rows.Award
        return (
            inside(row.agency_id, self.agency_within),
            equal(row.kind, self.kind),
            equal(row.status, self.status),
            among(row.status, self.statuses),
            giving(
                joined_type(award.award_type_id, self.award_type),
                viewer,
                of_type(award.award_type_id, self.award_type),
            ),
            giving(equal(award.nominee_id, self.nominee), viewer),
            containing(row.title_folded, self.text),
            equal(row.year, self.year),
            at_least(row.signed_on, self.signed_from),
            at_most(row.signed_on, self.signed_to),
            from_day(row.published_at, self.published_from),
            to_day(row.published_at, self.published_to),
        )


def giving(condition: Condition, viewer: Viewer, of_one: Condition = None) -> Condition:
    """The decision gives an award of which this holds, and which the viewer sees."""
    if condition is None:
        return None
    award = rows.Award
    return found_among(rows.Decision.id, award.decision_id, condition, visible_award(award, viewer), of_one)


_ORDERS: dict[DecisionOrder, tuple[Any, ...]] = {
    DecisionOrder.NEWEST: (rows.Decision.signed_on.desc(),),
    DecisionOrder.OLDEST: (rows.Decision.signed_on,),
    DecisionOrder.NUMBER: (rows.Decision.year.desc(), rows.Decision.ordinal.desc()),
    DecisionOrder.PUBLISHED: (rows.Decision.published_order.desc(),),
}


def decisions(
    viewer: Viewer, filter: DecisionFilter | None = None, order_by: DecisionOrder = DecisionOrder.NEWEST
) -> Select[rows.Decision]:
    """The decisions the viewer may see, by filter and order."""
    row = rows.Decision
    found = narrowed(select(row).where(visible_decision(row, viewer)), filter, viewer)
    return found.order_by(*_ORDERS[order_by])


def decision(viewer: Viewer, number: str) -> Select[rows.Decision]:
    """The newest decision with this number, however it is spelt: numbers begin anew each year. What is void comes last,
    for a void record of a paper from above was made anew by the same number.
    """
    row = rows.Decision
    found = select(row).where(row.number_key == func.decision_number_key(number), visible_decision(row, viewer))
    return found.order_by(row.year.desc(), (row.status != DecisionStatus.VOID).desc(), row.signed_on.desc())


def awards_of(viewer: Viewer, parent: type[rows.Decision]) -> Select[rows.Award]:
    """The awards of a decision, as it lists them."""
    award = rows.Award
    return (
        select(award)
        .where(award.decision_id == parent.id, visible_award(award, viewer, seen(parent)))
        .order_by(award.position)
    )


async def decision_published(context: Context, after: Cursor | None = None, agency: str | None = None) -> Following:
    """Each decision published past the cursor, by all agencies or by one and those under it."""
    topic = topics.DECISIONS
    if agency is not None:
        topic = topics.decisions_in(await agency_path(context, agency))
    return context.feed.follow([topic], after=after)
