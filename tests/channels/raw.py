"""Bytes on a connection, as no HTTP library would send them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.channels.conftest import Site
from tests.patience import HANGING

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def connected(site: Site) -> AsyncIterator[Connection]:
    """A connection to the server, until the end of the block."""
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def heard(reader: asyncio.StreamReader, seconds: float = HANGING) -> bytes:
    """All that the server says until it closes the connection."""
    said = bytearray()
    async with asyncio.timeout(seconds):
        with contextlib.suppress(ConnectionError):  # it may close while we are still writing
            while piece := await reader.read(65_536):
                said += piece
    return bytes(said)


async def answered(site: Site, request: bytes, seconds: float = HANGING) -> bytes:
    """All that the server says to these bytes until it closes the connection."""
    async with connected(site) as (reader, writer):
        writer.write(request)
        return await heard(reader, seconds)


def status(answer: bytes) -> int:
    """The status of the first answer."""
    return int(answer.split(b" ", 2)[1])
