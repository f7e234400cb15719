"""Who is there by which session, for as long as a stream lasts: told when the session ends or its rights change.

PostgreSQL is not asked now and then: what changes rights the feed tells, what ends by the clock is known beforehand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from channels.logs import get_logger
from channels.session import Found, Sessions
from models import calendar
from models.access import Viewer

log = get_logger("laurel.attendance")
PAUSE = 1.0
"""Seconds after which a session is looked at again that could not be."""


class Attendant(Protocol):
    """A client's stream."""

    def dismissed(self) -> None:
        """The session has ended."""

    def viewed_as(self, viewer: Viewer) -> None:
        """The session's rights are these from now on."""


@dataclass
class _Attended:
    """A session that holds, and whose streams follow by it."""

    token: str
    found: Found
    attendants: dict[Attendant, None] = field(default_factory=dict)


class Attendance:
    """The streams of a process by their sessions' tokens."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._attended: dict[str, _Attended] = {}
        self._doubted: dict[str, None] = {}
        self._looking: asyncio.Task[None] | None = None
        self._day = calendar.today()

    async def enter(self, token: str, attendant: Attendant) -> Viewer | None:
        """Attend by this session; gives its viewer, None where it has ended."""
        there = self._attended.get(token)
        if there is None:
            found = await self._sessions.look(token)
            if found is None:
                return None
            there = self._attended.setdefault(token, _Attended(token, found))
        there.attendants[attendant] = None
        return there.found.viewer

    def leave(self, token: str, attendant: Attendant) -> None:
        """Attend no more."""
        there = self._attended.get(token)
        if there is not None:
            there.attendants.pop(attendant, None)
            if not there.attendants:
                del self._attended[token]

    def changed(self, accounts: Collection[UUID] | None = None) -> None:
        """The rights of these accounts, or of all, may not be what they were: look at their sessions now."""
        self._sessions.forget_accounts(accounts)
        attended = self._attended.values()
        self._doubt(there for there in attended if accounts is None or there.found.viewer.account_id in accounts)

    def sweep(self) -> None:
        """Look at whose session ends by the clock, unless it was used meanwhile: through whichever process.

        With a new day roles begin and end, so look at all.
        """
        now, day = self._sessions.now(), calendar.today()
        self._doubt(there for there in self._attended.values() if there.found.expires_at <= now)
        if day != self._day:
            self._day = day
            self.changed()

    def _doubt(self, attended: Iterable[_Attended]) -> None:
        self._doubted |= {there.token: None for there in attended}
        if self._doubted and self._looking is None:
            self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        try:
            while self._doubted:
                token = next(iter(self._doubted))
                del self._doubted[token]
                there = self._attended.get(token)
                if there is not None:
                    await self._look_at(there)
        finally:
            self._looking = None

    async def _look_at(self, there: _Attended) -> None:
        try:
            found = await self._sessions.look(there.token)
        except Exception as problem:  # whatever it is, the session is looked at until it is known
            log.warning("a session could not be looked at", exc_info=problem)
            self._doubted[there.token] = None
            await asyncio.sleep(PAUSE)
        else:
            self._take(there, found)

    def _take(self, there: _Attended, found: Found | None) -> None:
        before, attendants = there.found.viewer, tuple(there.attendants)
        if found is None:
            self._attended.pop(there.token, None)
            for attendant in attendants:
                attendant.dismissed()
            return
        there.found = found
        if found.viewer != before:
            for attendant in attendants:
                attendant.viewed_as(found.viewer)
