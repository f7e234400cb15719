"""Who is asking, and signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models as rows
from models import access
from models.access import Audience, Permission, Role
from models.event import visible_account
from resolvers import account as resolve
from resolvers.engine import Ref, shows
from schema.acts import acts
from schema.agency import Agency
from schema.node import Node
from schema.refusals import TooManyAttempts, WrongCredentials


@shows(rows.Account, visible=visible_account)
class Account(Node):
    """Somebody who signs in."""

    username: str
    """The name they sign in by."""
    full_name: str
    """The full name."""
    title: str | None
    """Title and post."""


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


def _shown(viewer: access.Viewer, channel: str) -> Viewer:
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


@strawberry.type
class Session:
    """A new session; its token is shown this once."""

    token: str = strawberry.field(description="Send it as `Authorization: Bearer …`; browsers keep it in a cookie.")
    expires_at: datetime = strawberry.field(description="When it ends.")
    viewer: Viewer = strawberry.field(description="Whom it is for.")


SignInResult = Annotated[
    Session | WrongCredentials | TooManyAttempts,
    strawberry.union("SignInResult", description="The session, or why there is none."),
]


async def _sign_in(context: Any, input: resolve.SignInInput) -> Session:
    """Begin a session with a user name and a password."""
    made = await resolve.sign_in(context, input)
    return Session(token=made.token, expires_at=made.expires_at, viewer=_shown(made.viewer, context.channel))


def _viewer(info: strawberry.Info) -> Viewer:
    return _shown(info.context.viewer, info.context.channel)


@strawberry.type
class AccountQuery:
    """Who is asking."""

    viewer: Viewer = strawberry.field(resolver=_viewer, description="Who is asking.")


@strawberry.type
class AccountMutation:
    """Signing in."""

    sign_in: SignInResult = acts(_sign_in)
