"""Security events: who came in, who did not, and what was refused."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models as rows
from models.access import Permission
from models.security_event import SecurityEventKind, visible_security_event
from resolvers import security_event as resolve
from resolvers.engine import Connection, many, shows, to_one
from schema.access_token import AccessToken
from schema.account import Account
from schema.node import Node
from schema.session import AccountSession


@shows(rows.SecurityEvent, visible=visible_security_event, key="key")
class SecurityEvent(Node):
    """Something that happened to an account or that was refused; one stands for several alike of half a minute."""

    kind: SecurityEventKind
    """What happened."""
    at: datetime
    """When; of several the first."""
    channel: str
    """Through which channel."""
    account: Account | None = to_one(
        description="Whose it is: who acted, or whose name was tried; null where that is nobody's."
    )
    session: AccountSession | None = to_one(description="By which session; only of your own.")
    access_token: AccessToken | None = to_one(description="By which program's token.")
    act: str | None
    subject: str | None
    code: str | None
    address: str | None
    """A sign of where it came from, the same for the same address; the address itself is not kept."""
    count: int


@strawberry.type
class SecurityEventQuery:
    """What happened to accounts."""

    security_events: Connection[SecurityEvent] = many(resolve.security_events, needs=Permission.READ_SECURITY_EVENTS)
