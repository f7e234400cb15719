"""uvicorn's WebSocket, but that the application may write frames it made itself: by ASGI each is made anew for each.

A server's frames are not masked, so that one event is the same bytes for all who gave their operation the same id.
What no message comes of (pings, pongs, pieces of a message) is counted, and a handshake that cannot be read answered.
"""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request

from channels.outlet import Paced
from channels.refusals import Refusal, Refused

FRAMES = "laurel.frames"
"""The name in `scope["extensions"]` under which a socket's application finds its Frames."""
INTERRUPTED = "laurel.interrupted"
"""The type of the message that `interrupt` sends."""
UNREAD = 30.0
"""Seconds that a client has to take what was written before its socket was closed."""
PIECE = 4_096
"""Bytes that are parsed before it is looked whether there were too many frames."""
EMPTY = 120
"""Frames in a minute of which no message comes."""


def framed(message: bytes) -> bytes:
    """A text message as one frame."""
    length = len(message)
    if length < 126:
        return b"\x81%c%b" % (length, message)
    if length < 65_536:
        return b"\x81\x7e%b%b" % (length.to_bytes(2, "big"), message)
    return b"\x81\x7f%b%b" % (length.to_bytes(8, "big"), message)


class Frames(Paced, WebSocketsSansIOProtocol):
    """One socket, which offers itself to its application."""

    _minute, _empty = 0.0, 0
    """When it began, and how many frames there were in it of which no message came."""

    def data_received(self, data: bytes) -> None:
        """Take what came, a piece at a time, until the socket is closed."""
        for begin in range(0, len(data), PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[begin : begin + PIECE])
            if self.conn.handshake_exc is not None and not self.handshake_initiated:
                self._misunderstood()

    def handle_connect(self, event: Request) -> None:
        """Begin the application with this in its scope; it runs after this returns, and reads no frame until then."""
        super().handle_connect(event)
        if not self.handshake_complete:
            cast("dict[str, Any]", self.scope["extensions"])[FRAMES] = self
            self.transport.pause_reading()

    async def send(self, message: Any) -> None:
        """What the application says; once it has let the client in, frames are read."""
        await super().send(message)
        if message["type"] == "websocket.accept" and not self.transport.is_closing():
            self.transport.resume_reading()

    def handle_ping(self) -> None:
        """Answer, so that the client knows we live; too often is an end."""
        if self._few():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Take it for nothing: we send no ping of this kind."""
        if self._few():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a message's next piece; it may be empty, and have no last."""
        if event.fin or self._few():
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Give a whole message to the application; a text that is no UTF-8 ends the socket (1007)."""
        if self.curr_msg_data_type == "text":
            self.frames = [b"".join(self.frames)]
            try:
                self.frames[0].decode()
            except UnicodeDecodeError:
                return self._fail(CloseCode.INVALID_DATA, "text is UTF-8")
        return super().send_receive_event_to_app()

    def _few(self) -> bool:
        """Count one more frame without a message; where they are too many, the socket is over."""
        now = time.monotonic()
        if now - self._minute >= 60:
            self._minute, self._empty = now, 0
        self._empty += 1
        if self._empty > EMPTY:
            self._fail(CloseCode.POLICY_VIOLATION, "too many frames")
        return self._empty <= EMPTY

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.frames = []
        if not self.transport.is_closing():
            self.conn.fail(code, reason)
            self.handle_parser_exception()

    def _misunderstood(self) -> None:
        """Answer a handshake that is none with 400, and close: uvicorn leaves it open for ever."""
        refused = Refused(Refusal.BAD_HTTP)
        head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json; charset=utf-8\r\nconnection: close\r\n"
        body = refused.body()
        self.transport.write(b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body))
        self.transport.close()

    def forget_handshake(self) -> None:
        """Keep nothing of what was said before the socket was open."""
        self.request = self.response = cast("Any", None)

    def interrupt(self) -> None:
        """Have the application receive a message of our own at once, for it to look why."""
        self.queue.put_nowait(cast("Any", {"type": INTERRUPTED}))

    def linger(self) -> None:
        """Let go of a client that never takes what was written before the close."""
        self.loop.call_later(UNREAD, self.transport.abort)


def of(scope: MutableMapping[str, Any]) -> Frames:
    """The socket an application serves."""
    found: Frames = scope["extensions"][FRAMES]
    return found
