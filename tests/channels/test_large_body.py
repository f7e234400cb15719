"""A body too large: whoever is still writing it is told 413, not that the connection was reset."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from channels import exchange
from tests.channels.conftest import Site
from tests.patience import HANGING, Slowness

HEAD = "POST /web/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
PIECE = b"a" * 65_536


def answered(site: Site, head: str, pieces: Iterator[bytes]) -> bytes:
    """What comes back to a client that writes all it has to say before it reads."""
    address = urlsplit(site.address)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=HANGING) as connection:
        connection.sendall(f"{HEAD}{head}\r\n\r\n".encode())
        for piece in pieces:
            connection.sendall(piece)
        said = b""
        while part := connection.recv(65_536):
            said += part
        return said


def plain(count: int) -> Iterator[bytes]:
    yield from (PIECE for _ in range(count))


def chunked(count: int) -> Iterator[bytes]:
    yield from (b"%x\r\n%b\r\n" % (len(PIECE), PIECE) for _ in range(count))
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("count", [4, 100])
@pytest.mark.parametrize("way", ["with a length", "in chunks"])
async def test_whoever_is_still_writing_a_body_too_large_reads_why_it_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, way: str, count: int
) -> None:
    monkeypatch.setattr(exchange, "_LINGERS", HANGING)  # however slowly it writes
    head = f"Content-Length: {count * len(PIECE)}" if way == "with a length" else "Transfer-Encoding: chunked"
    pieces = plain(count) if way == "with a length" else chunked(count)
    said = await asyncio.to_thread(answered, site, head, pieces)
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"BODY_TOO_LARGE" in said
    assert b"connection: close" in said.lower()


async def test_a_client_that_waits_to_be_asked_for_a_body_too_large_is_refused_at_once(site: Site) -> None:
    said = await asyncio.to_thread(answered, site, "Content-Length: 9999999\r\nExpect: 100-continue", iter(()))
    assert said.startswith(b"HTTP/1.1 413 ")


async def test_a_client_that_says_it_will_write_much_and_writes_nothing_is_not_waited_for(site: Site) -> None:
    slowness, begun = Slowness(), asyncio.get_running_loop().time()
    said = await asyncio.to_thread(answered, site, "Content-Length: 9999999", iter(()))
    assert said.startswith(b"HTTP/1.1 413 ")
    assert asyncio.get_running_loop().time() - begun < 10 * slowness.times
