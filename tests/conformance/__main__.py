"""`./run conformance`: what others make, against a running Laurel, each check of theirs reported.

From npm graphql-http's audits, the graphql-ws and graphql-sse clients, and each way a socket is closed; what client
teams build with (graphql-inspector, graphql-eslint, relay-compiler, graphql-codegen with tsc) on the SDL and our
documents; oidc-provider, to sign in by; from PyPI Schemathesis. What needs Node 20 or later is passed over without it,
which is said loudly.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import structlog
import uvicorn
from rich.console import Console
from rich.table import Table

from channels import codes, database, embedded, serving
from channels.app import create_app
from channels.budgets import Rates
from channels.progress import progress
from channels.settings import Settings
from models import demo
from tests.conformance.suites import SUITES, Outcome, Suite, ready
from tests.pristine import dsn

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 where a check failed or could not be made; 0 also where there is no Node, which is said."""
    parser = argparse.ArgumentParser("./run conformance", description=__doc__)
    names = [suite.name for suite in SUITES]
    parser.add_argument("suites", nargs="*", metavar="suite", help=f"these alone, of {', '.join(names)}")
    parser.add_argument("--verbose", action="store_true", help="list the checks that passed too")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.suites) - set(names):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    suites = [suite for suite in SUITES if not asked.suites or suite.name in asked.suites]
    suites, passed_over = ready(suites, err)
    if suites is None:
        return 1
    outcomes = served_to(suites) if suites else []
    return report(outcomes, passed_over, verbose=asked.verbose)


def served_to(suites: Sequence[Suite]) -> list[Outcome]:
    """What every check of these suites came to, against one server with a demo's data."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    uncounted = Settings(rates=Rates(times=0))  # thousands of cases come from one address
    with embedded.servers(uncounted, fast=True) as running:
        with progress(err) as told:
            asyncio.run(database.prepare_demo(running.database_url, scale=1, seed=37, progress=told))
        return asyncio.run(checked(running, suites))


async def checked(settings: Settings, suites: Sequence[Suite]) -> list[Outcome]:
    """The same, suite by suite."""
    connection = await asyncpg.connect(dsn(settings.database_url))
    nominee = await connection.fetchval("select nominee_id from account where username = 'nghenhan'")
    await connection.close()
    outcomes: list[Outcome] = []
    async with served(settings) as address:
        known = {code.name: code.status for code in codes.every()}
        facts = {"address": address, "password": demo.PASSWORD, "nominee": f"Nominee_{nominee}", "codes": known}
        told = json.dumps(facts)
        for suite in suites:
            began = time.monotonic()
            found = await suite.outcomes(told)
            err.print(f"… {suite.name}: {len(found)} checks, {time.monotonic() - began:.0f} s")
            outcomes += found
    return outcomes


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


def report(outcomes: list[Outcome], passed_over: Sequence[str], *, verbose: bool) -> int:
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
    missing = f", PASSED OVER: {', '.join(passed_over)}" if passed_over else ""
    out.print(f"{len(outcomes) - failed} passed, {failed} failed{missing}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
