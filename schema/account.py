"""Who is asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models as rows
from models import access
from models.access import Audience, Permission, Role
from models.event import visible_account
from resolvers import session as resolve
from resolvers.engine import Connection, Ref, many, shows
from resolvers.security_event import of_account
from schema.agency import Agency
from schema.node import Node

if TYPE_CHECKING:
    from schema.security_event import SecurityEvent
    from schema.session import AccountSession


@shows(rows.Account, visible=visible_account)
class Account(Node):
    """Somebody who signs in."""

    username: str
    """The name they sign in by."""
    full_name: str
    """The full name."""
    title: str | None
    """Title and post."""
    sessions: Connection[Annotated[AccountSession, strawberry.lazy("schema.session")]] = many(resolve.sessions)
    security_events: Connection[Annotated[SecurityEvent, strawberry.lazy("schema.security_event")]] = many(of_account)


@strawberry.type
class RoleHeld:
    """A role held in an agency and everything under it."""

    role: Role = strawberry.field(description="The role.")
    agency: Agency = strawberry.field(description="Where it is held.")


@strawberry.type
class Viewer:
    """Who is asking."""

    channel: str = strawberry.field(description="Through which channel.")
    audience: Audience = strawberry.field(description="For whom answers are made.")
    account: Account | None = strawberry.field(description="Their account; null for the public.")
    roles: list[RoleHeld] = strawberry.field(description="The roles they hold today.")
    permissions: list[Permission] = strawberry.field(description="What their roles let them use.")


def shown_viewer(viewer: access.Viewer, channel: str) -> Viewer:
    """A viewer as clients see it."""
    return Viewer(
        channel=channel,
        audience=viewer.audience,
        account=_row(rows.Account, viewer.account_id) if viewer.account_id else None,
        roles=[RoleHeld(role=held.role, agency=_row(rows.Agency, held.agency_id)) for held in viewer.holdings],
        permissions=sorted(viewer.permissions, key=list(Permission).index),
    )


def _row(row: type, key: object) -> Any:
    """A row that the engine reads when its field is completed."""
    return Ref(row, key)


def _viewer(info: strawberry.Info) -> Viewer:
    return shown_viewer(info.context.viewer, info.context.channel)


@strawberry.type
class AccountQuery:
    """Who is asking."""

    viewer: Viewer = strawberry.field(resolver=_viewer, description="Who is asking.")
