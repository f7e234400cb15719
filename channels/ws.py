"""Subscriptions over graphql-transport-ws: text frames only, subscriptions only, nothing lost in silence.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import time
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from graphql import OperationType

from channels.admission import Admission
from channels.exchange import Receive, Scope, Send
from channels.gate import Request, shaped
from channels.refusals import Refusal, Refused
from channels.session import Caller, Door, bearer_of
from channels.streams import RECHECK, Listener, Streams, back_in

log = structlog.get_logger("laurel.ws")
PROTOCOL = "graphql-transport-ws"
GREETING = 5.0
"""Seconds a client has to say hello."""
PING = 20.0
PATIENCE = 10.0
"""Seconds a client may take nothing of what it is sent, while its subscriptions fall back on the journal."""
OPERATIONS = 20
MESSAGES = 120
"""Messages a client may send in a minute."""
FRAME = 65_536
LONGEST_ID = 128


class Close(enum.Enum):
    """Why a socket is closed: code and reason."""

    RESTART = 1012, "restarting: come back with your cursor"
    TOO_BIG = 1009, "message too big"
    BUSY = 1008, "too many messages"
    SLOW = 4008, "slow consumer: resume with your cursor"
    MALFORMED = 4400, "invalid message"
    UNAUTHORIZED = 4401, "unauthorized: send connection_init first"
    FORBIDDEN = 4403, "forbidden: no session, or it has ended"
    PROTOCOL = 4406, "subprotocol not acceptable: use graphql-transport-ws"
    SILENT = 4408, "connection initialisation timeout"
    KNOWN_ID = 4409, "subscriber already exists"
    AGAIN = 4429, "too many initialisation requests"

    @property
    def reason(self) -> str:
        """What the client is told; where it shall come back, in how many seconds."""
        code, said = self.value
        return f"{said} in {back_in() // 1000} s" if code == 1012 else said


class Closed(Exception):
    """The socket ends for this reason."""

    def __init__(self, why: Close) -> None:
        super().__init__(why.name)
        self.why = why


class Left(Exception):
    """The client has gone."""


class GraphQLTransportWS:
    """The WebSocket endpoint of one channel."""

    def __init__(self, admission: Admission, door: Door, streams: Streams) -> None:
        self.admission, self.door, self.streams = admission, door, streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end. A foreign Origin is refused at the handshake (403)."""
        await receive()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._welcome(headers):
            return await send({"type": "websocket.close", "code": 1008})
        spoken = PROTOCOL in scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if spoken else None})
        socket = Socket(self, headers, receive, send)
        why = await socket.run() if spoken else Close.PROTOCOL
        log.info("socket", channel=self.door.channel.name, code=why.value[0] if why else 1000, **socket.facts)
        if why:
            with contextlib.suppress(Exception):  # the client may be gone, or too slow even for this
                async with asyncio.timeout(1):
                    await send({"type": "websocket.close", "code": why.value[0], "reason": why.reason})
        return None

    def _welcome(self, headers: Mapping[str, str]) -> bool:
        """Whether a page of this site opens the socket, or something that is no browser and carries no cookie."""
        origin = headers.get("origin")
        if origin is None:
            return self.door.cookie_of(headers) is None
        return self.door.allowed(origin, headers.get("host", ""))


