"""uvicorn's WebSocket, but that the application may write frames it made itself: by ASGI each is made anew for each.

A server's frames are not masked, so that one event is the same bytes for all who gave their operation the same id.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from channels.outlet import Outlet

FRAMES = "laurel.frames"
"""The name in `scope["extensions"]` under which a socket's application finds its Frames."""
INTERRUPTED = "laurel.interrupted"
"""The type of the message that `interrupt` sends."""
UNREAD = 30.0
"""Seconds that a client has to take what was written before its socket was closed."""


def framed(message: bytes) -> bytes:
    """A text message as one frame."""
    length = len(message)
    if length < 126:
        return b"\x81%c%b" % (length, message)
    if length < 65_536:
        return b"\x81\x7e%b%b" % (length.to_bytes(2, "big"), message)
    return b"\x81\x7f%b%b" % (length.to_bytes(8, "big"), message)


class Frames(WebSocketsSansIOProtocol):
    """One socket, which offers itself to its application."""

    outlet: Outlet | None = None

    def handle_connect(self, event: Request) -> None:
        """Begin the application with this in its scope; it runs after this returns."""
        super().handle_connect(event)
        if not self.handshake_complete:
            cast("dict[str, Any]", self.scope["extensions"])[FRAMES] = self

    def outward(self) -> Outlet:
        """The way out to the client, once the handshake is over."""
        self.outlet = Outlet(self.transport)
        return self.outlet

    def forget_handshake(self) -> None:
        """Keep nothing of what was said before the socket was open."""
        self.request = self.response = cast("Any", None)

    def interrupt(self) -> None:
        """Have the application receive a message of our own at once, for it to look why."""
        self.queue.put_nowait(cast("Any", {"type": INTERRUPTED}))

    def linger(self) -> None:
        """Let go of a client that never takes what was written before the close."""
        self.loop.call_later(UNREAD, self.transport.abort)

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


def of(scope: MutableMapping[str, Any]) -> Frames:
    """The socket an application serves."""
    found: Frames = scope["extensions"][FRAMES]
    return found
