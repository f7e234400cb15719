"""The addresses of signing in by a provider: /<channel>/oidc/<provider>/sign-in, callback, link, sign-out and one more.

Browsers are sent to them; what is refused is a page in both languages, which says the same whatever was wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from channels.budgets import SIGN_IN_ADDRESS
from channels.contract import CHANNELS, Channel
from channels.form import CLOSING, body_of
from channels.logs import get_logger
from channels.oidc.flow import Flow, Linked, NotLinked, NotSignedIn, Sent, cookie_of
from channels.oidc.kept import Away
from channels.oidc.metadata import Described
from channels.oidc.providers import Provider
from channels.oidc.tokens import Untrusted
from channels.portal.pages import Pages
from channels.refusals import Refused
from channels.session import Caller, Door
from models.security_event import SecurityEventKind
from models.session import Session
from resolvers import identity
from resolvers.account import token_hash
from resolvers.session import end_sessions

if TYPE_CHECKING:
    from channels.app import Laurel

log = get_logger("laurel.oidc")
_LARGEST = 32_000
"""Bytes of a form that a provider sends."""
_NO_STORE = {"Cache-Control": "no-store"}

_PAGES = {
    NotLinked: ("not_linked.html", 403),
    Linked: ("linked_otherwise.html", 409),
    NotSignedIn: ("not_signed_in.html", 400),
}
"""What somebody reads who is not signed in, and the status."""

Handler = Callable[[Request], Awaitable[Response]]


def routes(laurel: Laurel, pages: Pages, providers: tuple[Provider, ...], doors: dict[str, Door]) -> list[BaseRoute]:
    """The addresses of all providers."""
    channels = {channel.name: channel for channel in CHANNELS}
    return [
        route
        for provider in providers
        for route in Entrance(laurel, pages, provider, channels[provider.channel], doors[provider.channel]).routes()
    ]


class Entrance:
    """The addresses of one provider."""

    def __init__(self, laurel: Laurel, pages: Pages, provider: Provider, channel: Channel, door: Door) -> None:
        settings = laurel.settings
        self.laurel, self.pages, self.provider, self.door = laurel, pages, provider, door
        self.known, self.turned_away = laurel.client(channel), laurel.turned_away(channel)
        self.described = Described(provider)
        self._flow = partial(Flow, self.described, channel, settings.address or "", laurel.transactions)

    @property
    def flow(self) -> Flow:
        """The sign-ins by this provider."""
        return self._flow(self.laurel.secret)

    def routes(self) -> list[BaseRoute]:
        """What is asked of this provider's, and by whom."""
        path = self.provider.path
        return [
            Route(path("sign-in"), self.answering(self.sign_in), methods=["GET"]),
            Route(path("callback"), self.answering(self.callback), methods=["GET"]),
            Route(path("link"), self.answering(self.link), methods=["POST"]),
            Route(path("sign-out"), self.answering(self.sign_out), methods=["POST"]),
            Route(path("back-channel-logout"), self.back_channel_logout, methods=["POST"]),
        ]

    def answering(self, handler: Handler) -> Handler:
        """The handler, or in its place a page that says what to do."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as refused:
                return self.pages.too_often(request, refused)
            except Away:
                return self.pages.unavailable(request)
            except (NotLinked, Linked, NotSignedIn) as refused:
                self._note(request, type(refused).__name__)
                return self._told(request, *_PAGES[type(refused)])
            except Exception as fault:
                log.error("a sign-in could not be finished", provider=self.provider.name, exc_info=fault)
                return self.pages.unavailable(request)

        return answer

    async def sign_in(self, request: Request) -> Response:
        """Send a browser to the provider; `next` is where it goes then. Raises RATE_LIMITED."""
        await self.pages.count(request, SIGN_IN_ADDRESS)
        return self._sent(await self.flow.begin(request.query_params.get("next", "/")))

    async def link(self, request: Request) -> Response:
        """The same for somebody who signed in with a password, to have what the provider says stand for their account.

        By POST from our own site only: else another's page could have its visitor's account linked.
        """
        await self.pages.count(request, SIGN_IN_ADDRESS)
        token = self.door.cookie_of(request.headers)
        if token is None or not self.door.same_site(request.headers):
            raise NotSignedIn
        async with self.laurel.transactions() as work:
            account = await identity.may_link(work, token)
        if account is None:
            raise NotSignedIn
        return self._sent(await self.flow.begin(request.query_params.get("next", "/"), account))

    async def callback(self, request: Request) -> Response:
        """Begin a session by what the provider answers, and go on to where it was begun."""
        answer = parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=20)
        cookie = self._cookie(dict(answer).get("state", ""))
        client = self.door.client(request.headers, self.known, _address(request))
        begun, next = await self.flow.finish(answer, request.cookies.get(cookie), client)
        response = _to(next)
        for line in self.door.set_cookies(begun):
            response.headers.append("Set-Cookie", line)
        response.headers.append("Set-Cookie", self._line(cookie, "", timedelta()))
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session here, then at the provider."""
        token = self.door.cookie_of(request.headers)
        if token is None or not self.door.same_site(request.headers):
            raise NotSignedIn
        async with self.laurel.transactions.begin() as work:
            await end_sessions(work, Session.token_hash == token_hash(token))
        self.laurel.sessions.forget(token)
        try:
            response = _to(await self.flow.leave() or "/")
        except Away:
            response = _to("/")  # signed out here is what counts
        response.headers.append("Set-Cookie", self.door.clear_cookie())
        return response

    async def back_channel_logout(self, request: Request) -> Response:
        """End the sessions that the provider says have ended there (OIDC Back-Channel Logout 2.8)."""
        try:
            body = await body_of(request, _LARGEST) or b""
            form = dict(parse_qsl(body.decode("ascii"), max_num_fields=20))
            ended = await self.flow.end(form.get("logout_token", ""))
        except (Untrusted, ValueError) as refused:
            self._note(request, type(refused).__name__)
            return JSONResponse({"error": "invalid_request"}, 400, _NO_STORE | CLOSING)
        except Away:
            return JSONResponse({"error": "temporarily_unavailable"}, 503, _NO_STORE | {"Retry-After": "10"})
        log.info("a provider ended sessions", provider=self.provider.name, sessions=len(ended))
        return Response(status_code=200, headers=_NO_STORE)

    def _note(self, request: Request, code: str) -> None:
        """Note that something failed a check, and where it came from."""
        act = f"{self.provider.name} {request.url.path.rpartition('/')[2]}"
        self.turned_away.note(SecurityEventKind.PROVIDER_REFUSED, Caller(), _address(request), act, code)

    def _told(self, request: Request, template: str, status: int) -> Response:
        """Why there is no session, in both languages."""
        return self.pages.page(request, template, status=status, cache="no-store")

    def _sent(self, sent: Sent) -> Response:
        response = _to(sent.url)
        response.headers.append(
            "Set-Cookie", self._line(self._named(sent.cookie), sent.secret, identity.ANSWERED_WITHIN)
        )
        return response

    def _cookie(self, state: str) -> str:
        return self._named(cookie_of(state))

    def _named(self, name: str) -> str:
        return f"{'__Host-' if self.door.secure else ''}laurel_oidc_{name}"

    def _line(self, name: str, value: str, lasts: timedelta) -> str:
        """A cookie that the provider's redirect brings back: it comes from another site, so never Strict."""
        secure = "; Secure" if self.door.secure else ""
        return f"{name}={value}; Path=/; Max-Age={int(lasts.total_seconds())}; HttpOnly; SameSite=Lax{secure}"


def _to(url: str) -> Response:
    return RedirectResponse(url, 303, _NO_STORE | {"Referrer-Policy": "no-referrer"})


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None
