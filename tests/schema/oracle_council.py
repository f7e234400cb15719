"""What the oracle says of councils: who sees their sittings, their lists, and what is counted."""

# ruff: noqa: N802, N803  the methods are found by the names of the fields they answer

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import models as rows
from models.access import Audience, Viewer
from models.calendar import day_of

from .oracle_list import listed

if TYPE_CHECKING:
    from .oracle_rows import Rows


def staffs(found: Rows, row: Any, viewer: Viewer) -> bool:
    """Councils and seats are staff's to see."""
    return viewer.audience is Audience.STAFF


def sitting(found: Rows, row: rows.CouncilSession, viewer: Viewer) -> bool:
    """The desks a council belongs to, and who has a seat on it that day."""
    if viewer.audience is not Audience.STAFF:
        return False
    agency = found.one(rows.Agency, found.one(rows.Council, row.council_id).agency_id)
    desks = [agency.id, *([agency.desk_id] if agency.desk_id else [])]
    return any(found.under(desk, viewer.handles_in) for desk in desks) or seated(found, row, viewer)


def seated(found: Rows, row: rows.CouncilSession, viewer: Viewer) -> bool:
    """Whether a viewer has a seat on the day a sitting is called for."""
    day = day_of(row.opens_at)
    return any(
        member.account_id == viewer.account_id
        and member.valid_from <= day
        and (member.valid_to is None or day < member.valid_to)
        for member in found.of(rows.CouncilMember, "council_id", row.council_id)
    )


def at_sitting(found: Rows, row: Any, viewer: Viewer) -> bool:
    """An agenda and who takes part, with the sitting."""
    return found.sees(found.one(rows.CouncilSession, row.session_id), viewer)


def recusal(found: Rows, row: rows.Recusal, viewer: Viewer) -> bool:
    """Who stands aside, with the case."""
    return found.sees(found.one(rows.AgendaItem, row.item_id), viewer)


def ballot(found: Rows, row: rows.Ballot, viewer: Viewer) -> bool:
    """One's own."""
    seat = found.one(rows.CouncilAttendance, row.attendance_id)
    account = found.one(rows.CouncilMember, seat.member_id).account_id
    return viewer.account_id is not None and bool(account == viewer.account_id)


SIGHT = {
    rows.Council: staffs,
    rows.CouncilMember: staffs,
    rows.CouncilSession: sitting,
    rows.AgendaItem: at_sitting,
    rows.CouncilAttendance: at_sitting,
    rows.Recusal: recusal,
    rows.Ballot: ballot,
}


class Councils:
    """The fields of councils, as methods of the oracle."""

    found: Rows

    def Query_councils(self, _: Any, viewer: Viewer) -> Any:
        return listed(self.found.seen(rows.Council, viewer), "valid_from", descending=True)

    def Query_councilSessions(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST") -> Any:
        found = self.filtered(rows.CouncilSession, viewer, filter)  # type: ignore[attr-defined]  # the oracle's own
        return listed(found, "opens_at", descending=orderBy == "NEWEST")

    def Council_members(self, council: Any, viewer: Viewer) -> Any:
        return listed(self._below(rows.CouncilMember, "council_id", council, viewer))

    def Council_sessions(self, council: Any, viewer: Viewer) -> Any:
        found = self._below(rows.CouncilSession, "council_id", council, viewer)
        return listed(found, "opens_at", descending=True)

    def CouncilSession_agenda(self, session: Any, viewer: Viewer) -> Any:
        return listed(self._below(rows.AgendaItem, "session_id", session, viewer), "position")

    def CouncilSession_attendances(self, session: Any, viewer: Viewer) -> Any:
        return listed(self._below(rows.CouncilAttendance, "session_id", session, viewer))

    def CouncilSession_ownAttendance(self, session: Any, viewer: Viewer) -> Any:
        seats = self.CouncilSession_attendances(session, viewer).rows
        own = (seat for seat in seats if self._account(seat) == viewer.account_id)
        return next(own, None) if viewer.account_id else None

    def _account(self, seat: Any) -> Any:
        return self.found.one(rows.CouncilMember, seat.member_id).account_id

    def AgendaItem_recusals(self, item: Any, viewer: Viewer) -> Any:
        return listed(self._below(rows.Recusal, "item_id", item, viewer))

    def AgendaItem_ownBallot(self, item: Any, viewer: Viewer) -> Any:
        return next(iter(listed(self._below(rows.Ballot, "item_id", item, viewer)).rows), None)

    def AgendaItem_ballotsCast(self, item: Any, viewer: Viewer) -> int:
        return len(self.found.of(rows.Ballot, "item_id", item.id))

    def CouncilAttendance_ballotsCast(self, seat: Any, viewer: Viewer) -> int:
        return len(self.found.of(rows.Ballot, "attendance_id", seat.id))

    def _below(self, kind: type, column: str, parent: Any, viewer: Viewer) -> list[Any]:
        return [row for row in self.found.of(kind, column, parent.id) if self.found.sees(row, viewer)]
