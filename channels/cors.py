"""What pages of other origins may read (CORS): those of the listed origins, exactly, and nobody else's.

A listed origin is named in the answer; `*` never is. A page that is not listed is told nothing, so its browser keeps
the answer from it; and since requests are JSON, its browser asks before it sends one, and is refused. Where no origin
is listed there is nothing of this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.contract import CHANNELS
from channels.headers import Header
from channels.wire import WIRE

_ASKED = b"access-control-request-method"
_MAY_READ = b"etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id"
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, POST"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, last-event-id, x-file-name, x-laurel-explain, x-request-id",
    ),
    (b"access-control-max-age", b"600"),
    (b"content-length", b"0"),
    (b"cache-control", b"no-store"),
)
_OPEN = tuple(f"/{channel.name}/" for channel in CHANNELS)
_WITH_COOKIES = tuple(f"/{channel.name}/" for channel in CHANNELS if channel.sessions)
"""Where a page may send its cookies along: those of a site nearby, for those of others no browser sends."""


class Cors:
    """Answers as pages of the listed origins are told them."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._listed = frozenset(origin.encode("ascii") for origin in origins)

    def __bool__(self) -> bool:
        return bool(self._listed)

    def origin(self, scope: Scope) -> bytes | None:
        """The listed origin of the page that sends a request to a channel; None for everybody else."""
        if scope["type"] != "http" or not scope["path"].startswith(_OPEN):
            return None
        said = [value for name, value in scope["headers"] if name == b"origin"]
        return said[0] if len(said) == 1 and said[0] in self._listed else None

    async def answer(self, origin: bytes, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a page of this origin, or what its browser asks beforehand."""
        named = tuple(_named(origin, credentials=scope["path"].startswith(_WITH_COOKIES)))
        if scope["method"] == "OPTIONS" and any(name == _ASKED for name, _ in scope["headers"]):
            headers = [*named, *_PREFLIGHT, (b"vary", b"origin")]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            return await send({"type": "http.response.body"})

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *named]
            await send(message)

        return await app(_by_messages(scope), receive, sending)


def _by_messages(scope: Scope) -> MutableMapping[str, Any]:
    """The request, which is to be answered by messages alone: the short way out would pass us by."""
    extensions: Collection[str] = scope.get("extensions", {})
    return {**scope, "extensions": {name: scope["extensions"][name] for name in extensions if name != WIRE}}


def _named(origin: bytes, *, credentials: bool) -> Iterable[Header]:
    yield b"access-control-allow-origin", origin
    yield b"access-control-expose-headers", _MAY_READ
    if credentials:
        yield b"access-control-allow-credentials", b"true"
