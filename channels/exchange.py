"""One HTTP request and its answer, on bare ASGI: headers, a bounded body, one response, and one line in the log."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from channels.headers import Header, Standing, encoded
from channels.logs import tell_request
from channels.media import Media, accepted
from channels.outlet import Outlet
from channels.refusals import IN_GRAPHQL, Refusal, Refused
from channels.wire import OUTWARD, WIRE, Line, Outward

if TYPE_CHECKING:
    from channels.explain import Explained
    from channels.session import Caller
    from channels.toll import Paid

T = TypeVar("T")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_PROCESS, _COUNT = os.urandom(4).hex(), count()
"""A request's id is new by these two, the same in length as eight random bytes, and needs no call of the system's."""
_NONE: dict[str, Any] = {}
_NO_STORE = (b"cache-control", b"no-store")


_LINGERS, _PASSED_OVER = 2.0, 16 << 20
"""Seconds and bytes for which a body too large is read on, and thrown away."""
BODY_PATIENCE = 20.0
"""Seconds in which a body must be here that did not come with its head."""


class ClientGone(Exception):
    """The client left before it was answered."""


class Heard:
    """What a request's headers say."""

    def __init__(self, headers: Iterable[Header]) -> None:
        self.headers: dict[str, str] = {}
        """Those of one name as one, in their order (RFC 9110 §5.3)."""
        for key, value in headers:
            name, said = key.decode("latin-1"), value.decode("latin-1")
            between = "; " if name == "cookie" else ", "
            self.headers[name] = f"{self.headers[name]}{between}{said}" if name in self.headers else said
        self.accepted = accepted(self.headers.get("accept"))
        own = self.headers.get("x-request-id")
        self.id = own if own and _REQUEST_ID.fullmatch(own) else None


