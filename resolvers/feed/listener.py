"""A listener: the bounded queue between the hub, which never waits, and one follower, who may be slow."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection

from resolvers.feed.happening import Happening

ROOM = 256
"""Happenings kept for a follower who is not looking. One more and it reads them from the journal instead."""


class Listener:
    """What has happened in some topics since the follower last looked, or the claim that it must look for itself."""

    def __init__(self, topics: Collection[str]) -> None:
        self.topics = frozenset(topics)
        self.behind = True
        """The queue is not the whole story: replay from the journal first."""
        self.rewound = False
        """The journal is not the one it was: the follower's place means nothing now."""
        self.ended = False
        self._queue: deque[Happening] = deque()
        self._woken = asyncio.Event()

    def offer(self, happening: Happening) -> None:
        """Queue what happened; never waits."""
        if self.behind:
            return
        if len(self._queue) >= ROOM:
            self._fall_behind()
        elif not self._queue or self._queue[-1].seq < happening.seq:  # two of its topics name the same happening
            self._queue.append(happening)
        self._woken.set()

    def rewind(self) -> None:
        """Say that the journal was replaced beneath the follower."""
        self.rewound = True
        self._fall_behind()
        self._woken.set()

    def end(self) -> None:
        """Let the follower go: the feed stops."""
        self.ended = True
        self._woken.set()

    def rejoin(self) -> None:
        """From now on the queue is the whole story again."""
        self._queue.clear()
        self.behind = False

    async def next(self) -> Happening | None:
        """The next happening, waiting for it; None when the queue is not the whole story, or the feed ends."""
        while not (self._queue or self.behind or self.ended):
            self._woken.clear()
            await self._woken.wait()
        return None if self.behind or self.ended else self._queue.popleft()

    def _fall_behind(self) -> None:
        self._queue.clear()
        self.behind = True
