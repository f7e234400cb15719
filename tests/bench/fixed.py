"""Bytes behind a bare route: the least that answering over HTTP costs this server."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Fixed:
    """What was put last under each name."""

    def __init__(self) -> None:
        self._bytes: dict[str, bytes] = {}

    async def give(self, request: Request) -> Response:
        """Those bytes."""
        if request.method == "POST":
            await request.body()
        return Response(self._bytes[request.path_params["name"]], media_type="application/json")

    async def put(self, request: Request) -> Response:
        """Keep these bytes."""
        self._bytes[request.path_params["name"]] = await request.body()
        return Response(b"")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """What was made at start stays, as behind the other routes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield


def create_app() -> Starlette:
    """`/bytes/<name>`, by GET and POST, and PUT to say what they are."""
    fixed = Fixed()
    routes = [
        Route("/bytes/{name}", fixed.give, methods=["GET", "POST"]),
        Route("/bytes/{name}", fixed.put, methods=["PUT"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
