"""Reading emulation movements."""

from __future__ import annotations

import strawberry
from sqlalchemy import Select, select

import models as rows
from models.access import Viewer
from models.movement import MovementForm, MovementScope, MovementStage
from resolvers.engine import Order


class MovementOrder(Order):
    """How movements are ordered."""

    NEWEST = "newest first, by the first day"
    TITLE = "by title, in the Vietnamese order"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class MovementFilter:
    """Which movements; conditions left out do not count."""

    form: MovementForm | None = None
    scope: MovementScope | None = None
    stage: MovementStage | None = None


def movements(
    viewer: Viewer, filter: MovementFilter | None = None, order_by: MovementOrder = MovementOrder.NEWEST
) -> Select[rows.Movement]:
    """Movements, by filter and order."""
    row = rows.Movement
    found = select(row)
    if filter and filter.form is not None:
        found = found.where(row.form == filter.form)
    if filter and filter.scope is not None:
        found = found.where(row.scope == filter.scope)
    if filter and filter.stage is not None:
        found = found.where(row.stage == filter.stage)
    return found.order_by(row.starts_on.desc() if order_by is MovementOrder.NEWEST else row.sort_key)


def movement(viewer: Viewer, id: strawberry.ID) -> Select[rows.Movement]:
    """One movement by its id."""
    return select(rows.Movement).where(rows.Movement.id == id)
