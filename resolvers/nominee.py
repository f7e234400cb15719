"""Reading the register of nominees."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry
from sqlalchemy import Select, select

import models as rows
from models.access import Viewer
from models.award import visible_award, visible_nominee
from models.nominee import NomineeKind, RecipientClass
from resolvers.engine import Order
from resolvers.filters import (
    Condition,
    Filter,
    among,
    asked,
    but,
    containing,
    equal,
    every,
    found_among,
    inside,
    joined_type,
    narrowed,
    of_type,
    some,
)


class NomineeOrder(Order):
    """How nominees are ordered."""

    NAME = "by name, in the Vietnamese order"
    NEWEST = "last registered first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class NomineeFilter(Filter):
    """Which nominees; conditions left out do not count."""

    kind: NomineeKind | None = None
    kinds: list[NomineeKind] | None = None
    recipient_class: RecipientClass | None = None
    agency_within: str | None = asked("Mã cơ quan quản lý, kể cả cấp dưới. · Managed in this agency's subtree.")
    award_type: str | None = asked("Đã được tặng hình thức này. · Has been given this award.")
    text: str | None = asked("Tìm không dấu trong tên. · In the name, accents aside.")
    and_: list[NomineeFilter] | None = every()
    or_: list[NomineeFilter] | None = some()
    not_: NomineeFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.Nominee
        return (
            equal(row.kind, self.kind),
            among(row.kind, self.kinds),
            equal(row.recipient_class, self.recipient_class),
            inside(row.agency_id, self.agency_within),
            holding(self.award_type, viewer),
            containing(row.name_folded, self.text),
        )


def holding(code: str | None, viewer: Viewer) -> Condition:
    """The nominee has been given this award, as far as the viewer may know."""
    award = rows.Award
    given = joined_type(award.award_type_id, code)
    if given is None:
        return None
    return found_among(
        rows.Nominee.id, award.nominee_id, given, visible_award(award, viewer), of_type(award.award_type_id, code)
    )


def nominees(
    viewer: Viewer, filter: NomineeFilter | None = None, order_by: NomineeOrder = NomineeOrder.NAME
) -> Select[rows.Nominee]:
    """The nominees the viewer may see, by filter and order."""
    row = rows.Nominee
    found = narrowed(select(row).where(visible_nominee(row, viewer)), filter, viewer)
    return found.order_by(row.sort_key if order_by is NomineeOrder.NAME else row.id.desc())
