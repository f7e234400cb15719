"""GET /web/files/<id>: a file out, to be saved and never shown as a page of ours."""

from __future__ import annotations

import asyncio
import hashlib
from typing import BinaryIO

from channels.exchange import Exchange
from channels.files.endpoint import Endpoint
from channels.files.names import disposition
from channels.logs import get_logger
from channels.refusals import Refusal, Refused
from models.document import DocumentFile
from resolvers import document

log = get_logger("laurel.files")
_PIECE = 1 << 18


class Downloads(Endpoint):
    """Hands files out to whoever sees the paper they are of."""

    act = "download"

    async def serve(self, exchange: Exchange, said_id: str) -> None:
        """Send one file whole; Range is not served, 25 MB come again sooner than a piece is worth its holes."""
        if exchange.method != "GET":
            raise Refused(Refusal.METHOD_NOT_ALLOWED, headers={"Allow": "GET"})
        file = await document.found(self.sessions, await self.staff(exchange), said_id)
        tag = f'"{file.sha256}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
        if tag in exchange.headers.get("if-none-match", ""):
            return await exchange.answer(304, file.type.value, b"", headers)
        headers |= {"Content-Disposition": disposition(file.name), "Accept-Ranges": "none"}
        with await self._opened(file) as content:
            await exchange.start(200, file.type.value, headers | {"Content-Length": str(file.size)})
            whole = await _sent(exchange, content, file)
        exchange.write(200 if whole else 500, size=file.size)
        return None

    async def _opened(self, file: DocumentFile) -> BinaryIO:
        try:
            return await asyncio.to_thread(self.store.opened, file.sha256)
        except FileNotFoundError:
            log.critical("a content is gone from the store", sha256=file.sha256)
            raise Refused(Refusal.UNAVAILABLE, headers={"Retry-After": "60"}) from None


async def _sent(exchange: Exchange, content: BinaryIO, file: DocumentFile) -> bool:
    """Send the content; its last piece only where all of it is as it was hashed: else no client takes it for whole."""
    hashed, held = hashlib.sha256(), b""
    while piece := await asyncio.to_thread(content.read, _PIECE):
        hashed.update(piece)
        if held:
            await exchange.send(held, more=True)
        held = piece
    if hashed.hexdigest() != file.sha256:
        log.critical("a content is not what was kept", sha256=file.sha256)
        return False
    await exchange.send(held, more=False)
    return True
