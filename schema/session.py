"""Signing in and out, one's own sessions, and one's own password."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models as rows
from models import access
from models.session import SignInMethod, visible_own_session
from resolvers import session_acts
from resolvers.client import SignedIn
from resolvers.engine import column, computed, shows
from resolvers.session_acts import ChangePasswordInput
from resolvers.sign_in import SignInInput, sign_in
from schema.account import Viewer, shown_viewer
from schema.acts import acts
from schema.node import Node
from schema.refusals import InvalidInput, NotFound, NotPermitted, TooManyAttempts, WrongCredentials


def _current(viewer: access.Viewer, found: list[tuple[Any, ...]]) -> list[bool]:
    """Whether it is the session by which you ask."""
    return [str(key) == str(viewer.session_id) for (key,) in found]


@shows(rows.Session, visible=visible_own_session)
class AccountSession(Node):
    """One of your sessions: somebody signed in as you, on some device."""

    kind: SignInMethod
    """How they showed who they are."""
    device: str | None
    begun_at: datetime = column("created_at", description="When they signed in.")
    last_used_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    """When it was ended; null: not yet, but perhaps by the clock."""
    current: bool = computed(_current, reads=("id",))


@strawberry.type
class Session:
    """A new session; its token is shown this once."""

    token: str = strawberry.field(description="Send it as `Authorization: Bearer …`; browsers keep it in a cookie.")
    expires_at: datetime = strawberry.field(description="When it ends, however it is used; unused it ends before.")
    viewer: Viewer = strawberry.field(description="Whom it is for.")


@strawberry.type
class SignedOut:
    """The session has ended."""

    at: datetime = strawberry.field(description="When.")


@strawberry.type
class SessionsRevoked:
    """Other sessions have ended."""

    count: int = strawberry.field(description="How many there were.")


SignInResult = Annotated[
    Session | WrongCredentials | TooManyAttempts,
    strawberry.union("SignInResult", description="The session, or why there is none."),
]
SignOutResult = Annotated[
    SignedOut | NotPermitted,
    strawberry.union("SignOutResult", description="That it has ended; a program has no session to end."),
]
RevokeSessionResult = Annotated[
    AccountSession | NotFound | NotPermitted,
    strawberry.union("RevokeSessionResult", description="The session as it now is, or why it was not revoked."),
]
RevokeOtherSessionsResult = Annotated[
    SessionsRevoked | NotPermitted,
    strawberry.union("RevokeOtherSessionsResult", description="How many ended; a program has no session."),
]
ChangePasswordResult = Annotated[
    Session | WrongCredentials | TooManyAttempts | InvalidInput | NotPermitted,
    strawberry.union("ChangePasswordResult", description="The session by its new token, or why nothing changed."),
]


def shown_session(context: Any, begun: SignedIn) -> Session:
    """A session just begun, as clients see it."""
    return Session(token=begun.token, expires_at=begun.expires_at, viewer=shown_viewer(begun.viewer, context.channel))


async def _sign_in(context: Any, input: SignInInput) -> Session:
    """Begin a session with a user name and a password; the one you came with ends."""
    return shown_session(context, await sign_in(context, input))


async def _sign_out(context: Any) -> SignedOut:
    """End the session by which you ask. Its open streams end within seconds."""
    return SignedOut(at=await session_acts.sign_out(context))


async def _revoke_other_sessions(context: Any) -> SessionsRevoked:
    """End all your sessions but the one by which you ask, and know their devices as yours no more."""
    return SessionsRevoked(count=await session_acts.revoke_other_sessions(context))


async def _change_password(context: Any, input: ChangePasswordInput) -> Session:
    """Give yourself another password. All your other sessions end; this one goes on by the token in the answer.

    A wrong present password counts as in signing in, but for this session alone.
    """
    return shown_session(context, await session_acts.change_password(context, input))


@strawberry.type
class SessionMutation:
    """Coming and going."""

    sign_in: SignInResult = acts(_sign_in)
    sign_out: SignOutResult = acts(_sign_out)
    change_password: ChangePasswordResult = acts(_change_password)
    revoke_session: RevokeSessionResult = acts(session_acts.revoke_session)
    revoke_other_sessions: RevokeOtherSessionsResult = acts(_revoke_other_sessions)
