"""The load: a few kept connections and ready-made requests, so that nearly all time is the server's."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field


class Connection:
    """One kept HTTP/1.1 connection."""

    def __init__(self, address: str) -> None:
        host, port = address.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        """Send a request; its answer must be read before the next one is sent."""
        self._socket.sendall(request)

    def receive(self) -> tuple[int, bytes]:
        """Status and body of one answer."""
        held = b""
        while b"\r\n\r\n" not in held:
            held += self._more()
        head, _, body = held.partition(b"\r\n\r\n")
        status, length = int(head[9:12]), _length(head)
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return status, b"".join(parts)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """One round trip."""
        self.send(request)
        return self.receive()

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _more(self) -> bytes:
        said = self._socket.recv(262_144)
        if not said:
            raise ConnectionError("the server closed the connection")
        return said


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise ValueError("an answer without a length")


def post(path: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a POST with a JSON body."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", "Accept: application/json"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


SPENT = b"GET /spent HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass
class Measured:
    """What one slice of time gave: CPU a request when busy, and round trips one at a time."""

    cpu_ms: float
    trips_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """A contender's answer to one query, under load."""

    address: str
    request: bytes
    at_once: int = 8

    def answer(self) -> bytes:
        """The body; raises where it is not answered 200."""
        with closing(Connection(self.address)) as connection:
            status, body = connection.ask(self.request)
        if status != 200:
            raise RuntimeError(f"answered {status}: {body[:500]!r}")
        return body

    def measure(self, busy: float, alone: float) -> Measured:
        """Keep it busy for so many seconds, then ask one request at a time for so many."""
        with ExitStack() as stack:  # servers close what lies idle while others have their turn: connect anew
            connections = [stack.enter_context(closing(Connection(self.address))) for _ in range(self.at_once)]
            self._all_at_once(connections)
            cpu = self._spent(connections, busy)
            return Measured(cpu, list(self._trips(connections[0], alone)))

    def _spent(self, connections: list[Connection], busy: float) -> float:
        """Milliseconds of the server's CPU a request."""
        before, count, end = spent(self.address), 0, time.perf_counter() + busy
        while time.perf_counter() < end:
            self._all_at_once(connections)
            count += len(connections)
        return 1000 * (spent(self.address) - before) / count

    def _all_at_once(self, connections: list[Connection]) -> None:
        for connection in connections:
            connection.send(self.request)
        for connection in connections:
            connection.receive()

    def _trips(self, connection: Connection, alone: float) -> Iterator[float]:
        """Milliseconds of each round trip, one after another."""
        end = time.perf_counter() + alone
        while (begun := time.perf_counter()) < end:
            connection.ask(self.request)
            yield 1000 * (time.perf_counter() - begun)


def spent(address: str) -> float:
    """Seconds of CPU the server has used, asked on a connection that did not lie idle while the server was busy."""
    with closing(Connection(address)) as side:
        return float(side.ask(SPENT)[1])
