"""Reading agencies: the tree, those that ended, and who took over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import strawberry
from sqlalchemy import Select, select

import models as rows
from models.access import Viewer
from models.agency import AgencyKind, AgencyLevel
from models.base import in_force_on
from resolvers.engine import Order
from resolvers.filters import Condition, Filter, among, asked, but, containing, equal, every, inside, narrowed, some


class AgencyOrder(Order):
    """How agencies are ordered."""

    NAME = "by name, in the Vietnamese order"
    CODE = "by code"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class AgencyFilter(Filter):
    """Which agencies; conditions left out do not count."""

    kind: AgencyKind | None = None
    kinds: list[AgencyKind] | None = None
    level: AgencyLevel | None = None
    levels: list[AgencyLevel] | None = None
    within: str | None = asked("Mã cơ quan cấp trên. · At or under this agency.")
    text: str | None = asked("Tìm không dấu trong mã và tên. · In code and name, accents aside.")
    on: date | None = asked("Còn hoạt động ngày này. · In being on this day.")
    and_: list[AgencyFilter] | None = every()
    or_: list[AgencyFilter] | None = some()
    not_: AgencyFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.Agency
        return (
            equal(row.kind, self.kind),
            among(row.kind, self.kinds),
            equal(row.level, self.level),
            among(row.level, self.levels),
            inside(row.id, self.within),
            containing(row.name_folded, self.text),
            in_being(row, self.on),
        )


def in_being(row: type[rows.Agency], day: date | None) -> Condition:
    """The agency had begun by this day and had not ended."""
    return None if day is None else in_force_on(row, day)


def agencies(
    viewer: Viewer, filter: AgencyFilter | None = None, order_by: AgencyOrder = AgencyOrder.NAME
) -> Select[rows.Agency]:
    """Agencies, present and past, by filter and order."""
    found = narrowed(select(rows.Agency), filter, viewer)
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
