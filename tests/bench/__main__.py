"""`./run bench [read] [--json] [--scale N]`: what a read costs the server, beside what it could cost at best.

Four contenders answer the same three queries with equal answers, taking turns round by round:
  laurel      a document by POST on the web channel, with session, limits, access predicates and log
  hand        SQL written by hand that gives the same bytes, behind a bare Starlette route: the limit
  fixed       those bytes without a database
  strawberry  stock Strawberry on the same tables, with the ORM and DataLoaders
Servers run on one core; PostgreSQL and the load on another. Only ratios and CPU mean anything on a shared machine.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import orjson
from rich.console import Console

from channels import database, embedded
from channels.progress import progress
from channels.settings import Settings
from tests.bench import servers
from tests.bench.contender import pin
from tests.bench.load import Target
from tests.bench.queries import QUERIES
from tests.bench.report import Results, as_json, as_table
from tests.pristine import dsn

CONTENDERS = ("laurel", "hand", "fixed", "strawberry")
BUSY, ALONE = 0.3, 0.12
"""Seconds of each slice: under load, and one request at a time."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


class Unequal(Exception):
    """Two contenders answer the same question differently."""


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 where the contenders' answers differ."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("./run bench", description=__doc__, formatter_class=form)
    parser.add_argument("bench", nargs="?", choices=["read"], default="read")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    parser.add_argument("--scale", type=int, default=1, help="1: 2,000 dossiers (the default); 10: 20,000")
    parser.add_argument("--rounds", type=int, default=10, help="turns that each contender takes (10)")
    asked = parser.parse_args(arguments)
    if not pin(1):
        err.print("[yellow]⚠ one core, or no choice of it: servers, PostgreSQL and load share what there is[/]")
    with embedded.servers(Settings(), fast=True) as settings:
        with progress(err) as told:
            asyncio.run(database.prepare_demo(settings.database_url, asked.scale, seed=37, progress=told))
        try:
            results = read(settings, asked.rounds)
        except Unequal as found:
            err.print(f"✗ {found}", style="red", soft_wrap=True, markup=False)
            return 1
    if asked.json:
        out.out(as_json(results))
    else:
        as_table(results, out)
    return 0


def read(settings: Settings, rounds: int) -> Results:
    """Every contender's figures for every query, after their answers were found equal."""
    results, warm_up = Results("read", CONTENDERS), Results("warm-up", CONTENDERS)
    asked = asyncio.run(bodies(settings.database_url))
    with servers.running(settings) as running:
        targets = {query: running.targets(query, body) for query, body in asked.items()}
        results.sizes = {query: compared(query, contenders) for query, contenders in targets.items()}
        err.print("… câu trả lời giống nhau; đang đo · the answers are equal; measuring")
        for turn in range(rounds + 1):
            take_turns(targets, results if turn else warm_up, turn)
    return results


async def bodies(url: str) -> dict[str, bytes]:
    """The request body of each query."""
    connection = await asyncpg.connect(dsn(url))
    try:
        return {query.name: query.body(await query.variables(connection)) for query in QUERIES}
    finally:
        await connection.close()


def compared(query: str, targets: dict[str, Target]) -> int:
    """The size of the answer, which all give: by hand to the byte, Strawberry but for how it writes moments."""
    laurel, hand = targets["laurel"].answer(), targets["hand"].answer()
    fixed, strawberry = targets["fixed"].answer(), targets["strawberry"].answer()
    if laurel != hand or hand != fixed:
        raise Unequal(f"{query}: {differing(laurel, hand)}")
    if moments(orjson.loads(laurel)) != moments(orjson.loads(strawberry)):
        raise Unequal(f"{query}: {differing(laurel, strawberry)}")
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


def take_turns(targets: dict[str, dict[str, Target]], results: Results, turn: int) -> None:
    """One round: each contender in each query, beginning with another one each time."""
    first = turn % len(CONTENDERS)
    for query, contenders in targets.items():
        for contender in (*CONTENDERS[first:], *CONTENDERS[:first]):
            results.add(query, contender, contenders[contender].measure(BUSY, ALONE))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
