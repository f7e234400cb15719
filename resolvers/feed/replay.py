"""Replaying: what happened in some topics past a cursor, read from the journal page by page."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from resolvers.feed.cursor import Cursor, decode, judge
from resolvers.feed.happening import HAPPENING, Happening, Resync
from resolvers.feed.hub import Hub
from resolvers.feed.line import Line

PAGE = 500
"""Happenings read at once."""

MISSED = f"""
select {HAPPENING} where entry.topics && $1::text[] and n.seq > $2::bigint and n.seq <= $3::bigint
order by n.seq limit $4
"""


class Replay:
    """A place in the journal, and the way from there to what the hub told last."""

    def __init__(self, hub: Hub, line: Line, topics: Collection[str], after: str | None, horizon: int) -> None:
        self._hub, self._line, self._topics, self._horizon = hub, line, sorted(topics), horizon
        self.place = hub.head
        self._doubted = after
        """A cursor from outside, or one whose history was replaced, until it is judged."""
        self.rewinds = hub.rewinds
        """How often the journal had been replaced when the place was judged."""

    @property
    def doubtful(self) -> bool:
        """The place is not known to be one of this journal: `settle` first."""
        return self._doubted is not None or self.rewinds != self._hub.rewinds

    def doubt(self) -> None:
        """The journal was replaced: whether the place is still one is to be judged."""
        self._doubted = str(self.place)
        self.rewinds = self._hub.rewinds

    async def settle(self) -> Sequence[Resync]:
        """Judge the cursor: a Resync, after which the place is its head, or nothing. The hub knows its own head."""
        if self.rewinds != self._hub.rewinds:
            self.doubt()
        if self._hub.ready.is_set() and self._doubted == str(self._hub.head):
            self.place, self._doubted = self._hub.head, None
            return ()
        self._hub.hear()  # the cursor may come from a process that has looked since
        judged = await judge(self._line, self._doubted or "", self._horizon)
        self._doubted = None
        if isinstance(judged, Cursor):
            self.place = judged
            return ()
        self.place = decode(judged.head)
        return (judged,)

    async def page(self, upto: Cursor | None = None) -> Sequence[Happening]:
        """The next page of what happened up to a place, or to what the hub has told by now; empty where no more did."""
        upto = upto or self._hub.head
        if self.place.seq >= upto.seq:
            return ()
        rows = await self._line.fetch(MISSED, self._topics, self.place.seq, upto.seq, PAGE)
        found = [Happening.of(row) for row in rows]
        self.place = upto if len(found) < PAGE else decode(found[-1].cursor)
        return found
