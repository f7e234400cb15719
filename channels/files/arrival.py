"""A file on its way in: written and hashed as it comes, a piece at a time; what is not kept leaves nothing."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage
from typing import Any, BinaryIO

from channels.exchange import ClientGone, Exchange
from channels.refusals import Refusal, Refused

MOST = 25 * 1024 * 1024
"""Bytes of one file."""
SPARED = 256 << 20
"""Bytes of the disk that files never take: the database may live on it too."""
PATIENCE, SLOWEST = 30.0, 600.0
"""Seconds between two pieces, and for the whole of a file."""
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""How the system says that no more may be written: the disk is full, the account's share of it, or this one file."""
_LINGERS = 5.0
_PIECE = 1 << 20
_CLOSE = {"Connection": "close"}


@dataclass
class Arrived:
    """A file that came whole: where it lies for now, its length, and its SHA-256 in hexadecimal digits."""

    path: Path
    size: int = 0
    hashed: Any = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """The hash of all that was written."""
        return str(self.hashed.hexdigest())


class Body:
    """The body of a request, a part at a time."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.length, self.whole = 0, False
        self._asked = "expect" not in exchange.headers
        """Whether it comes by itself; else the client waits until somebody reads."""

    async def part(self) -> bytes:
        """What came next. Raises ClientGone, or TimeoutError where nothing comes."""
        self._asked = True
        async with asyncio.timeout(PATIENCE):
            message = await self._exchange.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = bytes(message.get("body", b""))
        self.length += len(part)
        self.whole = not message.get("more_body", False)
        return part

    async def pass_over(self) -> None:
        """Read what still comes, within reason: a refusal sent to a client that is writing would be lost to it."""
        with suppress(TimeoutError, ClientGone):
            async with asyncio.timeout(_LINGERS):
                while self._asked and not self.whole and self.length < 2 * MOST:
                    await self.part()


@asynccontextmanager
async def arriving(body: Body, folder: Path) -> AsyncIterator[Arrived]:
    """A body as a file, which is gone after the block unless it was moved.

    Raises FILE_TOO_LARGE, UPLOAD_TOO_SLOW, NO_ROOM, or ClientGone.
    """
    arrived, file = await asyncio.to_thread(_begun, folder)
    try:
        with file:
            await _receive(body, arrived, file)
        yield arrived
    except OSError as problem:
        if problem.errno not in _FULL:
            raise
        raise Refused(Refusal.NO_ROOM, headers=_CLOSE) from None
    finally:
        arrived.path.unlink(missing_ok=True)


async def _receive(body: Body, arrived: Arrived, file: BinaryIO) -> None:
    try:
        async with asyncio.timeout(SLOWEST):
            async for piece in _pieces(body):
                await asyncio.to_thread(_write, arrived, file, piece)
    except TimeoutError:
        raise Refused(Refusal.UPLOAD_TOO_SLOW, headers=_CLOSE) from None


def must_fit(said: str | None) -> None:
    """Raise FILE_TOO_LARGE for a body that says so itself, before any of it is read."""
    if said and said.isdecimal() and int(said[:20]) > MOST:
        raise Refused(Refusal.FILE_TOO_LARGE, headers=_CLOSE)


def abandoned(folder: Path, *, idle: float) -> int:
    """Remove what processes that died had begun, if nobody wrote to it for so many seconds; gives how many."""
    before = time.time() - idle
    left = [path for path in folder.glob("*.part") if path.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _begun(folder: Path) -> tuple[Arrived, BinaryIO]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if disk_usage(folder).free < SPARED + MOST:
        raise Refused(Refusal.NO_ROOM, headers=_CLOSE)
    handle, name = tempfile.mkstemp(suffix=".part", dir=folder)
    return Arrived(Path(name)), os.fdopen(handle, "wb")


def _write(arrived: Arrived, file: BinaryIO, piece: bytes) -> None:
    file.write(piece)
    arrived.hashed.update(piece)
    arrived.size += len(piece)


async def _pieces(body: Body) -> AsyncIterator[bytes]:
    """The body in pieces of a megabyte or so, for each costs a change of threads."""
    waiting = bytearray()
    while not body.whole:
        waiting += await body.part()
        if body.length > MOST:
            raise Refused(Refusal.FILE_TOO_LARGE, headers=_CLOSE)
        if len(waiting) >= _PIECE or body.whole:
            yield bytes(waiting)
            waiting.clear()
