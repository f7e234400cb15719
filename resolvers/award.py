"""Reading the award catalogue and the awards given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import strawberry
from sqlalchemy import Select, any_, func, select

import models as rows
from models.access import Viewer
from models.award import AwardStatus, visible_award
from models.award_type import AwardClass, AwardLevel
from models.base import in_force_on
from models.nominee import NomineeKind
from models.reliance import leaning_on_the_fallen
from resolvers.engine import Order, named
from resolvers.filters import (
    Condition,
    Filter,
    among,
    asked,
    at_least,
    at_most,
    but,
    equal,
    every,
    inside,
    narrowed,
    of_type,
    of_types,
    some,
    whether,
)


class AwardOrder(Order):
    """How awards are ordered."""

    NEWEST = "newest first, by the day of the decision"
    OLDEST = "oldest first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class AwardTypeFilter(Filter):
    """Which awards of the catalogue; conditions left out do not count."""

    award_class: AwardClass | None = None
    level: AwardLevel | None = None
    recipient: NomineeKind | None = asked("Tặng được cho. · May be given to.")
    and_: list[AwardTypeFilter] | None = every()
    or_: list[AwardTypeFilter] | None = some()
    not_: AwardTypeFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.AwardType
        return (
            equal(row.award_class, self.award_class),
            equal(row.level, self.level),
            equal(any_(row.recipients), self.recipient),
        )


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class AwardFilter(Filter):
    """Which awards; conditions left out do not count."""

    award_type: str | None = asked("Mã hình thức, ví dụ BK_T. · The award's code.")
    award_types: list[str] | None = asked("Một trong các mã này. · One of these codes.")
    agency_within: str | None = asked("Mã cơ quan trình, kể cả cấp dưới. · Proposed in this agency's subtree.")
    nominee: strawberry.ID | None = asked("Ai được tặng. · To whom.", of="Nominee")
    recipient: NomineeKind | None = None
    status: AwardStatus | None = None
    statuses: list[AwardStatus] | None = None
    to_review: bool | None = asked(
        "Có (hoặc không) căn cứ vào khen thưởng đã bị hủy bỏ, tước; nội bộ. · Whether it leans on one that stands no "
        "more; for staff."
    )
    year: int | None = asked("Năm thành tích. · The year of the achievement.")
    awarded_from: date | None = None
    awarded_to: date | None = None
    and_: list[AwardFilter] | None = every()
    or_: list[AwardFilter] | None = some()
    not_: AwardFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.Award
        return (
            of_type(row.award_type_id, self.award_type),
            of_types(row.award_type_id, self.award_types),
            inside(row.agency_id, self.agency_within),
            equal(row.nominee_id, self.nominee),
            given_to(row, self.recipient),
            equal(row.status, self.status),
            among(row.status, self.statuses),
            reviewed(self.to_review, viewer),
            equal(row.achievement_year, self.year),
            at_least(row.awarded_on, self.awarded_from),
            at_most(row.awarded_on, self.awarded_to),
        )


def reviewed(to_review: bool | None, viewer: Viewer) -> Condition:
    """The award leans on one that stands no more, as far as the viewer sees the cases; or it does not."""
    return None if to_review is None else whether(leaning_on_the_fallen(viewer), to_review)


def given_to(row: type[rows.Award], kind: NomineeKind | None) -> Condition:
    """The award went to this kind of nominee."""
    if kind is None:
        return None
    such = select(rows.Nominee.id).where(rows.Nominee.kind == kind)
    return named(row.nominee_id, such, such)


def award_types(
    viewer: Viewer, on: date | None = None, filter: AwardTypeFilter | None = None
) -> Select[rows.AwardType]:
    """The catalogue in force on a day (left out: today), the highest award first."""
    row = rows.AwardType
    day = func.vietnam_day(func.now()) if on is None else on
    return narrowed(select(row).where(in_force_on(row, day)), filter, viewer).order_by(row.rank)


def authorities(viewer: Viewer, parent: type[rows.AwardType]) -> Select[rows.Authority]:
    """Who may decide, propose or is consulted, now and before."""
    row = rows.Authority
    return select(row).where(row.award_type_id == parent.id).order_by(row.right, row.valid_from, row.agency_kind)


def awards(
    viewer: Viewer, filter: AwardFilter | None = None, order_by: AwardOrder = AwardOrder.NEWEST
) -> Select[rows.Award]:
    """The awards the viewer may see, by filter and order."""
    row = rows.Award
    found = narrowed(select(row).where(visible_award(row, viewer)), filter, viewer)
    return found.order_by(row.awarded_on.desc() if order_by is AwardOrder.NEWEST else row.awarded_on)


def awards_to(viewer: Viewer, parent: type[rows.Nominee]) -> Select[rows.Award]:
    """The awards of a nominee, the newest first."""
    return awards(viewer).where(rows.Award.nominee_id == parent.id)


def awards_proposed_by(
    viewer: Viewer, parent: type[rows.Agency], filter: AwardFilter | None = None
) -> Select[rows.Award]:
    """The awards an agency has proposed, the newest first."""
    return awards(viewer, filter).where(rows.Award.agency_id == parent.id)
