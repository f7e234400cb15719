"""When sessions and programs' tokens were last used: noted in passing, written now and then, for many at once.

A request writes nothing. Whose token is looked up, which is so every few seconds while it is used, is written within
half a minute; a session that is unused ends so much later than it says (`models.session.WRITTEN_WITHIN`).
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from channels.logs import get_logger
from channels.repeated import Repeated
from channels.session import Sessions
from resolvers.account import note_used

log = get_logger("laurel.last_use")

EVERY = 30.0
"""Seconds between two writings."""


class LastUse(Repeated):
    """Writes it."""

    def __init__(self, sessions: Sessions, transactions: async_sessionmaker[AsyncSession]) -> None:
        super().__init__(self.write, EVERY, "what writes when sessions were last used stumbled")
        self._sessions, self._transactions = sessions, transactions

    async def stop(self) -> None:
        """Write what was noted last, and no more."""
        await super().stop()
        await self.write()

    async def write(self) -> None:
        """Write what was noted; what cannot be written is kept for the next time."""
        used, self._sessions.used = self._sessions.used, set()
        if not used:
            return
        try:
            async with self._transactions.begin() as session:
                await note_used(session, used)
        except BaseException as problem:
            self._sessions.used |= used
            if not isinstance(problem, Exception):
                raise
            log.warning("when sessions were last used could not be written", problem=type(problem).__name__)
