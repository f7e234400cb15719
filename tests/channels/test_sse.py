"""Subscriptions as server-sent events: what graphql-sse and a browser's EventSource read."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
import websockets

from channels import sse, streams
from channels.settings import Settings
from tests.channels.conftest import PROTOCOL, Site, codes, served
from tests.history import until
from tests.patience import HANGING
from tests.province import AGENCIES
from tests.web import http_client

EVENTS = {"Accept": "text/event-stream"}


class Events:
    """The events of one open response, as they come."""

    def __init__(self, response: httpx.Response) -> None:
        self.response, self._chunks, self._text = response, response.aiter_text(), ""

    async def block(self) -> str:
        """The next block of lines, whatever it is."""
        async with asyncio.timeout(HANGING):
            while "\n\n" not in self._text:
                self._text += await anext(self._chunks)
        block, _, self._text = self._text.partition("\n\n")
        return block

    async def next(self) -> dict[str, str]:
        """The next event, its fields by name; comments are passed over."""
        while True:
            lines = [line for line in (await self.block()).split("\n") if not line.startswith((":", "retry"))]
            if lines:
                return dict(line.split(":", 1) for line in lines)

    async def told(self) -> tuple[Any, str]:
        """The next event's one root field, and its id."""
        event = await self.next()
        assert event["event"] == " next"
        (told,) = orjson.loads(event["data"])["data"].values()
        return told, event["id"].strip()


@contextlib.asynccontextmanager
async def followed(site: Site, channel: str = "portal", method: str = "GET", **more: Any) -> AsyncIterator[Events]:
    """An open stream of events."""
    headers = EVENTS | more.pop("headers", {})
    async with site.http.stream(method, f"/{channel}/graphql", headers=headers, **more) as response:
        yield Events(response)


PUBLISHED = {"params": {"documentId": "DecisionPublished"}}


async def test_an_event_source_hears_what_is_published_and_resumes_by_the_last_id(site: Site) -> None:
    async with followed(site, **PUBLISHED) as events:
        response = events.response
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert response.headers["cache-control"] == "no-store, no-transform"
        assert (await events.block()).startswith("retry: ")
        await site.followed()
        await site.publish("1/QĐ-UBND")
        told, place = await events.told()
        assert (told["decision"]["number"], told["cursor"], told["resync"]) == ("1/QĐ-UBND", place, None)
    await site.followed(by=0)
    await site.publish("2/QĐ-UBND")
    await site.publish("3/QĐ-UBND")
    async with followed(site, **PUBLISHED, headers={"Last-Event-ID": place}) as events:
        assert [(await events.told())[0]["decision"]["number"] for _ in range(2)] == ["2/QĐ-UBND", "3/QĐ-UBND"]


async def test_a_post_is_answered_in_events_too_and_the_variable_says_from_where(site: Site) -> None:
    head = await site.laurel.feed.head()
    await site.publish("1/QĐ-UBND")
    query = "subscription($after: Cursor) { decisionPublished(after: $after) { cursor } }"
    body = {"query": query, "variables": {"after": head}}
    async with followed(site, "web", "POST", json=body, headers=await site.bearer("officer")) as events:
        told, place = await events.told()
        assert told == {"cursor": place}


@pytest.mark.parametrize("last", ["", "x", "5-0000000000000000", "9" * 10_000])
async def test_a_last_event_id_that_is_no_cursor_of_ours_is_a_resync(site: Site, last: str) -> None:
    """N-W20: forged, or of ten kilobytes."""
    async with followed(site, **PUBLISHED, headers={"Last-Event-ID": last}) as events:
        told, place = await events.told()
        assert (told["decision"], told["resync"]["head"], told["cursor"]) == (None, place, place)
        await site.publish("1/QĐ-UBND")
        assert (await events.told())[0]["decision"]["number"] == "1/QĐ-UBND"


