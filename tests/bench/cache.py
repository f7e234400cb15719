"""`./run bench cache`: what an answer kept for the public costs, beside a bare route that gives the same bytes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from operator import add
from statistics import median
from urllib.parse import quote

import orjson
from rich.console import Console
from rich.table import Table

from channels.etag import etag
from channels.settings import Settings
from tests.bench import servers
from tests.bench.load import Connection, Measured, Target, get, post, statements
from tests.bench.postgres import Postgres, postgres_at
from tests.bench.report import err, figure, right, rounded
from tests.bench.targets import Goal

HIT = 1.1
"""What a hit may cost, over the bytes alone."""
BUSY, ALONE = 0.3, 0.1
"""Seconds of each slice: under load, and one request at a time."""
LONGEST = 120.0
"""Seconds after which no round is begun."""
WAYS = ("bytes", "hit", "304", "bytes by POST", "hit by POST", "miss")
BASE = {"hit": "bytes", "304": "bytes", "miss": "bytes", "hit by POST": "bytes by POST"}
KEPT = ("hit", "304", "hit by POST")
QUESTIONS = {
    "start page": ("StartPage", {}),
    "latest decisions": ("LatestDecisions", {"first": 20}),
    "a decision": ("Decision", {"number": ""}),
}
"""What is asked: a registered document and its variables."""


@dataclass
class Hits:
    """Each way to answer each question, a measurement a round."""

    measured: dict[tuple[str, str], list[Measured]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    """Statements sent while kept answers were given, by question."""

    def ratio(self, question: str, way: str) -> float:
        """Server CPU over that of the bytes alone: the median of each round's own ratio."""
        both = zip(self.measured[question, way], self.measured[question, BASE.get(way, way)], strict=True)
        return median(one.cpu_ms / base.cpu_ms for one, base in both)

    def line(self, question: str, way: str) -> dict[str, object]:
        """One way's figures for one question."""
        rounds = self.measured[question, way]
        whole = reduce(add, rounds)
        trips = sorted(whole.trips_ms)
        return {
            "bench": "cache",
            "query": question,
            "contender": way,
            "server_cpu_ms": round(median(one.cpu_ms for one in rounds), 4),
            "ratio_to_bytes": round(self.ratio(question, way), 3),
            "postgres_cpu_ms": rounded(whole.postgres_ms, 3),
            "p50_ms": round(median(trips), 3),
            "p99_ms": round(trips[len(trips) * 99 // 100], 3),
            "bytes": self.sizes[question],
            "rounds": len(rounds),
        }

    def lines(self) -> list[dict[str, object]]:
        """All figures."""
        return [self.line(question, way) for question in self.sizes for way in WAYS]

    def tell(self, console: Console) -> None:
        """A table for a person."""
        keys = ("server_cpu_ms", "ratio_to_bytes", "postgres_cpu_ms", "p50_ms", "p99_ms", "bytes")
        headings = ("CPU ms", "× bytes", "PG ms", "p50", "p99", "size")
        table = Table("", "contender", *map(right, headings), box=None, pad_edge=False)
        for line in self.lines():
            table.add_row(str(line["query"]), str(line["contender"]), *(figure(line[key]) for key in keys))
            if line["contender"] == WAYS[-1]:
                table.add_section()
        console.print(table)

    def goals(self) -> list[Goal]:
        """What a kept answer may cost, and what it did."""
        wanted = [
            Goal(f"{question}: {way}, server CPU over the bytes alone", HIT, self.ratio(question, way))
            for question in self.sizes
            for way in KEPT
        ]
        return [
            *wanted,
            *(Goal(f"{question}: statements for kept answers", 0, n, "") for question, n in self.sent.items()),
        ]


@dataclass(frozen=True)
class Anew(Target):
    """A target asked something new each time."""

    requests: Iterator[bytes] = field(default_factory=lambda: iter(()))

    def asked(self) -> bytes:
        """The next request."""
        return next(self.requests)


def cache(settings: Settings, rounds: int) -> Hits:
    """Every question in every way, taking turns."""
    results, begun = Hits(), time.monotonic()
    with servers.started("laurel", settings) as laurel, servers.started("bytes", settings) as fixed:
        postgres = postgres_at(settings.database_url)
        targets = {}
        for question in QUESTIONS:
            targets[question], results.sizes[question] = _targets(question, laurel, fixed, postgres)
            for target in targets[question].values():
                target.measure(BUSY, ALONE)
        for turn in range(rounds):
            if turn < 3 or time.monotonic() < begun + LONGEST:
                _take_round(targets, results, turn)
                err.print(f"… {turn + 1} / {rounds}")
        for question, ways in targets.items():
            results.sent[question] = _sent(laurel, ways)
    return results


def _take_round(targets: dict[str, dict[str, Target]], results: Hits, turn: int) -> None:
    """Each way there and back again, so that a busy moment counts for all; a miss once."""
    for question, ways in targets.items():
        there = [way for way in WAYS if way != "miss"]
        there = there[turn % len(there) :] + there[: turn % len(there)]
        figures: dict[str, Measured] = {}
        for way in (*there, "miss", *reversed(there)):
            one = ways[way].measure(BUSY / 2, ALONE / 2)
            figures[way] = figures[way] + one if way in figures else one
        for way, one in figures.items():
            results.measured.setdefault((question, way), []).append(one)


def _sent(laurel: str, ways: dict[str, Target]) -> int:
    """Statements sent while each kept answer is given a hundred times; begun anew where the timekeeper looked."""
    for way in KEPT:
        ways[way].throughput(1, 0.01)
    while True:
        before, commits = statements(laurel)
        for way in KEPT:
            with closing(Connection(laurel)) as connection:
                for _ in range(100):
                    connection.ask(ways[way].asked())
        after, since = statements(laurel)
        if since == commits:
            return after - before


def _targets(question: str, laurel: str, fixed: str, postgres: Postgres | None) -> tuple[dict[str, Target], int]:
    """The ways to ask a question, whose answer the bare route has been told, and its size."""
    document, variables = QUESTIONS[question]
    if "number" in variables:
        variables = {"number": _number(laurel)}
    by_get, by_post = _get(document, variables), _post(document, variables)
    body = Target(laurel, by_get).answer()
    with closing(Connection(fixed)) as connection:
        connection.ask(post(f"/bytes/{document}", body).replace(b"POST", b"PUT", 1))
    route = f"/bytes/{document}"
    asked = {
        "bytes": (fixed, get(f"{route}?{by_get.split(b' ')[1].decode().partition('?')[2]}")),
        "hit": (laurel, by_get),
        "304": (laurel, _get(document, variables, if_none_match=etag(body, "application/json"))),
        "bytes by POST": (fixed, post(route, by_post.partition(b"\r\n\r\n")[2])),
        "hit by POST": (laurel, by_post),
    }
    made = {way: Target(*at, postgres=postgres) for way, at in asked.items()}
    anew = (_get("LatestDecisions", {"first": 20, "filter": {"signedFrom": day}}) for day in _DAYS)
    return {**made, "miss": Anew(laurel, b"", postgres=postgres, requests=anew)}, len(body)


_DAYS = (str(date(1800, 1, 1) + timedelta(days=days)) for days in itertools.count())
"""Days before the first decision: each a filter never heard of that lets all pass."""


def _number(laurel: str) -> str:
    latest = orjson.loads(Target(laurel, _get("LatestDecisions", {"first": 1})).answer())
    return str(latest["data"]["decisions"]["nodes"][0]["number"])


def _get(document: str, variables: dict[str, object], **headers: str) -> bytes:
    said = quote(orjson.dumps(variables).decode(), safe="")
    return get(f"/portal/graphql?documentId={document}&variables={said}", **headers)


def _post(document: str, variables: dict[str, object]) -> bytes:
    return post("/portal/graphql", orjson.dumps({"documentId": document, "variables": variables}))
