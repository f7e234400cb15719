"""`./run bench read`: every contender asked the same, in turns, after their answers were found equal."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

import asyncpg
import orjson

from channels.settings import Settings
from tests.bench import servers
from tests.bench.cold import cold
from tests.bench.load import Target, peak_memory
from tests.bench.queries import QUERIES
from tests.bench.report import AT_ONCE, Results, err
from tests.pristine import dsn

CONTENDERS = ("laurel", "trusted", "hand", "fixed", "strawberry")
CLOSE = ("hand", "laurel", "trusted")
"""Contenders whose ratios are near one: asked next to each other in turns, there and back again."""
BUSY, ALONE = 0.3, 0.12
"""Seconds of each slice: under load, and one request at a time."""
SHORT, SHORT_ALONE = 0.15, 0.05
"""The same where many contenders take turns: the shorter a slice, the nearer in time is what it is measured by."""
COLD = 1.0
"""Seconds of load for each before anything is measured: V8 compiles what runs often, the more the longer it has run."""
WARM = 0.2
"""The same for a server in Python, which only needs its connections and plans."""
THROUGHPUT = 0.25
"""Seconds in which throughput is measured."""
LONGEST_TURN = 4.0
"""Seconds that one turn of all connections may take where throughput is measured."""
BEGUN = time.monotonic()
FEWEST, ROUNDS_UNTIL, THROUGHPUT_UNTIL = 2, 175.0, 215.0
"""Rounds there must be, and seconds of the whole run after which nothing more of a kind is begun: 4 minutes in all."""
EXACT = ("trusted", "hand", "fixed")
"""Contenders that give Laurel's very bytes."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


class Unequal(Exception):
    """Two contenders answer the same question differently."""


def read(settings: Settings, rounds: int, peers: Sequence[str] = ()) -> Results:
    """Every contender's figures for every query, after their answers were found equal."""
    results = Results("read", (*CONTENDERS, *peers))
    asked = asyncio.run(bodies(settings.database_url))
    with servers.running(settings, peers) as running:
        targets = {query: running.targets(query, body) for query, body in asked.items()}
        results.sizes = {query: compared(query, contenders) for query, contenders in targets.items()}
        err.print("… câu trả lời giống nhau; đang đo · the answers are equal; measuring")
        for name in results.contenders:
            warm_up([contenders[name] for contenders in targets.values()], COLD if name in peers else WARM)
        for turn in range(rounds):
            if turn < FEWEST or in_time(ROUNDS_UNTIL):
                take_round(targets, results, turn)
        for name in sorted(results.contenders, key="strawberry".__eq__):  # the slowest last
            measure_throughput(name, targets, results)
        for query, body in asked.items():
            warm_up([targets[query]["laurel"]], WARM)  # the document is new, not the server, which stood still a while
            results.cold[query] = cold(targets[query]["laurel"], body, running.token)
        for name in results.contenders:
            if (memory := peak_memory(running.of(name))) is not None:
                results.memory[name] = memory
    return results


def warm_up(targets: Sequence[Target], seconds: float) -> None:
    """Keep a server busy with each query before it is measured."""
    for target in targets:
        target.measure(seconds, SHORT_ALONE)


async def bodies(url: str) -> dict[str, bytes]:
    """The request body of each query."""
    connection = await asyncpg.connect(dsn(url))
    try:
        return {query.name: query.body(await query.variables(connection)) for query in QUERIES}
    finally:
        await connection.close()


def compared(query: str, targets: dict[str, Target]) -> int:
    """The size of the answer, which all give: by hand to the byte, others but for spaces and how they write moments."""
    laurel = targets["laurel"].answer()
    meant = moments(orjson.loads(laurel))
    for name, target in targets.items():
        said = target.answer()
        if said != laurel and (name in EXACT or moments(orjson.loads(said)) != meant):
            raise Unequal(f"{query}, {name}: {differing(laurel, said)}")
    return len(laurel)


def moments(value: Any) -> Any:
    """A JSON value in which each moment is one, however many digits it is written with."""
    if isinstance(value, dict):
        return {key: moments(part) for key, part in value.items()}
    if isinstance(value, list):
        return [moments(part) for part in value]
    return datetime.fromisoformat(value) if isinstance(value, str) and MOMENT.fullmatch(value) else value


def differing(one: bytes, other: bytes) -> str:
    """Where two answers part."""
    at = next(
        (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
    near = (said[max(0, at - 80) : at + 80].decode(errors="replace") for said in (one, other))
    return "\n  ".join((f"they differ at byte {at}:", *near))


def take_turns(targets: dict[str, dict[str, Target]], results: Results, turn: int, busy: float) -> None:
    """One round: each contender in each query, beginning with another one each time."""
    for query, contenders in targets.items():
        for name in rotated(list(contenders), turn):
            results.add(query, name, turn, contenders[name].measure(busy, ALONE))


def take_round(targets: dict[str, dict[str, Target]], results: Results, turn: int) -> None:
    """One round of reads: those that are close to each other twice, stock Strawberry, which is far off, but once."""
    for query, contenders in targets.items():
        others = [name for name in contenders if name not in CLOSE and (name != "strawberry" or turn == 0)]
        there = rotated(list(CLOSE), turn)
        for name in (*rotated(others, turn), *there, *reversed(there)):
            results.add(query, name, turn, contenders[name].measure(SHORT, SHORT_ALONE))


def rotated(names: list[str], turn: int) -> list[str]:
    """The names, beginning with another one each turn."""
    first = turn % len(names)
    return names[first:] + names[:first]


def measure_throughput(name: str, targets: dict[str, dict[str, Target]], results: Results) -> None:
    """A contender with more and more connections, where that ends soon and there is time for it."""
    for query, contenders in targets.items():
        rounds = results.measured[query, name].values()
        trip = median(trip for one in rounds for trip in one.trips_ms) / 1000
        for at_once in AT_ONCE:
            if at_once * trip < LONGEST_TURN and in_time(THROUGHPUT_UNTIL):
                results.throughputs[query, name, at_once] = contenders[name].throughput(at_once, THROUGHPUT)


def in_time(seconds: float) -> bool:
    """Whether the whole run has taken less than so many seconds yet."""
    return time.monotonic() < BEGUN + seconds
