"""Clients that leave before they are answered: what is done for them is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from channels.exchange import Exchange

T = TypeVar("T")

PATIENCE = 0.1
"""Seconds between two looks at who waits. Who waits at two of them is listened to; most are answered sooner."""


class Watch:
    """Listens to clients that wait long. A timer for all of them costs a request next to nothing."""

    def __init__(self) -> None:
        self._new, self._met = set[Waiting](), set[Waiting]()
        self._timed = False

    async def unless_gone(self, exchange: Exchange, work: Awaitable[T]) -> T:
        """What the work gives. When the client leaves first this task is cancelled, and `exchange.gone` says so."""
        waiting = Waiting(exchange)
        self._new.add(waiting)
        if not self._timed:
            self._timed = True
            asyncio.get_running_loop().call_later(PATIENCE, self._look)
        try:
            return await work
        finally:
            self._new.discard(waiting)
            self._met.discard(waiting)
            if waiting.listening:
                waiting.listening.cancel()

    def _look(self) -> None:
        for waiting in self._met:
            waiting.listening = asyncio.create_task(waiting.listen())
        self._met, self._new = self._new, set()
        self._timed = bool(self._met)
        if self._timed:
            asyncio.get_running_loop().call_later(PATIENCE, self._look)


class Waiting:
    """A request that waits for its answer."""

    listening: asyncio.Task[None] | None = None

    def __init__(self, exchange: Exchange) -> None:
        self._exchange, self._task = exchange, asyncio.current_task()

    async def listen(self) -> None:
        """Wait for the client to leave, then end the task that works for it."""
        while (await self._exchange.receive())["type"] != "http.disconnect":
            pass
        self._exchange.gone = True
        if self._task is not None:
            self._task.cancel()
