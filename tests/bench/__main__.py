"""`./run bench [read|write|push|cache|growth]`: what a read costs the server, beside what it could at best; and an act.

read: contenders answer the same queries with equal answers, taking turns round by round:
  laurel      a document by POST on the web channel, with session, limits, access predicates and log
  trusted     the same document, registered, by its id
  hand        SQL written by hand that gives the same bytes, behind a bare Starlette route: the limit
  fixed       those bytes without a database
  strawberry  stock Strawberry on the same tables, with the ORM and DataLoaders
  postgraphile, mercurius, yoga   where there are Node and npm: the same tables, prepared statements, graphql-jit
write: each act of a dossier's journey, with its statements and commits, on a copy of the data that is thrown away.
push: one event to 1,000 and 10,000 sockets, beside stock Strawberry and graphql-ws; idle sockets; catching up.
cache: answers kept for the public, as a hit, a 304 and a miss, beside a bare route that gives the same bytes.
growth: Laurel alone, on data of growing scale, each in a database of its own that is kept under .laurel/.
Servers run on one core; PostgreSQL and the load on another. Only ratios and CPU mean anything on a shared machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from channels.settings import Settings
from tests.bench import targets
from tests.bench.cache import Hits, cache
from tests.bench.cores import REST, pin
from tests.bench.growth import growth, scales
from tests.bench.kept import kept, loaded
from tests.bench.peers import node
from tests.bench.postgres import postgres_at
from tests.bench.push import Pushes, push
from tests.bench.read import Unequal, read
from tests.bench.report import Results, as_json, err, out
from tests.bench.write import Writes, write


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 where the contenders' answers differ."""
    asked = parsed(arguments)
    try:
        results = MEASURED[asked.bench](asked)
    except Unequal as found:
        err.print(f"✗ {found}", style="red", soft_wrap=True, markup=False)
        return 1
    if asked.json:
        out.out(as_json(results.lines()))
    else:
        results.tell(out)
    reached = list(targets.goals(results)) if isinstance(results, Results) else results.goals()
    targets.tell(reached, err if asked.json else out)
    return 0


def measured_writes(asked: argparse.Namespace) -> Writes:
    """What every act costs."""
    settings = Settings()
    with kept(settings) as running:
        at = replace(running, database_url=loaded(running, asked.scale))
        postgres = postgres_at(at.database_url)
        if pinned() and postgres and not settings.database_url:
            postgres.pin(REST)
        return write(at, asked.rounds)


def measured_growth(asked: argparse.Namespace) -> Results:
    """Laurel's figures on every scale."""
    pinned()
    return growth(Settings(), scales(asked.to), asked.rounds)


def measured_reads(asked: argparse.Namespace) -> Results:
    """Every contender's figures; data are loaded on all cores there are."""
    peers = () if asked.no_peers else with_node()
    settings = Settings()
    with kept(settings) as running:
        at = replace(running, database_url=loaded(running, asked.scale))
        postgres = postgres_at(at.database_url)
        if pinned() and postgres and not settings.database_url:
            postgres.pin(REST)
        return read(at, asked.rounds, peers)


def measured_pushes(asked: argparse.Namespace) -> Pushes:
    """What it costs to tell many."""
    peers = with_node() and (node.LISTENED,) if not asked.no_peers else ()
    settings = Settings()
    with kept(settings) as running:
        at = replace(running, database_url=loaded(running, 1))
        postgres = postgres_at(at.database_url)
        if pinned() and postgres and not settings.database_url:
            postgres.pin(REST)
        return push(at, peers)


def measured_hits(asked: argparse.Namespace) -> Hits:
    """What the public's answers cost."""
    settings = Settings()
    with kept(settings) as running:
        at = replace(running, database_url=loaded(running, 1))
        postgres = postgres_at(at.database_url)
        if pinned() and postgres and not settings.database_url:
            postgres.pin(REST)
        return cache(at, asked.rounds)


MEASURED: dict[str, Callable[[argparse.Namespace], Results | Writes | Pushes | Hits]] = {
    "read": measured_reads,
    "write": measured_writes,
    "push": measured_pushes,
    "cache": measured_hits,
    "growth": measured_growth,
}


def pinned() -> bool:
    """Leave the first core to the servers; where that cannot be, say so."""
    alone = pin(REST)
    if not alone:
        err.print("[yellow]⚠ one core, or no choice of it: servers, PostgreSQL and load share what there is[/]")
    return alone


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked of the bench."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("./run bench", description=__doc__, formatter_class=form)
    parser.add_argument("bench", nargs="?", choices=list(MEASURED), default="read")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    parser.add_argument(
        "--scale", type=int, default=10, help="read, write: 10 is 20,000 dossiers (the default); 1 is 2,000"
    )
    parser.add_argument(
        "--to", type=int, default=50, help="growth: up to this scale (50 is 100,000 dossiers, the default)"
    )
    parser.add_argument("--rounds", type=int, default=10, help="turns that each contender takes (10)")
    parser.add_argument("--no-peers", action="store_true", help="read, push: leave out the servers for Node")
    return parser.parse_args(arguments)


def with_node() -> tuple[str, ...]:
    """The peers that can be measured here: all, or none, which is said loudly."""
    try:
        node.install()
    except node.NoNode as found:
        err.print(
            f"[bold yellow]⚠ BỎ QUA các máy chủ Node: cần npm và Node ≥ {node.OLDEST}, máy này có: {found}.[/]\n"
            f"[bold yellow]⚠ SKIPPED the servers for Node: npm and Node ≥ {node.OLDEST} are needed, found: {found}.[/]"
        )
        return ()
    except node.NotInstalled as problem:
        err.print(
            f"⚠ SKIPPED the servers for Node: npm ci: {problem}", style="bold yellow", soft_wrap=True, markup=False
        )
        return ()
    err.print(f"… {node.versions()}")
    return tuple(node.PEERS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
