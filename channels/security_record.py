"""The record of what was tried in vain: noted in passing, written now and then, the last of it as a process ends."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from channels.logs import get_logger
from channels.repeated import Repeated
from resolvers.incidents import Incidents

log = get_logger("laurel.security")

EVERY = 30.0
"""Seconds between two writings: those of a process that is killed are lost."""


class SecurityRecord(Repeated):
    """Writes it."""

    def __init__(self, incidents: Incidents, transactions: async_sessionmaker[AsyncSession]) -> None:
        super().__init__(self.write, EVERY, "what writes the record of security events stumbled")
        self._incidents, self._transactions = incidents, transactions

    async def stop(self) -> None:
        """Write what was noted last, and no more."""
        await super().stop()
        await self.write()

    async def write(self) -> None:
        """Write what was noted; what cannot be written is kept for the next time."""
        try:
            await self._incidents.write(self._transactions)
        except Exception as problem:  # a database that is away, mostly
            log.warning("security events could not be written", problem=type(problem).__name__)
