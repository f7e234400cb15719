"""Who is asking: a session's token in a cookie or a bearer header, and the viewer it stands for.

A token is 32 random bytes; only its SHA-256 is kept. One that was sent and does not hold is refused, never passed over.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from channels.contract import Channel
from channels.refusals import Refusal, Refused
from models.access import ANONYMOUS, Audience, Viewer
from models.session import KNOWN_FOR
from resolvers.account import token_hash
from resolvers.client import Client, SignedIn

_LONGEST = 256
_HERE = re.compile(r"(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]*)?", re.ASCII)
_UNKNOWN = None, 0.0


@dataclass(frozen=True)
class Found:
    """A session that holds: who it is, and until when, unless it is used meanwhile."""

    viewer: Viewer
    expires_at: datetime


Load = Callable[[str], Awaitable[Found | None]]


class Said(NamedTuple):
    """What a request says of who sent it."""

    token: str | None = None
    by_cookie: bool = False
    digest: bytes = b""
    """The token's hash."""
    proof: bool = False
    """Whether it says anything."""


class Caller(NamedTuple):
    """Who sent a request. `refused` waits until it is known whether the operation needs a session."""

    viewer: Viewer = ANONYMOUS
    token: str | None = None
    by_cookie: bool = False
    refused: Refused | None = None


