"""What a run came to: medians over rounds, ratios within each round, as a table or as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from statistics import median

from rich.console import Console
from rich.table import Column, Table

from tests.bench.load import Measured

out, err = Console(highlight=False), Console(stderr=True, highlight=False)
LIMIT = "hand"
"""The contender that the others are measured by."""
AT_ONCE = (16, 64)
"""Connections by which throughput is measured, beside one."""
Of = tuple[str, str]
"""A query and a contender."""


@dataclass
class Results:
    """Every measurement, by query and contender, one a round."""

    bench: str
    contenders: tuple[str, ...]
    base: str = LIMIT
    sizes: dict[str, int] = field(default_factory=dict)
    measured: dict[Of, dict[int, Measured]] = field(default_factory=dict)
    throughputs: dict[tuple[str, str, int], float] = field(default_factory=dict)
    """Requests a second, by query, contender and connections."""
    cold: dict[str, list[Measured]] = field(default_factory=dict)
    """Laurel's first answers to documents never seen before, one a document, by query."""
    memory: dict[str, float] = field(default_factory=dict)
    """The most memory that a contender's server ever had, in MB (10⁶ bytes)."""

    def add(self, query: str, contender: str, turn: int, one: Measured) -> None:
        """Keep a measurement, together with those of the same round."""
        rounds = self.measured.setdefault((query, contender), {})
        rounds[turn] = rounds[turn] + one if turn in rounds else one

    def cpu_ms(self, query: str, contender: str) -> float:
        """Milliseconds of the server's CPU a request: the median of the rounds."""
        return median(one.cpu_ms for one in self.measured[query, contender].values())

    def ratio(self, query: str, contender: str, base: str | None = None) -> float:
        """Server CPU over the base's: the median of each round's own ratio, so that a busy moment counts for both."""
        rounds, limits = self.measured[query, contender], self.measured[query, base or self.base]
        return median(rounds[turn].cpu_ms / limits[turn].cpu_ms for turn in rounds.keys() & limits.keys())

    def line(self, query: str, contender: str) -> dict[str, object]:
        """One contender's figures for one query; null where there is nothing to tell."""
        rounds = self.measured[query, contender].values()
        whole = reduce(add, rounds)
        trips = sorted(whole.trips_ms)
        cold = self.cold.get(query, []) if contender == "laurel" else []
        first, usual = middle([one.trips_ms[0] for one in cold], 2), median(trips)
        return {
            "bench": self.bench,
            "query": query,
            "contender": contender,
            "server_cpu_ms": round(self.cpu_ms(query, contender), 4),
            "ratio_to_limit": round(self.ratio(query, contender), 3),
            "postgres_cpu_ms": rounded(whole.postgres_ms, 3),
            "p50_ms": round(usual, 3),
            "p99_ms": round(trips[len(trips) * 99 // 100], 3),
            "throughput_1": round(1000 * len(trips) / sum(trips), 1),
            **{f"throughput_{n}": rounded(self.throughputs.get((query, contender, n)), 1) for n in AT_ONCE},
            "cold_ms": first,
            "cold_over_warm_ms": None if first is None else round(first - usual, 2),
            "cold_cpu_ms": middle([one.cpu_ms for one in cold], 2),
            "peak_memory_mb": rounded(self.memory.get(contender), 1),
            "bytes": self.sizes[query],
            "rounds": len(rounds),
            "round_trips": len(trips),
        }

    def lines(self) -> list[dict[str, object]]:
        """All figures, by query, the contenders in their order."""
        return [self.line(query, contender) for query in self.sizes for contender in self.contenders]

    def tell(self, console: Console) -> None:
        """A table for a person."""
        headings = map(right, (heading for heading, _ in COLUMNS))
        table = Table("", "contender", *headings, box=None, collapse_padding=True, pad_edge=False)
        for line in self.lines():
            figures = (figure(line[name]) for _, name in COLUMNS)
            table.add_row(str(line["query"]), str(line["contender"]), *figures)
            if line["contender"] == self.contenders[-1]:
                table.add_section()
        console.print(table)


COLUMNS = (
    ("CPU ms", "server_cpu_ms"),
    (f"× {LIMIT}", "ratio_to_limit"),
    ("PG ms", "postgres_cpu_ms"),
    ("p50", "p50_ms"),
    ("p99", "p99_ms"),
    *((f"{n} /s", f"throughput_{n}") for n in (1, *AT_ONCE)),
    ("cold", "cold_ms"),
    ("more", "cold_over_warm_ms"),
    ("MB", "peak_memory_mb"),
)
"""What the table shows: CPU a request of the server and of PostgreSQL, round trips in ms, requests a second on so many
connections, the round trip of a document never seen before in ms and how much more than p50 that is, and the most
memory the server ever had."""


def middle(figures: Sequence[float], places: int) -> float | None:
    """The median, if there is one."""
    return round(median(figures), places) if figures else None


def rounded(value: float | None, places: int) -> float | None:
    """A figure with so many decimal places, if there is one."""
    return None if value is None else round(value, places)


def figure(value: object) -> str:
    """A figure for a person: three digits say all there is to know."""
    if not isinstance(value, int | float):
        return "–"
    return f"{value:,.{3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f}"


def as_json(lines: Sequence[dict[str, object]]) -> str:
    """One object a line."""
    return "\n".join(json.dumps(line) for line in lines)


def right(heading: str) -> Column:
    """A column of figures."""
    return Column(heading, justify="right")
