"""One open socket of graphql-transport-ws: what is said on it, and what it follows.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
from graphql import OperationType

from channels.admission import Admitted
from channels.closing import Close, Closed
from channels.exchange import Receive
from channels.frames import INTERRUPTED, Frames, framed
from channels.gate import Request, shaped
from channels.logs import get_logger
from channels.member import Member
from channels.refusals import Refusal, Refused
from channels.session import Caller, bearer_of
from channels.streams import AWAY
from channels.told import Told
from models.access import Viewer

if TYPE_CHECKING:
    from channels.ws import GraphQLTransportWS

log = get_logger("laurel.ws")
GREETING = 5.0
"""Seconds a client has to say hello."""
PING = 20.0
PATIENCE = 10.0
"""Seconds a client may take nothing of what it is sent."""
OPERATIONS = 20
MESSAGES = 120
"""Messages a client may send in a minute."""
FRAME = 65_536
LONGEST_ID = 128
SHARED_ID = 8
"""Characters of an id that others are likely to choose too: their frames are the same, and made once."""
PINGED, PONG, ACKNOWLEDGED = (framed(b'{"type":"%b"}' % kind) for kind in (b"ping", b"pong", b"connection_ack"))

Following = tuple[Member, Admitted]


class Socket:
    """What a client said, and the way to it. Idle it is one task that waits for the client's next message."""

    def __init__(self, endpoint: GraphQLTransportWS, cookie: str | None, address: str | None, frames: Frames) -> None:
        self._endpoint, self._streams = endpoint, endpoint.streams
        self._cookie, self._address = cookie, address
        self._frames, self._outlet = frames, frames.outward()
        self._operations: dict[str, Following | asyncio.Task[None]] = {}
        self._caller: Caller | None = None
        self._why: Close | None = None
        self._minute = self._pinged = time.monotonic()
        self._heard = self.operations = 0
        self._acknowledged = False

    @property
    def audience(self) -> str | None:
        """For whom it is; None before it was said."""
        return self._caller.viewer.audience.value if self._caller else None

    async def run(self, receive: Receive) -> Close | None:
        """Hear the client until the socket ends; gives why we end it, or None when the client did."""
        greeting = asyncio.get_running_loop().call_later(GREETING, self._silent)
        self._streams.enter(self)
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                if self._why is not None:
                    break
                if message["type"] != INTERRUPTED:
                    await self._take(message)
        except Closed as closed:
            self._why = closed.why
        except AWAY as problem:
            log.warning("the database does not answer a socket", exc_info=problem)
            self._why = Close.LATER
        finally:
            greeting.cancel()
            self._leave()
        return self._why

    def look(self, now: float) -> None:
        """Ping, and send away who takes nothing of what it is sent."""
        if self._outlet.stuck(now, PATIENCE):
            self._end(Close.SLOW)
        elif self._acknowledged and now - self._pinged >= PING:
            self._pinged = now
            self._outlet.say(PINGED)

    def send_away(self) -> None:
        """The process stops."""
        self._end(Close.RESTART)

    def dismissed(self) -> None:
        """The session has ended."""
        self._end(Close.FORBIDDEN)

    def viewed_as(self, viewer: Viewer) -> None:
        """Follow by the rights there are now."""
        if self._caller is None or viewer.audience is not self._caller.viewer.audience:
            return self._end(Close.FORBIDDEN)
        self._caller = self._caller._replace(viewer=viewer)
        for key, operation in tuple(self._operations.items()):
            if isinstance(operation, tuple):
                self._operations[key] = asyncio.create_task(self._move(key, *operation))
        return None

    def _end(self, why: Close) -> None:
        if self._why is None:
            self._why = why
            self._frames.interrupt()

    def _silent(self) -> None:
        if self._caller is None:
            self._end(Close.SILENT)

    def _leave(self) -> None:
        self._streams.leave(self)
        for operation in self._operations.values():
            _stop(operation)
        self._operations.clear()
        if self._caller is not None and self._caller.token is not None:
            self._streams.attendance.leave(self._caller.token, self)
            self._streams.crowds.sockets.leave(self._caller.viewer.account_id)

    async def _take(self, message: Mapping[str, Any]) -> None:
        self._count()
        text = message.get("text")
        if text is not None and len(text) > FRAME:
            raise Closed(Close.TOO_BIG)
        said = _message(text)
        match said["type"]:
            case "connection_init":
                await self._initialise(said.get("payload"))
            case "ping":
                self._outlet.say(PONG)
            case "pong":
                pass
            case "subscribe":
                self._subscribe(_id(said), said.get("payload"))
            case "complete":
                _stop(self._operations.pop(_id(said), None))
            case _:
                raise Closed(Close.MALFORMED)

    async def _initialise(self, payload: Any) -> None:
        """Who is there: a bearer in the payload, or the handshake's cookie. Sockets are for those with a session."""
        if self._caller is not None:
            raise Closed(Close.AGAIN)
        if payload is not None and not isinstance(payload, dict):
            raise Closed(Close.MALFORMED)
        door = self._endpoint.door
        said = (payload or {}).get("authorization", (payload or {}).get("Authorization"))
        caller = await door.known(self._cookie if said is None else bearer_of(str(said)))
        if caller.refused or caller.token is None or caller.viewer.audience is not door.channel.audience:
            self._streams.turned_away.by_token(caller.refused or Refused(Refusal.FORBIDDEN), caller, self._address)
            raise Closed(Close.FORBIDDEN)
        if not self._streams.crowds.sockets.enter(caller.viewer.account_id):
            raise Closed(Close.CROWDED)
        self._caller = caller
        await self._pay(caller)
        viewer = await self._streams.attendance.enter(caller.token, self)
        if viewer is None:
            raise Closed(Close.FORBIDDEN)
        self._caller = caller._replace(viewer=viewer)
        self._outlet.say(ACKNOWLEDGED)
        self._acknowledged = True

    async def _pay(self, caller: Caller) -> None:
        try:
            await self._endpoint.toll.opened(self._address, caller.viewer)
        except Refused as often:
            raise Closed(Close.OFTEN) from often

    def _subscribe(self, key: str, payload: Any) -> None:
        if self._caller is None:
            raise Closed(Close.UNAUTHORIZED)
        if not isinstance(payload, dict):
            raise Closed(Close.MALFORMED)
        if key in self._operations:
            raise Closed(Close.KNOWN_ID)
        crowded = len(self._operations) >= OPERATIONS  # now: of many at once the last are too many, not the first
        self._operations[key] = asyncio.create_task(self._begin(key, payload, self._caller, crowded=crowded))
        self.operations += 1

    async def _begin(self, key: str, payload: dict[str, Any], caller: Caller, *, crowded: bool) -> None:
        """Follow what is asked; whatever stands against it is an error message for its id alone."""
        try:
            if crowded:
                raise Refused(Refusal.TOO_MANY_OPERATIONS)
            admitted = self._admitted(payload, caller)
            await self._endpoint.toll.pay(None, admitted)
            member = self._member(key)
            await self._streams.join(member, admitted, caller.viewer)
        except Refused as refused:
            self._streams.turned_away.of_stream(refused, caller, self._address)
            return self._finish(key, refused)
        self._operations[key] = member, admitted
        if self._caller is not caller:
            await self._move(key, member, admitted)
        return None

    async def _move(self, key: str, member: Member, admitted: Admitted) -> None:
        """Take up the rights there are now, however often they change meanwhile."""
        caller = None
        try:
            while self._caller is not None and caller is not self._caller:
                caller = self._caller
                await self._streams.move(member, admitted, caller.viewer)
        except Refused as refused:
            member.leave()
            return self._finish(key, refused)
        except BaseException:
            member.leave()
            raise
        if not member.over:
            self._operations[key] = member, admitted
        return None

    def _admitted(self, payload: dict[str, Any], caller: Caller) -> Admitted:
        request: Request = shaped(payload, self._endpoint.door.channel.limits)
        admitted = self._endpoint.admission.admit(request, caller)
        if admitted.kind is not OperationType.SUBSCRIPTION:
            raise Refused(Refusal.SUBSCRIPTIONS_ONLY)
        return admitted

    def _member(self, key: str) -> Member:
        head = b'{"id":%b,"type":"next","payload":' % orjson.dumps(key)

        def frame(told: Told) -> bytes:
            return framed(b"%b%b}" % (head, told.body))

        def ended(why: Refused | None) -> None:
            self._finish(key, why)

        return Member(self._outlet, frame, key if len(key) <= SHARED_ID else None, ended)

    def _finish(self, key: str, why: Refused | None) -> None:
        """Say how an operation ended."""
        self._operations.pop(key, None)
        said = {"id": key, "type": "error", "payload": why.errors} if why else {"id": key, "type": "complete"}
        self._outlet.say(framed(orjson.dumps(said)))

    def _count(self) -> None:
        now = time.monotonic()
        if now - self._minute >= 60:
            self._minute, self._heard = now, 0
        self._heard += 1
        if self._heard > MESSAGES:
            raise Closed(Close.BUSY)


def _stop(operation: Following | asyncio.Task[None] | None) -> None:
    """Follow no more."""
    if isinstance(operation, tuple):
        operation[0].leave()
    elif operation is not None:
        operation.cancel()


def _message(text: str | None) -> dict[str, Any]:
    """A protocol message. Raises Closed (4400) for binary frames and for whatever is not one."""
    try:
        said = orjson.loads(text) if text is not None else None
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise Closed(Close.MALFORMED)
    return said


def _id(said: dict[str, Any]) -> str:
    key = said.get("id")
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_ID:
        raise Closed(Close.MALFORMED)
    return key
