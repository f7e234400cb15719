"""What falls due without anybody's asking: done by whichever process looks first, once, however many there are."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from channels.repeated import Repeated
from models import reference_change, rights_change
from models.dossier_tally import compact
from resolvers import identity, sign_in, tracking
from resolvers.posting_end import end_due_postings

EVERY = 60.0
"""Seconds between two looks: what is due by the day may come a minute late."""
LOCK = 7003
"""The advisory lock of whoever looks, until its transaction ends."""


class Timekeeper(Repeated):
    """Looks every minute, the first time at once."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], ring: Callable[[], None]) -> None:
        super().__init__(self._look_through, EVERY, "the timekeeper stumbled and looks again later", at_once=True)
        self._sessions, self._ring = sessions, ring

    async def look(self) -> int:
        """Do what is due, in one transaction; gives how much it was: nothing where another process is looking.

        What is kept of the number of dossiers is put together too, and old changes of rights and reference tables are
        forgotten, of which nobody need be told.
        """
        async with self._sessions.begin() as session:
            ours, now = (await session.execute(select(func.pg_try_advisory_xact_lock(LOCK), func.now()))).one()
            done = await end_due_postings(session, now) if ours else 0
            if ours:
                await compact(session)
                await rights_change.forget(session)
                await reference_change.forget(session)
                await tracking.forget(session)
                await identity.forget(session)
                await sign_in.forget(session)
        if done:
            self._ring()
        return done

    async def _look_through(self) -> None:
        while await self.look():
            pass
