"""Headers that keep browsers from doing what nobody asked of them; a page may say more of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

Header: TypeAlias = tuple[bytes, bytes]

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_NOTHING = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""For whatever does not bring a policy of its own: it is no page, so it may load nothing."""
_HTTPS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


_VARIES = (b"vary", b"origin")


class Standing:
    """Headers that go with every answer: as ASGI sends them, and as they are written."""

    def __init__(self, pairs: Iterable[Header] = ()) -> None:
        self.pairs = tuple(pairs)
        self.lines = b"".join(b"%b: %b\r\n" % pair for pair in self.pairs)


def security(*, secure: bool, varies: bool = False) -> Standing:
    """What goes with every answer that is no page; `varies`: it is another one for pages of listed origins."""
    return Standing((*_ALWAYS, _NOTHING, *((_HTTPS,) if secure else ()), *((_VARIES,) if varies else ())))


def encoded(headers: Mapping[str, str]) -> list[Header]:
    """Headers as ASGI sends them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


class SecurityHeaders:
    """Adds the headers to every HTTP response, but for those it brings itself."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = security(secure=secure).pairs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with headers added where a response starts."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = message["headers"]
                said = {name for name, _ in own}
                message["headers"] = [*own, *(header for header in self.headers if header[0] not in said)]
            await send(message)

        return await self.app(scope, receive, sending)
