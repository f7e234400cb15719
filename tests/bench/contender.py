"""`python -m tests.bench.contender NAME`: one contender's server, gone when its parent is."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from channels import serving
from channels.documents import read_documents
from channels.settings import Settings
from models import database
from models.access import Viewer
from resolvers.account import viewer_by_token
from resolvers.engine import Pool
from tests.bench.descriptors import raised
from tests.bench.peers.node import LISTENED, PEERS, run
from tests.bench.queries import QUERIES
from tests.pristine import dsn


async def viewer_of(url: str, token: str) -> Viewer:
    """Whom the token stands for, as Laurel itself finds it."""
    engine = database.write_engine(url)
    async with AsyncSession(engine) as session:
        found = await viewer_by_token(session, token)
    await engine.dispose()
    if found is None:
        raise LookupError("the token does not hold")
    return found[0]


def application(name: str, settings: Settings, token: str) -> Starlette:
    """The contender's application, on the same data and for the same viewer."""
    if name == "laurel":
        return laurel(settings)
    if name == "bytes":
        from tests.bench import fixed

        return fixed.create_app()
    viewer = asyncio.run(viewer_of(settings.database_url, token))
    if name == "limit":
        from tests.bench import limit

        return limit.create_app(settings, viewer)
    if name == "strawberry-push":
        from tests.bench import stock_push

        return stock_push.create_app(settings, viewer)
    from tests.bench import stock

    return stock.create_app(settings, viewer)


def laurel(settings: Settings) -> Starlette:
    """Laurel as it is served, but that the web channel has the bench's documents registered beside its own."""
    from channels.app import create_app

    app = create_app(settings)
    admission = app.state.laurel.admissions["web"]
    with TemporaryDirectory() as folder:
        for query in QUERIES:
            (Path(folder) / f"{query.name}.graphql").write_text(query.document, "utf-8")
        texts = read_documents(admission.channel, admission.engine.schema, Path(folder)).texts
    admission.documents = replace(admission.documents, texts={**admission.documents.texts, **texts})
    counted = Counted(app.state.laurel.pool)
    counted.listen(app.state.laurel.writing.sync_engine)
    app.router.routes.insert(0, Route("/statements", counted.tell))
    return app


@dataclass
class Counted:
    """What Laurel sends to PostgreSQL for its clients; the feed's numbering has connections of its own."""

    pool: Pool
    written: int = 0
    commits: int = 0

    def listen(self, writing: Engine) -> None:
        """Count what is sent, and what is committed, on the connections that write."""

        def sent(*_: Any) -> None:
            self.written += 1

        def committed(_: Any) -> None:
            self.commits += 1

        event.listen(writing, "before_cursor_execute", sent)
        event.listen(writing, "commit", committed)

    async def tell(self, _: Request) -> PlainTextResponse:
        """Statements, and commits."""
        return PlainTextResponse(f"{self.written + self.pool.sent} {self.commits}")


async def spent(_: Request) -> PlainTextResponse:
    """Seconds of CPU this process has used, all threads, user and system."""
    return PlainTextResponse(repr(time.process_time()))


async def peak(_: Request) -> PlainTextResponse:
    """Kilobytes of memory this process had when it had most; nothing where the system does not tell."""
    return PlainTextResponse(peak_memory())


def peak_memory() -> str:
    """The system's own word for it; getrusage would count what the parent had before this was a process of its own."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else ""


def end_with_parent() -> None:
    """Standard input closes when the parent ends, however it ended."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def main(name: str) -> None:
    """Serve until the parent ends; the first line told is the address."""
    raised()
    settings, token = Settings.from_environment(), os.environ.get("BENCH_TOKEN", "")
    if name in PEERS or name == LISTENED:
        run(name, dsn(settings.database_url), asyncio.run(viewer_of(settings.database_url, token)))
    end_with_parent()
    app: Any = application(name, settings, token)
    app.router.routes.insert(0, Route("/spent", spent))
    app.router.routes.insert(0, Route("/peak", peak))
    app.router.routes.insert(0, Route("/readyz", lambda _: PlainTextResponse("ok")))
    serving.run(app, settings, serving.listen("127.0.0.1", 0), lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(sys.argv[1])
