"""The load: kept connections and ready-made requests, so that nearly all time is the server's."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from tests.bench.postgres import Postgres


class Connection:
    """One kept HTTP/1.1 connection; the answer to a request is read before the next one is sent."""

    def __init__(self, address: str) -> None:
        host, port = address.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head, self._body, self._missing = b"", list[bytes](), 0

    def send(self, request: bytes) -> None:
        """Send a request."""
        self._head, self._body = b"", []
        self._socket.sendall(request)

    def heard(self) -> bool:
        """Read what has come of the answer, waiting for at least something: True when it is whole."""
        said = self._socket.recv(262_144)
        if not said:
            raise ConnectionError("the server closed the connection")
        if self._body:
            self._missing -= len(said)
            self._body.append(said)
            return self._missing <= 0
        self._head, end, body = (self._head + said).partition(b"\r\n\r\n")
        if end:
            self._body, self._missing = [body], _length(self._head) - len(body)
        return bool(end) and self._missing <= 0

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """One round trip: status and body."""
        self.send(request)
        while not self.heard():
            pass
        return int(self._head[9:12]), b"".join(self._body)

    def fileno(self) -> int:
        """What the system knows the connection by."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def _length(head: bytes) -> int:
    if head[9:12] == b"304":
        return 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise ValueError("an answer without a length")


def post(path: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a POST with a JSON body."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", "Accept: application/json"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def get(path: str, **headers: str) -> bytes:
    """The bytes of a GET."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


SPENT, PEAK, STATEMENTS = (
    f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() for path in ("/spent", "/peak", "/statements")
)


@dataclass(frozen=True)
class Measured:
    """What slices of time gave: seconds of CPU for so many requests under load, and round trips one at a time."""

    requests: int
    cpu: float
    postgres: float | None = None
    trips_ms: tuple[float, ...] = ()

    def __add__(self, other: Measured) -> Measured:
        """Both as one slice."""
        known = self.postgres is not None and other.postgres is not None
        postgres = (self.postgres or 0.0) + (other.postgres or 0.0) if known else None
        return Measured(self.requests + other.requests, self.cpu + other.cpu, postgres, self.trips_ms + other.trips_ms)

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of the server's CPU a request."""
        return 1000 * self.cpu / self.requests

    @property
    def postgres_ms(self) -> float | None:
        """Milliseconds of PostgreSQL's CPU a request, where they can be known."""
        return None if self.postgres is None else 1000 * self.postgres / self.requests


@dataclass(frozen=True)
class Target:
    """A contender's answer to one query, under load."""

    address: str
    request: bytes
    at_once: int = 8
    postgres: Postgres | None = None

    def asked(self) -> bytes:
        """The next request."""
        return self.request

    def answer(self, request: bytes | None = None) -> bytes:
        """The body; raises where it is not answered 200."""
        with closing(Connection(self.address)) as connection:
            status, body = connection.ask(request or self.request)
        if status != 200:
            raise RuntimeError(f"answered {status}: {body[:500]!r}")
        return body

    def measure(self, busy: float, alone: float) -> Measured:
        """Keep it busy for so many seconds, then ask one request at a time for so many."""
        with self._connected(self.at_once) as connections:
            postgres = self.postgres.spent() if self.postgres else None
            before = spent(self.address)
            requests, _ = self._busy(connections, busy)
            cpu = spent(self.address) - before
            said = None if postgres is None or self.postgres is None else self.postgres.spent()
        with self._connected(1) as connections:
            trips = tuple(self._trips(connections[0], alone))
        return Measured(requests, cpu, said if said is None or postgres is None else said - postgres, trips)

    def throughput(self, at_once: int, busy: float) -> float:
        """Requests a second with so many connections, none of which ever waits with asking again."""
        with self._connected(at_once) as connections:
            requests, seconds = self._busy(connections, busy)
        return requests / seconds

    @contextmanager
    def _connected(self, count: int) -> Iterator[list[Connection]]:
        """Fresh connections, which the server has taken: it closes what lies idle while others have their turns."""
        with ExitStack() as stack:
            yield [stack.enter_context(closing(connected(self.address))) for _ in range(count)]

    def _busy(self, connections: list[Connection], seconds: float) -> tuple[int, float]:
        """Ask on each again as soon as it is answered; how many were answered, and after how many seconds all were."""
        requests, begun = 0, time.perf_counter()
        with selectors.DefaultSelector() as selector:
            for connection in connections:
                connection.send(self.asked())
                selector.register(connection, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select():
                    connection = key.fileobj  # type: ignore[assignment]  # only connections are registered
                    if not connection.heard():
                        continue
                    requests += 1
                    if time.perf_counter() - begun < seconds:
                        connection.send(self.asked())
                    else:
                        selector.unregister(connection)
        return requests, time.perf_counter() - begun

    def _trips(self, connection: Connection, alone: float) -> Iterator[float]:
        """Milliseconds of each round trip, one after another."""
        end = time.perf_counter() + alone
        while (begun := time.perf_counter()) < end:
            connection.ask(self.asked())
            yield 1000 * (time.perf_counter() - begun)


def connected(address: str) -> Connection:
    """A new connection by which the server has answered once; another one where it closed the first."""
    made = Connection(address)
    try:
        made.ask(SPENT)
    except ConnectionError:
        made.close()
        made = Connection(address)
        made.ask(SPENT)
    return made


def spent(address: str) -> float:
    """Seconds of CPU the server has used."""
    return float(_said(address, SPENT))


def peak_memory(address: str) -> float | None:
    """The most memory the server ever had, in MB (10⁶ bytes); None where its system does not tell."""
    said = _said(address, PEAK)
    return int(said) * 1024 / 1e6 if said else None


def statements(address: str) -> tuple[int, int]:
    """Statements that the server has sent to PostgreSQL for its clients, and transactions it has committed."""
    sent, commits = _said(address, STATEMENTS).split()
    return int(sent), int(commits)


def _said(address: str, question: bytes) -> bytes:
    """What a server says of itself, asked on a connection that did not lie idle while the server was busy."""
    with closing(Connection(address)) as side:
        return side.ask(question)[1]
