"""What was tried in vain: noted in passing, alike things together, and written now and then as security events.

Whoever tries a thousand times a second is a row at each writing: a request writes nothing, and an act that is refused
leaves its transaction as it was. What is noted lies in memory, in bounds, until it is written.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ScalarSelect, Uuid, bindparam, insert, null, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from models.access_token import AccessToken
from models.account import Account
from models.security_event import SecurityEvent, SecurityEventKind
from models.session import Session

log = logging.getLogger("laurel.security")
ROOM = 200
"""Of each kind, so many different ones are kept apart until they are written; what comes beside them is one more."""
ID = re.compile(r"[A-Z][A-Za-z]{1,40}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""What an id looks like: whatever else was sent for one is not kept, it may be anything."""


@dataclass(frozen=True)
class Incident:
    """Something tried in vain: those that are equal are counted together."""

    kind: SecurityEventKind
    channel: str
    account_id: UUID | None = None
    session_id: UUID | None = None
    act: str | None = None
    code: str | None = None
    place: bytes | None = None
    """Of where it came from the keyed hash."""
    token: bytes | None = None
    """The SHA-256 of the token it came with, by which it is found whose that is, or was."""


@dataclass
class Noted:
    """How often, and of the first when and on what."""

    count: int
    at: datetime
    subject: str | None


class Owner(NamedTuple):
    """Whose a token is, or was while it held."""

    account_id: UUID | None = None
    session_id: UUID | None = None
    access_token_id: UUID | None = None
    ended: bool = True
    """Whether somebody ended it; of a session that is over by the clock alone nobody need hear."""


class Incidents:
    """What a process noted and has not written yet."""

    def __init__(self) -> None:
        self._noted: dict[Incident, Noted] = {}
        self._kinds: Counter[SecurityEventKind] = Counter()

    def note(self, incident: Incident, subject: object = None) -> None:
        """Count it; `subject` is the id it was tried on, as it was sent."""
        if incident not in self._noted and self._kinds[incident.kind] >= ROOM:
            incident = Incident(incident.kind, incident.channel)
        said = subject if isinstance(subject, str) and ID.fullmatch(subject) else None
        self._add(incident, Noted(1, datetime.now(UTC), said))

    def _add(self, incident: Incident, noted: Noted) -> None:
        known = self._noted.get(incident)
        if known is None:
            self._noted[incident] = noted
            self._kinds[incident.kind] += 1
            log.info("%s on %s", incident.kind.name, incident.channel)
        else:
            known.count += noted.count

    async def write(self, transactions: async_sessionmaker[AsyncSession]) -> None:
        """Write what was noted; what cannot be written is noted still, and the error is the caller's."""
        taken, self._noted, self._kinds = self._noted, {}, Counter()
        if not taken:
            return
        try:
            async with transactions.begin() as work:
                owners = await _owners(work, {incident.token for incident in taken if incident.token})
                if made := self._rows(taken, owners):
                    await work.execute(_WRITTEN, made)
        except BaseException:
            for incident, noted in taken.items():
                self._add(incident, noted)
            raise

    def _rows(self, taken: dict[Incident, Noted], owners: dict[bytes, Owner]) -> list[dict[str, Any]]:
        """What is written of each; of tokens that were never anybody's those from one place are one."""
        made: dict[Incident, dict[str, Any]] = {}
        for incident, noted in taken.items():
            owner = owners.get(incident.token) if incident.token else None
            if owner is not None and not owner.ended and incident.account_id is None:
                continue
            same = incident if owner else replace(incident, token=None)
            if same in made:
                made[same]["count"] += noted.count
            else:
                made[same] = self._row(same, noted, owner or Owner())
        return list(made.values())

    @staticmethod
    def _row(incident: Incident, noted: Noted, owner: Owner) -> dict[str, Any]:
        return {
            "at": noted.at,
            "kind": incident.kind,
            "channel": incident.channel,
            "whose": incident.account_id or owner.account_id,
            "by_session": incident.session_id or owner.session_id,
            "by_token": owner.access_token_id,
            "act": incident.act,
            "subject": noted.subject,
            "code": incident.code,
            "place_hash": incident.place,
            "count": noted.count,
        }


def _there(row: type[Account | Session | AccessToken], name: str) -> ScalarSelect[UUID]:
    """The key of a row that is there; none where it is gone, for that must not keep all others from being written."""
    return select(row.id).where(row.id == bindparam(name, type_=Uuid())).scalar_subquery()


_WRITTEN = insert(SecurityEvent.__table__).values(  # type: ignore[arg-type]  # it is a Table
    account_id=_there(Account, "whose"),
    session_id=_there(Session, "by_session"),
    access_token_id=_there(AccessToken, "by_token"),
)


async def _owners(work: AsyncSession, digests: Collection[bytes]) -> dict[bytes, Owner]:
    """Whose tokens these are, or were; not those that were never anybody's."""
    if not digests:
        return {}
    kept, given = Session, AccessToken
    sessions = select(kept.token_hash, kept.account_id, kept.id, null(), kept.ended_at.is_not(None))
    programs = select(given.token_hash, given.account_id, null(), given.id, true())
    both = sessions.where(kept.token_hash.in_(digests)), programs.where(given.token_hash.in_(digests))
    found: Any = union_all(*both)  # SQLAlchemy cannot type the columns of a union
    return {row[0]: Owner(*row[1:]) for row in await work.execute(found)}
