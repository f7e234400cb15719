"""Who is asking, and signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models as rows
from models import access
from models.access import Audience, Permission, Role
from resolvers import account as resolve
from resolvers.engine import Ref
from schema.acts import acts
from schema.agency import Agency
from schema.dossier import Account
from schema.refusals import TooManyAttempts, WrongCredentials


@strawberry.type
class RoleHeld:
    """A role held in an agency and everything under it."""

    role: Role = strawberry.field(description="The role.")
    holding: strawberry.Private[access.Holding]

    @strawberry.field(description="Where it is held.")
    def agency(self) -> Agency:
        return _row(rows.Agency, self.holding.agency_id)


@strawberry.type
class Viewer:
    """Who is asking."""

    asking: strawberry.Private[access.Viewer]
    channel: str = strawberry.field(description="Through which channel.")

    @strawberry.field(description="For whom answers are made.")
    def audience(self) -> Audience:
        return self.asking.audience

    @strawberry.field(description="Their account; null for the public.")
    def account(self) -> Account | None:
        return _row(rows.Account, self.asking.account_id) if self.asking.account_id else None

    @strawberry.field(description="The roles they hold today.")
    def roles(self) -> list[RoleHeld]:
        return [RoleHeld(role=holding.role, holding=holding) for holding in self.asking.holdings]

    @strawberry.field(description="What their roles let them use.")
    def permissions(self) -> list[Permission]:
        return sorted(self.asking.permissions, key=list(Permission).index)


def _row(row: type, key: object) -> Any:
    """A row that the engine reads when its field is completed."""
    return Ref(row, key)


@strawberry.type
class Session:
    """A new session; its token is shown this once."""

    made: strawberry.Private[resolve.SignedIn]

    @strawberry.field(description="Send it as `Authorization: Bearer …`; browsers keep it in a cookie.")
    def token(self) -> str:
        return self.made.token

    @strawberry.field(description="When it ends.")
    def expires_at(self) -> datetime:
        return self.made.expires_at

    @strawberry.field(description="Whom it is for.")
    def viewer(self, info: strawberry.Info) -> Viewer:
        return Viewer(asking=self.made.viewer, channel=info.context.channel)


SignInResult = Annotated[
    Session | WrongCredentials | TooManyAttempts,
    strawberry.union("SignInResult", description="The session, or why there is none."),
]


async def _sign_in(context: Any, input: resolve.SignInInput) -> Session:
    """Begin a session with a user name and a password."""
    return Session(made=await resolve.sign_in(context, input))


@strawberry.type
class AccountQuery:
    """Who is asking."""

    @strawberry.field(description="Who is asking.")
    def viewer(self, info: strawberry.Info) -> Viewer:
        return Viewer(asking=info.context.viewer, channel=info.context.channel)


@strawberry.type
class AccountMutation:
    """Signing in."""

    sign_in: SignInResult = acts(_sign_in)
