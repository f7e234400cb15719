"""Reading councils, their sittings, agendas and who takes part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import strawberry
from sqlalchemy import Select, select

import models as rows
from models.access import Viewer
from models.council import SessionKind, SessionStatus, visible_council, visible_session
from models.council_agenda import visible_at_session, visible_ballot, visible_recusal
from resolvers.engine import Order, seen
from resolvers.filters import (
    Condition,
    Filter,
    among,
    asked,
    but,
    equal,
    every,
    from_day,
    narrowed,
    some,
    to_day,
)


class CouncilSessionOrder(Order):
    """How sittings are ordered."""

    NEWEST = "called for last first"
    OLDEST = "called for first first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class CouncilSessionFilter(Filter):
    """Which sittings; conditions left out do not count."""

    council: strawberry.ID | None = asked("Của Hội đồng này. · Of this council.", of="Council")
    kind: SessionKind | None = None
    status: SessionStatus | None = None
    statuses: list[SessionStatus] | None = None
    opens_from: date | None = None
    opens_to: date | None = None
    and_: list[CouncilSessionFilter] | None = every()
    or_: list[CouncilSessionFilter] | None = some()
    not_: CouncilSessionFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.CouncilSession
        return (
            equal(row.council_id, self.council),
            equal(row.kind, self.kind),
            equal(row.status, self.status),
            among(row.status, self.statuses),
            from_day(row.opens_at, self.opens_from),
            to_day(row.opens_at, self.opens_to),
        )


def councils(viewer: Viewer) -> Select[rows.Council]:
    """The councils, the newest first."""
    return select(rows.Council).where(visible_council(rows.Council, viewer)).order_by(rows.Council.valid_from.desc())


def members(viewer: Viewer, parent: type[rows.Council]) -> Select[rows.CouncilMember]:
    """Who has, had or will have a seat on a council."""
    member = rows.CouncilMember
    found = select(member).where(member.council_id == parent.id, visible_council(member, viewer))
    return found.order_by(member.id)


def council_sessions(
    viewer: Viewer,
    filter: CouncilSessionFilter | None = None,
    order_by: CouncilSessionOrder = CouncilSessionOrder.NEWEST,
) -> Select[rows.CouncilSession]:
    """The sittings the viewer may see, by filter and order."""
    row = rows.CouncilSession
    found = narrowed(select(row).where(visible_session(row, viewer)), filter, viewer)
    return found.order_by(row.opens_at.desc() if order_by is CouncilSessionOrder.NEWEST else row.opens_at)


def sessions_of(viewer: Viewer, parent: type[rows.Council]) -> Select[rows.CouncilSession]:
    """The sittings of a council, the newest first."""
    row = rows.CouncilSession
    found = select(row).where(row.council_id == parent.id, visible_session(row, viewer))
    return found.order_by(row.opens_at.desc())


def agenda(viewer: Viewer, parent: type[rows.CouncilSession]) -> Select[rows.AgendaItem]:
    """The cases of a sitting, in the order they are taken."""
    item = rows.AgendaItem
    found = select(item).where(item.session_id == parent.id, visible_at_session(item, viewer, seen(parent)))
    return found.order_by(item.position)


def attendances(viewer: Viewer, parent: type[rows.CouncilSession]) -> Select[rows.CouncilAttendance]:
    """The members with a vote at a sitting."""
    seat = rows.CouncilAttendance
    found = select(seat).where(seat.session_id == parent.id, visible_at_session(seat, viewer, seen(parent)))
    return found.order_by(seat.id)


def own_attendance(viewer: Viewer, parent: type[rows.CouncilSession]) -> Select[rows.CouncilAttendance]:
    """The viewer's own attendance, where they have a vote at the sitting."""
    seat, member = rows.CouncilAttendance, rows.CouncilMember
    own = select(member.id).where(member.account_id == viewer.account_id)
    found = select(seat).where(seat.session_id == parent.id, seat.member_id.in_(own))
    return found.where(visible_at_session(seat, viewer, seen(parent))).order_by(seat.id)


def recusals(viewer: Viewer, parent: type[rows.AgendaItem]) -> Select[rows.Recusal]:
    """Who stands aside from a case."""
    recusal = rows.Recusal
    found = select(recusal).where(recusal.item_id == parent.id, visible_recusal(recusal, viewer, seen(parent)))
    return found.order_by(recusal.id)


def own_ballot(viewer: Viewer, parent: type[rows.AgendaItem]) -> Select[rows.Ballot]:
    """The viewer's own ballot on a case: of a secret one, only that it was cast."""
    ballot = rows.Ballot
    return select(ballot).where(ballot.item_id == parent.id, visible_ballot(ballot, viewer)).order_by(ballot.id)
