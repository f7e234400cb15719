"""Subscriptions as server-sent events: graphql-sse's distinct connections, and what an EventSource reads."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator

from channels.admission import Admitted
from channels.crowd import Crowd
from channels.exchange import ClientGone, Exchange
from channels.media import EVENTS
from channels.member import Member
from channels.outlet import Outlet
from channels.refusals import Refusal, Refused
from channels.session import Caller
from channels.streams import AWAY, Streams, back_in
from channels.told import Told
from models.access import Viewer

HEARTBEAT = 15.0
"""Seconds after which a comment is sent, so that nothing on the way closes the connection."""
PATIENCE = 10.0
"""Seconds a client may take nothing of what it is sent; then it is let go, and comes back with its cursor."""
HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
SILENCE = b":\n\n"
HELLO = b"retry: 2000\n:\n\n"
COMPLETE = b"event: complete\ndata:\n\n"


def chunk(said: bytes) -> bytes:
    """A piece of a body that has no length."""
    return b"%x\r\n%b\r\n" % (len(said), said)


def framed(told: Told) -> bytes:
    """One event: its cursor as the id, so that a reconnecting client sends it back."""
    place = b"id: %b\n" % told.cursor.encode() if told.cursor else b""
    return chunk(b"event: next\n%bdata: %b\n\n" % (place, told.body.replace(b"\n", b" ")))


async def stream(exchange: Exchange, streams: Streams, admitted: Admitted, caller: Caller) -> None:
    """Tell a client what it subscribed to, until it leaves, its session ends, or the server stops."""
    crowds, account = streams.crowds, caller.viewer.account_id
    with _counted(crowds.responses, account), _counted(crowds.addresses, exchange.address):
        await exchange.start(200, EVENTS, HEADERS)
        following = EventStream(exchange.outward(), streams, admitted, caller)
        try:
            await following.run(exchange)
        except ClientGone:
            pass
        finally:
            exchange.write(200, events=following.member.count, **following.facts)


@contextlib.contextmanager
def _counted(crowd: Crowd, who: object) -> Iterator[None]:
    if not crowd.enter(who):
        raise Refused(Refusal.TOO_MANY_STREAMS, headers={"Retry-After": "10"})
    try:
        yield
    finally:
        crowd.leave(who)


class EventStream:
    """One response that does not end by itself."""

    def __init__(self, outlet: Outlet, streams: Streams, admitted: Admitted, caller: Caller) -> None:
        self.member = Member(outlet, framed, EVENTS, self._finish)
        self.facts: dict[str, object] = {}
        self._outlet, self._streams, self._admitted, self._caller = outlet, streams, admitted, caller
        self._said = time.monotonic()
        self._over = asyncio.Event()
        self._moving: asyncio.Task[None] | None = None

    async def run(self, exchange: Exchange) -> None:
        """Follow until it is over, for whatever reason; then end the response, if there is still a client."""
        self._outlet.say(chunk(HELLO))
        self._streams.enter(self)
        gone = asyncio.create_task(_gone(exchange, self._over))
        try:
            await self._begin(exchange.headers.get("last-event-id"), exchange.address)
            await self._over.wait()
        finally:
            gone.cancel()
            self._leave()
        if not self._outlet.closed and not exchange.gone:
            await exchange.send(b"", more=False)

    def look(self, now: float) -> None:
        """A sign of life now and then; an end to who takes nothing."""
        if self._outlet.stuck(now, PATIENCE):
            self.facts["slow"] = True
            self._outlet.abort()
            self._over.set()
        elif now - self._said >= HEARTBEAT:
            self._said = now
            self._outlet.say(chunk(SILENCE))

    def send_away(self) -> None:
        """The process stops. No `complete`: it is not over, a client goes on elsewhere with its last id."""
        self._outlet.say(chunk(b"retry: %d\n\n" % back_in()))
        self._over.set()

    def dismissed(self) -> None:
        """The session has ended."""
        self.member.end(Refused(Refusal.UNAUTHENTICATED))

    def viewed_as(self, viewer: Viewer) -> None:
        """Follow by the rights there are now."""
        if viewer.audience is not self._caller.viewer.audience:
            return self.member.end(Refused(Refusal.FORBIDDEN))
        self._caller = self._caller._replace(viewer=viewer)
        if self._moving is None:
            self._moving = asyncio.create_task(self._move())
        return None

    async def _begin(self, after: str | None, address: str | None) -> None:
        token, viewer = self._caller.token, self._caller.viewer
        try:
            if token is not None:
                now = await self._streams.attendance.enter(token, self)
                if now is None:
                    raise Refused(Refusal.UNAUTHENTICATED)
                self._caller, viewer = self._caller._replace(viewer=now), now
            await self._streams.join(self.member, self._admitted, viewer, after)
        except Refused as refused:
            self._streams.turned_away.of_stream(refused, self._caller, address)
            self._finish(refused)
        except AWAY:
            self._finish(Refused(Refusal.UNAVAILABLE))

    async def _move(self) -> None:
        viewer = None
        try:
            while viewer is not self._caller.viewer:
                viewer = self._caller.viewer
                await self._streams.move(self.member, self._admitted, viewer)
        except Refused as refused:
            self.member.end(refused)
        self._moving = None

    def _finish(self, why: Refused | None) -> None:
        if why is not None:
            self._outlet.say(framed(Told(0, "", "", why.body())))
        self._outlet.say(chunk(COMPLETE))
        self._over.set()

    def _leave(self) -> None:
        self._streams.leave(self)
        self.member.leave()
        if self._moving is not None:
            self._moving.cancel()
        if self._caller.token is not None:
            self._streams.attendance.leave(self._caller.token, self)


async def _gone(exchange: Exchange, over: asyncio.Event) -> None:
    while (await exchange.receive())["type"] != "http.disconnect":
        pass
    exchange.gone = True
    over.set()
