"""Access tokens: by which programs ask, for whom and for how much; giving and taking them back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models as rows
from models.access_token import visible_access_token
from resolvers import access_token as resolve
from resolvers import access_token_acts
from resolvers.access_token_acts import CreateAccessTokenInput
from resolvers.engine import Connection, Ref, many, shows, to_one
from schema.account import Account
from schema.acts import acts
from schema.node import Node
from schema.refusals import IdempotencyMismatch, InvalidInput, NotFound, NotPermitted, RuleNotMet, StaleVersion


@shows(rows.AccessToken, visible=visible_access_token)
class AccessToken(Node):
    """A program's token. It may do no more than its account, and of that no more than is said here."""

    name: str
    acts: list[str]
    permissions: list[str]
    created_at: datetime
    """When it was given."""
    expires_at: datetime
    """When it ends."""
    last_used_at: datetime | None
    revoked_at: datetime | None
    """When it was taken back."""
    version: int
    """Send it back as `expectedVersion`."""
    account: Account | None = to_one(description="For whom the program stands.")
    created_by: Account | None = to_one(description="Who gave it.")


@strawberry.type
class NewAccessToken:
    """A token just given; it is shown this once."""

    token: str = strawberry.field(description="Send it as `Authorization: Bearer …`. Nobody can show it again.")
    access_token: AccessToken = strawberry.field(description="What is kept of it.")


CreateAccessTokenResult = Annotated[
    NewAccessToken | AccessToken | NotPermitted | RuleNotMet | InvalidInput | IdempotencyMismatch,
    strawberry.union(
        "CreateAccessTokenResult",
        description="The token; what is kept of it, where the request came again or is a rehearsal; or why there is "
        "none.",
    ),
]
RevokeAccessTokenResult = Annotated[
    AccessToken | NotFound | NotPermitted | RuleNotMet | StaleVersion | IdempotencyMismatch,
    strawberry.union("RevokeAccessTokenResult", description="The token as it now is, or why it was not revoked."),
]


async def _create(context: Any, input: CreateAccessTokenInput) -> Any:
    """Give a program a token that may do less than its account, for some time; it is shown this once."""
    made = await access_token_acts.create_access_token(context, input)
    return made if isinstance(made, Ref) else NewAccessToken(token=made.token, access_token=made.row)  # type: ignore[arg-type]  # read by the engine


@strawberry.type
class AccessTokenQuery:
    """Programs' tokens."""

    access_tokens: Connection[AccessToken] = many(resolve.access_tokens)


@strawberry.type
class AccessTokenMutation:
    """Giving and taking back programs' tokens."""

    create_access_token: CreateAccessTokenResult = acts(_create)
    revoke_access_token: RevokeAccessTokenResult = acts(access_token_acts.revoke_access_token)
