"""Answers on the wire: the same whether uvicorn writes them or we do."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from channels import wire
from tests.channels.conftest import Site

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
    async with asyncio.timeout(5):
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
    monkeypatch.setattr(wire, "answered", lambda *_: False)
    theirs = await told(site, post() + post("Connection: close"))
    assert [parted(part) for part in ours.split(b"HTTP/1.1 ")] == [parted(part) for part in theirs.split(b"HTTP/1.1 ")]
