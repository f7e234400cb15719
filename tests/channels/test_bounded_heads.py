"""Heads are bounded in length and in time, over real connections (N-T20, N-T23)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

import orjson
import pytest
from sqlalchemy import update

import models as rows
from channels import bounds, exchange
from tests.channels.conftest import Site
from tests.channels.public import recorded
from tests.channels.raw import answered, connected, heard, status
from tests.history import until
from tests.patience import Slowness

HEAD = "POST /portal/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = b'{"documentId": "LatestDecisions"}'


def whole(*headers: str, address: str = "/portal/graphql") -> bytes:
    """A request for the newest decisions, after which the server closes."""
    lines = [HEAD.replace("/portal/graphql", address), *(f"{header}\r\n" for header in headers)]
    return f"{''.join(lines)}Connection: close\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY


def code(answer: bytes) -> str:
    """The one code in an answer."""
    said = orjson.loads(answer.partition(b"\r\n\r\n")[2])
    assert set(said) == {"errors"}
    [error] = said["errors"]
    assert " · " in error["message"], "in both languages"
    return str(error["extensions"]["code"])


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        (whole(*(f"X-{n}: y" for n in range(90))), None),
        (whole("X-Long: " + "y" * 20_000), None),
        (whole(*(f"X-{n}: y" for n in range(300))), (431, "HEAD_TOO_LARGE")),
        (whole("X-Long: " + "y" * 65_536), (431, "HEAD_TOO_LARGE")),
        (whole("X-" + "y" * 65_536 + ": z"), (431, "HEAD_TOO_LARGE")),
        (whole(*(f"X-{n}: {'y' * 2_000}" for n in range(40))), (431, "HEAD_TOO_LARGE")),
        (whole("Cookie: " + "; ".join(f"c{n}={'y' * 100}" for n in range(400))), (431, "HEAD_TOO_LARGE")),
        (whole(address="/portal/graphql?x=" + "y" * 65_536), (414, "URL_TOO_LONG")),
        (whole(address="/portal/graphql?x=" + "y" * 20_000).replace(b"POST", b"GET", 1), (414, "URL_TOO_LONG")),
    ],
)
async def test_a_head_too_long_or_of_too_many_headers_is_refused(
    site: Site, request_: bytes, refused: tuple[int, str] | None
) -> None:
    """N-T20: by 414 or 431, and the connection is closed."""
    answer = await answered(site, request_)
    assert status(answer) == (refused[0] if refused else 200)
    assert not refused or code(answer) == refused[1]


@pytest.mark.parametrize("before", [b"", whole().replace(b"Connection: close\r\n", b"")])
async def test_a_head_without_an_end_is_refused_however_it_comes(site: Site, before: bytes) -> None:
    """N-T20: in pieces, as the first request on its connection or a later one; what is read of it is bounded."""
    sent = 0
    async with connected(site) as (reader, writer):
        writer.write(before)
        if before:
            await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD.encode())
        hearing = asyncio.create_task(heard(reader))
        with contextlib.suppress(ConnectionError):
            while not hearing.done() and sent < 10_000_000:
                writer.write(b"X-Endless: " + b"y" * 1_000 + b"\r\n")
                await writer.drain()
                await asyncio.sleep(0.001)
                sent += 1_013
        answer = await hearing
    assert (status(answer[answer.index(b"HTTP/1.1 431") :]), sent < 2_000_000) == (431, True)


async def test_what_is_no_http_is_refused_with_a_code(site: Site) -> None:
    """N-T22: no parser's word about it."""
    for said in (
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
    ):
        answer = await answered(site, said)
        assert (status(answer), code(answer)) == (400, "BAD_HTTP"), said


