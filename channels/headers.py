"""Headers that keep browsers from doing what nobody asked of them; a page may say more of its own."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp

from channels.exchange import Receive, Scope, Send

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_POLICY = b"content-security-policy"
_NOTHING = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")
"""For whatever does not bring a policy of its own: it is no page, so it may load nothing."""
_HTTPS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class SecurityHeaders:
    """Adds the headers to every HTTP response."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = [*_ALWAYS, _HTTPS] if secure else list(_ALWAYS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with headers added where a response starts."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = message["headers"]
                policy = () if any(name == _POLICY for name, _ in own) else (_NOTHING,)
                message["headers"] = [*own, *self.headers, *policy]
            await send(message)

        return await self.app(scope, receive, sending)
