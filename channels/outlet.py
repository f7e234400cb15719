"""The way out to one client: straight while it keeps up; what waits for it else is bounded, and the latest of each
subject. What has no room is not kept but read from the journal again, once the client takes something."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, Protocol

from channels.told import Batch, Told

EVENTS, ROOM = 100, 256_000
"""Events that wait for a client at most, and the bytes of their answers."""
CONTROLS = 100
"""Messages of the protocol that wait at most: a client that asks for more and takes none of them is let go."""


class Hearer(Protocol):
    """Somebody who is told events through an outlet: one of the client's subscriptions."""

    place: int
    cursor: str
    """The last entry that was written to the client."""
    kind: Any
    """Whoever is of the same kind is told by the same bytes; None where nobody is."""

    def frame(self, told: Told) -> bytes:
        """An event as the client is told it."""

    def fall_behind(self) -> None:
        """What waited is gone: read it again from `place` on."""


class Outlet:
    """What is on its way to a client."""

    __slots__ = (
        "_drained", "_events", "_taking", "_transport", "_unread", "_waiting", "_weight", "_write", "blocked", "closed",
    )  # fmt: skip

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport, self._write = transport, transport.write
        self.blocked = self.closed = False
        """The client does not keep up: whoever has something to say gives it to `keep`."""
        self._taking = True
        self._waiting: OrderedDict[Any, bytes | Told] | None = None
        self._weight = self._events = 0
        self._unread = (0, 0.0)
        self._drained: list[asyncio.Future[None]] = []

    def write(self, frame: bytes) -> None:
        """Send bytes now. A client that has left is told nothing, and fails nobody who is told the same."""
        try:
            self._write(frame)
        except RuntimeError:  # uvloop's word for a transport that is closed, perhaps before there was this way out
            self.close()

    def say(self, frame: bytes) -> None:
        """Send a message of the protocol, after all that waits."""
        if not self.blocked:
            self.write(frame)
            return
        waiting = self._queue()
        if len(waiting) - self._events <= CONTROLS:  # with one more than that the client counts as stuck
            waiting[object()] = frame

    def keep(self, hearer: Hearer, batch: Batch) -> None:
        """Have events wait for the client; of a subject that changed again only the latest."""
        waiting = self._queue()
        for told in batch.events:
            key = (hearer, told.subject)
            if key in waiting:
                self._drop(key)
            waiting[key] = told
            self._weight += len(told.body)
            self._events += 1
        if self._weight > ROOM or self._events > EVENTS:
            self._give_up()

    def forget(self, hearer: Hearer) -> None:
        """Tell this one no more: nothing of theirs waits any longer."""
        for key in [key for key in self._waiting or () if type(key) is tuple and key[0] is hearer]:
            self._drop(key)

    async def drained(self) -> None:
        """Wait until nothing waits and the client takes what is written."""
        while self.blocked and not self.closed:
            turn = asyncio.get_running_loop().create_future()
            self._drained.append(turn)
            await turn

    def hold(self) -> None:
        """The client takes nothing more for now."""
        self._taking, self.blocked = False, True

    def release(self) -> None:
        """The client takes again: give it what waits, as far as it takes it."""
        self._taking = True
        waiting = self._queue()
        while waiting and self._taking:
            key, kept = waiting.popitem(last=False)
            if isinstance(kept, bytes):
                self.write(kept)
            else:
                self._count_out(kept)
                self.write(key[0].frame(kept))
                key[0].place, key[0].cursor = kept.seq, kept.cursor
        if self._taking:
            self.blocked, self._waiting = False, None
            self._wake()

    def abort(self) -> None:
        """Let the client go at once, whatever it has not taken."""
        self._transport.abort()

    def close(self) -> None:
        """The client is gone."""
        self.closed = self.blocked = True
        self._wake()

    def stuck(self, now: float, patience: float) -> bool:
        """Whether the client has taken nothing at all for so many seconds, looked at now and then."""
        if self._taking:
            self._unread = (0, now)
            return False
        size = self._transport.get_write_buffer_size()
        if self._unread[0] == 0 or size < self._unread[0]:
            self._unread = (size, now)
        flooded = len(self._waiting or ()) - self._events > CONTROLS
        return flooded or now - self._unread[1] > patience

    def _queue(self) -> OrderedDict[Any, bytes | Told]:
        if self._waiting is None:
            self._waiting = OrderedDict()
        return self._waiting

    def _give_up(self) -> None:
        """Keep no events: those who were to be told them read the journal, when there is room again."""
        waiting = self._queue()
        behind = {key[0]: None for key, kept in waiting.items() if isinstance(kept, Told)}
        self._waiting = OrderedDict((key, kept) for key, kept in waiting.items() if isinstance(kept, bytes))
        self._weight = self._events = 0
        for hearer in behind:
            hearer.fall_behind()

    def _drop(self, key: Any) -> None:
        kept = self._queue().pop(key)
        if isinstance(kept, Told):
            self._count_out(kept)

    def _count_out(self, told: Told) -> None:
        self._weight -= len(told.body)
        self._events -= 1

    def _wake(self) -> None:
        drained, self._drained = self._drained, []
        for turn in drained:
            if not turn.done():
                turn.set_result(None)


class Paced(asyncio.Protocol):
    """A connection with a way out to its client, which hears when the client takes no more, takes again or is gone."""

    transport: Any
    outlet: Outlet | None = None

    def outward(self) -> Outlet:
        """The way out to the client, from now on."""
        self.outlet = Outlet(self.transport)
        return self.outlet

    def pause_writing(self) -> None:
        """The client takes nothing more for now."""
        super().pause_writing()
        if self.outlet is not None:
            self.outlet.hold()

    def resume_writing(self) -> None:
        """The client has taken most of it."""
        super().resume_writing()
        if self.outlet is not None:
            self.outlet.release()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        if self.outlet is not None:
            self.outlet.close()
        super().connection_lost(exc)
