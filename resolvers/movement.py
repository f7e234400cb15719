"""Reading emulation movements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import strawberry
from sqlalchemy import Select, and_, or_, select

import models as rows
from models.access import Viewer
from models.movement import MovementForm, MovementScope, MovementStage
from resolvers.engine import Order
from resolvers.filters import Condition, Filter, among, asked, but, equal, every, inside, narrowed, some


class MovementOrder(Order):
    """How movements are ordered."""

    NEWEST = "newest first, by the first day"
    OLDEST = "oldest first"
    TITLE = "by title, in the Vietnamese order"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class MovementFilter(Filter):
    """Which movements; conditions left out do not count."""

    form: MovementForm | None = None
    scope: MovementScope | None = None
    scopes: list[MovementScope] | None = None
    stage: MovementStage | None = None
    stages: list[MovementStage] | None = None
    launched_within: str | None = asked("Mã cơ quan phát động, kể cả cấp dưới. · Launched in this agency's subtree.")
    on: date | None = asked("Diễn ra ngày này. · Running on this day.")
    and_: list[MovementFilter] | None = every()
    or_: list[MovementFilter] | None = some()
    not_: MovementFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.Movement
        return (
            equal(row.form, self.form),
            equal(row.scope, self.scope),
            among(row.scope, self.scopes),
            equal(row.stage, self.stage),
            among(row.stage, self.stages),
            inside(row.launched_by_id, self.launched_within),
            running(row, self.on),
        )


def running(row: type[rows.Movement], day: date | None) -> Condition:
    """The movement had begun by this day and had not ended."""
    return None if day is None else and_(row.starts_on <= day, or_(row.ends_on.is_(None), row.ends_on >= day))


_ORDERS: dict[MovementOrder, Any] = {
    MovementOrder.NEWEST: rows.Movement.starts_on.desc(),
    MovementOrder.OLDEST: rows.Movement.starts_on,
    MovementOrder.TITLE: rows.Movement.sort_key,
}


def movements(
    viewer: Viewer, filter: MovementFilter | None = None, order_by: MovementOrder = MovementOrder.NEWEST
) -> Select[rows.Movement]:
    """Movements, by filter and order."""
    return narrowed(select(rows.Movement), filter, viewer).order_by(_ORDERS[order_by])


def movement(viewer: Viewer, id: strawberry.ID) -> Select[rows.Movement]:
    """One movement by its id."""
    return select(rows.Movement).where(rows.Movement.id == id)