class Sessions:
    """Sessions by token, remembered for a few seconds, so that one that ends is noticed within `remembered` of it.

    Who asks for the same token at once waits for one look, and few look at once: thousands may come in one moment.
    """

    def __init__(self, load: Load, *, remembered: float = 15, size: int = 10_000, at_once: int = 4) -> None:
        self._load, self._remembered, self._size = load, remembered, size
        self.clock = time.monotonic
        self.now: Callable[[], datetime] = partial(datetime.now, UTC)
        """The time by which sessions end."""
        self._known: OrderedDict[bytes, tuple[Found, float]] = OrderedDict()
        self._loading: dict[bytes, asyncio.Task[Found | None]] = {}
        self._turns = asyncio.Semaphore(at_once)
        self.used: set[bytes] = set()
        """Hashes of the tokens that were used and looked up since this was last written."""

    def remembered(self, digest: bytes) -> Viewer | None:
        """The viewer of a session that was looked up a moment ago."""
        found, until = self._known.get(digest, _UNKNOWN)
        return found.viewer if found is not None and self.clock() < until else None

    async def viewer(self, token: str) -> Viewer:
        """The viewer a token stands for. Raises UNAUTHENTICATED, the same for every token that does not hold."""
        digest = token_hash(token)
        known = self.remembered(digest)
        if known is not None:
            return known
        found = await self._looked_up(digest, token) if len(token) <= _LONGEST else None
        if found is None or found.expires_at <= self.now():
            raise Refused(Refusal.UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
        self.used.add(digest)
        return found.viewer

    async def look(self, token: str) -> Found | None:
        """The session as it is now, not as it is remembered; None where it has ended. To look is not to use it."""
        digest = token_hash(token)
        self._known.pop(digest, None)
        found = await self._looked_up(digest, token)
        return found if found and found.expires_at > self.now() else None

    def forget(self, token: str) -> None:
        """Look the token up again when it next comes: it has been ended, or its roles have changed."""
        self._known.pop(token_hash(token), None)

    def forget_accounts(self, accounts: Collection[UUID] | None) -> None:
        """The same for all tokens of these accounts, or for all there are."""
        if accounts is None:
            return self._known.clear()
        for digest in [key for key, (found, _) in self._known.items() if found.viewer.account_id in accounts]:
            del self._known[digest]
        return None

    async def _looked_up(self, digest: bytes, token: str) -> Found | None:
        task = self._loading.get(digest)
        if task is None:
            task = self._loading[digest] = asyncio.create_task(self._loaded(digest, token))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def _loaded(self, digest: bytes, token: str) -> Found | None:
        try:
            async with self._turns:
                found = await self._load(token)
            self._remember(digest, found)
            return found
        finally:
            del self._loading[digest]

    def _remember(self, digest: bytes, found: Found | None) -> None:
        self._known.pop(digest, None)
        if found is not None:
            left = (found.expires_at - self.now()).total_seconds()
            self._known[digest] = found, self.clock() + min(self._remembered, left)
        if len(self._known) > self._size:
            self._known.popitem(last=False)


@dataclass(frozen=True)
class Door:
    """Reads who asks off a request's headers, for one channel."""

    channel: Channel
    sessions: Sessions
    origins: frozenset[str] = frozenset()
    """Origins beside its own host that may send cookies and open sockets."""
    secure: bool = True

    @property
    def cookie(self) -> str:
        """The session cookie's name: each channel has its own; over HTTPS its prefix binds it to this host."""
        return f"{'__Host-' if self.secure else ''}laurel_{self.channel.name}"

    @property
    def device_cookie(self) -> str:
        """The name of the cookie by which a device is known again, long after its session."""
        return f"{self.cookie}_device"

    async def caller(self, headers: Mapping[str, str]) -> Caller:
        """Who sent a request with these headers."""
        said = self.said(headers)
        return self.remembered(said) or await self.found(said)

    def said(self, headers: Mapping[str, str]) -> Said:
        """What headers say of who sends them. Raises CROSS_SITE, or NO_SESSIONS_HERE for a bearer."""
        bearer = headers.get("authorization")
        if not self.channel.sessions:
            if bearer is not None:
                raise Refused(Refusal.NO_SESSIONS_HERE)
            return Said()
        if bearer is not None:
            return _said(bearer_of(bearer), by_cookie=False)
        token = self.cookie_of(headers)
        if token is None:
            return Said()
        if not self.same_site(headers):
            raise Refused(Refusal.CROSS_SITE)
        return _said(token, by_cookie=True)

    def remembered(self, said: Said) -> Caller | None:
        """The caller, where it need not be looked up."""
        if not said.proof:
            return Caller()
        viewer = self.sessions.remembered(said.digest)
        return Caller(viewer, said.token, said.by_cookie) if viewer is not None else None

    async def found(self, said: Said) -> Caller:
        """The caller, looked up."""
        return await self.known(said.token, by_cookie=said.by_cookie)

    async def known(self, token: str | None, *, by_cookie: bool = False) -> Caller:
        """The caller with this token; where it does not hold, a stranger whose refusal is kept."""
        try:
            if token is None:
                raise Refused(Refusal.UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
            return Caller(await self.sessions.viewer(token), token, by_cookie)
        except Refused as refused:
            return Caller(token=token, by_cookie=by_cookie, refused=refused)

    def cookie_of(self, headers: Mapping[str, str]) -> str | None:
        """The token in the session cookie."""
        return _cookie(headers, self.cookie)

    def client(self, headers: Mapping[str, str], known: Client, address: str | None = None) -> Client:
        """What is known of a client, with what its headers say of its session, its device and its browser."""
        bearer = headers.get("authorization")
        token = self.cookie_of(headers) if bearer is None else bearer_of(bearer)
        device = _cookie(headers, self.device_cookie)
        return replace(known, token=token, device=device, agent=headers.get("user-agent"), address=address)

    def same_site(self, headers: Mapping[str, str]) -> bool:
        """Whether a browser says that this site's own page sent the request; a cookie counts only then."""
        origin = headers.get("origin")
        if origin is not None:
            return self.allowed(origin, headers.get("host", ""))
        return headers.get("sec-fetch-site") == "same-origin"

    def allowed(self, origin: str, host: str) -> bool:
        """Whether an Origin is this host's own or one of the listed, exactly."""
        return origin in self.origins or self._own(origin, host)

    def _own(self, origin: str, host: str) -> bool:
        """Whether it is this host's; where cookies are for HTTPS only, so is it, but on one's own machine."""
        scheme, _, named = origin.lower().partition("://")  # as it is written: what is no address is nobody's origin
        schemes = ("https",) if self.secure and not _HERE.fullmatch(named) else ("http", "https")
        return scheme in schemes and named != "" and named == host.lower()

    def set_cookies(self, begun: SignedIn) -> list[str]:
        """The Set-Cookie lines that sign a browser in, and have its device known again."""
        lasts = begun.expires_at - self.sessions.now()
        return [self._line(self.cookie, begun.token, lasts), self._line(self.device_cookie, begun.device, KNOWN_FOR)]

    def clear_cookie(self) -> str:
        """The Set-Cookie line that makes a browser forget its session."""
        return self._line(self.cookie, "", timedelta())

    def _line(self, name: str, value: str, lasts: timedelta) -> str:
        site = "Strict" if self.channel.audience is Audience.STAFF else "Lax"
        secure = "; Secure" if self.secure else ""
        seconds = max(0, int(lasts.total_seconds()))
        return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={site}{secure}"


def _cookie(headers: Mapping[str, str], wanted: str) -> str | None:
    for pair in headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == wanted and value:
            return value
    return None


def _said(token: str | None, *, by_cookie: bool) -> Said:
    return Said(token, by_cookie, token_hash(token) if token else b"", proof=True)


def bearer_of(header: str) -> str | None:
    """The token in `Bearer <token>`, or None."""
    scheme, _, token = header.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
