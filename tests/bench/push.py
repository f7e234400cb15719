"""`./run bench push`: what it costs to tell many what happened, how soon the last hears of it, what idling takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from channels.settings import Settings
from tests.bench import servers
from tests.bench.crowd import Crowd, crowd
from tests.bench.load import connected, peak_memory, post, spent, statements
from tests.bench.publisher import Publisher
from tests.bench.report import err, figure, right
from tests.bench.targets import Goal
from tests.bench.write import copied, dropped

PUBLISHED = """subscription($after: Cursor) {
  decisionPublished(after: $after) { cursor decision { number title agency { code name } } }
}"""
FOREIGN = "subscription { decisionPublished { cursor decision { number title agency { code name } } } }"
LIST = """query($after: String) {
  dossiers(first: 100, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } }
}"""
MOVED = """subscription($id: ID!, $after: Cursor) {
  dossierMoved(id: $id, after: $after) { cursor dossier { code status } }
}"""
FEW, MANY = 1_000, 10_000
EVENTS = 5
"""Events whose cost is measured one by one, after a first one for nothing."""
IDLE = 5.0
"""Seconds in which nothing happens."""
RATE, SECONDS = 100, 4
MISSED, TOGETHER = 10_000, 100
"""Events that somebody missed, and how many come back at once."""
CALM = 0.3
"""Seconds of which a server is busy for less than a fifth when it has nothing left to do."""
LONGEST = 30.0
"""Seconds that anything is waited for."""
CPU_US, IDLE_MB, P99_MS, CATCH_UP_S = 24.0, 400.0, 250.0, 2.0
ROOM = {"LAUREL_SOCKETS_PER_ACCOUNT": "100000", "LAUREL_STREAMS_PER_ADDRESS": "100000"}

Line = dict[str, object]


@dataclass
class Pushes:
    """One line for each thing measured."""

    measured: list[Line] = field(default_factory=list)

    def add(self, what: str, contender: str, sockets: int, **figures: float | None) -> None:
        """Keep what was measured."""
        rounded = {name: None if value is None else round(value, 2) for name, value in figures.items()}
        line: Line = {"bench": "push", "what": what, "contender": contender, "sockets": sockets, **rounded}
        self.measured.append(line)
        err.print(f"… {what}, {contender}, {sockets:,}")

    def lines(self) -> list[Line]:
        """All of it."""
        return self.measured

    def tell(self, console: Console) -> None:
        """A table for a person: each line says what it has in words, for thirteen columns are too many to read."""
        table = Table("what", "contender", right("sockets"), "", box=None, pad_edge=False)
        for line in self.measured:
            said = (FIGURES[name].format(figure(value)) for name, value in line.items() if name in FIGURES)
            sockets = f"{line['sockets']:,}"
            table.add_row(str(line["what"]), str(line["contender"]), sockets, " · ".join(said))
        console.print(table)

    def goals(self) -> list[Goal]:
        """What pushing must reach, and what it reached."""
        wanted = [
            Goal(f"{line['what']}: CPU a message, {line['sockets']:,} sockets", CPU_US, _number(line, CPU), "µs")
            for line in self.measured
            if CPU in line and line["contender"] == "laurel" and line["what"] == "one event"
        ]
        for what, name, most, unit in (
            ("idle", "peak_memory_mb", IDLE_MB, "MB"),
            ("idle", "statements", 0, ""),
            ("100 a second", "p99_ms", P99_MS, "ms"),
            ("catch-up", "seconds", CATCH_UP_S, "s"),
        ):
            found = [line for line in self.measured if line["what"] == what]
            wanted += [
                Goal(f"{what}: {name}, {line['sockets']:,} sockets", most, _number(line, name), unit) for line in found
            ]
        return wanted


CPU = "cpu_us_per_message"
FIGURES = {
    CPU: "{} µs CPU a message",
    "last_ms": "the last after {} ms",
    "kb_per_socket": "{} kB a socket",
    "statements": "{} statements",
    "cpu_ms_per_second": "{} ms CPU a second",
    "peak_memory_mb": "{} MB at most",
    "p50_ms": "p50 {} ms",
    "p99_ms": "p99 {} ms",
    "changes_per_second": "{} changes a second",
    "seconds": "all after {} s",
}
"""How each figure is said to a person."""


def _number(line: Line, name: str) -> float:
    return float(str(line[name]))


def push(settings: Settings, peers: Sequence[str] = ()) -> Pushes:
    """Everything, on a copy of the data that is thrown away."""
    results = Pushes()
    url = asyncio.run(copied(settings.database_url))
    at = replace(settings, database_url=url)
    try:
        with servers.started("laurel", at) as door:
            token = servers.signed_in(door)
        for name in ("strawberry-push", *peers):
            with _begun(name, at, token) as bench:
                bench.one_event(results, FEW)
        with _begun("laurel", at, token) as bench:
            bench.one_event(results, FEW)
            bench.one_event(results, bench.crowd.room(MANY), there=FEW, idle=True)
        with _begun("laurel", at, token) as bench:
            for measure in (_Bench.different, _Bench.a_hundred_a_second):
                measure(bench, results)
                bench.crowd.do("close")
            for many in (1, TOGETHER):
                bench.catch_up(results, many)
                bench.crowd.do("close")
    finally:
        asyncio.run(dropped(url))
    return results


@contextmanager
def _begun(name: str, settings: Settings, token: str) -> Iterator[_Bench]:
    """A contender's server, listeners in a process of their own, and somebody who changes things."""
    with (
        servers.started(name, settings, token, **ROOM) as address,
        crowd() as listeners,
        Publisher.connected(settings, address if name != "laurel" else None) as publisher,
    ):
        yield _Bench(name.removesuffix("-push"), address, token, listeners, publisher)


