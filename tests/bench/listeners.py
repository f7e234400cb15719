"""`python -m tests.bench.listeners`: thousands of sockets that listen, in a process of its own that does as told.

They read frames and count; a `title` that begins with a moment of the monotonic clock says how long an event travelled.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import time
from array import array
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import orjson
import uvloop

from tests.bench.descriptors import raised

AT_ONCE = 100
"""Handshakes under way at once."""
PATIENCE = 60.0
"""Seconds that one handshake may take."""
STAMP, NEXT = b'"title":"t=', b'"next"'
SAMPLE = 20
"""One listener in so many tells how long each event travelled: to read every stamp would take too long."""
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


def masked(payload: bytes, opcode: int = 1) -> bytes:
    """A client's frame, masked with zeros, which leave it as it is."""
    length = len(payload)
    size = bytes([128 | length]) if length < 126 else bytes([128 | 126]) + length.to_bytes(2, "big")
    return bytes([128 | opcode]) + size + b"\0\0\0\0" + payload


PONG = masked(b'{"type":"pong"}')


class Crowd:
    """All sockets of this process, and what they heard together."""

    def __init__(self) -> None:
        self.sockets: list[Listener] = []
        self.heard, self.bytes, self.last, self.closed = 0, 0, 0.0, 0
        self.travelled = array("d")
        """Seconds from the stamp in an event to a listener."""

    async def open(self, address: str, path: str, tokens: Sequence[str], payloads: Sequence[Any], number: int) -> None:
        """Open so many sockets, each greeted and subscribed, with the tokens and payloads in turn."""
        host, _, port = address.removeprefix("http://").partition(":")
        turns = asyncio.Semaphore(AT_ONCE)
        loop = asyncio.get_running_loop()

        async def one(place: int) -> None:
            said = {"authorization": f"Bearer {tokens[place % len(tokens)]}"} if tokens else {}
            payload = payloads[place % len(payloads)]
            async with turns, asyncio.timeout(PATIENCE):
                made = Listener(self, said, payload, sampled=not place % SAMPLE)
                _, listener = await loop.create_connection(lambda: made, host, int(port))
                key = base64.b64encode(os.urandom(16)).decode()
                listener.write(HANDSHAKE.format(path=path, host=host, key=key).encode())
                await listener.following
                self.sockets.append(listener)

        await asyncio.gather(*(one(place) for place in range(number)))

    async def await_messages(self, wanted: int, seconds: float) -> None:
        """Wait until so many events were heard in all, or for so many seconds."""
        end = time.monotonic() + seconds
        while self.heard < wanted and time.monotonic() < end:
            await asyncio.sleep(0.005)

    def forget(self) -> None:
        """Begin to count anew."""
        self.heard = self.bytes = 0
        self.travelled = array("d")

    def close(self) -> None:
        """Leave, all of them."""
        for listener in self.sockets:
            listener.transport.abort()
        self.sockets.clear()

    def figures(self) -> dict[str, Any]:
        """What was heard since it was last forgotten."""
        times = sorted(self.travelled)
        parts = {name: times[int(len(times) * part)] for name, part in (("p50", 0.5), ("p99", 0.99))} if times else {}
        return {"heard": self.heard, "bytes": self.bytes, "last": self.last, "closed": self.closed, **parts}


class Listener(asyncio.Protocol):
    """One socket: says hello, subscribes, and counts what it is told."""

    __slots__ = ("crowd", "following", "hello", "rest", "sampled", "subscribe", "transport", "upgraded")

    transport: asyncio.Transport

    def __init__(self, crowd: Crowd, hello: Mapping[str, str], payload: Any, *, sampled: bool) -> None:
        self.crowd, self.rest, self.upgraded, self.sampled = crowd, b"", False, sampled
        self.following: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.hello = masked(orjson.dumps({"type": "connection_init", "payload": hello}))
        self.subscribe = masked(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The TCP connection is there."""
        self.transport = transport  # type: ignore[assignment]  # a stream's

    def connection_lost(self, problem: Exception | None) -> None:
        """The server closed it, or we did."""
        self.crowd.closed += 1
        if not self.following.done():
            self.following.set_exception(ConnectionError(f"closed before it listened: {self.rest[:300]!r}"))

    def write(self, frame: bytes) -> None:
        """Send a frame."""
        self.transport.write(frame)

    def data_received(self, data: bytes) -> None:
        """Frames, whole or not."""
        data = self.rest + data if self.rest else data
        if not self.upgraded:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self.rest = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.rest = head
                self.transport.abort()
                return
            self.upgraded = True
            self.write(self.hello)
        self.rest = self.frames(data)

    def frames(self, data: bytes) -> bytes:
        """Take each whole frame; gives what is left."""
        place, end, events = 0, len(data), 0
        while end - place >= 2:
            begin, size = place + 2, data[place + 1]
            if size == 126:
                begin, size = place + 4, int.from_bytes(data[place + 2 : place + 4], "big")
            elif size == 127:
                begin, size = place + 10, int.from_bytes(data[place + 2 : place + 10], "big")
            if end < begin + size:
                break
            if data[place] & 15 == 1 and data.find(NEXT, begin, begin + 80) > 0:
                events += 1
                if self.sampled:
                    self.stamp(data, begin, begin + size)
            else:
                self.take(data[place] & 15, data[begin : begin + size])
            place = begin + size
        if events:
            self.crowd.heard += events
            self.crowd.bytes += end
            self.crowd.last = time.monotonic()
        return data[place:]

    def stamp(self, data: bytes, begin: int, end: int) -> None:
        """How long an event travelled."""
        found = data.find(STAMP, begin, end)
        if found > 0:
            found += len(STAMP)
            sent = float(data[found : data.find(b" ", found, end)])
            self.crowd.travelled.append(time.monotonic() - sent)

    def take(self, opcode: int, payload: bytes) -> None:
        """One frame that is no event."""
        if opcode == 9:
            self.write(masked(payload, 10))
        elif opcode == 1:
            self.said(payload)
        elif opcode == 8:
            self.rest = payload

    def said(self, message: bytes) -> None:
        """A message of the protocol that is no event."""
        kind = orjson.loads(message)["type"]
        if kind == "connection_ack":
            self.write(self.subscribe)
            self.following.set_result(None)
        elif kind == "ping":
            self.write(PONG)
        elif kind in ("error", "complete"):
            self.rest = message
            self.transport.abort()


async def obey() -> None:
    """Do what each line of standard input says, and answer with a line."""
    crowd, loop = Crowd(), asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    for _ in count():
        line = await reader.readline()
        if not line:
            return
        said = orjson.loads(line)
        match said.pop("do"):
            case "open":
                await crowd.open(**said)
            case "await":
                await crowd.await_messages(**said)
            case "forget":
                crowd.forget()
            case "close":
                crowd.close()
        sys.stdout.buffer.write(orjson.dumps(crowd.figures()) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    raised()
    uvloop.run(obey())
