"""Security events: a row for whoever has to find out later, and a line in the log that names nobody."""

from __future__ import annotations

import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.security_event import SecurityEvent, SecurityEventKind

log = logging.getLogger("laurel.security")
_GRAVE = frozenset({SecurityEventKind.LOCKED})
"""What somebody should look at."""


def note(
    work: AsyncSession,
    kind: SecurityEventKind,
    channel: str,
    *,
    account_id: UUID | None = None,
    session_id: UUID | None = None,
) -> None:
    """Keep what happened, in the transaction in which it does."""
    work.add(SecurityEvent(kind=kind, channel=channel, account_id=account_id, session_id=session_id))
    log.log(logging.WARNING if kind in _GRAVE else logging.INFO, "%s on %s", kind.name, channel)
