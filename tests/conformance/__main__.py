"""`./run conformance`: the clients and audits of others against a running Laurel, each check of theirs reported.

graphql-http's audits of GraphQL over HTTP, the graphql-ws and graphql-sse clients, and each way a socket is closed.
Needs Node 20 or later; without it nothing is checked, which is said loudly.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import structlog
import uvicorn
from rich.console import Console
from rich.table import Table

from channels import database, embedded, serving
from channels.budgets import Rates
from channels.app import create_app
from channels.progress import progress
from channels.settings import Settings
from models import demo
from tests.conformance import node
from tests.pristine import dsn

SUITES = ("audit", "portal", "sockets", "frames", "sse")
"""Scripts beside this one, each run by a Node of its own."""
PATIENCE = 180.0
"""Seconds a whole suite may take."""

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Outcome:
    """One check, and why it failed where it did."""

    suite: str
    check: str
    passed: bool
    reason: str | None = None


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 where a check failed or could not be made; 0 also where there is no Node, which is said."""
    parser = argparse.ArgumentParser("./run conformance", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="suite", help=f"these alone, of {', '.join(SUITES)}")
    parser.add_argument("--verbose", action="store_true", help="list the checks that passed too")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.suites) - set(SUITES):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    try:
        program = node.find()
        node.install()
    except node.NoNode as found:
        err.print(
            f"[bold yellow]⚠ BỎ QUA kiểm tra tương hợp: cần Node ≥ {node.OLDEST} và npm, máy này có: {found}.[/]\n"
            f"[bold yellow]⚠ SKIPPED conformance: Node ≥ {node.OLDEST} and npm are needed, found: {found}.[/]"
        )
        return 0
    except node.NotInstalled as problem:
        err.print(f"[red]✗[/] npm ci: {problem}", markup=True, soft_wrap=True)
        err.print("  Kiểm tra mạng rồi chạy lại. · Check the network, then run again.")
        return 1
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    uncounted = Settings(rates=Rates(times=0))  # thousands of cases come from one address
    with embedded.servers(uncounted, fast=True) as running:
        with progress(err) as told:
            asyncio.run(database.prepare_demo(running.database_url, scale=1, seed=37, progress=told))
        outcomes = asyncio.run(checked(running, program, asked.suites or SUITES))
    return report(outcomes, verbose=asked.verbose)


async def checked(settings: Settings, program: str, suites: Sequence[str]) -> list[Outcome]:
    """What every check of these suites came to, against one server."""
    connection = await asyncpg.connect(dsn(settings.database_url))
    nominee = await connection.fetchval("select nominee_id from account where username = 'nghenhan'")
    await connection.close()
    async with served(settings) as address:
        told = {"address": address, "password": demo.PASSWORD, "nominee": f"Nominee_{nominee}"}
        return [outcome for suite in suites for outcome in await outcomes_of(suite, program, json.dumps(told))]


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """The application on a free port, until the end of the block."""
    app = create_app(settings)
    listener = serving.listen("127.0.0.1", 0)
    server = uvicorn.Server(serving.configured(app, settings))
    ready = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(server.serve(sockets=[listener]))
    telling = asyncio.create_task(serving.tell_when_ready(server, serving.address(listener), ready.set_result))
    try:
        yield await ready
    finally:
        app.state.leave()
        server.should_exit = True
        await asyncio.gather(task, telling)


async def outcomes_of(suite: str, program: str, told: str) -> list[Outcome]:
    """Run one suite; a script that breaks, or finds nothing to check, is a failed check too."""
    err.print(f"… {suite}")
    process = await asyncio.create_subprocess_exec(
        program,
        f"{suite}.mjs",
        cwd=node.HERE,
        env={"PATH": "/usr/bin:/bin", "LAUREL_CONFORMANCE": told, "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, wrong = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        return [Outcome(suite, "the suite ends", False, f"not within {PATIENCE:.0f} s")]
    outcomes = [Outcome(**json.loads(line)) for line in said.decode().splitlines() if line.startswith("{")]
    if process.returncode or not outcomes:
        outcomes.append(Outcome(suite, "the suite runs to its end", False, wrong.decode()[-2000:]))
    return outcomes


def report(outcomes: list[Outcome], *, verbose: bool) -> int:
    """A table of the suites, each failure with its reason, and the totals last; the exit code."""
    table = Table("suite", "passed", "failed", box=None, pad_edge=False)
    for suite in dict.fromkeys(outcome.suite for outcome in outcomes):
        counts = [sum(o.suite == suite and o.passed is passed for o in outcomes) for passed in (True, False)]
        table.add_row(suite, str(counts[0]), f"[red]{counts[1]}[/]" if counts[1] else "0")
    for outcome in outcomes:
        if verbose or not outcome.passed:
            out.print("✓" if outcome.passed else "✗", f"{outcome.suite}: {outcome.check}", markup=False, soft_wrap=True)
        if outcome.reason:
            out.print(f"    {outcome.reason}", markup=False, soft_wrap=True, style="dim")
    out.print(table)
    failed = sum(not outcome.passed for outcome in outcomes)
    out.print(f"{len(outcomes) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
