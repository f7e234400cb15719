"""uvicorn's HTTP, but that a head is of bounded length, comes in bounded time, and is refused with a code of ours.

uvicorn's parser has no bounds: a head without an end would fill memory, and one that comes byte by byte would keep its
connection for ever, as would an answer that its client never takes. It also takes heads of which two servers could
think differently where they lead: of other versions, with no host or two, of a body that is coded twice.
"""

from __future__ import annotations

import asyncio
import os
import re

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from channels.headers import security
from channels.logs import tell_request
from channels.refusals import Refusal, Refused

LONGEST_HEAD, MOST_HEADERS = 32_768, 100
"""Bytes of a head, and headers in it."""
PATIENCE = 10.0
"""Seconds that a head may take: a connection's first one from its beginning, any other from its first byte."""
UNTAKEN = 30.0
"""Seconds that a client has to take what was written before its connection was closed."""
_VERSIONS = ("1.0", "1.1")
_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+;=:\[\]-]*")
_ALWAYS = security(secure=False).lines


class TooManyHeaders(Exception):
    """A head holds more headers than it may."""


class Ambiguous(Exception):
    """A head could be understood in more than one way."""


class Bounded(HttpToolsProtocol):
    """One connection."""

    _begun, _halfway, _heading = 0, False, False
    """Requests begun, whether the last of them is not all here, and whether not even its head is."""
    _length = 0
    """Bytes of a head that is not all here."""
    _crowded = False
    _awaiting: asyncio.TimerHandle | None = None

    @property
    def _busy(self) -> bool:
        """Whether an answer is being made."""
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own is so too
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._await_head()

    def parse(self, data: bytes) -> None:
        """Give the parser what came, and bound what it makes of it."""
        heading = self._heading or not self._halfway
        HttpToolsProtocol.data_received(self, data)
        if not self._heading:
            return
        self._length += len(data) if heading else 0  # else it is a body's end too
        if self._length > LONGEST_HEAD:
            self.too_long(in_address=False)
        elif self._awaiting is None:
            self._await_head()

    def too_long(self, *, in_address: bool) -> None:
        """Refuse a head that is longer than it may be, perhaps by its address alone."""
        self._refuse(Refusal.URL_TOO_LONG if in_address else Refusal.HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Note that a request is halfway here."""
        self._begun += 1
        self._halfway = self._heading = True
        self._length = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that its head is all here; one of too many headers is an error to the parser."""
        self._heading = False
        if self._awaiting is not None:
            self._awaiting.cancel()
            self._awaiting = None
        if len(self.headers) > MOST_HEADERS:
            self._crowded = True
            raise TooManyHeaders
        if not is_plain(self.parser.get_http_version(), self.headers):
            raise Ambiguous
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that it is all here."""
        self._halfway = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on; where the connection is closed, not for longer than the client may take."""
        super().on_response_complete()
        self.linger()

    def linger(self) -> None:
        """Let go of a client that never takes what was written before the close."""
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self.loop.call_later(UNTAKEN, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        super().connection_lost(exc)
        if self._awaiting is not None:
            self._awaiting.cancel()

    def _should_upgrade(self) -> bool:
        """Whether it becomes a socket: HTTP/1.0 knows of none."""
        return super()._should_upgrade() and self.parser.get_http_version() == "1.1"

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: whoever offers another protocol is answered by this one."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn gives its own words
        """What the parser does not understand."""
        self._refuse(Refusal.HEAD_TOO_LARGE if self._crowded else Refusal.BAD_HTTP)

    def _await_head(self) -> None:
        self._awaiting = self.loop.call_later(PATIENCE, self._late)

    def _late(self) -> None:
        self._awaiting = None
        if self._busy:  # what came before is still being answered
            self._await_head()
        elif self._begun:
            self._refuse(Refusal.REQUEST_TOO_SLOW)
        else:
            self.transport.close()  # it was opened and never used, as browsers do

    def _refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal and close; a client that is still being answered gets no more than the close."""
        if self.transport.is_closing():
            return
        if self._busy and not self.pipeline and self.cycle.more_body and not self.cycle.response_started:
            self.cycle.disconnected = True  # its own body is the trouble: nobody will answer it but us
            self.cycle.message_event.set()
            self.transport.write(self._written(Refused(refusal)))
        elif not self._busy:
            self.transport.write(self._written(Refused(refusal)))
        self.transport.close()

    def _written(self, refused: Refused) -> bytes:
        """The whole answer, and its line in the log: nothing else tells of what no application saw."""
        body, id_, status = refused.body(), os.urandom(8).hex(), refused.refusal.status
        tell_request({"request_id": id_, "status": status, "code": refused.refusal.name})
        always = b"".join(b"%b: %b\r\n" % header for header in self.server_state.default_headers) + _ALWAYS
        lines = b"content-type: application/json; charset=utf-8\r\ncache-control: no-store\r\nconnection: close\r\n"
        own = b"x-request-id: %b\r\ncontent-length: %d\r\n\r\n" % (id_.encode(), len(body))
        return b"".join((STATUS_LINE[status], always, lines, own, body))


def is_plain(version: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a head is of a version we speak, names one host, and codes its body by chunks or not at all."""
    hosts = [value for name, value in headers if name == b"host"]
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if version not in _VERSIONS or codings not in ([], [b"chunked"]):
        return False
    named = len(hosts) == 1 or (version == "1.0" and not hosts)
    return named and all(_HOST.fullmatch(host) for host in hosts)
