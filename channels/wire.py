"""uvicorn's HTTP, but that a head that comes again is not parsed again, and a whole answer is written as it stands.

A client says the same in each request on its connection but for the body: the head is compared with the last one, byte
for byte, and where it is the same so is what it was understood as. By ASGI each header of each answer is checked anew.

ASGI lets a server offer more in `scope["extensions"]`. Where another server runs the application, nothing is offered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from channels.bounds import LONGEST_HEAD, Bounded
from channels.outlet import Outlet, Paced

WIRE = "laurel.wire"
"""The extension's name: it holds a `Line`."""
OUTWARD = "laurel.outward"
"""The name of another: it gives the way out to the client, for a body that is written as things happen."""
Outward = Callable[[], Outlet]
_END = b"\r\n\r\n"
_SOON = 0.01
"""Seconds before which a timer need not be set again."""


class Head(NamedTuple):
    """The head of a request and what it was understood as."""

    said: bytes
    length: int
    """Bytes of the body that it announces."""
    scope: dict[str, Any]
    headers: list[tuple[bytes, bytes]]
    notes: dict[str, Any]
    """What the application made of it, for the next time."""


class Line:
    """What is offered with a request: its body where it is all here, notes on its head, and a short way to answer."""

    __slots__ = ("_cycle", "notes", "when_left")

    def __init__(self, cycle: RequestResponseCycle, notes: dict[str, Any]) -> None:
        self._cycle, self.notes = cycle, notes
        self.when_left: Callable[[], None] | None = None
        """Called where the client leaves before it is answered."""

    @property
    def body(self) -> bytes | None:
        """The whole body, None where not all of it is here."""
        return None if self._cycle.more_body or self._cycle.disconnected else bytes(self._cycle.body)

    def answer(self, head: bytes, body: bytes, status: int = 200) -> bool:
        """Write an answer with these lines of headers. False where there is more to it, and it is not written.

        That is where the client is gone or slow, the connection is to end, or only the head was asked for.
        """
        cycle = self._cycle
        if cycle.response_started or cycle.disconnected or not cycle.keep_alive or cycle.flow.write_paused:
            return False
        if cycle.scope["method"] == "HEAD":
            return False
        cycle.response_started = cycle.response_complete = True
        always = b"".join([b"%b: %b\r\n" % header for header in cycle.default_headers])
        cycle.transport.writelines((STATUS_LINE[status], always, head, b"\r\n", body))
        cycle.message_event.set()
        cycle.on_response()
        return True


class Wire(Paced, Bounded):
    """One connection."""

    _last: Head | None = None
    _idle_since: float | None = None

    def data_received(self, data: bytes) -> None:
        """Take what came: the next request with the last one's head, or anything else."""
        if self._halfway or self._busy:
            return self.parse(data)
        head, end, body = data.partition(_END)
        last = self._last
        if last is not None and head == last.said and len(body) == last.length:
            return self._again(last, body)
        if len(head) > LONGEST_HEAD:
            return self.too_long(in_address=b"\r\n" not in head[:LONGEST_HEAD])
        begun, before = self._begun, self.cycle
        self.parse(data)
        if end and self._begun == begun + 1 and not self._halfway and self.cycle is not before:
            self._last = self._understood(head, body)
        return None

    def _again(self, head: Head, body: bytes) -> None:
        """Begin a request with this head, which a parser has seen to be in order."""
        self._idle_since = None
        headers = head.headers.copy()
        self.scope = {**head.scope, "headers": headers, "state": self.app_state.copy()}  # type: ignore[typeddict-item]  # as it was made
        self.headers = headers
        event = asyncio.Event()
        event.set()
        self.cycle = cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=event,
            expect_100_continue=False,
            keep_alive=True,
            on_response=self.on_response_complete,
        )
        cycle.body, cycle.more_body = body, False  # type: ignore[assignment]  # it grows no more
        self._offer(cycle, head.notes)
        self._start_asgi_task(cycle, self.app)

    def _understood(self, head: bytes, body: bytes) -> Head | None:
        """What is kept of a request that came whole, and alone; None where another like it may be another matter."""
        cycle = self.cycle
        plain = cycle.keep_alive and not cycle.waiting_for_100_continue and not self.parser.should_upgrade()
        if not plain or bytes(cycle.body) != body or self.limit_concurrency is not None:
            return None
        scope = {key: value for key, value in cycle.scope.items() if key not in ("headers", "state", "extensions")}
        return Head(head, len(body), scope, list(cycle.scope["headers"]), line_of(cycle).notes)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Offer the extension with every request."""
        if "extensions" not in cycle.scope:
            self._offer(cycle, {})
        super()._start_asgi_task(cycle, app)

    def _offer(self, cycle: RequestResponseCycle, notes: dict[str, Any]) -> None:
        cycle.scope["extensions"] = {WIRE: Line(cycle, notes), OUTWARD: self.outward}  # type: ignore[dict-item]  # it may hold anything

    def on_message_begin(self) -> None:
        """Lie idle no more."""
        self._idle_since = None
        super().on_message_begin()

    # what lies idle is closed: one timer a connection, where uvicorn has one a request

    def on_response_complete(self) -> None:
        """Go on with what is in the pipeline, or lie idle."""
        self.cycle.scope.pop("extensions", None)  # they hold the cycle that holds them: the collector found it late
        if self.pipeline or self.transport.is_closing():
            return super().on_response_complete()
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_since = None if self._heading else self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_in(self.timeout_keep_alive)
        return None

    def _unset_keepalive_if_required(self) -> None:
        """Nothing: bytes that begin no request are no reason to keep a connection."""

    def _look_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close what has been idle for long enough; look again where it has not."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > _SOON:
            self._look_in(left)
        else:
            super().timeout_keep_alive_handler()
            self.linger()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who works for the client, and end the timer."""
        super().connection_lost(exc)
        if self.cycle is not None and self.cycle.disconnected and (left := line_of(self.cycle).when_left):
            left()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()


def line_of(cycle: RequestResponseCycle) -> Line:
    """What was offered with a request."""
    line: Line = cycle.scope["extensions"][WIRE]  # type: ignore[assignment]  # it may hold anything
    return line
