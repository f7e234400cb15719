"""Reading delegations."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry
from sqlalchemy import Select, select

import models as rows
from models.access import Role, Viewer
from models.delegation import visible_delegation
from resolvers.engine import Order
from resolvers.filters import Condition, Filter, asked, but, equal, every, inside, narrowed, some, whether


class DelegationOrder(Order):
    """How delegations are ordered."""

    NEWEST = "newest first"
    OLDEST = "oldest first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class DelegationFilter(Filter):
    """Which delegations; conditions left out do not count."""

    role: Role | None = None
    delegator: strawberry.ID | None = asked("Người ủy quyền. · Who lends the role.", of="Account")
    delegate: strawberry.ID | None = asked("Người được ủy quyền. · To whom it is lent.", of="Account")
    agency_within: str | None = asked("Phạm vi ở cơ quan này, kể cả cấp dưới. · Its scope lies in this subtree.")
    revoked: bool | None = asked("Đã thu hồi. · It was revoked.")
    and_: list[DelegationFilter] | None = every()
    or_: list[DelegationFilter] | None = some()
    not_: DelegationFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.Delegation
        return (
            equal(row.role, self.role),
            equal(row.delegator_id, self.delegator),
            equal(row.delegate_id, self.delegate),
            inside(row.agency_id, self.agency_within),
            whether(row.revoked_at.is_not(None), self.revoked),
        )


def delegations(
    viewer: Viewer, filter: DelegationFilter | None = None, order_by: DelegationOrder = DelegationOrder.NEWEST
) -> Select[rows.Delegation]:
    """The roles the viewer has lent or was lent, and, for administrators, those lent in their agencies."""
    row = rows.Delegation
    found = narrowed(select(row).where(visible_delegation(row, viewer)), filter, viewer)
    return found.order_by(row.created_at.desc() if order_by is DelegationOrder.NEWEST else row.created_at)
