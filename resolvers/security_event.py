"""Reading security events: one's own, and those of the accounts one watches over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import strawberry
from sqlalchemy import Select, select

import models as rows
from models.access import Viewer
from models.security_event import SecurityEventKind, visible_security_event
from resolvers.engine import Order
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


class SecurityEventOrder(Order):
    """How security events are ordered."""

    NEWEST = "newest first"
    OLDEST = "oldest first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class SecurityEventFilter(Filter):
    """Which security events; conditions left out do not count."""

    kind: SecurityEventKind | None = None
    kinds: list[SecurityEventKind] | None = None
    account: strawberry.ID | None = asked("Của tài khoản này. · Of this account.", of="Account")
    at_from: date | None = None
    at_to: date | None = None
    and_: list[SecurityEventFilter] | None = every()
    or_: list[SecurityEventFilter] | None = some()
    not_: SecurityEventFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.SecurityEvent
        return (
            equal(row.kind, self.kind),
            among(row.kind, self.kinds),
            equal(row.account_id, self.account),
            from_day(row.at, self.at_from),
            to_day(row.at, self.at_to),
        )


def security_events(
    viewer: Viewer,
    filter: SecurityEventFilter | None = None,
    order_by: SecurityEventOrder = SecurityEventOrder.NEWEST,
) -> Select[rows.SecurityEvent]:
    """What happened to the accounts of the agencies one watches over, and to one's own; what was refused too."""
    row = rows.SecurityEvent
    found = narrowed(select(row).where(visible_security_event(row, viewer)), filter, viewer)
    return found.order_by(row.at.desc() if order_by is SecurityEventOrder.NEWEST else row.at)


def of_account(viewer: Viewer, parent: type[rows.Account]) -> Select[rows.SecurityEvent]:
    """What happened to an account, the newest first: to one's own, or to one that one watches over."""
    row = rows.SecurityEvent
    same = row.account_id == parent.id, visible_security_event(row, viewer)
    return select(row).where(*same).order_by(row.at.desc())
