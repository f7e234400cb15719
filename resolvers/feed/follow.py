"""Following: replay what was missed, then hear what happens; order, replay and recovery are the same few lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence

from resolvers.feed.cursor import Cursor, decode, judge
from resolvers.feed.happening import HAPPENING, Happening, Resync
from resolvers.feed.hub import Hub
from resolvers.feed.line import Line

PAGE = 500
"""Happenings read at once when replaying."""

MISSED = f"""
select {HAPPENING} where entry.topics && $1::text[] and n.seq > $2::bigint and n.seq <= $3::bigint
order by n.seq limit $4
"""


class Follower:
    """One follower's place in the journal, and what it is told next."""

    def __init__(self, hub: Hub, line: Line, topics: Collection[str], after: str | None, horizon: int) -> None:
        self.listener = hub.listen(topics)  # before anything is read, so that nothing falls between
        self._hub, self._line, self._horizon = hub, line, horizon
        self._place = self._upto = hub.head
        self._doubted = after
        """A cursor from outside, or one whose history was replaced, until it is judged."""

    async def more(self) -> Sequence[Happening | Resync]:
        """What comes next: a Resync, a page of what was missed, or what has just happened; may be nothing yet."""
        if self.listener.rewound:
            self.listener.rewound, self._doubted = False, str(self._place)
        if self._doubted is not None:
            return await self._settle(self._doubted)
        if self.listener.behind:
            self._upto = self._hub.rejoin(self.listener)
        if self._place.seq < self._upto.seq:
            return await self._replay()
        return await self._hear()

    async def _settle(self, doubted: str) -> Sequence[Resync]:
        self._hub.hear()  # the cursor may come from a process that has looked since
        judged = await judge(self._line, doubted, self._horizon)
        self._doubted = None
        if isinstance(judged, Cursor):
            self._place = judged
            return ()
        self._place = decode(judged.head)
        return (judged,)

    async def _replay(self) -> Sequence[Happening]:
        topics = sorted(self.listener.topics)
        rows = await self._line.fetch(MISSED, topics, self._place.seq, self._upto.seq, PAGE)
        missed = [Happening.of(row) for row in rows]
        self._place = self._upto if len(missed) < PAGE else decode(missed[-1].cursor)
        return missed

    async def _hear(self) -> Sequence[Happening]:
        happening = await self.listener.next()
        if happening is None or happening.seq <= self._place.seq:
            return ()
        self._place = decode(happening.cursor)
        return (happening,)


async def follow(
    hub: Hub, line: Line, topics: Collection[str], after: str | None, horizon: int
) -> AsyncIterator[Happening | Resync]:
    """Tell each happening in the topics past the cursor, once and in order, until the feed ends."""
    await hub.ready.wait()
    follower = Follower(hub, line, topics, after, horizon)
    try:
        while not follower.listener.ended:
            for told in await follower.more():
                yield told
    finally:
        hub.leave(follower.listener)
