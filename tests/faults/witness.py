"""Those who only look: readers of the public pages, and a probe of each server's readiness."""

from __future__ import annotations

import asyncio
import random
import time

import httpx
import orjson

from tests.faults.client import PATIENCE, Client
from tests.faults.history import History
from tests.faults.machine import Machine
from tests.faults.site import Site
from tests.web import http_client

EVERY = 0.25
SOON = 2.5
"""Seconds, of an idle machine, within which a server says whether it is ready."""
PAGES = ("/", "/portal/graphql?documentId=LatestDecisions")


async def read_pages(client: Client, history: History, chance: random.Random, machine: Machine) -> None:
    """Read public pages for ever, from each server in turn; the decisions seen are noted by their numbers."""
    while True:
        site, page, begun = client.another(), chance.choice(PAGES), time.monotonic()
        try:
            response = await client.http.get(site.address + page, timeout=PATIENCE * machine.slowness)
            facts = {"status": response.status_code} | _seen(response)
        except (httpx.HTTPError, OSError) as loss:
            facts = {"status": 0, "loss": type(loss).__name__}
        history.note("page", site=site.name, page=page, ms=round(1000 * (time.monotonic() - begun)), **facts)
        await asyncio.sleep(EVERY * chance.uniform(0.5, 1.5))


def _seen(response: httpx.Response) -> dict[str, object]:
    if response.status_code != 200 or "json" not in response.headers["content-type"]:
        return {}
    said = orjson.loads(response.content)
    if "errors" in said:
        return {"code": said["errors"][0].get("extensions", {}).get("code", "NO_CODE")}
    return {"seen": [node["number"] for node in said["data"]["decisions"]["nodes"]]}


async def probe(site: Site, history: History, machine: Machine) -> None:
    """Note whenever a server begins to say that it is ready, or at two looks in a row does not."""
    was: bool | None = None
    missed = 0
    async with http_client(timeout=5) as client:
        while True:
            now = await site.answers(client, SOON * machine.slowness)
            missed = 0 if now else missed + 1
            if now is not was and missed != 1:
                history.note("ready" if now else "unready", site=site.name)
            was = was if missed == 1 else now
            await asyncio.sleep(EVERY)
