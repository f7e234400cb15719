"""What a run came to: medians over rounds, ratios within each round, as a table or as JSON lines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from statistics import median, quantiles

from rich.console import Console
from rich.table import Column, Table

from tests.bench.load import Measured

out, err = Console(highlight=False), Console(stderr=True, highlight=False)
LIMIT = "hand"
"""The contender that the others are measured by."""


@dataclass
class Results:
    """Every measurement, by query and contender, one a round."""

    bench: str
    contenders: tuple[str, ...]
    base: str = LIMIT
    sizes: dict[str, int] = field(default_factory=dict)
    measured: dict[tuple[str, str], list[Measured]] = field(default_factory=dict)

    def add(self, query: str, contender: str, one: Measured) -> None:
        """Keep the measurement of a round."""
        self.measured.setdefault((query, contender), []).append(one)

    def ratio(self, query: str, contender: str) -> float:
        """Server CPU over the base's: the median of each round's own ratio, so that a busy moment counts for both."""
        pairs = zip(self.measured[query, contender], self.measured[query, self.base], strict=True)
        return median(one.cpu_ms / limit.cpu_ms for one, limit in pairs)

    def line(self, query: str, contender: str) -> dict[str, object]:
        """One contender's figures for one query."""
        rounds = self.measured[query, contender]
        trips = [trip for one in rounds for trip in one.trips_ms]
        percentiles = quantiles(trips, n=100, method="inclusive")
        return {
            "bench": self.bench,
            "query": query,
            "contender": contender,
            "server_cpu_ms": round(median(one.cpu_ms for one in rounds), 4),
            "ratio_to_limit": round(self.ratio(query, contender), 3),
            "p50_ms": round(percentiles[49], 3),
            "p99_ms": round(percentiles[98], 3),
            "bytes": self.sizes[query],
            "rounds": len(rounds),
            "round_trips": len(trips),
        }

    def lines(self) -> list[dict[str, object]]:
        """All figures, by query, the contenders in their order."""
        return [self.line(query, contender) for query in self.sizes for contender in self.contenders]

    def tell(self, console: Console) -> None:
        """A table for a person."""
        headings = ("server CPU ms", f"× {self.base}", "p50 ms", "p99 ms", "bytes")
        table = Table("query", "contender", *map(right, headings), box=None)
        for line in self.lines():
            figures = (f"{line['server_cpu_ms']:.3f}", f"{line['ratio_to_limit']:.2f}")
            trips = (f"{line['p50_ms']:.2f}", f"{line['p99_ms']:.2f}", f"{line['bytes']:,}")
            table.add_row(str(line["query"]), str(line["contender"]), *figures, *trips)
            if line["contender"] == self.contenders[-1]:
                table.add_section()
        console.print(table)


def as_json(results: Results) -> str:
    """One object a line."""
    return "\n".join(json.dumps(line) for line in results.lines())


def right(heading: str) -> Column:
    """A column of figures."""
    return Column(heading, justify="right")
