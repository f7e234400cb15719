"""The application as a whole: it starts, says whether it is ready, and holds together when its neighbours do not."""

from __future__ import annotations

import asyncio
import contextlib
import time

import asyncpg
import pytest

from channels.settings import Settings
from resolvers.engine.refused import busy, timed_out
from tests.channels.conftest import Site, codes, served
from tests.patience import HANGING, Slowness
from tests.pristine import dsn
from tests.web import http_client

NOBODY = "127.0.0.1:9"
"""A port where nothing listens."""


async def test_redis_has_no_say_in_readiness(database_url: str) -> None:
    settings = Settings(database_url=database_url, redis_url=f"redis://{NOBODY}", secure_cookies=False)
    async with served(settings) as (address, _, _), http_client(address) as http:
        assert (await http.get("/readyz")).status_code == 200
        assert (await http.get("/portal/graphql?documentId=LatestDecisions")).status_code == 200


async def test_without_a_database_it_lives_and_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.feed.feed.Feed.start.__defaults__", (0.1,))
    settings = Settings(database_url=f"postgresql+asyncpg://x@{NOBODY}/x", redis_url=None, secure_cookies=True)
    async with served(settings) as (address, _, _), http_client(address) as http:
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/readyz")).status_code == 503
        answer = await http.get("/portal/graphql?documentId=LatestDecisions")
        assert (answer.status_code, codes(answer), answer.headers["retry-after"]) == (503, ["UNAVAILABLE"], "5")
        assert NOBODY not in answer.text
        assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_every_answer_has_the_security_headers_and_none_names_the_server(site: Site) -> None:
    for path in ("/livez", "/nothing", "/graphql", "/graphiql", "/portal/graphql"):
        answer = await site.http.get(path, headers={"Accept": "text/html", "Cookie": "env=graphiql:enable"})
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not {"server", "x-powered-by"} & set(answer.headers)
        assert "GraphiQL" not in answer.text


async def test_graphql_and_pages_bear_the_same_security_headers_each_once(site: Site) -> None:
    asked = await site.ask("portal", documentId="LatestDecisions"), await site.http.get("/livez")
    graphql, page = ([*answer.headers.multi_items()] for answer in asked)
    own = {"content-type", "content-length", "cache-control", "x-request-id", "date"}
    assert {pair for pair in graphql if pair[0] not in own} == {pair for pair in page if pair[0] not in own}
    for said in graphql, page:
        assert len({name for name, _ in said}) == len(said)
    assert (await site.http.get("/portal/graphql/")).status_code == 404


async def test_a_client_that_leaves_cancels_its_sql(
    site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = site.laurel.pool.fetch
    monkeypatch.setattr(site.laurel.pool, "fetch", lambda *_: fetch("select pg_sleep(600)::text", []))
    asleep = """select count(*) from pg_stat_activity
        where query like 'select pg_sleep%' and state = 'active' and datname = current_database()"""
    async with contextlib.AsyncExitStack() as stack:
        connection = await asyncpg.connect(dsn(database_url))
        stack.push_async_callback(connection.close)
        asking = asyncio.create_task(site.http.get("/portal/graphql?documentId=LatestDecisions"))
        async with asyncio.timeout(HANGING):
            while not await connection.fetchval(asleep):
                await asyncio.sleep(0.02)
        asking.cancel()
        slowness, began = Slowness(), time.monotonic()
        while await connection.fetchval(asleep):
            assert time.monotonic() - began < 3 * slowness.times
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("refused", "code"), [(timed_out, "TIMEOUT"), (busy, "BUSY")])
async def test_what_takes_too_long_is_503_with_when_to_come_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, refused: object, code: str
) -> None:
    async def fetch(*_: object) -> None:
        raise refused()  # type: ignore[operator]  # one of the two above

    monkeypatch.setattr(site.laurel.pool, "fetch", fetch)
    answer = await site.ask("portal", documentId="LatestDecisions")
    assert (answer.status_code, codes(answer), answer.headers["retry-after"]) == (503, [code], "5")
