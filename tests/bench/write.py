"""`./run bench write`: what each act costs on the ways a dossier may go, over HTTP, with a fresh key each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import count
from operator import add
from statistics import median

import asyncpg
import orjson
from rich.console import Console
from rich.table import Table

from channels.settings import Settings
from tests.bench import servers
from tests.bench.journeys import JOURNEYS, known_in, request
from tests.bench.load import Connection, Measured, connected, post, spent, statements
from tests.bench.postgres import Postgres, postgres_at
from tests.bench.report import figure, right, rounded
from tests.bench.targets import Goal
from tests.journey import Act, Seen
from tests.pristine import dsn

MANY = 25
"""Dossiers that make the journey together in a round."""
WARM = 6
"""Dossiers that make it first, so that statements are prepared."""
LONGEST = 60.0
"""Seconds of measuring, after which no round is begun."""
MOST_STATEMENTS, MOST_CPU_MS = 6, 12.0
MOST_CPU_OF_STEPS_MS = 12.0
PAGE = 50
STEPS = "allowedSteps { step allowed because { code } whoCan }"


@dataclass
class Writes:
    """What each act cost, by round; and what the allowed steps of a page add to reading it."""

    measured: dict[str, list[Measured]] = field(default_factory=dict)
    sent: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Statements and commits an act, BEGIN and COMMIT not counted among the statements."""
    added: dict[str, float] = field(default_factory=dict)

    def lines(self) -> list[dict[str, object]]:
        """All figures, in the order of the journey."""
        page = {"bench": "write", "act": f"allowedSteps on a page of {PAGE}", "contender": "laurel", **self.added}
        return [*(self._line(act) for act in self.measured), page]

    def _line(self, act: str) -> dict[str, object]:
        whole = reduce(add, self.measured[act])
        trips = sorted(whole.trips_ms)
        sent, commits = self.sent[act]
        return {
            "bench": "write",
            "act": act,
            "contender": "laurel",
            "server_cpu_ms": round(median(one.cpu_ms for one in self.measured[act]), 3),
            "postgres_cpu_ms": rounded(whole.postgres_ms, 3),
            "p50_ms": round(median(trips), 3),
            "p99_ms": round(trips[len(trips) * 99 // 100], 3),
            "statements": round(sent, 2),
            "commits": round(commits, 2),
            "acts": whole.requests,
        }

    def tell(self, console: Console) -> None:
        """A table for a person."""
        headings = ("CPU ms", "PG ms", "p50", "p99", "statements", "commits")
        table = Table("act", *map(right, headings), box=None)
        for line in self.lines():
            keys = ("server_cpu_ms", "postgres_cpu_ms", "p50_ms", "p99_ms", "statements", "commits")
            table.add_row(str(line["act"]), *(figure(line.get(key)) for key in keys))
        console.print(table)

    def goals(self) -> list[Goal]:
        """What an act may cost, and what it did."""
        wanted = []
        for line in map(self._line, self.measured):
            wanted.append(Goal(f"{line['act']}: server CPU", MOST_CPU_MS, float(str(line["server_cpu_ms"])), "ms"))
            wanted.append(Goal(f"{line['act']}: statements", MOST_STATEMENTS, float(str(line["statements"])), ""))
        wanted.append(
            Goal(f"allowedSteps of {PAGE}: server CPU", MOST_CPU_OF_STEPS_MS, self.added["server_cpu_ms"], "ms")
        )
        return [*wanted, Goal(f"allowedSteps of {PAGE}: statements added", 1, self.added["statements"], "")]


def write(settings: Settings, rounds: int) -> Writes:
    """What every act costs, on a copy of the data that is thrown away: nothing the next run reads is changed."""
    results = Writes()
    url = asyncio.run(copied(settings.database_url))
    try:
        known = asyncio.run(known_in(url))
        at = replace(settings, database_url=url)
        with servers.started("laurel", at) as door:
            everybody = {act.who for journey in JOURNEYS for act in journey}
            tokens = {who: servers.signed_in(door, who) for who in sorted(everybody)}
        with servers.started("laurel", at) as laurel:
            bench = _Bench(laurel, tokens, postgres_at(url))
            bench.journeys(known, WARM, Writes())
            begun = time.monotonic()
            for turn in range(rounds):
                if turn < 2 or time.monotonic() < begun + LONGEST:
                    bench.journeys(known, MANY, results)
            results.added = bench.steps_of_a_page()
    finally:
        asyncio.run(dropped(url))
    return results


@dataclass(frozen=True)
class _Bench:
    """A server, its users' tokens, and the PostgreSQL behind it."""

    laurel: str
    tokens: Mapping[str, str]
    postgres: Postgres | None
    places: Iterator[int] = field(default_factory=count)

    def journeys(self, known: Seen, many: int, results: Writes) -> None:
        """So many dossiers go each way."""
        for journey in JOURNEYS:
            self._journey(journey, [{**known, "place": next(self.places)} for _ in range(many)], results)

    def _journey(self, journey: Sequence[Act], seen: list[Seen], results: Writes) -> None:
        """Each takes each act in turn, one request after another."""
        many = len(seen)
        for act in journey:
            requests = [self._request(act.who, request(act, each)) for each in seen]
            before = statements(self.laurel)
            answers, measured = self._asked(requests)
            sent, commits = (now - then for now, then in zip(statements(self.laurel), before, strict=True))
            results.measured.setdefault(act.name, []).append(measured)
            results.sent[act.name] = (sent / many, commits / many)
            seen = [_after(act, each, answer) for each, answer in zip(seen, answers, strict=True)]

    def steps_of_a_page(self) -> dict[str, float]:
        """What the allowed steps of a page add to reading it."""
        figures = []
        for more in ("", STEPS):
            text = f"{{ dossiers(first: {PAGE}) {{ nodes {{ id status {more} }} }} }}"
            request = self._request("truongphong", orjson.dumps({"query": text}))
            self._asked([request] * 20)
            before = statements(self.laurel)[0]
            _, measured = self._asked([request] * 100)
            figures.append((measured, (statements(self.laurel)[0] - before) / 100))
        (plain, few), (whole, many) = figures
        return {
            "server_cpu_ms": round(whole.cpu_ms - plain.cpu_ms, 3),
            "p50_ms": round(median(whole.trips_ms) - median(plain.trips_ms), 3),
            "statements": round(many - few, 2),
        }

    def _request(self, who: str, body: bytes) -> bytes:
        return post("/web/graphql", body, authorization=f"Bearer {self.tokens[who]}")

    def _asked(self, requests: Sequence[bytes]) -> tuple[list[Seen], Measured]:
        """The answers, and what they cost."""
        answers, trips = [], []
        with closing(connected(self.laurel)) as connection:
            postgres, cpu = self.postgres and self.postgres.spent(), spent(self.laurel)
            for request in requests:
                begun = time.perf_counter()
                answers.append(_said(connection, request))
                trips.append(1000 * (time.perf_counter() - begun))
            cpu, after = spent(self.laurel) - cpu, self.postgres and self.postgres.spent()
        by_postgres = None if postgres is None or after is None else after - postgres
        return answers, Measured(len(requests), cpu, by_postgres, tuple(trips))


def _said(connection: Connection, request: bytes) -> Seen:
    status, body = connection.ask(request)
    answer: Seen = orjson.loads(body)
    if status != 200 or "errors" in answer:
        raise RuntimeError(f"answered {status}: {body[:500]!r}")
    return answer


def _after(act: Act, seen: Seen, answer: Seen) -> Seen:
    """What is known of a dossier, or then of its decision, after an act; raises where it was refused."""
    done = answer["data"]["done"]
    if done["__typename"] != act.shows:
        raise RuntimeError(f"{act.name} was refused: {done}")
    line = {"line": done["lines"]["nodes"][0]["id"]} if "lines" in done else {}
    return {**seen, **line, "id": done["id"], "version": done["version"]}


async def copied(url: str) -> str:
    """The URL of a copy of a database, made anew."""
    server, template = await asyncpg.connect(dsn(url, "postgres")), url.rpartition("/")[2]
    name = f"write_{template}"
    try:
        await server.execute(f'drop database if exists "{name}" with (force)')
        await server.execute(f'create database "{name}" template "{template}"')
    finally:
        await server.close()
    return f"{url.rpartition('/')[0]}/{name}"


async def dropped(url: str) -> None:
    """Remove a copy."""
    server = await asyncpg.connect(dsn(url, "postgres"))
    try:
        await server.execute(f'drop database if exists "{url.rpartition("/")[2]}" with (force)')
    finally:
        await server.close()
