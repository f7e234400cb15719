"""uvicorn's HTTP, but that a whole answer is written as it stands: by ASGI each header of each answer is checked anew.

ASGI lets a server offer more in `scope["extensions"]`. Where another server runs the application, nothing is offered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from channels.outlet import Outlet

WHOLE = "laurel.whole"
"""The extension's name. It is given the headers' lines and the body of a 200, and says whether it took them."""
Whole = Callable[[bytes, bytes], bool]
OUTWARD = "laurel.outward"
"""The name of another: it gives the way out to the client, for a body that is written as things happen."""
Outward = Callable[[], Outlet]


class Wire(HttpToolsProtocol):
    """Offers the extensions with every request."""

    outlet: Outlet | None = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.scope["extensions"] = {WHOLE: partial(answered, cycle), OUTWARD: self.outward}  # type: ignore[dict-item]  # it may hold anything
        super()._start_asgi_task(cycle, app)

    def outward(self) -> Outlet:
        """The way out to the client."""
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


def answered(cycle: RequestResponseCycle, head: bytes, body: bytes) -> bool:
    """Write an answer. False where there is more to it: the client is gone or slow, or the connection is to end."""
    if cycle.response_started or cycle.disconnected or not cycle.keep_alive or cycle.flow.write_paused:
        return False
    cycle.response_started = cycle.response_complete = True
    always = b"".join([b"%b: %b\r\n" % header for header in cycle.default_headers])
    cycle.transport.writelines((STATUS_LINE[200], always, head, b"\r\n", body))
    cycle.message_event.set()
    cycle.on_response()
    return True
