"""What was fetched from elsewhere: fresh for an hour, used for a day while it cannot be fetched anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH, STALE = 3_600.0, 86_400.0
"""Seconds after which it is fetched anew, and after which it is believed no more."""
FORCED = 60.0
"""Seconds between two looks that somebody's unknown key brings about."""
PAUSE = 10.0
"""Seconds after a look that failed until the next: who signs in meanwhile does not wait for it."""


class Away(Exception):
    """It cannot be fetched, and what was fetched before is too old, or was never there."""


class Kept(Generic[T]):
    """One such thing. Whoever asks while it is fetched waits for that."""

    def __init__(self, load: Callable[[], Awaitable[T]], clock: Callable[[], float] = time.monotonic) -> None:
        self._load, self.clock = load, clock
        self._value: T | None = None
        self._at = self._tried = -STALE
        self._fetching = asyncio.Lock()

    async def get(self, *, anew: bool = False) -> T:
        """It as it was last fetched; `anew`: fetched now, unless that was a moment ago. Raises Away."""
        if self._due(anew):
            async with self._fetching:
                if self._due(anew):
                    await self._fetch()
        if self._value is None or self.clock() - self._at > STALE:
            raise Away
        return self._value

    def _due(self, anew: bool) -> bool:
        now = self.clock()
        if now < self._tried + (FORCED if anew and self._tried == self._at else PAUSE):
            return False
        return anew or self._value is None or now >= self._at + FRESH

    async def _fetch(self) -> None:
        self._tried = self.clock()
        try:
            self._value = await self._load()
        except Away:
            return  # what was fetched before is used still
        self._at = self._tried
