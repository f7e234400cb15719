"""The body of a form: as long as it may be, and here in time, or it is none."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from channels.exchange import BODY_PATIENCE

CLOSING = {"Connection": "close"}
"""For the answer to what is not read to its end."""


async def body_of(request: Request, largest: int) -> bytes | None:
    """The bytes of a form; None of what no browser sends: too many, too slowly, or not to the end."""
    body = b""
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > largest:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return body