async def test_a_last_event_id_that_is_too_old_is_a_resync_and_the_stream_goes_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-W20."""
    old = await site.laurel.feed.head()
    for turn in range(3):
        await site.publish(f"{turn + 1}/QĐ-UBND")
    monkeypatch.setattr(site.laurel.feed, "_horizon", 1)
    await until(lambda: number_of(str(site.laurel.feed._hub.head)) == number_of(old) + 3, "all to be numbered")
    async with followed(site, **PUBLISHED, headers={"Last-Event-ID": old}) as events:
        told, place = await events.told()
        assert (told["decision"], told["resync"]["reason"], told["resync"]["head"]) == (None, "TOO_OLD", place)
        assert number_of(place) == number_of(old) + 3
        await site.publish("4/QĐ-UBND")
        assert (await events.told())[0]["decision"]["number"] == "4/QĐ-UBND"


async def test_with_somebody_elses_last_event_id_one_is_told_what_is_ones_own(site: Site) -> None:
    """N-W20: a cursor is a place, and no right to what lies past it."""
    agency, bearer = AGENCIES["culture"][0], await site.bearer("officer")
    query = f'subscription {{ agencyDossiersMoved(agency: "{agency}") {{ cursor dossier {{ id }} }} }}'
    async with followed(site, "web", "POST", json={"query": query}, headers=bearer) as events:
        await site.followed("agency:h37.culture")
        await site.province.act("officer", "draftDossier", site.province.draft())
        told, place = await events.told()
        assert told["dossier"]["id"].startswith("Dossier_")
    await site.province.act("officer", "draftDossier", site.province.draft())
    await site.publish("1/QĐ-UBND")
    async with followed(site, **PUBLISHED, headers={"Last-Event-ID": place}) as events:
        assert (await events.told())[0]["decision"]["number"] == "1/QĐ-UBND"
    other = {"json": {"query": query}, "headers": await site.bearer("stranger") | {"Last-Event-ID": place}}
    async with followed(site, "web", "POST", **other) as events:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await events.next()


def number_of(cursor: str) -> int:
    return int(cursor.partition("-")[0])


async def test_an_idle_stream_has_a_heartbeat_and_costs_no_sql(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sse.HEARTBEAT == 15
    monkeypatch.setattr(sse, "HEARTBEAT", 0.05)
    monkeypatch.setattr(streams, "LOOK", 0.02)
    before = site.laurel.pool.sent
    async with followed(site, **PUBLISHED) as events:
        await events.block()
        assert [await events.block() for _ in range(3)] == [":", ":", ":"]
    await site.followed(by=0)
    assert site.laurel.pool.sent == before


async def test_a_stream_that_nobody_reads_is_let_go_and_goes_on_from_its_last_id(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F29: it holds no more than a bound, and what it was not told it is told when it comes back."""
    monkeypatch.setattr(streams, "LOOK", 0.05)
    monkeypatch.setattr(sse, "PATIENCE", 0.3)
    shown = "id number title kind status signedOn signerName signerTitle publishedAt agency { id code name nameEn }"
    many = " ".join(f"a{n}: decision {{ {shown} }}" for n in range(50))
    query = f"subscription($after: Cursor) {{ decisionPublished(after: $after) {{ decision {{ number }} {many} }} }}"
    said = {"query": query}
    bearer = await site.bearer("chief")
    async with deaf(site, said, EVENTS | bearer) as reader:
        await site.followed()
        published = 0
        while sum(group.users for group in site.groups()):
            published += 1
            assert published < 2000
            await site.publish(f"{published}/QĐ-UBND")
            if published == 1:
                await reader.readuntil(b"\nid: ")
                first = (await reader.readuntil(b"\n")).decode().strip()
    monkeypatch.setattr(sse, "PATIENCE", HANGING)
    async with followed(site, "web", "POST", json=said, headers=bearer | {"Last-Event-ID": first}) as events:
        numbers = [(await events.told())[0]["decision"]["number"] for _ in range(published - 1)]
    assert numbers == [f"{number}/QĐ-UBND" for number in range(2, published + 1)]


@contextlib.asynccontextmanager
async def deaf(site: Site, said: dict[str, Any], headers: dict[str, str]) -> AsyncIterator[asyncio.StreamReader]:
    """A stream of events to a client that keeps little of what it does not read."""
    host, port = site.address.removeprefix("http://").split(":")
    taken, body = socket.socket(), orjson.dumps(said)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    taken.setblocking(False)
    await asyncio.get_running_loop().sock_connect(taken, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=taken, limit=4096)
    lines = {"Host": host, "Content-Type": "application/json", "Content-Length": str(len(body))} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"POST /web/graphql HTTP/1.1\r\n{head}\r\n".encode() + body)
    try:
        yield reader
    finally:
        writer.transport.abort()


async def test_a_stream_ends_when_its_session_does(site: Site) -> None:
    token = await site.token("officer")
    query = {"query": "subscription { decisionPublished { cursor } }"}
    async with followed(site, "web", "POST", json=query, headers={"Authorization": f"Bearer {token}"}) as events:
        await site.followed()
        await site.end_session(token)
        event = await events.next()
        assert orjson.loads(event["data"])["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert "id" not in event
        assert (await events.next())["event"] == " complete"
    await site.followed(by=0)


async def test_what_is_wrong_with_a_subscription_ends_its_stream(site: Site) -> None:
    body = {"query": 'subscription { decisionPublished(agency: "nowhere") { cursor } }'}
    async with followed(site, "web", "POST", json=body, headers=await site.bearer("officer")) as events:
        said = orjson.loads((await events.next())["data"])
        assert [error["extensions"]["code"] for error in said["errors"]] == ["NOT_FOUND"]
        assert (await events.next())["event"] == " complete"


@pytest.mark.parametrize(
    ("channel", "params", "status", "code"),
    [
        ("portal", {"documentId": "LatestDecisions"}, 422, "SUBSCRIPTIONS_ONLY"),
        ("portal", {"documentId": "Nothing"}, 404, "DOCUMENT_NOT_FOUND"),
        ("mobile", {"documentId": "DossierMoved", "variables": '{"id": "x"}'}, 401, "UNAUTHENTICATED"),
        ("web", {"query": "subscription { decisionPublished { cursor } }"}, 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_what_is_no_stream_is_refused_before_it_begins(
    site: Site, channel: str, params: dict[str, str], status: int, code: str
) -> None:
    answer = await site.http.get(f"/{channel}/graphql", params=params, headers=EVENTS)
    assert (answer.status_code, codes(answer)) == (status, [code])


async def test_streams_are_told_to_come_back_when_the_server_leaves(site: Site, database_url: str) -> None:
    settings = Settings(database_url=database_url, redis_url=None, secure_cookies=False, readers=2)
    async with served(settings) as (address, laurel, _), http_client(address) as http:
        where = f"{address.replace('http', 'ws')}/web/graphql"
        async with (
            websockets.connect(where, subprotocols=[PROTOCOL]) as socket,
            http.stream("GET", "/portal/graphql?documentId=DecisionPublished", headers=EVENTS) as response,
        ):
            events = Events(response)
            await events.block()
            laurel.leave()
            assert 1000 <= int((await events.block()).removeprefix("retry: ")) <= 10_000
            with pytest.raises(StopAsyncIteration):  # without a `complete`: it is not over
                await events.block()
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
            assert 1 <= int(closed.value.rcvd.reason.rpartition("in ")[2].removesuffix(" s")) <= 10
            assert (await http.get("/readyz")).status_code == 503
