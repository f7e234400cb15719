"""How many streams one account, or one address, has open at once in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass


class Crowd:
    """Counts who is there, up to a limit for each."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._there = Counter[Hashable]()

    def enter(self, who: Hashable) -> bool:
        """Come in, unless as many are there already; nobody in particular is not counted."""
        if who is None:
            return True
        if self._there[who] >= self.most:
            return False
        self._there[who] += 1
        return True

    def leave(self, who: Hashable) -> None:
        """Go, having come in."""
        if who is not None:
            self._there[who] -= 1
            if not self._there[who]:
                del self._there[who]


RESPONSES = 20
"""Event streams that one account may have open in a process: as many as a socket follows operations."""


@dataclass(frozen=True)
class Crowds:
    """The limits of a process."""

    sockets: Crowd
    """Of one account."""
    addresses: Crowd
    """Streams of any kind."""
    responses: Crowd
    """Event streams of one account."""

    @classmethod
    def up_to(cls, sockets: int, addresses: int) -> Crowds:
        """With these limits."""
        return cls(Crowd(sockets), Crowd(addresses), Crowd(RESPONSES))
