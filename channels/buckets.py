"""What one process knows of one caller's budget: what it may give out without asking, and what it was told last."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

from channels.budgets import Budget

LASTS = 10.0
"""Seconds in which leased points are given out; then they go back."""
NO = 1.0
"""Seconds for which a no is remembered: others may have given points back meanwhile."""


class Local:
    """A bucket that one process keeps by itself: never more than what it holds plus what has come in since."""

    __slots__ = ("left", "since")

    def __init__(self, most: float, now: float) -> None:
        self.left, self.since = most, now

    def take(self, budget: Budget, points: float, now: float) -> float:
        """Take points; gives 0, or the seconds until there will be so many."""
        come = max(0.0, now - self.since) / budget.period
        self.left, self.since = min(budget.most, self.left + come), max(now, self.since)
        if self.left >= points:
            self.left -= points
            return 0.0
        return (points - self.left) * budget.period

    def give(self, budget: Budget, points: float) -> None:
        """Give points back."""
        self.left = min(budget.most, self.left + points)


class Bucket:
    """A caller's points in this process: `left` to give out until `until`, of which `unpaid` Redis was not told."""

    __slots__ = (
        "_local", "_waiting", "asking", "available", "left", "needed", "refused", "told", "unpaid", "until", "who",
    )  # fmt: skip

    def __init__(self, who: Hashable, budget: Budget, now: float, *, trusted: bool) -> None:
        self.who = who
        self.left = self.unpaid = budget.trust if trusted else 0
        self.until = now + LASTS
        self.available, self.told = float(budget.most - self.left), now
        """Points that Redis had beside those leased here, and when it said so."""
        self.refused = now
        """Until when a no holds."""
        self.needed = 0
        """Points that those who wait are short of."""
        self.asking = False
        self._waiting: list[asyncio.Future[None]] | None = None
        self._local: Local | None = None

    def local(self, budget: Budget) -> Local:
        """What this process keeps to by itself."""
        if self._local is None:
            self._local = Local(budget.apart.most, self.told)
        return self._local

    def renew_trust(self, budget: Budget, now: float) -> None:
        """Begin anew after a while: what is left of a lease becomes part of what is given on trust."""
        self.unpaid += budget.trust - self.left
        self.left, self.until = budget.trust, now + LASTS

    def asked(self, budget: Budget) -> tuple[int, int]:
        """What Redis is to be told: points already given out on trust (fewer than none: given back), and wanted."""
        lease = 0 if budget.alone else budget.lease
        spare = max(0, self.left - max(2 * lease, self.needed))
        self.left -= spare
        owed, self.unpaid = self.unpaid - spare, 0
        return owed, max(0, max(lease, self.needed) - self.left)

    def granted(self, points: int, available: float, now: float) -> None:
        """Take what Redis gave."""
        self.left += points
        self.until, self.available, self.told = now + LASTS, available, now

    def all(self, budget: Budget, now: float) -> float:
        """Points that the caller has left, as far as is known here."""
        return min(budget.most, self.left + self.available + (now - self.told) / budget.period)

    def wait(self, budget: Budget, points: float, now: float) -> float:
        """Seconds until there will be so many."""
        return max(0.0, points - self.all(budget, now)) * budget.period

    def wait_for(self, points: int) -> asyncio.Future[None]:
        """What is done when Redis has been asked for so many, whatever it said."""
        self.needed += points
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting = [*(self._waiting or ()), turn]
        return turn

    def wake(self) -> None:
        """Let those who waited look again."""
        self.asking, self.needed = False, 0
        waiting, self._waiting = self._waiting or (), None
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)
