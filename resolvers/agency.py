"""Reading agencies: the tree, those that ended, and who took over."""

from __future__ import annotations

from datetime import date

import strawberry
from sqlalchemy import Select, func, or_, select

import models as rows
from models.access import Viewer
from models.agency import AgencyKind, AgencyLevel, within_code
from resolvers.engine import Order


class AgencyOrder(Order):
    """How agencies are ordered."""

    NAME = "by name, in the Vietnamese order"
    CODE = "by code"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class AgencyFilter:
    """Which agencies; conditions left out do not count."""

    kind: AgencyKind | None = None
    level: AgencyLevel | None = None
    within: str | None = strawberry.field(description="Mã cơ quan cấp trên. · At or under this agency.", default=None)
    text: str | None = strawberry.field(
        description="Tìm không dấu trong mã và tên. · In code and name, accents aside.", default=None
    )
    on: date | None = strawberry.field(description="Còn hoạt động ngày này. · In being on this day.", default=None)

    def to(self, found: Select[rows.Agency]) -> Select[rows.Agency]:
        """The Select, narrowed to what the filter asks."""
        row = rows.Agency
        if self.kind is not None:
            found = found.where(row.kind == self.kind)
        if self.level is not None:
            found = found.where(row.level == self.level)
        if self.within is not None:
            found = found.where(row.id.in_(within_code(self.within)))
        if self.text is not None:
            found = found.where(row.name_folded.like(func.like_text(self.text)))
        if self.on is not None:
            found = found.where(row.valid_from <= self.on, or_(row.valid_to.is_(None), row.valid_to > self.on))
        return found


def agencies(
    viewer: Viewer, filter: AgencyFilter | None = None, order_by: AgencyOrder = AgencyOrder.NAME
) -> Select[rows.Agency]:
    """Agencies, present and past, by filter and order."""
    found = select(rows.Agency)
    found = filter.to(found) if filter else found
    return found.order_by(rows.Agency.sort_key if order_by is AgencyOrder.NAME else rows.Agency.code)


def agency(viewer: Viewer, code: str) -> Select[rows.Agency]:
    """The agency with this code."""
    return select(rows.Agency).where(rows.Agency.code == code)


def children(viewer: Viewer, parent: type[rows.Agency]) -> Select[rows.Agency]:
    """The agencies directly under an agency, by name."""
    return select(rows.Agency).where(rows.Agency.parent_id == parent.id).order_by(rows.Agency.sort_key)


def successors(viewer: Viewer, parent: type[rows.Agency]) -> Select[rows.Agency]:
    """The agencies that took over from an ended one."""
    heirs = select(rows.AgencySuccession.successor_id).where(rows.AgencySuccession.agency_id == parent.id)
    return select(rows.Agency).where(rows.Agency.id.in_(heirs)).order_by(rows.Agency.sort_key)
