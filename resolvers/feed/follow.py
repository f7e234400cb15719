"""Following: replay what was missed, then hear what happens; order, replay and recovery are the same few lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence

from resolvers.feed.cursor import Cursor, decode
from resolvers.feed.happening import Happening, Resync
from resolvers.feed.hub import Hub
from resolvers.feed.line import Line
from resolvers.feed.replay import Replay


class Follower:
    """One follower's place in the journal, and what it is told next. `woken` is called whenever there is something."""

    def __init__(self, hub: Hub, replay: Replay, topics: Collection[str], woken: Callable[[], None]) -> None:
        self._hub, self._replay = hub, replay
        self.listener = hub.listen(topics, woken)  # before anything is read, so that nothing falls between
        self._upto = hub.rejoin(self.listener)

    @property
    def place(self) -> Cursor:
        """All up to here has been told."""
        return self._replay.place

    @property
    def idle(self) -> bool:
        """There is nothing to tell: all up to the hub's head has been told."""
        return self.listener.silent and not self._replay.doubtful and self.place.seq >= self._upto.seq

    async def more(self) -> Sequence[Happening | Resync]:
        """What comes next: a Resync, a page of what was missed, or what has just happened; may be nothing."""
        if self.listener.rewound:
            self.listener.rewound = False
            self._replay.doubt()
        if self._replay.doubtful:
            return await self._replay.settle()
        if self.listener.behind:
            self._upto = self._hub.rejoin(self.listener)
        if self.place.seq < self._upto.seq:
            return await self._replay.page(self._upto)
        return self._heard()

    def leave(self) -> None:
        """Hear no more."""
        self._hub.leave(self.listener)

    def _heard(self) -> Sequence[Happening]:
        heard = [happening for happening in self.listener.take() if happening.seq > self.place.seq]
        if heard:
            self._replay.place = decode(heard[-1].cursor)
        return heard


class Following(AsyncIterator[Happening | Resync]):
    """What is to be followed: each happening in the topics past the cursor, once and in order, until the feed ends."""

    def __init__(self, hub: Hub, line: Line, topics: Collection[str], after: str | None, horizon: int) -> None:
        self.topics, self.after = frozenset(topics), after
        self.hub, self._line, self._horizon = hub, line, horizon
        self._told: AsyncGenerator[Happening | Resync] | None = None

    def replay(self, after: str | None = None) -> Replay:
        """What was missed in these topics after a cursor; without one, nothing yet."""
        return Replay(self.hub, self._line, self.topics, after, self._horizon)

    def follower(self, woken: Callable[[], None], after: str | None = None) -> Follower:
        """A follower of these topics, which must leave in the end."""
        return Follower(self.hub, self.replay(after), self.topics, woken)

    async def __anext__(self) -> Happening | Resync:
        """The next that is told, waiting for it."""
        if self._told is None:
            self._told = self._tell()
        return await anext(self._told)

    async def aclose(self) -> None:
        """Follow no more."""
        if self._told is not None:
            await self._told.aclose()

    async def _tell(self) -> AsyncGenerator[Happening | Resync]:
        await self.hub.ready.wait()
        woken = asyncio.Event()
        follower = self.follower(woken.set, self.after)
        try:
            while not follower.listener.ended:
                for told in await follower.more():
                    yield told
                if follower.idle:
                    woken.clear()
                    await woken.wait()
        finally:
            follower.leave()