@pytest.fixture
async def hasty(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Little time for heads and bodies, so that the tests need not wait; who is well has a connection already."""
    assert (bounds.PATIENCE, exchange.BODY_PATIENCE) == (10, 20)
    assert (await site.ask("portal", documentId="LatestDecisions")).status_code == 200
    monkeypatch.setattr(bounds, "PATIENCE", 0.8)
    monkeypatch.setattr(exchange, "BODY_PATIENCE", 0.8)


@pytest.mark.usefixtures("hasty")
async def test_a_head_or_a_body_that_comes_too_slowly_is_408(site: Site) -> None:
    """N-T23: each by itself, with a code, and the connection is closed."""
    slowly = (HEAD.encode(), HEAD.encode() + b"Content-Length: 33\r\n\r\n{", whole()[:-5])
    for answer in await asyncio.gather(*(answered(site, said) for said in slowly)):
        assert (status(answer), code(answer)) == (408, "REQUEST_TOO_SLOW")
    assert await answered(site, b"") == b"", "what is never used is closed without a word"
    assert await answered(site, b"\r\n\r\n") == b"", "and so is what begins no request"


async def test_a_second_request_has_no_more_time_than_the_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-T23: nor does one that comes byte by byte, nor one whose time others need."""
    async with connected(site) as (reader, writer):
        writer.write(whole().replace(b"Connection: close\r\n", b""))
        await reader.readuntil(b"\r\n\r\n")
        monkeypatch.setattr(bounds, "PATIENCE", 0.8)
        hearing, slowness, began = asyncio.create_task(heard(reader)), Slowness(), time.monotonic()
        for byte in HEAD.encode():
            if hearing.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.1)
        assert b"HTTP/1.1 408" in await hearing
        assert time.monotonic() - began < 3 * slowness.times


@pytest.mark.usefixtures("hasty")
async def test_two_hundred_slow_clients_hold_nobody_up(site: Site) -> None:
    """N-T23: all are gone soon, whatever they trickle, and others are answered meanwhile."""
    ended: list[float] = []
    slowness, began = Slowness(), time.monotonic()

    async def trickle(said: bytes) -> None:
        async with connected(site) as (reader, writer):
            hearing = asyncio.create_task(heard(reader))
            for place in range(len(said)):
                if hearing.done():
                    break
                writer.write(said[place : place + 1])
                await asyncio.sleep(0.2)
            await hearing
            ended.append(time.monotonic() - began)

    slow = [asyncio.create_task(trickle((HEAD.encode() if n % 2 else whole()) + b"x" * 100)) for n in range(200)]
    await asyncio.sleep(0.3)
    waits = []
    for _ in range(20):
        asked = time.monotonic()
        assert (await site.ask("portal", documentId="LatestDecisions")).status_code == 200
        waits.append(time.monotonic() - asked)
    await asyncio.gather(*slow)
    assert len(ended) == 200
    assert max(ended) < 10 * slowness.times
    assert sorted(waits)[-2] < slowness.times


async def test_the_rest_of_a_body_that_was_answered_already_keeps_no_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-T23: a refusal that needs no body leaves the client nothing to hold on to."""
    monkeypatch.setattr(site.server.config, "timeout_keep_alive", 1)
    async with connected(site) as (reader, writer):
        writer.write(
            b"POST /portal/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 90000\r\n\r\n"
        )
        hearing, slowness, began = asyncio.create_task(heard(reader)), Slowness(), time.monotonic()
        while not hearing.done():
            writer.write(b"x")
            await asyncio.sleep(0.2)
        assert status(await hearing) == 415
        assert time.monotonic() - began < 4 * slowness.times


async def test_an_answer_that_nobody_takes_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-T23: what is larger than the system's buffers is kept for a while after the close, and no longer."""
    assert bounds.UNTAKEN == 30
    monkeypatch.setattr(bounds, "UNTAKEN", 0.5)
    await recorded(site, "7/QĐ-UBND")
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.Award).values(citation="x" * 4_900_000))
    asked = orjson.dumps({"query": "{ decisions(first: 1) { nodes { awards(first: 1) { nodes { citation } } } } }"})
    bearer = (await site.bearer("chief"))["Authorization"]
    head = HEAD.replace("/portal", "/web") + f"Authorization: {bearer}\r\nConnection: close\r\n"
    lingering: list[tuple[bounds.Bounded, int]] = []
    linger = bounds.Bounded.linger

    def noting(connection: bounds.Bounded) -> None:
        lingering.append((connection, connection.transport.get_write_buffer_size()))
        linger(connection)

    monkeypatch.setattr(bounds.Bounded, "linger", noting)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        host, port = site.address.removeprefix("http://").split(":")
        client.connect((host, int(port)))
        client.sendall(f"{head}Content-Length: {len(asked)}\r\n\r\n".encode() + asked)
        await until(lambda: lingering, "it to be answered")
        [(mine, untaken)] = lingering
        assert (mine.transport.is_closing(), untaken > 0) == (True, True)
        await until(lambda: mine not in site.server.server_state.connections, "it to be let go")
