"""Following one dossier without an account: the codes on receipts, and what they let one see."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models as rows
from models.tracking import visible_tracking
from resolvers import tracking as resolve
from resolvers.engine import shows, to_one
from schema.acts import acts
from schema.node import Node
from schema.nominee import Nominee
from schema.refusals import IdempotencyMismatch, InvalidInput, NotFound, NotPermitted, RuleNotMet, WrongTrackingCode

if TYPE_CHECKING:
    from schema.dossier import Dossier


@shows(rows.Tracking, visible=visible_tracking)
class TrackingCode(Node):
    """By which code a nominee follows a dossier; it is printed on the receipt, and nothing without what they know."""

    code: str
    """16 signs, however they are grouped."""
    issued_at: datetime
    """When it was given."""
    nominee: Nominee = to_one(covered="whoever sees a line sees who is named in it", description="Whose it is.")


@strawberry.type
class TrackingToken:
    """A pass to look at one dossier; its token is shown this once."""

    token: str = strawberry.field(description="Send it as `Authorization: Bearer …`.")
    expires_at: datetime = strawberry.field(description="When it ends: after twenty minutes.")
    dossier: Annotated[Dossier, strawberry.lazy("schema.dossier")] = strawberry.field(
        description="The dossier, as its nominee sees it. Follow `dossierMoved` from its `eventHead`."
    )


IssueTrackingCodeResult = Annotated[
    TrackingCode | NotFound | NotPermitted | RuleNotMet | InvalidInput | IdempotencyMismatch,
    strawberry.union("IssueTrackingCodeResult", description="The code, or why there is none."),
]
TrackDossierResult = Annotated[
    TrackingToken | WrongTrackingCode,
    strawberry.union("TrackDossierResult", description="The pass, or that there is none."),
]


async def _track(context: Any, input: resolve.TrackDossierInput) -> TrackingToken:
    """Look at one dossier for twenty minutes, by the code on the receipt and what its nominee knows beside it."""
    made = await resolve.track_dossier(context, input)
    return TrackingToken(token=made.token, expires_at=made.expires_at, dossier=made.dossier)  # type: ignore[arg-type]  # the engine reads the Ref


@strawberry.type
class TrackingMutation:
    """Following a dossier without an account."""

    issue_tracking_code: IssueTrackingCodeResult = acts(resolve.issue_tracking_code)
    track_dossier: TrackDossierResult = acts(_track)