@dataclass(frozen=True)
class _Bench:
    """A server that is measured."""

    name: str
    address: str
    token: str
    crowd: Crowd
    publisher: Publisher

    def one_event(self, results: Pushes, sockets: int, *, there: int = 0, idle: bool = False) -> None:
        """All follow the same, `there` of them already; something happens now and then."""
        before, more = peak_memory(self.address), sockets - there
        if self.name == "laurel":
            self._open(more, [self._published()])
        else:
            self.crowd.do(
                "open", address=self.address, path="/graphql", tokens=[], number=more, payloads=[{"query": FOREIGN}]
            )
            self._settle()
        after = peak_memory(self.address)
        if idle:
            self._idle(results, sockets)
        costs, ends = self._costs(self.publisher.publish, sockets)
        memory = None if after is None or before is None else 1000 * (after - before) / more
        results.add("one event", self.name, sockets, **{CPU: median(costs)}, last_ms=median(ends), kb_per_socket=memory)

    def different(self, results: Pushes) -> None:
        """Each follows a dossier of their own; all of these change in one transaction."""
        ids, head = self._dossiers(FEW), self.publisher.head()
        dossiers = [id.partition("_")[2] for id in ids]
        self._open(len(ids), [{"query": MOVED, "variables": {"id": id, "after": head}} for id in ids])
        costs, ends = self._costs(lambda: self.publisher.move(dossiers), len(dossiers))
        results.add("different dossiers", self.name, len(dossiers), **{CPU: median(costs)}, last_ms=median(ends))

    def _costs(self, change: Callable[[], None], messages: int) -> tuple[Sequence[float], Sequence[float]]:
        """What several changes cost, and when the last heard of each; after one for nothing."""
        self._told(change, messages)
        costs, ends = zip(*(self._told(change, messages) for _ in range(EVENTS)), strict=True)
        return costs, ends

    def a_hundred_a_second(self, results: Pushes) -> None:
        """Changes come at a rate, and everybody is to hear of each."""
        self._open(FEW, [self._published()])
        self._told(self.publisher.publish, FEW)
        self.crowd.do("forget")
        cpu, begun = spent(self.address), time.monotonic()
        for turn in range(RATE * SECONDS):
            time.sleep(max(0.0, begun + turn / RATE - time.monotonic()))
            self.publisher.publish()
        took = time.monotonic() - begun
        wanted = RATE * SECONDS * FEW
        heard = self.crowd.do("await", wanted=wanted, seconds=LONGEST)
        if heard["heard"] != wanted:
            raise RuntimeError(f"{heard['heard']} of {wanted} events were heard")
        cost = 1e6 * (spent(self.address) - cpu) / wanted
        times = {"p50_ms": 1000 * heard["p50"], "p99_ms": 1000 * heard["p99"]}
        results.add("100 a second", self.name, FEW, **{CPU: cost}, **times, changes_per_second=RATE * SECONDS / took)

    def catch_up(self, results: Pushes, many: int) -> None:
        """So many come back at once after many events."""
        missed, wanted = self._published(), many * MISSED
        self.publisher.happened(MISSED)
        self._settle()
        self.crowd.do("forget")
        cpu, begun = spent(self.address), time.monotonic()
        self._open(many, [missed])
        heard = self.crowd.do("await", wanted=wanted, seconds=LONGEST)
        if heard["heard"] != wanted:
            raise RuntimeError(f"{heard['heard']} of {wanted} missed events were heard")
        cost = 1e6 * (spent(self.address) - cpu) / wanted
        results.add("catch-up", self.name, many, **{CPU: cost}, seconds=heard["last"] - begun)

    def _idle(self, results: Pushes, sockets: int) -> None:
        sent, cpu = statements(self.address)[0], spent(self.address)
        time.sleep(IDLE)
        asked, cost = statements(self.address)[0] - sent, spent(self.address) - cpu
        memory = peak_memory(self.address)
        results.add(
            "idle", self.name, sockets, statements=asked, cpu_ms_per_second=1000 * cost / IDLE, peak_memory_mb=memory
        )

    def _open(self, sockets: int, payloads: list[dict[str, Any]]) -> None:
        self.crowd.do(
            "open", address=self.address, path="/web/graphql", tokens=[self.token], payloads=payloads, number=sockets
        )
        self._settle()

    def _published(self) -> dict[str, Any]:
        """The subscription to what is published, from now on: who is late to listen misses nothing."""
        return {"query": PUBLISHED, "variables": {"after": self.publisher.head()}}

    def _dossiers(self, wanted: int) -> list[str]:
        """The ids of so many dossiers that the listeners may see."""
        found, after = list[str](), None
        with closing(connected(self.address)) as connection:
            while len(found) < wanted:
                body = orjson.dumps({"query": LIST, "variables": {"after": after}})
                _, said = connection.ask(post("/web/graphql", body, authorization=f"Bearer {self.token}"))
                page = orjson.loads(said)["data"]["dossiers"]
                found += [node["id"] for node in page["nodes"]]
                after = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
        return found[:wanted]

    def _settle(self) -> None:
        """Wait until the server has nothing left to do: all follow."""
        cpu, end = spent(self.address), time.monotonic() + LONGEST
        while time.monotonic() < end:
            time.sleep(CALM)
            before, cpu = cpu, spent(self.address)
            if cpu - before < CALM / 5:
                return

    def _told(self, change: Callable[[], None], messages: int) -> tuple[float, float]:
        """Microseconds of CPU a message, and milliseconds until the last listener heard of it."""
        self.crowd.do("forget")
        cpu, begun = spent(self.address), time.monotonic()
        change()
        heard = self.crowd.do("await", wanted=messages, seconds=LONGEST)
        if heard["heard"] != messages:
            raise RuntimeError(f"{self.name}: {heard['heard']} of {messages} heard of it")
        return 1e6 * (spent(self.address) - cpu) / messages, 1000 * (heard["last"] - begun)
