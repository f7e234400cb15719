"""What befalls a site that is being renewed: releases side by side, and all workers replaced under load."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil

from tests.faults import released, subscriber
from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment
from tests.faults.nemesis.processes import begin_anew
from tests.faults.site import Site


def side_by_side(home: Path) -> None:
    """Write down, before anything starts, which documents each release knows: the second server is of the next one."""
    released.write(home / "site1", newer=False)
    released.write(home / "site2", newer=True)


@experiment(
    "RELEASE", "two releases side by side, each with a document that the other does not know, until all are renewed",
    prepare=side_by_side, laurel={released.DOCUMENTS: "{home}/{name}"},
)  # fmt: skip
async def renewed(world: World) -> None:
    """Who asks the other release's document is told so, and nothing is kept of that; cursors are anybody's."""
    old, new = world.cluster.sites
    world.listen("newcomer", subscriber.Wish(None, "portal", "sse", "decisions", _asks("DecisionPublishedAnew")))
    key = await world.load.submitted.get()
    wish = subscriber.Wish(
        "nominee", "mobile", "ws", f"dossier:{key.partition('_')[2]}", _asks("DossierMovedAnew", id=key)
    )
    world.listen("nominee-newcomer", wish)
    await world.machine.within(20, _told(world, "newcomer"))
    await _each_its_own(world, old, new)
    await _pages(world, old, new)
    world.tell("SIGTERM", site=old.name)
    released.write(world.cluster.home / old.name, newer=True)
    world.tell("gone", site=old.name, seconds=round(await old.leave(), 2))
    old.begin()
    await old.ready()
    for site in (old, new):
        assert await _status(world, site, "LatestDecisionsAnew") == (200, None)
        assert await _status(world, site, "LatestDecisions") == (200, None)
    await world.last(2)


def _asks(document: str, **variables: Any) -> dict[str, Any]:
    return {"documentId": document, "variables": variables}


async def _each_its_own(world: World, old: Site, new: Site) -> None:
    """Again and again: a refusal by one release may stand in nobody's way at the other."""
    for _ in range(3):
        assert await _status(world, old, "LatestDecisionsAnew") == (404, "DOCUMENT_NOT_FOUND")
        assert await _status(world, new, "LatestDecisionsAnew") == (200, None)
        assert await _status(world, old, "LatestDecisions") == (200, None)
    world.tell("each release answers its own documents")


async def _pages(world: World, old: Site, new: Site) -> None:
    """A page's cursor that one release gave opens the next page at the other."""
    first = (await _asked(world, new, "LatestDecisionsAnew", first=1)).json()["data"]["decisions"]
    cursor = first["pageInfo"]["endCursor"]
    second = (await _asked(world, old, "LatestDecisions", first=1, after=cursor)).json()["data"]["decisions"]
    assert second["nodes"] != first["nodes"], (first, second)


async def _status(world: World, site: Site, document: str) -> tuple[int, str | None]:
    answer = await _asked(world, site, document, first=1)
    code = None if answer.status_code == 200 else answer.json()["errors"][0]["extensions"]["code"]
    if code is not None:
        assert answer.headers["cache-control"] == "no-store", answer.headers
    return answer.status_code, code


async def _asked(world: World, site: Site, document: str, **variables: Any) -> httpx.Response:
    said = {"documentId": document, "variables": orjson.dumps(variables).decode()}
    return await world.client.http.get(f"{site.address}/portal/graphql", params=said)


async def _told(world: World, listener: str) -> None:
    while not any(line.kind == "told" and line["listener"] == listener for line in world.history.lines):
        await asyncio.sleep(0.1)


@experiment("ROLLING", "servers of two workers each are replaced under load: worker by worker, then whole", workers=2)
async def rolling(world: World) -> None:
    """A worker told to end finishes what it answers and is begun again; a supervisor ends all of its own in 25 s."""
    for site in world.cluster.sites:
        for worker in psutil.Process(site.pid).children():
            world.tell("SIGTERM to a worker", site=site.name, process=worker.pid)
            worker.send_signal(signal.SIGTERM)
            await world.machine.within(60, _succeeded(site, worker))
    await begin_anew(world)


async def _succeeded(site: Site, worker: psutil.Process) -> None:
    """Wait until a worker is gone, and as many are ready as were."""
    before = site.log.read_bytes().count(b'"event":"a worker is ready"')
    while worker.is_running() or site.log.read_bytes().count(b'"event":"a worker is ready"') == before:
        await asyncio.sleep(0.1)
