"""`./run files sweep`: what uploads leave behind that were broken off, or never came to be a paper's, is removed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import islice

from channels.files.arrival import abandoned
from channels.files.endpoint import folder, incoming
from channels.files.store import Store
from channels.settings import Settings
from models import database
from resolvers import document
from resolvers.document import Sessions

IDLE = 3_600.0
"""Seconds for which nothing is touched: no upload takes so long."""
_AT_ONCE = 200


@dataclass(frozen=True)
class Swept:
    """How much was removed: files begun, files that waited for a paper, and contents that no file has."""

    begun: int
    waiting: int
    contents: int


async def sweep(settings: Settings, *, idle: float = IDLE) -> Swept:
    """Remove all that belongs to nothing; safe beside servers that run, on this machine and others."""
    writing = database.write_engine(settings.database_url, 1)
    sessions, store = database.sessions(writing), folder(settings.data)
    try:
        begun = await asyncio.to_thread(abandoned, incoming(settings.data), idle=idle)
        waiting = await _waiting(sessions)
        return Swept(begun, waiting, await contents(sessions, store, idle))
    finally:
        await writing.dispose()


async def _waiting(sessions: Sessions) -> int:
    total = 0
    while gone := await document.forget_waiting(sessions):
        total += gone
    return total


async def contents(sessions: Sessions, store: Store, idle: float) -> int:
    """Remove the contents that no file has and nobody brought for so many seconds; gives how many."""

    async def remove(loose: list[str]) -> None:
        for sha256 in loose:
            await asyncio.to_thread(store.remove, sha256)

    total, kept = 0, store.kept(idle=idle)
    while some := await asyncio.to_thread(lambda: list(islice(kept, _AT_ONCE))):
        total += await document.without_files(sessions, some, remove)
    return total