class Socket:
    """One open socket: what was said on it, and who listens."""

    def __init__(self, endpoint: GraphQLTransportWS, headers: Mapping[str, str], receive: Receive, send: Send) -> None:
        self._door, self._admission, self._streams = endpoint.door, endpoint.admission, endpoint.streams
        self._headers, self._receive, self._send = headers, receive, send
        self._sending, self._progress = 0, time.monotonic()
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._greeted = asyncio.Event()
        self._caller, self._listener = Caller(), Listener(Caller(), endpoint.streams.sessions)
        self._minute, self._heard = time.monotonic(), 0
        self.facts: dict[str, Any] = {"operations": 0}

    async def run(self) -> Close | None:
        """Read and keep watch until the socket ends; gives why we end it, or None when the client did."""
        why: Close | None = None
        try:
            async with asyncio.TaskGroup() as self._tasks:
                for part in (self._read, self._keep, self._watch, self._greet):
                    self._tasks.create_task(part())
        except* Closed as closed:
            why = _first(closed)
        except* (Left, OSError):
            pass
        return why

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                raise Left
            self._count()
            text = message.get("text")
            if text is not None and len(text) > FRAME:
                raise Closed(Close.TOO_BIG)
            await self._hear(_message(text))

    async def _hear(self, said: dict[str, Any]) -> None:
        match said["type"]:
            case "connection_init":
                await self._initialise(said.get("payload"))
            case "ping":
                await self._put('{"type":"pong"}')
            case "pong":
                pass
            case "subscribe":
                self._subscribe(_id(said), said.get("payload"))
            case "complete":
                operation = self._operations.pop(_id(said), None)
                if operation:
                    operation.cancel()
            case _:
                raise Closed(Close.MALFORMED)

    async def _initialise(self, payload: Any) -> None:
        """Who is there: a bearer in the payload, or the handshake's cookie. Sockets are for those with a session."""
        if self._greeted.is_set():
            raise Closed(Close.AGAIN)
        if payload is not None and not isinstance(payload, dict):
            raise Closed(Close.MALFORMED)
        self._greeted.set()
        said = (payload or {}).get("authorization", (payload or {}).get("Authorization"))
        token = self._door.cookie_of(self._headers) if said is None else bearer_of(str(said))
        caller = await self._door.known(token)
        if caller.refused or caller.viewer.audience is not self._door.channel.audience:
            raise Closed(Close.FORBIDDEN)
        self._caller, self._listener = caller, Listener(caller, self._streams.sessions)
        self.facts["audience"] = caller.viewer.audience.value
        await self._put('{"type":"connection_ack"}')

    def _subscribe(self, key: str, payload: Any) -> None:
        if self._caller.token is None:
            raise Closed(Close.UNAUTHORIZED)
        if not isinstance(payload, dict):
            raise Closed(Close.MALFORMED)
        if key in self._operations:
            raise Closed(Close.KNOWN_ID)
        self._operations[key] = self._tasks.create_task(self._operate(key, payload))
        self.facts["operations"] += 1

    async def _operate(self, key: str, payload: dict[str, Any]) -> None:
        """Tell one subscription to its end; whatever stands against it is an error message for its id alone."""
        head = f'{{"id":{orjson.dumps(key).decode()},"type":'
        try:
            await self._tell(f'{head}"next","payload":', payload)
            await self._put(f'{head}"complete"}}')
        except Refused as refused:
            await self._put(f'{head}"error","payload":{orjson.dumps(refused.errors).decode()}}}')
        finally:
            if self._operations.get(key) is asyncio.current_task():
                del self._operations[key]

    async def _tell(self, head: str, payload: dict[str, Any]) -> None:
        if len(self._operations) > OPERATIONS:
            raise Refused(Refusal.TOO_MANY_OPERATIONS)
        request: Request = shaped(payload, self._door.channel.limits)
        admitted = self._admission.admit(request, self._caller)
        if admitted.kind is not OperationType.SUBSCRIPTION:
            raise Refused(Refusal.SUBSCRIPTIONS_ONLY)
        async with contextlib.aclosing(self._streams.follow(admitted, self._listener)) as stream:
            async for told in stream:
                await self._put(f"{head}{told.text}}}")

    async def _put(self, message: str) -> None:
        """Send a message. Who waits here holds up nobody: the feed keeps what happens meanwhile, or the journal."""
        if not self._sending:
            self._progress = time.monotonic()
        self._sending += 1
        try:
            await self._send({"type": "websocket.send", "text": message})
        finally:
            self._sending -= 1
            self._progress = time.monotonic()

    async def _watch(self) -> None:
        """Send away a client that takes nothing for too long: each operation has one message waiting, no more."""
        while True:
            await asyncio.sleep(PATIENCE / 4)
            if self._sending and time.monotonic() - self._progress > PATIENCE:
                raise Closed(Close.SLOW)

    async def _greet(self) -> None:
        """Send away who does not say hello in time."""
        try:
            async with asyncio.timeout(GREETING):
                await self._greeted.wait()
        except TimeoutError:
            raise Closed(Close.SILENT) from None

    async def _keep(self) -> None:
        """Now and then ping, look whether the session still holds, and end the socket when the server stops."""
        pinged = time.monotonic()
        while not self._streams.leaving.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECHECK):
                    await self._streams.leaving.wait()
            try:
                await self._listener.recheck()
            except Refused:
                raise Closed(Close.FORBIDDEN) from None
            if self._greeted.is_set() and time.monotonic() - pinged >= PING:
                pinged = time.monotonic()
                await self._put('{"type":"ping"}')
        raise Closed(Close.RESTART)

    def _count(self) -> None:
        now = time.monotonic()
        if now - self._minute >= 60:
            self._minute, self._heard = now, 0
        self._heard += 1
        if self._heard > MESSAGES:
            raise Closed(Close.BUSY)


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


def _first(group: BaseExceptionGroup[Closed]) -> Close:
    """The reason in a group of exceptions."""
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner.why
