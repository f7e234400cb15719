"""The query composer for staff, and the page by which they sign in: GraphiQL from our own files, with what it cost.

Whoever is not signed in as staff is told that neither the composer nor any of its files exists.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from channels.portal.assets import TYPES
from channels.portal.pages import Missing, Pages
from channels.refusals import Refused
from channels.session import Door
from models.access import Audience

HERE = Path(__file__).parent
SIGN_IN, COMPOSER, FILES = "/web/sign-in", "/web/queries", "/web/queries/{name}"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Scripts are our own files only; the editor writes its styles into the page."""
_KEPT = "private, no-cache"


class Composer:
    """The pages of the web channel."""

    def __init__(self, pages: Pages, door: Door) -> None:
        self.pages, self.door = pages, door

    def routes(self) -> list[BaseRoute]:
        """Their addresses, and their files'."""
        return [
            Route(SIGN_IN, self.pages.answering(self.sign_in), methods=["GET"]),
            Route(COMPOSER, self.pages.answering(self.composer), methods=["GET"]),
            Route(FILES, self.pages.answering(self.file), methods=["GET"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """The form by which staff sign in; its script asks the web channel, as any client does."""
        return self.pages.page(request, "sign_in.html", cache=_KEPT)

    async def composer(self, request: Request) -> Response:
        """The composer, for staff. Raises Missing."""
        await self._must_be_staff(request)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": _KEPT, "Content-Language": "vi, en"}
        return Response((HERE / "composer.html").read_bytes(), headers=headers, media_type="text/html; charset=utf-8")

    async def file(self, request: Request) -> Response:
        """A file of the composer's. Raises Missing."""
        await self._must_be_staff(request)
        packed = files().get(request.path_params["name"])
        if packed is None:
            raise Missing
        headers = {"Cache-Control": _KEPT, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        media = TYPES[Path(request.path_params["name"]).suffix]
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=media)
        return Response(gzip.decompress(packed), headers=headers, media_type=media)

    async def _must_be_staff(self, request: Request) -> None:
        """Raise Missing for anybody else. That a page of ours sent the request need not be proved: it tells nothing."""
        token = self.door.cookie_of(request.headers)
        try:
            viewer = await self.door.sessions.viewer(token) if token else None
        except Refused:
            viewer = None
        if viewer is None or viewer.audience is not Audience.STAFF:
            raise Missing


@cache
def files() -> dict[str, bytes]:
    """The composer's files by their names, packed."""
    vendored = {file.stem: file.read_bytes() for file in (HERE / "vendor").glob("*.gz")}
    own = {file.name: gzip.compress(file.read_bytes(), mtime=0) for file in (HERE / "static").iterdir()}
    return vendored | own
