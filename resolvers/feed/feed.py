"""The feed of a process: started once, rung after each commit, followed by every subscription."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.engine import make_url

from resolvers.feed.doorbell import Doorbell
from resolvers.feed.follow import Following
from resolvers.feed.hub import Changes, Hub, Rights
from resolvers.feed.line import Line

log = logging.getLogger(__name__)

HORIZON = 100_000
"""How many entries back a cursor may lie. Further back a follower reads its data anew, which is less work for all."""
LETTING_GO = 0.5
"""Seconds a task of the feed has to end before it is told once more."""
PATIENCE = 10.0
"""Seconds `start` waits for PostgreSQL before it leaves the feed to find it by itself."""


class Feed:
    """Numbers and tells what is committed, whoever commits it. Needs PostgreSQL alone; Redis makes it prompt."""

    def __init__(self, database_url: str, redis_url: str | None, horizon: int = HORIZON) -> None:
        self._line, self._replays = Line(database_url), Line(database_url)
        self._doorbell = Doorbell(redis_url, house=make_url(database_url).database or "", heard=self._hear)
        self._hub = Hub(self._line, numbered=self._doorbell.ring, rights=self._rights_changed, changes=self._changed)
        self.on_rights: Rights | None = None
        """Told whose rights have changed, within a second of it."""
        self.on_change: Changes | None = None
        """Told what has changed before anybody who follows is; of what this process commits, as soon as it is rung."""
        self._horizon = horizon
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def ready(self) -> bool:
        """The feed knows the journal's head and has looked for news within the last seconds."""
        return self._hub.prompt

    @property
    def sure(self) -> float:
        """The moment, by time.monotonic, up to which all that was committed has been told."""
        return self._hub.sure

    def now(self) -> datetime:
        """The time by the database's clock, however wrong this machine's is or becomes; its until the first look."""
        if self._hub.clock is None:
            return datetime.now(UTC)
        then, looked = self._hub.clock
        return then + timedelta(seconds=time.monotonic() - looked)

    @property
    def followers(self) -> int:
        """How many follow in this process."""
        return self._hub.listeners

    async def start(self, patience: float = PATIENCE) -> None:
        """Begin to number and to tell. Returns when the head is known, or after these seconds without PostgreSQL."""
        self._tasks = [asyncio.create_task(run) for run in (self._hub.run(), *self._doorbell.runs())]
        try:
            async with asyncio.timeout(patience):
                await self._hub.ready.wait()
        except TimeoutError:
            log.warning("the feed starts without PostgreSQL and goes on looking for it")

    async def stop(self) -> None:
        """Let every follower go and close the connections."""
        self._hub.end()
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()  # again if need be: a client library may lose a cancellation that meets its own timeout
            await asyncio.wait(running, timeout=LETTING_GO)
        self._line.close()
        self._replays.close()

    def ring(self) -> None:
        """Say that this process has committed something: it is numbered and told at once. Never waits, never fails."""
        self._changed(None)
        self._hub.ring()

    async def head(self) -> str:
        """The cursor of the last entry told."""
        await self._hub.ready.wait()
        return str(self._hub.head)

    def follow(self, topics: Collection[str], after: str | None = None) -> Following:
        """Tell what happens in these topics, after a cursor or from now on: each entry once and in order.

        A follower may be as slow as it likes: past a bound it reads the journal instead of being told. A cursor that
        cannot be followed gives a Resync, after which the stream goes on from the Resync's head.
        """
        return Following(self._hub, self._replays, topics, after, self._horizon)

    def _changed(self, kinds: Collection[str] | None) -> None:
        if self.on_change is not None:
            self.on_change(kinds)

    def _rights_changed(self, accounts: Collection[UUID] | None) -> None:
        if self.on_rights is not None:
            self.on_rights(accounts)

    def _hear(self) -> None:
        self._hub.hear()
