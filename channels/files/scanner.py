"""Looking for viruses in what comes in: by ClamAV's daemon where there is one; where it is down nothing comes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from channels.logs import get_logger
from channels.refusals import Refusal, Refused

log = get_logger("laurel.files")

PATIENCE = 20.0
"""Seconds for the whole of a file. Few are taken in at once: who waits for a silent scanner holds others up."""
_CHUNK = 1 << 18


class Scanner(Protocol):
    """Whatever can say of a file whether it is infected."""

    async def must_be_clean(self, path: Path) -> None:
        """Raise INFECTED_FILE, or UNAVAILABLE where it cannot be said."""


class Trusting:
    """No scanner: LAUREL_SCANNER is not set, or set to `none`."""

    async def must_be_clean(self, path: Path) -> None:
        """Take every file for clean."""


class ClamAV:
    """clamd over its own protocol: INSTREAM, then chunks behind their lengths, then an empty one; it answers a line.

    The clients on PyPI block, or speak TCP only, while Debian's clamd listens on a socket of the file system.
    """

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address)

    async def must_be_clean(self, path: Path) -> None:
        """Send the file to clamd. An answer that is not understood is no leave to pass."""
        try:
            async with asyncio.timeout(PATIENCE), self._connected() as (reader, writer):
                said = await _scanned(reader, writer, path)
        except (OSError, TimeoutError, EOFError, RuntimeError) as problem:  # the last is uvloop's word for a lost end
            log.error("the virus scanner does not answer", problem=type(problem).__name__)
            raise Refused(Refusal.UNAVAILABLE, headers={"Retry-After": "60"}) from problem
        if said.endswith(" FOUND"):
            log.warning("an infected file was refused", found=said)
            raise Refused(Refusal.INFECTED_FILE)
        if said != "stream: OK":
            log.error("the virus scanner could not tell", said=said[:200])
            raise Refused(Refusal.UNAVAILABLE, headers={"Retry-After": "60"})

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        if self._address.hostname:
            reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port or 3310)
        else:
            reader, writer = await asyncio.open_unix_connection(self._address.path)
        try:
            yield reader, writer
        finally:
            writer.close()


async def _scanned(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: Path) -> str:
    """What clamd says of a file: `stream: OK`, `stream: <name> FOUND`, or an error."""
    writer.write(b"zINSTREAM\0")
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            writer.write(len(chunk).to_bytes(4, "big") + chunk)
            await writer.drain()
    writer.write(bytes(4))
    await writer.drain()
    return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace").strip()


def scanner(address: str | None) -> Scanner:
    """The scanner that the setting names: `clamd:///run/clamav/clamd.ctl`, `clamd://host:3310`; None: none."""
    return ClamAV(address) if address else Trusting()
