"""How slow the machine is: by that bounds in seconds are multiplied, so that they judge Laurel, not its neighbours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

EVERY = 1.0
"""Seconds between two looks."""
SLOWEST = 8.0
"""However slow the machine is, no bound is multiplied by more."""
LITTLE = 50_000_000
"""Nanoseconds of running, below which a process says nothing of the machine."""


class Machine:
    """Looks at processes: how long they ran, and how long they would have run had a core been free."""

    def __init__(self, processes: Callable[[], Iterable[int]]) -> None:
        self._processes = processes
        self._seen: dict[int, tuple[int, int]] = {}
        self._recent: list[float] = [1.0] * 5
        self.slowness = 1.0
        """How many times as long as on an idle machine everything took, in the worst five seconds so far."""

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            self.look()
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """Look once."""
        now = {pid: seen for pid in self._processes() if (seen := scheduled(pid))}
        ratios = [self._ratio(pid, ran, waited) for pid, (ran, waited) in now.items()]
        self._seen = now
        self._recent = [*self._recent[1:], max(ratios, default=1.0)]
        self.slowness = min(SLOWEST, max(self.slowness, sum(self._recent) / len(self._recent)))

    def _ratio(self, pid: int, ran: int, waited: int) -> float:
        ran_before, waited_before = self._seen.get(pid, (ran, waited))
        ran, waited = ran - ran_before, waited - waited_before
        return 1 + waited / ran if ran > LITTLE else 1.0

    async def within(self, seconds: float, work: Awaitable[object]) -> None:
        """Wait for it as long as these seconds are on an idle machine; TimeoutError, and an end to it, after that."""
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        begun = loop.time()
        try:
            while not task.done() and loop.time() - begun < seconds * self.slowness:
                await asyncio.wait({task}, timeout=0.2)
            if not task.done():
                raise TimeoutError(f"not within {seconds} s on a machine that takes {self.slowness:.1f} times as long")
            await task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


def scheduled(pid: int) -> tuple[int, int] | None:
    """Nanoseconds that a process ran, and that it waited for a core; None where the system does not say."""
    try:
        ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    except (OSError, ValueError):
        return None
    return int(ran), int(waited)
