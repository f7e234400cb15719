"""The whole site: pages and sockets by Starlette's routing, and GraphQL straight.

An address with a slash too many is none: Starlette would lead elsewhere by the host that the request itself named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from channels.cors import Cors
from channels.http import GraphQLOverHTTP
from channels.proxies import Proxies


class Site(Starlette):
    """Starlette for pages and sockets; requests to GraphQL are spared its routing and middleware."""

    def __init__(
        self, routes: Sequence[BaseRoute], proxies: Sequence[str] = (), origins: Sequence[str] = (), **given: Any
    ) -> None:
        super().__init__(routes=routes, **given)
        self.add_exception_handler(405, _other_method)
        self.router.redirect_slashes = False
        self._proxies, self._cors = Proxies(proxies), Cors(origins)
        self._endpoints: dict[str, GraphQLOverHTTP] = {
            route.path: route.endpoint
            for route in routes
            if isinstance(route, Route) and isinstance(route.endpoint, GraphQLOverHTTP)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or serve a socket."""
        if self._proxies and scope["type"] != "lifespan":
            self._proxies.look_through(scope)
        endpoint = self._endpoints.get(scope["path"]) if scope["type"] == "http" else None
        answer = endpoint or super().__call__
        if self._cors and (origin := self._cors.origin(scope)):
            return await self._cors.answer(origin, answer, scope, receive, send)
        return await answer(scope, receive, send)


async def _other_method(_: Request, problem: Any) -> PlainTextResponse:
    """What a page says to a method that it does not know; `Allow` names those it does."""
    headers = {**(problem.headers or {}), "Cache-Control": "no-store"}
    said = f"Trang này chỉ nhận {headers['Allow']}. · This page takes {headers['Allow']} only."
    return PlainTextResponse(said, problem.status_code, headers)
