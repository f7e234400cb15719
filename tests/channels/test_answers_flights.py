"""The public's answers on their way: read once for all who wait, given up when all have left, not kept if they fail."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.conftest import Site
from tests.channels.kept import LATEST, held, sent_for, until_sent
from tests.channels.public import recorded
from tests.history import until


async def until_aboard(site: Site, many: int) -> None:
    """Wait until so many wait for the one answer that is on its way."""
    flights = site.laurel.answers.flights
    await until(lambda: [flight.waiting for flight in flights.values()] == [many], f"{many} to wait")


async def test_many_who_ask_at_once_wait_for_one_statement_whoever_leaves(site: Site, database_url: str) -> None:
    await recorded(site, "7/QĐ-UBND")
    before = site.laurel.pool.sent
    async with held(database_url):
        first = asyncio.create_task(site.http.get(LATEST))
        await until_sent(site, before + 1)
        others = [asyncio.create_task(site.http.get(LATEST)) for _ in range(20)]
        await until_aboard(site, 21)
        first.cancel()
        others.pop().cancel()
        await until_aboard(site, 19)
    answers = await asyncio.gather(*others)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert site.laurel.pool.sent - before == 1


async def test_when_all_have_left_the_statement_is_given_up(site: Site, database_url: str) -> None:
    before = site.laurel.pool.sent
    async with held(database_url):
        asking = [asyncio.create_task(site.http.get(LATEST)) for _ in range(3)]
        await until_aboard(site, 3)
        for each in asking:
            each.cancel()
        await until(lambda: not site.laurel.answers.flights, "it to be given up")
    assert site.laurel.pool.sent - before == 1
    assert (await sent_for(site, LATEST))[0].status_code == 200


async def test_what_was_read_before_a_change_and_came_after_it_is_not_kept(site: Site, database_url: str) -> None:
    before = site.laurel.pool.sent
    async with held(database_url):
        early = asyncio.create_task(site.http.get(LATEST))
        await until_sent(site, before + 1)
        site.laurel.answers.forget({"Decision"})  # as the feed does when it hears
        late = asyncio.create_task(site.http.get(LATEST))
        await until_sent(site, before + 2)
    assert (await early).status_code == (await late).status_code == 200
    assert [answer.kinds for answer in site.laurel.answers.kept.values()] != []
    assert (await sent_for(site, LATEST))[1] == 0, "the later one is kept"


async def test_failures_are_not_kept(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.laurel.pool, "patience", 0.05)
    monkeypatch.setattr(site.laurel.pool, "size", 0)
    monkeypatch.setattr(site.laurel.pool, "connect", {**site.laurel.pool.connect, "dsn": "postgresql://localhost:1/x"})
    idle, site.laurel.pool.idle = site.laurel.pool.idle, []
    away = await site.http.get(LATEST)
    assert (away.status_code, away.headers["cache-control"], "etag" in away.headers) == (503, "no-store", False)
    monkeypatch.undo()
    site.laurel.pool.idle = idle
    assert (await site.http.get(LATEST)).status_code == 200
    bad = "/portal/graphql?documentId=LatestDecisions&variables=%7B%22first%22%3A0%7D"
    for _ in range(2):
        answer = await site.http.get(bad)
        assert "errors" in answer.json()
        assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)
