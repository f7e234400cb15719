"""How long a test waits for what must come, and how slow the machine is meanwhile."""

from __future__ import annotations

import os

from tests.faults.machine import scheduled

HANGING = 60.0
"""Seconds, fewer than pytest gives a whole test: so long only where what is waited for never comes."""


class Slowness:
    """By what a bound in seconds is multiplied, so that it judges Laurel, not what else the machine does."""

    def __init__(self) -> None:
        self._begun = scheduled(os.getpid())

    @property
    def times(self) -> float:
        """How many times as long as on an idle machine this process has taken since."""
        now = scheduled(os.getpid())
        if now is None or self._begun is None:
            return 1.0
        ran, waited = now[0] - self._begun[0], now[1] - self._begun[1]
        return 1 + waited / max(ran, 1)
