"""POST /web/files?dossier=…: one file in, looked through, kept, and ready to be named in an act."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import orjson

from channels.budgets import UPLOADS
from channels.exchange import Exchange
from channels.files.arrival import Body, arriving, must_fit
from channels.files.endpoint import Endpoint, dossier_of
from channels.files.names import kept_name
from channels.files.signature import declared_type, must_be
from channels.files.signed import Seals
from channels.files.store import Store
from channels.media import Media
from channels.refusals import Refusal, Refused
from models import refusals
from models.document import DocumentFile, FileType
from resolvers import document
from resolvers.document import Room, Upload

if TYPE_CHECKING:
    from channels.app import Laurel

PATH = "/web/files"
_FILED_BY = ("addDocument", "replaceDocument")
"""The acts that a file is for: a program's token must name one."""
AT_ONCE = 8
"""Files a process takes in at once; others wait at the door, unread."""
KEPT_AT_ONCE = 3
"""Of these, those that are being written to the disk: each holds a connection for it, and acts need the others."""


class Uploads(Endpoint):
    """Takes files in."""

    act = "upload"

    def __init__(self, laurel: Laurel, store: Store) -> None:
        super().__init__(laurel, store)
        self._turns, self.limits = asyncio.Semaphore(AT_ONCE), laurel.limits
        self._keeping = asyncio.Semaphore(KEPT_AT_ONCE)
        self._seals = Seals(laurel.settings.trusted_signers)

    async def serve(self, exchange: Exchange, _: str) -> None:
        """Take one file in: everything that can be known before its first byte is looked at before."""
        if exchange.method != "POST":
            raise Refused(Refusal.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        body = Body(exchange)
        try:
            file = await self._taken(exchange, body)
        except (Refused, refusals.Refusal):
            await body.pass_over()
            raise
        await exchange.answer(201, Media.JSON.value, _told(file), {"Location": f"{PATH}/DocumentFile_{file.id}"})

    async def _taken(self, exchange: Exchange, body: Body) -> DocumentFile:
        viewer = await self.staff(exchange)
        if viewer.acts is not None and viewer.acts.isdisjoint(_FILED_BY):
            raise Refused(Refusal.BEYOND_TOKEN, act=self.act)
        await self.limits.spend(UPLOADS, viewer.account_id)
        name, kind = _said(exchange)
        must_fit(exchange.headers.get("content-length"))
        room = await document.room(self.sessions, viewer, dossier_of(exchange))
        _must_have_room(room)
        async with self._turns, arriving(body, self.incoming) as arrived:
            await asyncio.to_thread(must_be, kind, arrived.path)
            await self.scanner.must_be_clean(arrived.path)
            signature = await self._seals.of(kind, arrived.path)
            upload = Upload(name, kind, arrived.size, arrived.sha256, signature)
            put = partial(asyncio.to_thread, self.store.keep, arrived.path, upload.sha256)
            async with self._keeping:
                return await document.keep(self.sessions, viewer, room.dossier_id, upload, put)


def _said(exchange: Exchange) -> tuple[str, FileType]:
    """The file's name and kind as its headers say them."""
    media_type = exchange.headers.get("content-type", "")
    if (
        media_type.lower().startswith("multipart/")
        or exchange.headers.get("content-encoding", "identity") != "identity"
    ):
        raise Refused(Refusal.RAW_BODY_ONLY)
    name = kept_name(exchange.headers.get("x-file-name"))
    return name, declared_type(media_type, name)


def _must_have_room(room: Room) -> None:
    if room.files < 1:
        raise Refused(Refusal.TOO_MANY_FILES)
    if room.sendings < 1 or room.bytes < 1:
        raise Refused(Refusal.UPLOADS_SPENT, headers={"Retry-After": "3600"})


def _told(file: DocumentFile) -> bytes:
    """What the client is told of its file; `id` is what addDocument and replaceDocument take."""
    return orjson.dumps(
        {
            "id": f"DocumentFile_{file.id}",
            "name": file.name,
            "type": file.type.name,
            "size": file.size,
            "sha256": file.sha256,
            "signature": file.signature and file.signature.name,
        }
    )
