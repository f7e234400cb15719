"""PostgreSQL restarts, freezes or has no connection left beneath a server: what it answers then and afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels import app
from channels.settings import Settings
from models import catalogue, database
from tests.channels.conftest import UNCOUNTED, Site, codes, served
from tests.faults.servers import Database
from tests.patience import HANGING, Slowness
from tests.province import settle
from tests.web import http_client

READ = "/portal/graphql?documentId=Decision&variables=%7B%22number%22%3A%22{}%22%7D"
"""A question that nobody has asked yet: what is kept is given for some seconds, whatever becomes of the database."""
DRAFT = "mutation($input: DraftDossierInput!) { draftDossier(input: $input) { __typename ... on Dossier { id } } }"


class House:
    """A server on a PostgreSQL of its own, and an officer's session."""

    def __init__(self, site: Site, postgres: Database, bearer: dict[str, str]) -> None:
        self.site, self.postgres, self.bearer = site, postgres, bearer
        self.said = {"input": site.province.draft() | {"idempotencyKey": str(uuid4())}}

    async def read(self) -> httpx.Response:
        return await self.site.http.get(READ.format(uuid4().hex))

    async def write(self, **more: Any) -> httpx.Response:
        return await self.site.ask("web", DRAFT, variables=self.said, headers=self.bearer | more)

    async def ready(self) -> bool:
        return (await self.site.http.get("/readyz")).status_code == 200

    async def well_again(self) -> None:
        """By itself: reads, and readiness."""
        async with asyncio.timeout(HANGING):
            while (await self.read()).status_code != 200 or not await self.ready():
                await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("away")
    postgres = Database.made(folder / "data")
    postgres.settings["max_connections"] = "20"
    await postgres.begin()
    url = postgres.at(postgres.port)
    await database.migrate(url)
    await catalogue.load(url)
    kept = {"secure_cookies": False, "readers": 4, "data": folder, "rates": UNCOUNTED}
    settings = Settings(database_url=url, redis_url=None, **kept)
    async with served(settings) as (address, laurel, server), http_client(address) as http:
        province = await settle(laurel.engine, laurel.feed, laurel.transactions)
        site = Site(address, laurel, province, http, server)
        house = House(site, postgres, await site.bearer("officer"))
        assert (await house.write()).json()["data"]["draftDossier"]["__typename"] == "Dossier"
        yield house
    await postgres.stop()


def later(answer: httpx.Response, *known: str) -> None:
    """503 that says when to ask again, in the header and in GraphQL; no data, nothing of where the database is."""
    assert answer.status_code == 503, answer.text
    assert set(codes(answer)) <= set(known), answer.text
    assert answer.headers["retry-after"] == "5"
    assert {error["extensions"]["retryAfter"] for error in answer.json()["errors"]} == {5}
    assert "data" not in answer.json()


async def test_while_postgresql_restarts_all_is_503_and_then_it_goes_on_by_itself(house: House) -> None:
    house.said["input"]["idempotencyKey"] = str(uuid4())
    await house.postgres.stop(signal.SIGINT)
    for media in ("application/graphql-response+json", "application/json"):
        later(await house.write(Accept=media), "UNAVAILABLE")
    later(await house.read(), "UNAVAILABLE")
    somebody = {"Authorization": "Bearer not-known-to-this-process"}
    later(await house.site.ask("web", "{ viewer { account { fullName } } }", headers=somebody), "UNAVAILABLE")
    said = {"username": "nobody", "password": "x"}
    sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { __typename } }"
    later(await house.site.ask("web", sign_in, variables={"input": said}), "UNAVAILABLE")
    assert not await house.ready()
    assert (await house.site.http.get("/livez")).status_code == 200
    await house.postgres.begin()
    await house.well_again()
    first, again = await house.write(), await house.write()
    assert first.status_code == 200
    assert first.json()["data"] == again.json()["data"]


async def test_a_crash_in_the_middle_of_an_act_is_503_and_the_same_key_does_it_once(house: House) -> None:
    house.said["input"]["idempotencyKey"] = str(uuid4())
    holder = await house.postgres.connect()
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("lock table dossier in exclusive mode")
    writing = asyncio.create_task(house.write())
    async with asyncio.timeout(HANGING):
        while not await holder.fetchval("select exists (select from pg_locks where not granted)"):
            await asyncio.sleep(0.02)
    await house.postgres.stop(signal.SIGQUIT)
    later(await writing, "UNAVAILABLE")
    holder.terminate()
    await house.postgres.begin()
    await house.well_again()
    first, again = await house.write(), await house.write()
    assert first.json()["data"]["draftDossier"]["__typename"] == "Dossier"
    assert first.json()["data"] == again.json()["data"]


async def test_connections_that_ran_out_are_503_at_once_and_come_back(house: House) -> None:
    await house.postgres.stop(signal.SIGINT)
    await house.postgres.begin()  # the server holds none now
    async with contextlib.AsyncExitStack() as stack:
        with contextlib.suppress(Exception):
            while True:
                hog = await house.postgres.connect()
                stack.push_async_callback(hog.close)
        slowness, began = Slowness(), time.monotonic()
        answers = await asyncio.gather(*(house.read() for _ in range(12)), *(house.write() for _ in range(12)))
        assert time.monotonic() - began < 5 * slowness.times
        for answer in answers:
            if answer.status_code != 200:
                later(answer, "BUSY", "UNAVAILABLE")
        assert any(answer.status_code == 503 for answer in answers)
    await house.well_again()
    assert (await house.write()).status_code == 200


@pytest.mark.parametrize("state", ["53100", "53200", "58030"])
async def test_where_postgresql_has_no_disk_or_memory_left_an_act_is_503_and_the_same_key_does_it_once(
    house: House, state: str
) -> None:
    house.said["input"]["idempotencyKey"] = str(uuid4())
    connection = await house.postgres.connect()
    raised = f"begin raise exception 'could not extend file' using errcode = '{state}'; end"
    await connection.execute(f"create function no_room() returns trigger language plpgsql as $$ {raised} $$")
    await connection.execute("create trigger no_room before insert on journal execute function no_room()")
    later(await house.write(), "UNAVAILABLE")
    await connection.execute("drop function no_room() cascade")
    await connection.close()
    first, again = await house.write(), await house.write()
    assert first.json()["data"]["draftDossier"]["__typename"] == "Dossier"
    assert first.json()["data"] == again.json()["data"]


async def test_a_frozen_postgresql_hangs_nobody_for_ever(house: House) -> None:
    await house.well_again()
    slowness, began = Slowness(), time.monotonic()
    with house.postgres.frozen():
        answers = await asyncio.gather(house.read(), house.write())
        assert not await house.ready()
        assert time.monotonic() - began < 20 * slowness.times
    for answer in answers:
        later(answer, "BUSY", "UNAVAILABLE", "TIMEOUT")
    await house.well_again()


async def test_a_look_at_the_revision_that_outlasts_who_asked_makes_the_server_ready(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As over a slow wire: a connection and its questions take longer than readiness has time for."""
    looked = 0

    async def slowly(_: str) -> bool:
        nonlocal looked
        looked += 1
        await asyncio.sleep(1)
        return True

    monkeypatch.setattr(app, "_SOON", 0.5)
    monkeypatch.setattr(database, "at_head", slowly)
    house.site.laurel.migrated = False
    await house.well_again()
    assert looked == 1
