"""`./run bench growth`: what the same reads cost Laurel as its data grow, each scale in a database that is kept."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from rich.console import Console
from rich.table import Table

from channels.settings import Settings
from tests.bench import servers
from tests.bench.kept import kept, loaded
from tests.bench.load import Target, post
from tests.bench.read import BUSY, COLD, bodies, take_turns
from tests.bench.report import Results, right

STEPS = (1, 10, 50)
"""Scales on the way: 2,000, 20,000 and 100,000 dossiers."""
UNCOUNTED = "Q3 without totalCount"
"""It counts more rows the more there are."""
EVEN = "Q2 with one award each"
"""The newest decisions do not have as many awards on every scale, and what is longer takes longer: these answers hold
the same number of objects."""
LONGEST = 90.0
"""Seconds of measuring, after which no round is begun."""


@dataclass
class Growth(Results):
    """Laurel's figures, by query and scale, beside those of the smallest scale."""

    objects: dict[tuple[str, str], int] = field(default_factory=dict)
    """How many objects the answer to a query holds on a scale."""

    def line(self, query: str, contender: str) -> dict[str, object]:
        """Laurel's figures for one query on one scale."""
        line, first = super().line(query, contender), super().line(query, self.base)
        return {
            "bench": self.bench,
            "query": query,
            "contender": "laurel",
            "scale": int(contender),
            "objects": self.objects[query, contender],
            "server_cpu_ms": line["server_cpu_ms"],
            f"ratio_to_scale_{self.base}": line["ratio_to_limit"],
            "p50_ms": line["p50_ms"],
            f"p50_ratio_to_scale_{self.base}": round(float(str(line["p50_ms"])) / float(str(first["p50_ms"])), 3),
            "p99_ms": line["p99_ms"],
            "rounds": line["rounds"],
            "round_trips": line["round_trips"],
        }

    def tell(self, console: Console) -> None:
        """A table for a person."""
        headings = (
            "scale",
            "objects",
            "server CPU ms",
            f"× scale {self.base}",
            "p50 ms",
            f"× scale {self.base}",
            "p99 ms",
        )
        table = Table("query", *map(right, headings), box=None)
        for line in self.lines():
            query, _, scale, objects, cpu, ratio, p50, trip_ratio, p99 = list(line.values())[1:10]
            figures = (f"{cpu:.3f}", f"{ratio:.2f}", f"{p50:.2f}", f"{trip_ratio:.2f}", f"{p99:.2f}")
            table.add_row(str(query), str(scale), str(objects), *figures)
        console.print(table)


def scales(largest: int) -> list[int]:
    """From 1 up to the largest, by way of the steps between."""
    return [*(step for step in STEPS if step < largest), largest]


def growth(settings: Settings, chosen: list[int], rounds: int) -> Growth:
    """Laurel's figures for every query on each scale, taken in turns."""
    results = Growth("growth", tuple(map(str, chosen)), base=str(chosen[0]))
    with kept(settings) as running, ExitStack() as stack:
        urls = {str(scale): loaded(running, scale) for scale in chosen}
        targets: dict[str, dict[str, Target]] = {}
        for scale, url in urls.items():
            address = stack.enter_context(servers.started("laurel", replace(running, database_url=url)))
            token = servers.signed_in(address)
            for query, body in asked(url).items():
                target = Target(address, post("/web/graphql", body, authorization=f"Bearer {token}"))
                said = target.answer()
                results.sizes.setdefault(query, len(said))
                results.objects[query, scale] = said.count(b"{")
                targets.setdefault(query, {})[scale] = target
        take_turns(targets, Growth("warm-up", ()), 0, COLD)
        end = time.monotonic() + LONGEST
        for turn in range(rounds):
            if time.monotonic() < end:
                take_turns(targets, results, turn, BUSY)
    return results


def asked(url: str) -> dict[str, bytes]:
    """The bodies of Q1 to Q3; and of those two as what they answer with does not grow."""
    found = asyncio.run(bodies(url))
    even = found["Q2"].replace(b"awards(first: 10)", b"awards(first: 1)")
    uncounted = found["Q3"].replace(b"totalCount", b"")
    return {"Q1": found["Q1"], "Q2": found["Q2"], EVEN: even, "Q3": found["Q3"], UNCOUNTED: uncounted}
