"""Answers on the wire: the same whether uvicorn writes them or we do."""

from __future__ import annotations

import asyncio
import gc
import time

import orjson
import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from channels import wire
from tests.channels.conftest import Site
from tests.channels.kept import held, until_sent
from tests.patience import HANGING, Slowness

BODY = orjson.dumps({"documentId": "LatestDecisions"})


def post(*headers: str) -> bytes:
    """A request for the newest decisions."""
    lines = ["POST /portal/graphql HTTP/1.1", "Host: x", "Content-Type: application/json", "X-Request-Id: request-1"]
    return "\r\n".join([*lines, *headers, f"Content-Length: {len(BODY)}", "", ""]).encode() + BODY


async def told(site: Site, request: bytes) -> bytes:
    """All that the server says to these bytes, until it closes the connection."""
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    async with asyncio.timeout(HANGING):
        said = await reader.read()
    writer.close()
    return said


def parted(answer: bytes) -> tuple[set[bytes], bytes]:
    """The lines of an answer's head but for its date, and its body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return {line for line in head.split(b"\r\n") if not line.startswith(b"date: ")}, body


async def test_pipelined_requests_are_answered_in_order_and_the_last_closes(site: Site) -> None:
    said = await told(site, post() + post() + post("Connection: close"))
    one, two, last = (parted(b"HTTP/1.1 200 OK\r\n" + part) for part in said.split(b"HTTP/1.1 200 OK\r\n")[1:])
    assert one == two
    assert last == (one[0] | {b"connection: close"}, one[1])
    assert b"x-request-id: request-1" in one[0]
    assert said.count(b"date: ") == 3


async def test_an_answer_is_the_same_where_the_server_offers_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = await told(site, post() + post("Connection: close"))
    monkeypatch.setattr(wire.Line, "answer", lambda *_: False)
    theirs = await told(site, post() + post("Connection: close"))
    assert [parted(part) for part in ours.split(b"HTTP/1.1 ")] == [parted(part) for part in theirs.split(b"HTTP/1.1 ")]


async def answers(site: Site, *pieces: bytes) -> list[tuple[set[bytes], bytes]]:
    """The answers on one connection to these bytes, each piece sent after a moment; the last one ends it."""
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.1)
    async with asyncio.timeout(HANGING):
        said = await reader.read()
    writer.close()
    return [parted(b"HTTP/1.1 " + part) for part in said.split(b"HTTP/1.1 ")[1:]]


LAST = post("Connection: close")


async def test_a_head_that_comes_again_is_answered_by_its_own_body(site: Site) -> None:
    wrong = post().replace(b"LatestDecisions", b"LatestDecisiona")
    first, again, other, whole, _ = await answers(site, post(), post(), wrong, post(), LAST)
    assert first == again == whole
    assert b"DOCUMENT_NOT_FOUND" in other[1]


async def test_a_head_that_comes_again_may_come_in_pieces_or_with_the_next_request(site: Site) -> None:
    request = post()
    at = request.index(BODY)
    pieces = (request, request[:20], request[20:at], request[at : at + 3], request[at + 3 :], request + request, LAST)
    *told, last = await answers(site, *pieces)
    assert len(told) == 4
    assert all(one == told[0] for one in told)
    assert last[1] == told[0][1]


async def test_a_chunked_body_is_never_taken_for_a_whole_one(site: Site) -> None:
    chunked = post().replace(b"Content-Length: %d" % len(BODY), b"Transfer-Encoding: chunked").replace(BODY, b"")
    other = BODY.replace(b"LatestDecisions", b"LatestDecisiona")
    framed = [chunked + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) for body in (BODY, other, BODY)]
    one, two, three, _ = await answers(site, *framed, LAST)
    assert one == three
    assert b"DOCUMENT_NOT_FOUND" in two[1]


async def test_what_a_head_was_understood_as_does_not_outlive_a_session(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, body = await site.token("officer"), orjson.dumps({"query": "{ viewer { audience } }"})
    asked = (
        f"POST /web/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
    )
    request = asked.encode() + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    async def status() -> bytes:
        writer.write(request)
        return await answered(reader)

    assert [await status(), await status()] == [b"200", b"200"]
    await site.end_session(token)
    monkeypatch.setattr(site.laurel.sessions, "clock", lambda: time.monotonic() + 15.1)
    assert [await status(), await status()] == [b"401", b"401"]
    writer.close()


async def test_a_connection_is_closed_when_it_has_been_idle_and_not_while_it_is_busy(
    site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer takes longer than a connection may lie idle: the timer of the one before it closes nothing."""
    made: list[wire.Wire] = []
    start = wire.Wire.connection_made

    def noting(self: wire.Wire, transport: asyncio.Transport) -> None:
        start(self, transport)
        made.append(self)

    monkeypatch.setattr(wire.Wire, "connection_made", noting)
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(post())
    assert await answered(reader) == b"200"
    [connection] = made
    site.laurel.answers.forget()
    before = site.laurel.pool.sent
    async with held(database_url):
        writer.write(post())
        await until_sent(site, before + 1)
        assert connection.timeout_keep_alive_task is not None
        connection.timeout_keep_alive_task.cancel()
        connection.timeout_keep_alive_handler()  # as the timer does, whenever that is
        connection.timeout_keep_alive = 0.2  # type: ignore[assignment]  # seconds; uvicorn's settings know whole ones
    assert await answered(reader) == b"200"
    slowness, began = Slowness(), time.monotonic()
    async with asyncio.timeout(HANGING):
        assert await reader.read() == b""
    assert time.monotonic() - began < 2 * slowness.times
    writer.close()


async def answered(reader: asyncio.StreamReader) -> bytes:
    """The status of the next answer, having read all of it."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    return head[9:12]


async def test_an_answered_request_leaves_nothing_for_the_collector(site: Site) -> None:
    gc.collect()
    before = requests_there_are()
    gc.disable()
    try:
        assert len(await answers(site, *[post()] * 5, LAST)) == 6
        assert requests_there_are() - before <= 1  # the last on its connection
    finally:
        gc.enable()


def requests_there_are() -> int:
    return sum(isinstance(found, RequestResponseCycle) for found in gc.get_objects())
