"""A TCP proxy that does to a connection what networks do: delay, narrow, slice, stall, cut short, reset, refuse."""

from __future__ import annotations

import asyncio
import enum
import random
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

AT_ONCE = 65_536
_RESET = struct.pack("ii", 1, 0)


class Way(enum.Enum):
    """Which way bytes go."""

    UP = "from the client to the server"
    DOWN = "from the server to the client"


class Cut(Exception):
    """The connection is to be reset now."""


@dataclass
class Toxics:
    """What is done to the bytes that go one way."""

    latency: float = 0.0
    """Seconds that each piece is held."""
    jitter: float = 0.0
    """Seconds more, at random."""
    rate: float | None = None
    """Bytes a second at most."""
    slice: int | None = None
    """Bytes at most in one piece."""
    limit: int | None = None
    """Bytes of a connection after which it is reset."""
    stalled: bool = False
    """Nothing passes, and nobody is told: a connection half open."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The data in the pieces that pass on their own."""
        size = self.slice or len(data)
        yield from (data[at : at + size] for at in range(0, len(data), size))

    async def hold(self, piece: bytes, chance: random.Random) -> None:
        """Wait as long as this piece takes on its way."""
        seconds = self.latency + chance.random() * self.jitter + (len(piece) / self.rate if self.rate else 0.0)
        if seconds:
            await asyncio.sleep(seconds)
        while self.stalled:
            await asyncio.sleep(0.02)


@dataclass(eq=False)
class Link:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    passed: dict[Way, int] = field(default_factory=lambda: dict.fromkeys(Way, 0))
    notes: dict[str, object] = field(default_factory=dict)
    """What a tap wants to remember of it."""
    forsaken: bool = False
    """Half open for ever: whatever either end says is swallowed, and no healing brings it back."""

    def reset(self) -> None:
        """End it as a crash does: what is on its way is lost, and both ends are told by RST."""
        for writer in filter(None, (self.client, self.server)):
            with suppress(OSError, AttributeError, ValueError):  # it was closed meanwhile
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()


Tap = Callable[[Link, Way, bytes], bool]
"""Looks at bytes before they pass; where it gives False they do not, and their connection is reset."""


class Proxy:
    """Stands before one port of this machine; what it does can be changed at any moment, also to open connections."""

    def __init__(self, target: int, chance: random.Random | None = None) -> None:
        self.target = target
        self.chance = chance or random.Random(0)
        self.port = 0
        self.links: set[Link] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.up, self.down = Toxics(), Toxics()
        self.refusing = False
        self.tap: Tap | None = None

    def heal(self) -> None:
        """Be a plain wire again."""
        for toxics in (self.up, self.down):
            toxics.stalled = False  # what waits in them goes on
        self.up, self.down = Toxics(), Toxics()
        self.refusing = False
        self.tap = None

    async def start(self) -> None:
        """Listen, on `port`."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut all connections and listen no more."""
        assert self._server
        self._server.close()
        self.reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def both(self, **toxics: float | bool | None) -> None:
        """Do the same both ways."""
        for name, value in toxics.items():
            setattr(self.up, name, value)
            setattr(self.down, name, value)

    def refuse(self) -> None:
        """Be down: open connections are reset, new ones too, until healed."""
        self.refusing = True
        self.reset()

    def reset(self, share: float = 1.0) -> int:
        """Reset this share of the open connections, chosen by chance; gives how many."""
        chosen = [link for link in list(self.links) if self.chance.random() < share]
        for link in chosen:
            link.reset()
        return len(chosen)

    def forsake(self) -> int:
        """Leave every open connection half open for ever, as a firewall does that forgets them; gives how many."""
        for link in self.links:
            link.forsaken = True
        return len(self.links)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        link = Link(client)
        self.links.add(link)
        try:
            await self._carry(link, reader)
        except (Cut, OSError, RuntimeError):  # the last is uvloop's word for an end that was reset meanwhile
            link.reset()
        except asyncio.CancelledError:  # we stop: asyncio would log it as a fault of the connection's
            link.reset()
        finally:
            self.links.discard(link)
            self._tasks.discard(task)
            for writer in filter(None, (link.client, link.server)):
                writer.close()

    async def _carry(self, link: Link, reader: asyncio.StreamReader) -> None:
        if self.refusing:
            raise Cut
        answers, link.server = await asyncio.open_connection("127.0.0.1", self.target)
        ways = [
            asyncio.create_task(self._pump(link, Way.UP, reader, link.server)),
            asyncio.create_task(self._pump(link, Way.DOWN, answers, link.client)),
        ]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in done:
                way.result()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, link: Link, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(AT_ONCE):
            if self.tap is not None and not self.tap(link, way, data):
                raise Cut
            for piece in self._toxics(way).pieces(data):
                await self._toxics(way).hold(piece, self.chance)
                if link.forsaken:
                    continue
                link.passed[way] += len(piece)
                limit = self._toxics(way).limit
                if limit is not None and link.passed[way] > limit:
                    raise Cut
                writer.write(piece)
                await writer.drain()

    def _toxics(self, way: Way) -> Toxics:
        return self.up if way is Way.UP else self.down
