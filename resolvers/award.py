"""Reading the award catalogue and the awards given."""

from __future__ import annotations

from datetime import date

import strawberry
from sqlalchemy import Select, any_, func, or_, select

import models as rows
from models.access import Viewer
from models.agency import within_code
from models.award import AwardStatus, visible_award
from models.award_type import AwardClass, AwardLevel
from models.nominee import NomineeKind
from resolvers.engine import Order


class AwardOrder(Order):
    """How awards are ordered."""

    NEWEST = "newest first, by the day of the decision"
    OLDEST = "oldest first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class AwardTypeFilter:
    """Which awards of the catalogue; conditions left out do not count."""

    award_class: AwardClass | None = None
    level: AwardLevel | None = None
    recipient: NomineeKind | None = strawberry.field(description="Tặng được cho. · May be given to.", default=None)


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class AwardFilter:
    """Which awards; conditions left out do not count."""

    award_type: str | None = strawberry.field(description="Mã hình thức, ví dụ BK_T. · The award's code.", default=None)
    agency_within: str | None = strawberry.field(
        description="Mã cơ quan trình, kể cả cấp dưới. · Proposed in this agency's subtree.", default=None
    )
    recipient: NomineeKind | None = None
    status: AwardStatus | None = None
    awarded_from: date | None = None
    awarded_to: date | None = None

    def to(self, found: Select[rows.Award]) -> Select[rows.Award]:
        """The Select, narrowed to what the filter asks."""
        row = rows.Award
        if self.award_type is not None:
            same = select(rows.AwardType.id).where(rows.AwardType.code == self.award_type)
            found = found.where(row.award_type_id.in_(same))
        if self.agency_within is not None:
            found = found.where(row.agency_id.in_(within_code(self.agency_within)))
        if self.recipient is not None:
            same_kind = select(rows.Nominee.id).where(rows.Nominee.kind == self.recipient)
            found = found.where(row.nominee_id.in_(same_kind))
        if self.status is not None:
            found = found.where(row.status == self.status)
        if self.awarded_from is not None:
            found = found.where(row.awarded_on >= self.awarded_from)
        if self.awarded_to is not None:
            found = found.where(row.awarded_on <= self.awarded_to)
        return found


def award_types(
    viewer: Viewer, on: date | None = None, filter: AwardTypeFilter | None = None
) -> Select[rows.AwardType]:
    """The catalogue in force on a day (left out: today), the highest award first."""
    row = rows.AwardType
    day = func.vietnam_day(func.now()) if on is None else on
    found = select(row).where(row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to > day))
    if filter and filter.award_class is not None:
        found = found.where(row.award_class == filter.award_class)
    if filter and filter.level is not None:
        found = found.where(row.level == filter.level)
    if filter and filter.recipient is not None:
        found = found.where(any_(row.recipients) == filter.recipient)
    return found.order_by(row.rank)


def authorities(viewer: Viewer, parent: type[rows.AwardType]) -> Select[rows.Authority]:
    """Who may decide, propose or is consulted, now and before."""
    row = rows.Authority
    return select(row).where(row.award_type_id == parent.id).order_by(row.right, row.valid_from, row.agency_kind)


def awards(
    viewer: Viewer, filter: AwardFilter | None = None, order_by: AwardOrder = AwardOrder.NEWEST
) -> Select[rows.Award]:
    """The awards the viewer may see, by filter and order."""
    row = rows.Award
    found = select(row).where(visible_award(row, viewer))
    found = filter.to(found) if filter else found
    return found.order_by(row.awarded_on.desc() if order_by is AwardOrder.NEWEST else row.awarded_on)


def awards_to(viewer: Viewer, parent: type[rows.Nominee]) -> Select[rows.Award]:
    """The awards of a nominee, the newest first."""
    return awards(viewer).where(rows.Award.nominee_id == parent.id)


def awards_proposed_by(
    viewer: Viewer, parent: type[rows.Agency], filter: AwardFilter | None = None
) -> Select[rows.Award]:
    """The awards an agency has proposed, the newest first."""
    return awards(viewer, filter).where(rows.Award.agency_id == parent.id)
