"""`serve --workers`: real processes on one port, any of which serves any client; whoever ends is begun again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import psutil
import pytest
import websockets
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from channels import workers
from channels.obstacles import NotReady
from channels.settings import Settings
from tests.channels.conftest import PROTOCOL
from tests.channels.house import House, opened
from tests.history import connect, until
from tests.patience import HANGING, Slowness
from tests.pristine import clone, drop
from tests.web import http_client

DRAFT = """
mutation($input: DraftDossierInput!) { draftDossier(input: $input) { __typename ... on Dossier { id version } } }
"""
MOVED = "subscription($id: ID!, $after: Cursor) { dossierMoved(id: $id, after: $after) { cursor event { act } } }"


@pytest.fixture(scope="module")
async def house(servers: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One for all tests after which it goes on."""
    name = f"laurel_{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}_workers"
    url = await clone(servers.database_url, name)
    async with opened(url, servers.redis_url or "none", tmp_path_factory.mktemp("workers")) as house:
        yield house
    await drop(url)


@pytest.fixture
async def ending(fresh_database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """One for a test in which it ends."""
    async with opened(fresh_database_url, redis_url, tmp_path) as house:
        yield house


async def test_each_of_them_answers_and_says_in_the_log_which_it_is(house: House) -> None:
    for number in (1, 2):
        async with house.only(number), http_client(house.address) as http:
            assert (await http.get("/portal/graphql?documentId=LatestDecisions")).status_code == 200
            assert (await http.get("/readyz")).status_code == 200
    asked = "a line of each that was asked"
    await until(lambda: {line["worker"] for line in house.told() if line["event"] == "graphql"} == {1, 2}, asked)
    assert {line["worker"] for line in house.told() if line["event"] == "a worker is ready"} == {1, 2}


async def test_a_key_used_with_one_is_answered_the_same_by_another(house: House) -> None:
    token, said = await house.token("officer"), {**house.province.draft(), "idempotencyKey": str(uuid4())}
    async with house.only(1):
        first = await house.ask(token, DRAFT, input=said)
    async with house.only(2):
        assert await house.ask(token, DRAFT, input=said) == first
    async with house.province.sessions() as session:
        kept = select(rows.StoredReply).where(rows.StoredReply.key == said["idempotencyKey"])
        assert len((await session.scalars(kept)).all()) == 1


async def test_what_one_commits_is_told_by_another_and_a_stream_goes_on_there_by_its_cursor(house: House) -> None:
    officer, head = await house.token("officer"), await house.token("head")
    made = (await house.ask(officer, DRAFT, input={**house.province.draft(), "idempotencyKey": str(uuid4())}))[
        "draftDossier"
    ]
    async with house.only(1):
        after = (await house.ask(officer, "{ eventHead }"))["eventHead"]
    async with house.only(1), stream(house, officer, made["id"], after=after) as events:
        pass_on = {"id": made["id"], "expectedVersion": 1, "idempotencyKey": str(uuid4())}
        for worker in house.workers:
            worker.resume()
        submit = "mutation($input: DossierStepInput!) { submitDossier(input: $input) { __typename } }"
        assert await house.ask(head, submit, input=pass_on) == {"submitDossier": {"__typename": "Dossier"}}
        told = await anext(events)
    assert told["event"]["act"] == "SUBMIT"
    desk = await house.token("desk")
    receive = "mutation($input: DossierStepInput!) { receiveDossier(input: $input) { __typename } }"
    done = {"id": made["id"], "expectedVersion": 2, "idempotencyKey": str(uuid4())}
    assert await house.ask(desk, receive, input=done) == {"receiveDossier": {"__typename": "Dossier"}}
    async with house.only(2), stream(house, officer, made["id"], after=told["cursor"]) as events:
        assert (await anext(events))["event"]["act"] == "RECEIVE"


@contextlib.asynccontextmanager
async def stream(house: House, token: str, dossier: str, after: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """What happens to a dossier after a cursor, as a new socket is told."""
    address = house.address.replace("http", "ws")
    async with websockets.connect(f"{address}/web/graphql", subprotocols=[PROTOCOL]) as socket_:
        await say(socket_, {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert orjson.loads(await socket_.recv()) == {"type": "connection_ack"}
        asked = {"query": MOVED, "variables": {"id": dossier, "after": after}}
        await say(socket_, {"id": "1", "type": "subscribe", "payload": asked})
        yield (orjson.loads(said)["payload"]["data"]["dossierMoved"] async for said in socket_)


async def say(socket_: Any, message: dict[str, Any]) -> None:
    await socket_.send(orjson.dumps(message).decode())


async def test_one_that_is_killed_is_begun_again_and_nobody_is_refused_meanwhile(house: House) -> None:
    before = house.workers
    before[0].kill()
    async with asyncio.timeout(HANGING):
        while len(now := house.workers) < 2 or before[0].pid in {each.pid for each in now} or not ready_again(house):
            async with http_client(house.address) as http:
                assert (await http.get("/livez")).status_code == 200
            await asyncio.sleep(0.05)
    assert now[1].pid == before[1].pid
    [ended] = [line for line in house.told() if "begun again" in line["event"]]
    assert (ended["worker"], ended["code"]) == (1, -signal.SIGKILL)
    async with house.only(1), http_client(house.address) as http:
        assert (await http.get("/readyz")).status_code == 200


def ready_again(house: House) -> bool:
    return len([line for line in house.told() if line["event"] == "a worker is ready"]) == 3


EVENTS = "/portal/graphql?documentId=DecisionPublished"


async def never_ending(address: str) -> asyncio.StreamWriter:
    """A request whose body never comes whole."""
    _, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    writer.write(
        b"POST /web/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    )
    await writer.drain()
    return writer


async def until_one_waits(house: House) -> None:
    """Wait until somebody's statement waits for a lock."""
    connection = await connect(house.url)
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with asyncio.timeout(HANGING):
        while not await connection.fetchval(waiting):
            await asyncio.sleep(0.02)
    await connection.close()


async def leaving(house: House) -> int | None:
    """Wait until a worker has heard that it is to end: with what it says to whoever asks, None where none listens."""
    async with asyncio.timeout(HANGING):
        while True:
            try:
                async with http_client(house.address) as http:
                    said = (await http.get("/readyz")).status_code
            except httpx.TransportError:
                return None
            if said != 200:
                return said
            await asyncio.sleep(0.01)


async def test_told_to_end_it_says_so_first_finishes_what_it_answers_and_sends_streams_away(ending: House) -> None:
    """A request waits for a lock while the signal comes: it is answered, streams are told when to come back.

    Clients that never end their requests keep the whole for 25 seconds at most.
    """
    province, token, slowness = ending.province, await ending.token("officer"), Slowness()
    made = (await ending.ask(token, DRAFT, input={**province.draft(), "idempotencyKey": str(uuid4())}))["draftDossier"]
    address = ending.address.replace("http", "ws")
    stuck = [await never_ending(ending.address) for _ in range(4)]
    async with (
        websockets.connect(f"{address}/web/graphql", subprotocols=[PROTOCOL]) as socket_,
        http_client(ending.address) as http,
        http.stream("GET", EVENTS, headers={"Accept": "text/event-stream"}) as events,
    ):
        await say(socket_, {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert orjson.loads(await asyncio.wait_for(socket_.recv(), HANGING)) == {"type": "connection_ack"}
        lines = events.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        async with province.sessions.begin() as session:
            await session.execute(select(rows.Dossier).with_for_update())
            step = {"id": made["id"], "expectedVersion": 1, "idempotencyKey": str(uuid4())}
            delete = "mutation($input: DossierStepInput!) { deleteDraft(input: $input) { __typename } }"
            asked = asyncio.create_task(ending.ask(token, delete, input=step))
            await until_one_waits(ending)
            ending.process.terminate()
            began = time.monotonic()
            assert await leaving(ending) == 503
            async with http_client(ending.address) as other:
                assert (await other.get("/livez")).status_code == 200
            rest = [line async for line in lines]
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await asyncio.wait_for(socket_.recv(), HANGING)
        assert (await asked)["deleteDraft"]["__typename"] == "Dossier"
    retries = [int(line.split()[1]) for line in rest if line.startswith("retry: ")]
    assert len(retries) == 1
    assert 1000 <= retries[0] <= 10_000
    assert "event: complete" not in rest
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert 1 <= int(closed.value.rcvd.reason.rpartition("in ")[2].removesuffix(" s")) <= 10
    assert await ending.gone() == 128 + signal.SIGTERM
    assert time.monotonic() - began < 25 * slowness.times
    for writer in stuck:
        writer.close()
    assert not [line for line in ending.told() if line["event"] == "a worker ended and is begun again"]


async def test_a_second_signal_ends_it_without_waiting(ending: House) -> None:
    writer = await never_ending(ending.address)
    left, slowness = ending.workers, Slowness()
    ending.process.terminate()
    await leaving(ending)
    began = time.monotonic()
    ending.process.terminate()
    assert await ending.gone() == 128 + signal.SIGTERM
    assert time.monotonic() - began < 3 * slowness.times
    assert not any(each.is_running() for each in left)
    writer.close()


async def test_and_in_the_end_none_outlives_a_supervisor_that_is_killed(house: House) -> None:
    left = house.workers
    house.process.kill()
    await house.process.wait()
    async with asyncio.timeout(HANGING):
        while any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in left):
            await asyncio.sleep(0.05)


async def test_one_that_hangs_is_killed_and_begun_again(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(workers, "SILENCE", 4)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        given = {"DATABASE_URL": fresh_database_url, "REDIS_URL": "none", "LAUREL_DATA": str(tmp_path)}
        worker = workers.Worker(1, listener, {**os.environ, **given})
        keeping = asyncio.create_task(worker.keep())
        await asyncio.wait_for(worker.ready.wait(), HANGING)
        assert worker.process
        first = worker.process.pid
        worker.send(signal.SIGSTOP)
        async with asyncio.timeout(HANGING):
            while worker.process.pid == first:
                await asyncio.sleep(0.05)
        keeping.cancel()
        worker.send(signal.SIGKILL)
        await worker.gone()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_one_that_cannot_even_begin_ends_all_of_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wrong = {**os.environ, "LAUREL_PORT": "none"}
        keeping = asyncio.create_task(workers.Worker(1, listener, wrong).keep())
        with pytest.raises(NotReady, match="exit code 1"):
            await workers.all_ready([workers.Worker(2, listener, wrong)], {keeping}, "http://x")


async def test_more_connections_than_there_are_is_known_beforehand(
    database_url: str, sessions: async_sessionmaker[AsyncSession]
) -> None:
    assert await workers.too_many(Settings(database_url=database_url), 2) is None
    assert await workers.too_many(Settings(database_url=database_url), 64) == (64 * 18 + 10, 120)