class Exchange:
    """A request being answered."""

    explained: Explained | None = None
    """How, where staff asked for that too."""
    paid: Paid | None = None
    """For what it asks."""
    caller: Caller | None = None
    """Who asks, where files are asked for."""
    cookies: Sequence[str] = ()
    gone = False

    def __init__(self, scope: Scope, receive: Receive, send: Send, always: Standing, **facts: Any) -> None:
        self.began = time.perf_counter()
        self.method: str = scope["method"]
        self.query_string: bytes = scope["query_string"]
        self._scope = scope
        self.receive, self._send, self._always, self.facts = receive, send, always, facts
        self._line: Line | None = scope.get("extensions", _NONE).get(WIRE)
        self.notes: dict[str, Any] = self._line.notes if self._line else {}
        """Made of this request's head alone; where the next one has the same, they are there."""
        heard = self.notes.get("heard") or self.note("heard", Heard(scope["headers"]))
        self.headers, self.accepted = heard.headers, heard.accepted
        self.id = heard.id or f"{_PROCESS}{next(_COUNT) & 0xFFFFFFFF:08x}"

    def note(self, name: str, made: T) -> T:
        """Keep what was made of the head alone for the next request that has the same."""
        self.notes[name] = made
        return made

    def body_at_once(self, limit: int) -> bytes | None:
        """The whole body where it is here and within the limit."""
        body = self._line.body if self._line else None
        return body if body is not None and len(body) <= limit else None

    @property
    def address(self) -> str | None:
        """Where the client is."""
        client: tuple[str, int] | None = self._scope.get("client")
        return client[0] if client else None

    def outward(self) -> Outlet:
        """The way out to the client, for a body that is written as things happen; only our own server offers it."""
        outward: Outward = self._scope["extensions"][OUTWARD]
        return outward()

    async def body(self, limit: int) -> bytes:
        """The whole body. Raises BODY_TOO_LARGE as soon as it is known to be, REQUEST_TOO_SLOW, or ClientGone."""
        try:
            async with asyncio.timeout(BODY_PATIENCE):
                return await self._whole(limit)
        except TimeoutError:
            raise Refused(Refusal.REQUEST_TOO_SLOW, headers={"Connection": "close"}) from None

    async def _whole(self, limit: int) -> bytes:
        if (said := self.headers.get("content-length", "0")).isdecimal() and int(said[:20]) > limit:
            if "expect" not in self.headers:  # else the client waits until somebody reads
                await self._pass_over()
            raise Refused(Refusal.BODY_TOO_LARGE, headers={"Connection": "close"})
        body = b""
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            body += bytes(message.get("body", b""))
            if len(body) > limit:
                if message.get("more_body", False):
                    await self._pass_over()
                raise Refused(Refusal.BODY_TOO_LARGE, headers={"Connection": "close"})
            if not message.get("more_body", False):
                return body

    async def _pass_over(self) -> None:
        """Read what still comes, within reason: a refusal sent to a client that is writing would be lost to it."""
        length = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGERS):
                while length < _PASSED_OVER:
                    message = await self.receive()
                    length += len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return

    def tells_who_leaves(self, when_left: Callable[[], None] | None) -> bool:
        """Have this called where the client leaves before it is answered; False where the server cannot."""
        if self._line is None:
            return False
        self._line.when_left = when_left
        return True

    async def start(self, status: int, media: str, headers: dict[str, str]) -> None:
        """Send the status and the headers."""
        await self._send(self._head(status, media, encoded(headers)))

    def _head(self, status: int, media: str, headers: Sequence[Header]) -> dict[str, Any]:
        own = [_content_type(media), (b"x-request-id", self.id.encode("ascii")), *headers, *self._always.pairs]
        if self.cookies:
            own += [(b"set-cookie", cookie.encode("latin-1")) for cookie in self.cookies]
        return {"type": "http.response.start", "status": status, "headers": own}

    async def send(self, chunk: bytes, *, more: bool) -> None:
        """Send a piece of the body."""
        await self._send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def answer(self, status: int, media: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send one whole response and write its line in the log."""
        if status != 200 or headers or not self.answer_at_once(media, body):
            await self._answer(status, media, body, headers)
            self.write(status, size=len(body))

    def answer_at_once(self, media: str, body: bytes) -> bool:
        """Answer 200 with no headers of its own and write its line; False where the server takes no whole answer."""
        if self.cookies or self._line is None or not self._line.answer(self._lines(media, len(body)), body):
            return False
        self.write(200, size=len(body))
        return True

    def answer_kept(self, status: int, lines: bytes, body: bytes) -> bool:
        """Answer with the lines of headers that are kept with a body, and its own line in the log; False as above."""
        own = b"x-request-id: %b\r\n%b" % (self.id.encode("ascii"), lines)
        if self._line is None or not self._line.answer(own, body, status):
            return False
        self.write(status, size=len(body))
        return True

    def lines_of(self, media: str, headers: Mapping[str, str]) -> bytes:
        """The lines of headers that may be kept with a body: all but what is each answer's own."""
        pairs = (_content_type(media), *encoded(headers))
        return b"".join([b"%b: %b\r\n" % pair for pair in pairs]) + self._always.lines

    def _lines(self, media: str, length: int) -> bytes:
        """The headers of a plain answer. None of it is a client's word but the id, which has been looked at."""
        lines = b"content-type: %b\r\nx-request-id: %b\r\ncache-control: no-store\r\ncontent-length: %d\r\n%b"
        return lines % (_content_type(media)[1], self.id.encode("ascii"), length, self._always.lines)

    async def _answer(self, status: int, media: str, body: bytes, headers: dict[str, str] | None) -> None:
        said = encoded({"Cache-Control": "no-store", **headers}) if headers else [_NO_STORE]
        if status != 304:
            said.append((b"content-length", b"%d" % len(body)))
        await self._send(self._head(status, media, said))
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, refused: Refused) -> None:
        """Answer with a refusal. What GraphQL itself finds wrong is 200 to a client that takes only JSON."""
        media = self.accepted.media or Media.JSON
        legacy = media is Media.JSON and refused.refusal in IN_GRAPHQL
        self.facts["code"] = refused.refusal.name
        await self.answer(200 if legacy else refused.refusal.status, media.value, refused.body(), refused.headers)

    def write(self, status: int, **facts: Any) -> None:
        """Write the request's line: never its body, variables or token."""
        spent = round((time.perf_counter() - self.began) * 1000, 2)
        said = {"request_id": self.id, "method": self.method, "status": status, "ms": spent, **self.facts, **facts}
        tell_request(said)


@cache
def _content_type(media: str) -> Header:
    text = media.startswith("text/") or media.endswith("json")
    return b"content-type", (f"{media}; charset=utf-8" if text else media).encode("ascii")
