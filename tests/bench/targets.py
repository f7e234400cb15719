"""What reads must reach, and what they reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.bench.peers.node import PEERS
from tests.bench.report import Results, right

OF_THE_LIMIT = 1.15
LESS_THAN_PEERS = {"Q1": 3.5, "Q2": 5.0, "Q3": 4.5, "Q4": 5.0}
LESS_THAN_STOCK = {"Q2": 20.0, "Q3": 20.0}
COLD_MS = 10.0
GROWTH = 1.3
MEMORY_MB = 120.0


class Goal(NamedTuple):
    """A target: at most or at least a figure, and the figure reached."""

    name: str
    wanted: float
    reached: float
    unit: str = "×"
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.reached >= self.wanted if self.at_least else self.reached <= self.wanted


def goals(results: Results) -> Iterator[Goal]:
    """Every target that this run can tell of."""
    return growing(results) if results.bench == "growth" else reading(results)


def growing(results: Results) -> Iterator[Goal]:
    """What a read of the largest scale may cost beside one of the smallest."""
    largest = results.contenders[-1]
    for query in filter(LESS_THAN_PEERS.__contains__, results.sizes):
        name = f"{query}: server CPU at scale {largest} beside scale {results.base}"
        yield Goal(name, GROWTH, results.ratio(query, largest))


def reading(results: Results) -> Iterator[Goal]:
    """What a read may cost beside one by hand, by others and at first sight."""
    for query in results.sizes:
        for name in ("laurel", "trusted"):
            yield Goal(f"{query} {name}: server CPU beside hand", OF_THE_LIMIT, results.ratio(query, name))
    for query, wanted in LESS_THAN_PEERS.items():
        peers = [name for name in results.contenders if name in PEERS]
        if peers:
            best = min(peers, key=lambda name: results.cpu_ms(query, name))
            yield Goal(f"{query}: {best} beside laurel", wanted, results.ratio(query, best, "laurel"), at_least=True)
    for query, wanted in LESS_THAN_STOCK.items():
        reached = results.ratio(query, "strawberry", "laurel")
        yield Goal(f"{query}: strawberry beside laurel", wanted, reached, at_least=True)
    for query, cold in results.cold.items():
        yield Goal(f"{query}: cold document", COLD_MS, median(one.trips_ms[0] for one in cold), "ms")
    if "laurel" in results.memory:
        yield Goal("memory of the server", MEMORY_MB, results.memory["laurel"], "MB")


def tell(reached: Sequence[Goal], console: Console) -> None:
    """A table for a person."""
    table = Table("target", *map(right, ("wanted", "reached")), "", box=None)
    for goal in reached:
        bound = "≥" if goal.at_least else "≤"
        mark = "[green]✓[/]" if goal.met else "[red]✗[/]"
        table.add_row(goal.name, f"{bound} {goal.wanted:g} {goal.unit}", f"{goal.reached:.2f} {goal.unit}", mark)
    console.print(table)
