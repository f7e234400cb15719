"""Security events: a row for whoever has to find out later, and a line in the log that names nobody.

What happens is written in the transaction in which it does (`note`); what is refused has none, and is noted in passing.
"""

from __future__ import annotations

import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models import refusals
from models.security_event import SecurityEvent, SecurityEventKind
from resolvers.client import Client
from resolvers.context import Context
from resolvers.incidents import ID

log = logging.getLogger("laurel.security")
_GRAVE = frozenset({SecurityEventKind.LOCKED})
"""What somebody should look at."""
_IN_VAIN = {
    refusals.NotPermitted: SecurityEventKind.ACT_REFUSED,
    refusals.SeparationOfDuties: SecurityEventKind.ACT_REFUSED,
    refusals.ConflictOfInterest: SecurityEventKind.ACT_REFUSED,
    refusals.NotFound: SecurityEventKind.ACT_REFUSED,
    refusals.WrongTrackingCode: SecurityEventKind.TRACKING_FAILED,
}
"""What tells that somebody tried what is not theirs to do: what they may not see is NotFound to them."""


def note(
    work: AsyncSession,
    kind: SecurityEventKind,
    client: Client,
    *,
    account_id: UUID | None = None,
    session_id: UUID | None = None,
    act: str | None = None,
) -> None:
    """Keep what happened, in the transaction in which it does."""
    event = SecurityEvent(kind=kind, channel=client.channel, account_id=account_id, session_id=session_id)
    event.place_hash, event.act = client.place, act
    work.add(event)
    log.log(logging.WARNING if kind in _GRAVE else logging.INFO, "%s on %s", kind.name, client.channel)


def note_refused(context: Context, act: str, refusal: refusals.Refusal, input: object = None) -> None:
    """Note that an act was refused to whoever asks, and on what; a plain mistake is not noted."""
    kind = _IN_VAIN.get(type(refusal))
    if kind is not None:
        context.note(kind, act, refusals.code_of(refusal), subject_of(input))


def subject_of(input: object) -> str | None:
    """The first of what an act is asked with that is an id."""
    said = (each for each in vars(input).values() if isinstance(each, str) and ID.fullmatch(each)) if input else ()
    return next(iter(said), None)
