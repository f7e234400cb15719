"""Reading the register of nominees."""

from __future__ import annotations

import strawberry
from sqlalchemy import Select, func, select

import models as rows
from models.access import Viewer
from models.agency import within_code
from models.award import visible_nominee
from models.nominee import NomineeKind
from resolvers.engine import Order


class NomineeOrder(Order):
    """How nominees are ordered."""

    NAME = "by name, in the Vietnamese order"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class NomineeFilter:
    """Which nominees; conditions left out do not count."""

    kind: NomineeKind | None = None
    agency_within: str | None = strawberry.field(
        description="Mã cơ quan quản lý, kể cả cấp dưới. · Managed in this agency's subtree.", default=None
    )
    text: str | None = strawberry.field(
        description="Tìm không dấu trong tên. · In the name, accents aside.", default=None
    )


def nominees(
    viewer: Viewer, filter: NomineeFilter | None = None, order_by: NomineeOrder = NomineeOrder.NAME
) -> Select[rows.Nominee]:
    """The nominees the viewer may see, by filter and order."""
    row = rows.Nominee
    found = select(row).where(visible_nominee(row, viewer))
    if filter and filter.kind is not None:
        found = found.where(row.kind == filter.kind)
    if filter and filter.agency_within is not None:
        found = found.where(row.agency_id.in_(within_code(filter.agency_within)))
    if filter and filter.text is not None:
        found = found.where(row.name_folded.like(func.like_text(filter.text)))
    return found.order_by(row.sort_key)
