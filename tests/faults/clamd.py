"""A daemon that looks for viruses as ClamAV's does, by its protocol, and fails as daemons do."""

from __future__ import annotations

import asyncio
from pathlib import Path

INFECTED = b"INFECTED"
"""What this daemon takes for a virus."""
MOODS = ("sound", "dumb", "confused", "cut", "away")
"""It answers; it never answers; it answers what nobody understands; it hangs up in the middle; it is not there."""


class Clamd:
    """Listens on a socket of the file system, in one mood after another."""

    def __init__(self, place: Path) -> None:
        self._place, self._mood = place, "away"
        self._server: asyncio.Server | None = None
        self._talking: set[asyncio.Task[None]] = set()

    async def be(self, mood: str) -> None:
        """Change the mood; whoever waits for an answer goes on waiting."""
        assert mood in MOODS
        self._mood = mood
        if mood == "away":
            await self.stop()
        elif self._server is None:
            self._place.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._talk, self._place)

    async def stop(self) -> None:
        """Listen no more, and leave whoever waits."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._talking:
            task.cancel()
        self._place.unlink(missing_ok=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task, mood = asyncio.current_task(), self._mood
        assert task
        self._talking.add(task)
        try:
            if mood == "cut":
                await reader.read(10_000)
                return
            content = await self._heard(reader)
            if mood == "dumb":
                await asyncio.Event().wait()
            found = b"stream: Eicar-Test-Signature FOUND\0" if INFECTED in content else b"stream: OK\0"
            writer.write(b"stream: perhaps\0" if mood == "confused" else found)
            await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            self._talking.discard(task)
            writer.close()

    async def _heard(self, reader: asyncio.StreamReader) -> bytes:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        return content
