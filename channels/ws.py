"""Subscriptions over graphql-transport-ws: text frames only, subscriptions only, nothing lost in silence."""

from __future__ import annotations

import contextlib
from typing import Any

from channels import frames
from channels.admission import Admission
from channels.closing import Close
from channels.exchange import Receive, Scope, Send
from channels.logs import get_logger
from channels.refusals import Refusal, Refused
from channels.session import Door
from channels.streams import Streams
from channels.toll import Toll
from channels.ws_socket import Socket

log = get_logger("laurel.ws")
PROTOCOL = "graphql-transport-ws"


class GraphQLTransportWS:
    """The WebSocket endpoint of one channel, on a server that offers `channels.frames`: ours does."""

    def __init__(self, admission: Admission, door: Door, streams: Streams, toll: Toll) -> None:
        self.admission, self.door, self.streams, self.toll = admission, door, streams, toll

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end. A foreign Origin is refused at the handshake (403)."""
        await receive()
        address, crowd = (scope.get("client") or (None,))[0], self.streams.crowds.addresses
        try:
            await self.toll.enter(address)
        except Refused as often:
            return await _refuse(send, often)
        welcome, cookie = self._welcome(scope)
        if not welcome:
            return await send({"type": "websocket.close", "code": 1008})
        if not crowd.enter(address):
            return await _refuse(send, Refused(Refusal.TOO_MANY_STREAMS, headers={"Retry-After": "10"}))
        try:
            await self._serve(scope, cookie, receive, send)
        finally:
            crowd.leave(address)
        return None

    async def _serve(self, scope: Scope, cookie: str | None, receive: Receive, send: Send) -> None:
        spoken = PROTOCOL in scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if spoken else None})
        wire, facts = frames.of(scope), dict[str, Any]()
        why: Close | None = Close.PROTOCOL
        scope["headers"] = []  # a socket lasts long, and its handshake takes as much room as all the rest of it
        wire.forget_handshake()
        if spoken:
            socket = Socket(self, cookie, (scope.get("client") or (None,))[0], wire)
            why = await socket.run(receive)
            facts = {"operations": socket.operations, "audience": socket.audience}
        log.info("socket", channel=self.door.channel.name, code=why.value[0] if why else 1000, **facts)
        if why:
            with contextlib.suppress(Exception):  # the client may be gone
                await send({"type": "websocket.close", "code": why.value[0], "reason": why.reason})
                wire.linger()

    def _welcome(self, scope: Scope) -> tuple[bool, str | None]:
        """Whether a page of this site opens the socket, or something that is no browser and has no cookie; and that."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        origin, cookie = headers.get("origin"), self.door.cookie_of(headers)
        return cookie is None if origin is None else self.door.allowed(origin, headers.get("host", "")), cookie


async def _refuse(send: Send, why: Refused) -> None:
    """Answer a handshake with 429: too many came from this address, or as many streams as there may be are open."""
    told = {"Content-Type": "text/plain; charset=utf-8", **why.headers}
    headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    await send({"type": "websocket.http.response.start", "status": why.refusal.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": why.refusal.message.encode()})
