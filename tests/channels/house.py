"""A supervisor and its workers as real processes on one port, over a province just settled."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psutil

import models as rows
from models import database
from resolvers.account import token_hash
from resolvers.engine import Engine, Pool
from resolvers.feed import Feed
from schema import schema
from tests.history import connect, until_numbered
from tests.patience import HANGING
from tests.ports import kept_port
from tests.province import Province, settle
from tests.web import http_client

ROOT = Path(__file__).resolve().parents[2]
SERVING = """
import runpy
from channels import workers
workers.SILENCE = 600
runpy.run_module("channels", run_name="__main__")
"""
"""`python -m channels`, but that no worker which a test freezes is taken to hang, however long the test takes."""


class House:
    """A supervisor and its workers, and clients that go to the worker a test wants."""

    def __init__(
        self, process: asyncio.subprocess.Process, address: str, log: Path, url: str, province: Province
    ) -> None:
        self.process, self.address, self.log, self.url, self.province = process, address, log, url, province

    @property
    def workers(self) -> list[psutil.Process]:
        """The processes that serve, by their numbers."""
        found = psutil.Process(self.process.pid).children()
        return sorted((each for each in found if "worker" in each.cmdline()), key=lambda each: each.cmdline()[4])

    @contextlib.asynccontextmanager
    async def only(self, number: int) -> AsyncIterator[None]:
        """None but this worker takes connections: the others are frozen meanwhile, with nothing left to number."""
        connection = await connect(self.url)
        await until_numbered(connection)
        await connection.close()
        others = [worker for index, worker in enumerate(self.workers, start=1) if index != number]
        for worker in others:
            worker.suspend()
        try:
            yield
        finally:
            for worker in others:
                worker.resume()

    async def token(self, who: str) -> str:
        token = secrets.token_urlsafe(32)
        until = datetime.now(UTC) + timedelta(hours=1)
        account = self.province.viewers[who].account_id
        async with self.province.sessions.begin() as session:
            session.add(rows.Session(token_hash=token_hash(token), account_id=account, expires_at=until))
        return token

    async def ask(self, token: str, query: str, **variables: Any) -> Any:
        """One answer, over a connection of its own, so that any worker may take it."""
        async with http_client(self.address) as http:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await http.post("/web/graphql", json={"query": query, "variables": variables}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def told(self) -> list[dict[str, Any]]:
        """What the processes wrote on stderr, each whole line a JSON object."""
        lines = self.log.read_bytes().split(b"\n")[:-1]
        return [orjson.loads(line) for line in lines if line.startswith(b"{")]

    async def gone(self) -> int:
        """The supervisor's exit code."""
        return await asyncio.wait_for(self.process.wait(), 2 * HANGING)


@contextlib.asynccontextmanager
async def opened(url: str, redis_url: str, folder: Path) -> AsyncIterator[House]:
    """Two workers on a province just settled."""
    engine = database.write_engine(url, 2)
    pool, feed = Pool(url, size=1), Feed(url, None)
    province = await settle(Engine(schema, pool), feed, database.sessions(engine))
    given = {"DATABASE_URL": url, "REDIS_URL": redis_url, "LAUREL_READERS": "2", "LAUREL_DATA": str(folder)}
    given["LAUREL_RATES"] = "none"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")}
    with kept_port() as port:
        with (folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", SERVING, "serve", "--workers", "2", "--port", str(port)),
                cwd=ROOT,
                env=kept | given | {"LAUREL_SECURE_COOKIES": "false"},
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert process.stdout
        ready = (await asyncio.wait_for(process.stdout.readline(), HANGING)).decode()
        assert ready == f"ready http://127.0.0.1:{port}\n", (folder / "log").read_text()
    house = House(process, ready.split()[1], folder / "log", url, province)
    yield house
    if process.returncode is None:
        process.kill()
        await process.wait()
    await pool.close()
    await engine.dispose()
