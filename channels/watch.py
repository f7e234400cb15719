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
    """Hears of clients that leave: from our own server at once, else by listening to those that wait long.

    A timer for all of them costs a request next to nothing.
    """

    def __init__(self) -> None:
        self._new, self._met = set[Waiting](), set[Waiting]()
        self._timed = False

    async def unless_gone(self, exchange: Exchange, work: Awaitable[T]) -> T:
        """What the work gives. When the client leaves first this task is cancelled, and `exchange.gone` says so."""
        waiting = self.begin(exchange)
        try:
            return await work
        finally:
            self.end(waiting)

    def begin(self, exchange: Exchange) -> Waiting:
        """Watch the client of an exchange from now on until `end`, in the task that works for it."""
        waiting = Waiting(exchange)
        if exchange.tells_who_leaves(waiting.left):
            return waiting
        self._new.add(waiting)
        if not self._timed:
            self._timed = True
            asyncio.get_running_loop().call_later(PATIENCE, self._look)
        return waiting

    def end(self, waiting: Waiting) -> None:
        """Watch no more."""
        waiting.exchange.tells_who_leaves(None)
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
        self.exchange, self._task = exchange, asyncio.current_task()

    async def listen(self) -> None:
        """Wait for the client to leave, then end the task that works for it."""
        while (await self.exchange.receive())["type"] != "http.disconnect":
            pass
        self.left()

    def left(self) -> None:
        """End the task that works for the client."""
        self.exchange.gone = True
        if self._task is not None:
            self._task.cancel()
