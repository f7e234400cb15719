"""A listener: the bounded queue between the hub, which never waits, and one follower, who may be slow."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

from resolvers.feed.happening import Happening

ROOM = 256
"""Happenings kept for a follower who is not looking. One more and it reads them from the journal instead."""


class Listener:
    """What has happened in some topics since the follower last looked, or the claim that it must look for itself."""

    def __init__(self, topics: Collection[str], woken: Callable[[], None]) -> None:
        self.topics = frozenset(topics)
        self.behind = True
        """The queue is not the whole story: replay from the journal first."""
        self.rewound = False
        """The journal is not the one it was: the follower's place means nothing now."""
        self.ended = False
        self._queue: deque[Happening] = deque()
        self._woken = woken

    @property
    def silent(self) -> bool:
        """There is nothing to look at."""
        return not (self._queue or self.behind or self.rewound or self.ended)

    def offer(self, happening: Happening) -> None:
        """Queue what happened; never waits."""
        if self.behind:
            return
        if len(self._queue) >= ROOM:
            self._fall_behind()
        elif not self._queue or self._queue[-1].seq < happening.seq:  # two of its topics name the same happening
            self._queue.append(happening)
        self._woken()

    def rewind(self) -> None:
        """Say that the journal was replaced beneath the follower."""
        self.rewound = True
        self._fall_behind()
        self._woken()

    def end(self) -> None:
        """Let the follower go: the feed stops."""
        self.ended = True
        self._woken()

    def rejoin(self) -> None:
        """From now on the queue is the whole story again."""
        self._queue.clear()
        self.behind = False

    def take(self) -> list[Happening]:
        """What has happened since it was last taken, in order."""
        taken = list(self._queue)
        self._queue.clear()
        return taken

    def _fall_behind(self) -> None:
        self._queue.clear()
        self.behind = True
