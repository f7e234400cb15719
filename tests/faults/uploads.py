"""Officers who send files for a draft, each another content and some of them infected, and note what they are told."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from itertools import count
from urllib.parse import quote

import httpx
import orjson

from tests.channels.files import samples
from tests.faults.clamd import INFECTED
from tests.faults.experiment import World
from tests.faults.land import CULTURE, PROVINCE
from tests.journey import draft
from tests.web import http_client

PATIENCE = 3.0
"""Seconds an officer waits for an answer, before another file is tried."""
THINKING = 0.3
"""Seconds between two files of one officer, at most."""
LARGE = 200_000
"""Bytes of a file, about."""


class Uploads:
    """What is sent for one dossier, of whose fifty files none is ever a paper."""

    def __init__(self, world: World, infected: float) -> None:
        self._world, self._infected, self._numbers = world, infected, count(1)
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, officers: int) -> None:
        """Put officers to work, each on a draft of their own."""
        self._tasks = [asyncio.create_task(self._work()) for _ in range(officers)]

    async def stop(self) -> None:
        """Have them stop; raises what broke one of them."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def taken(self) -> None:
        """Wait until a file is taken that is sent from now on."""
        begun = len(self._world.history.lines)
        while not any(line.kind == "file-taken" for line in self._world.history.lines[begun:]):
            await asyncio.sleep(0.05)

    async def _work(self) -> None:
        chance = self._world.chance
        async with http_client(timeout=PATIENCE * self._world.machine.slowness) as http:
            while True:
                dossier = await self._drafted()
                for _ in range(40):
                    await self._send(http, dossier)
                    await asyncio.sleep(chance.random() * THINKING)

    async def _drafted(self) -> str:
        key = f"00000000-0000-4000-8000-{self._world.chance.getrandbits(48):012x}"
        said = draft(CULTURE[0], PROVINCE[0], self._world.cluster.land.nominee, f"Hồ sơ có tệp {key}")
        said["idempotencyKey"] = key
        while True:
            answer = await self._world.client.act(
                "draftDossier", "officer", said, "Dossier", "DraftDossierInput", patience=30
            )
            if answer.said is not None:
                return str(answer.said["id"])

    async def _send(self, http: httpx.AsyncClient, dossier: str) -> None:
        number, site, note = next(self._numbers), self._world.site, self._world.history.note
        infected = self._world.chance.random() < self._infected
        text = b"%d %b" % (number, INFECTED if infected else b"sound")
        content = samples.pdf(text, padding=self._world.chance.randrange(LARGE, 2 * LARGE))
        sha256 = hashlib.sha256(content).hexdigest()
        note("file-sent", file=number, site=site.name, sha256=sha256, infected=infected or None)
        headers = {"Authorization": f"Bearer {self._world.cluster.land.tokens['officer']}"}
        headers |= {"Content-Type": "application/pdf", "X-File-Name": quote("tờ trình.pdf")}
        try:
            answer = await http.post(f"{site.address}/web/files?dossier={dossier}", content=content, headers=headers)
            said = orjson.loads(answer.content)
        except (httpx.HTTPError, OSError, orjson.JSONDecodeError) as loss:
            note("file-unanswered", file=number, why=type(loss).__name__)
            return
        if answer.status_code == 201:
            note("file-taken", file=number, id=said["id"], sha256=said["sha256"])
        else:
            code = said["errors"][0].get("extensions", {}).get("code", "NO_CODE")
            note("file-declined", file=number, status=answer.status_code, code=code)


@contextlib.asynccontextmanager
async def uploading(world: World, officers: int, infected: float = 0.0) -> AsyncIterator[Uploads]:
    """Officers who send files until the end of the block."""
    uploads = Uploads(world, infected)
    await uploads.begin(officers)
    try:
        yield uploads
    finally:
        await uploads.stop()
