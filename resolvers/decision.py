"""Reading decisions and following their publication."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import strawberry
from sqlalchemy import Select, func, select

import models as rows
from models import topics
from models.access import Viewer
from models.agency import within_code
from models.award import visible_award
from models.decision import visible_decision
from resolvers.context import Context
from resolvers.engine import Order
from resolvers.event import agency_path
from resolvers.feed import Happening, Resync
from resolvers.inputs import Cursor


class DecisionOrder(Order):
    """How decisions are ordered."""

    NEWEST = "newest first, by the day of signature"
    OLDEST = "oldest first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class DecisionFilter:
    """Which decisions; conditions left out do not count."""

    agency_within: str | None = strawberry.field(
        description="Mã cơ quan ban hành, kể cả cấp dưới. · Issued in this agency's subtree.", default=None
    )
    text: str | None = strawberry.field(
        description="Tìm không dấu trong số và trích yếu. · In number and title, accents aside.", default=None
    )
    signed_from: date | None = None
    signed_to: date | None = None

    def to(self, found: Select[rows.Decision]) -> Select[rows.Decision]:
        """The Select, narrowed to what the filter asks."""
        row = rows.Decision
        if self.agency_within is not None:
            found = found.where(row.agency_id.in_(within_code(self.agency_within)))
        if self.text is not None:
            found = found.where(row.title_folded.like(func.like_text(self.text)))
        if self.signed_from is not None:
            found = found.where(row.signed_on >= self.signed_from)
        if self.signed_to is not None:
            found = found.where(row.signed_on <= self.signed_to)
        return found


def decisions(
    viewer: Viewer, filter: DecisionFilter | None = None, order_by: DecisionOrder = DecisionOrder.NEWEST
) -> Select[rows.Decision]:
    """The decisions the viewer may see, by filter and order."""
    row = rows.Decision
    found = select(row).where(visible_decision(row, viewer))
    found = filter.to(found) if filter else found
    return found.order_by(row.signed_on.desc() if order_by is DecisionOrder.NEWEST else row.signed_on)


def decision(viewer: Viewer, number: str) -> Select[rows.Decision]:
    """The newest decision with this number, however it is spelt: numbers begin anew each year."""
    row = rows.Decision
    found = select(row).where(row.number_key == func.decision_number_key(number), visible_decision(row, viewer))
    return found.order_by(row.signed_on.desc())


def awards_of(viewer: Viewer, parent: type[rows.Decision]) -> Select[rows.Award]:
    """The awards of a decision, as it lists them."""
    award = rows.Award
    return select(award).where(award.decision_id == parent.id, visible_award(award, viewer)).order_by(award.position)


async def decision_published(
    context: Context, after: Cursor | None = None, agency: str | None = None
) -> AsyncIterator[Happening | Resync]:
    """Each decision published past the cursor, by all agencies or by one and those under it."""
    topic = topics.DECISIONS
    if agency is not None:
        topic = topics.decisions_in(await agency_path(context, agency))
    async for told in context.feed.follow([topic], after=after):
        yield told
