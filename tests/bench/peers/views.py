"""What PostGraphile is shown while the bench runs: a schema of views, and documents in its own words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncpg

from models.access import Viewer
from models.workflow import DossierStatus
from tests.bench.peers.node import HERE
from tests.pristine import dsn

REMOVED = "drop schema if exists peers cascade"


def document(query: str) -> str:
    """The query as PostGraphile is asked it: the same data under the same keys."""
    return (HERE / f"{query}.graphql").read_text()


@contextmanager
def shown(url: str, viewer: Viewer) -> Iterator[None]:
    """The views of what this viewer sees, until the end of the block."""
    asyncio.run(_execute(url, f"{REMOVED}; {_statements(viewer)}"))
    try:
        yield
    finally:
        asyncio.run(_execute(url, REMOVED))


async def _execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(dsn(url))
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


def _statements(viewer: Viewer) -> str:
    """The views' SQL; views take no parameters, so what the viewer is comes in as literals."""
    values = {
        "proposes_in": _labels(viewer.proposes_in),
        "handles_in": _labels(viewer.handles_in),
        "account_id": f"'{viewer.account_id}'",
        "statuses": _labels([status.name for status in DossierStatus]),
    }
    return re.sub(rf":({'|'.join(values)})\b", lambda name: values[name[1]], (HERE / "views.sql").read_text())


def _labels(of: Sequence[str]) -> str:
    """An array of paths or names, which are made of letters, digits, underscores and dots."""
    return "'{" + ",".join(of) + "}'"
