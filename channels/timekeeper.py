"""What falls due without anybody's asking: done by whichever process looks first, once, however many there are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from channels.logs import get_logger
from models import reference_change, rights_change
from models.dossier_tally import compact
from resolvers import identity, sign_in, tracking
from resolvers.posting_end import end_due_postings

log = get_logger("laurel.timekeeper")

EVERY = 60.0
"""Seconds between two looks: what is due by the day may come a minute late."""
LOCK = 7003
"""The advisory lock of whoever looks, until its transaction ends."""


class Timekeeper:
    """The task of a process that looks every minute."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], ring: Callable[[], None]) -> None:
        self._sessions, self._ring = sessions, ring
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, the first time at once."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more; what is half done is left undone."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

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

    async def _run(self) -> None:
        while True:
            try:
                while await self.look():
                    pass
            except Exception:  # a database that is away now is asked again in a minute
                log.exception("the timekeeper stumbled and looks again later")
            await asyncio.sleep(EVERY)
