"""`./run bench read`: every contender asked the same, in turns, after their answers were found equal."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from channels.settings import Settings
from tests.bench import servers
from tests.bench.load import Target
from tests.bench.queries import QUERIES
from tests.bench.report import Results, err
from tests.pristine import dsn

CONTENDERS = ("laurel", "hand", "fixed", "strawberry")
BUSY, ALONE = 0.3, 0.12
"""Seconds of each slice: under load, and one request at a time."""
COLD = 1.0
"""Seconds of load for each before anything is measured: V8 compiles what runs often, the more the longer it has run."""
BEGUN, LONGEST, FEWEST = time.monotonic(), 200.0, 3
"""After so many seconds of the whole run no round is begun, unless there were too few for a median."""
EXACT = ("hand", "fixed")
"""Contenders that give Laurel's very bytes."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


class Unequal(Exception):
    """Two contenders answer the same question differently."""


def read(settings: Settings, rounds: int, peers: Sequence[str] = ()) -> Results:
    """Every contender's figures for every query, after their answers were found equal."""
    results, warm_up = (Results(name, (*CONTENDERS, *peers)) for name in ("read", "warm-up"))
    asked = asyncio.run(bodies(settings.database_url))
    with servers.running(settings, peers) as running:
        targets = {query: running.targets(query, body) for query, body in asked.items()}
        results.sizes = {query: compared(query, contenders) for query, contenders in targets.items()}
        err.print("… câu trả lời giống nhau; đang đo · the answers are equal; measuring")
        take_turns(targets, warm_up, 0, COLD)
        for turn in range(rounds):
            if turn < FEWEST or time.monotonic() < BEGUN + LONGEST:
                take_turns(targets, results, turn, BUSY)
    return results


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
        names = list(contenders)
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            results.add(query, name, contenders[name].measure(busy, ALONE))
