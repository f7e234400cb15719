"""Frames and handshakes as no library would send them: each ends as RFC 6455 says, and none leaves a traceback."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
from collections.abc import AsyncIterator, Iterator

import orjson
import pytest

from channels import frames
from tests.channels import raw
from tests.channels.conftest import Site
from tests.patience import HANGING

CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
WHOLE, REFUSED = 0x80, 0x40
INIT = b'{"type":"connection_init"}'


def frame(kind: int, said: bytes = b"", *, first: int = WHOLE, masked: bool = True, length: int | None = None) -> bytes:
    """A client's frame; `length` is what it claims."""
    claimed = len(said) if length is None else length
    size = bytes([claimed]) if claimed < 126 else b"\x7e" + (claimed & 0xFFFF).to_bytes(2, "big")
    if claimed >= 65_536:
        size = b"\x7f" + claimed.to_bytes(8, "big")
    if not masked:
        return bytes([first | kind]) + size + said
    mask = os.urandom(4)
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(said))
    return bytes([first | kind, size[0] | 0x80]) + size[1:] + mask + body


def handshake(
    site: Site, *without: str, line: str = "GET /web/graphql HTTP/1.1", body: bytes = b"", **more: str
) -> bytes:
    """A handshake's bytes, some of its headers left out or said otherwise."""
    said = {
        "Host": site.address.removeprefix("http://"),
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "graphql-transport-ws",
    } | {name.replace("_", "-"): value for name, value in more.items()}
    heads = "".join(f"{name}: {value}\r\n" for name, value in said.items() if name not in without)
    return f"{line}\r\n{heads}\r\n".encode() + body


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever is sent, nobody has to look into it."""
    yield
    assert not [record.getMessage() for record in caplog.get_records("call") if record.exc_info]


@contextlib.asynccontextmanager
async def opened(site: Site) -> AsyncIterator[raw.Connection]:
    """A socket whose handshake is over."""
    async with raw.connected(site) as (reader, writer):
        writer.write(handshake(site))
        assert raw.status(await reader.readuntil(b"\r\n\r\n")) == 101
        yield reader, writer


def code(said: bytes) -> int:
    """With which code a server's last frame closes."""
    at = said.rindex(b"\x88")
    return int.from_bytes(said[at + 2 : at + 4], "big")


PROTOCOL_ERRORS = {
    "not masked": frame(TEXT, INIT, masked=False),
    "RSV1, and no extension was agreed": frame(TEXT, INIT, first=WHOLE | 0x40),
    "RSV2": frame(TEXT, INIT, first=WHOLE | 0x20),
    "RSV3": frame(TEXT, INIT, first=WHOLE | 0x10),
    "an opcode for data that there is not": frame(0x3, INIT),
    "an opcode for control that there is not": frame(0xB),
    "a continuation of nothing": frame(CONTINUED, INIT),
    "a message within a message": frame(TEXT, b"{", first=0) + frame(TEXT, INIT),
    "a control frame in pieces": frame(PING, b"x", first=0),
    "a control frame that is too long": frame(PING, b"x" * 126),
    "a close of one byte": frame(CLOSE, b"\x03"),
    **{f"closed with {each}": frame(CLOSE, each.to_bytes(2, "big")) for each in (0, 999, 1004, 1005, 1006, 1015, 9999)},
    "closed amid a message": frame(TEXT, b"{", first=0) + frame(CLOSE, b"\x03\xe8"),
}


@pytest.mark.parametrize("said", PROTOCOL_ERRORS.values(), ids=PROTOCOL_ERRORS)
async def test_what_the_protocol_forbids_is_closed_as_its_error(site: Site, said: bytes) -> None:
    async with opened(site) as (reader, writer):
        writer.write(said)
        assert code(await raw.heard(reader)) == 1002


@pytest.mark.parametrize(
    "said",
    [
        frame(TEXT, b'{"type":"\xff\xfe"}'),
        frame(TEXT, b"\xed\xa0\x80"),
        frame(TEXT, b"\xc3", first=0) + frame(CONTINUED, b"\x28"),
        frame(CLOSE, b"\x03\xe8\xff"),
    ],
    ids=["bytes", "a surrogate", "in pieces", "in a close's reason"],
)
async def test_text_that_is_no_utf8_is_closed_as_invalid(site: Site, said: bytes) -> None:
    async with opened(site) as (reader, writer):
        writer.write(said)
        assert code(await raw.heard(reader)) == 1007


async def test_a_letter_cut_between_two_pieces_is_one_letter_again(site: Site) -> None:
    said = orjson.dumps({"type": "pong", "payload": {"said": "ệ"}})
    cut = said.index("ệ".encode()) + 1
    async with opened(site) as (reader, writer):
        writer.write(frame(TEXT, said[:cut], first=0) + frame(PING, b"amid") + frame(CONTINUED, said[cut:]))
        writer.write(frame(TEXT, b'{"type":"ping"}'))
        assert await reader.readexactly(6) == b"\x8a\x04amid"
        assert (await reader.readexactly(17))[2:] == b'{"type":"pong"}'


@pytest.mark.parametrize(
    "said",
    [
        frame(TEXT, b"x" * 65_537),
        frame(TEXT, length=2**40, first=WHOLE),
        frame(TEXT, b"x" * 60_000, first=0) + frame(CONTINUED, b"x" * 60_000, first=0),
    ],
    ids=["one frame", "a length of a terabyte", "in pieces"],
)
async def test_what_is_longer_than_64_kb_is_closed_as_too_big(site: Site, said: bytes) -> None:
    async with opened(site) as (reader, writer):
        writer.write(said)
        assert code(await raw.heard(reader)) == 1009


@pytest.mark.parametrize(
    "said",
    [frame(PING, b"x" * 125), frame(PONG), frame(TEXT, b"", first=0) + frame(CONTINUED, b"", first=0) * 2],
    ids=["pings", "pongs", "empty pieces"],
)
async def test_frames_without_a_message_are_few_or_the_last(site: Site, said: bytes) -> None:
    async with opened(site) as (reader, writer):
        begin, rest = (said[:6], said[6:12]) if said[0] == TEXT else (b"", said)
        writer.write(begin + rest * 200)
        heard = await raw.heard(reader)
        assert code(heard) == 1008
        assert b"too many frames" in heard
        assert heard.count(b"\x8a\x7d") <= frames.EMPTY + frames.PIECE // len(said)


async def test_a_hundred_pings_in_a_minute_are_answered_each(site: Site) -> None:
    async with opened(site) as (reader, writer):
        for _ in range(100):
            writer.write(frame(PING, b"here"))
            assert await asyncio.wait_for(reader.readexactly(6), HANGING) == b"\x8a\x04here"


@pytest.mark.parametrize("sent", [1000, 1001, 3000, 4999])
async def test_a_clients_close_is_answered_with_its_code(site: Site, sent: int) -> None:
    async with opened(site) as (reader, writer):
        writer.write(frame(CLOSE, sent.to_bytes(2, "big") + b"bye"))
        assert code(await raw.heard(reader)) == sent


@pytest.mark.parametrize(
    ("request_said", "status"),
    [
        ({"without": ["Sec-WebSocket-Key"]}, 400),
        ({"Sec_WebSocket_Key": "short"}, 400),
        ({"Sec_WebSocket_Key": "x" * 5_000}, 400),
        ({"without": ["Sec-WebSocket-Version"]}, 400),
        ({"Sec_WebSocket_Version": "8"}, 400),
        ({"line": "POST /web/graphql HTTP/1.1"}, 400),
        ({"line": "GET /web/graphql HTTP/1.1", "Content_Length": "5", "body": b"hello"}, 400),
        ({"Transfer_Encoding": "chunked", "body": b"5\r\nhello\r\n0\r\n\r\n"}, 400),
        ({"line": "GET /portal/graphql HTTP/1.1"}, 403),
        ({"line": "GET /nowhere HTTP/1.1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
async def test_a_handshake_that_is_none_is_answered_by_http_and_closed(
    site: Site, request_said: dict[str, object], status: int
) -> None:
    without = request_said.pop("without", [])
    answer = await raw.answered(site, handshake(site, *without, **request_said))
    assert raw.status(answer) == status
    assert answer.count(b"HTTP/1.1 4") == 1


async def test_http_1_0_has_no_sockets(site: Site) -> None:
    answer = await raw.answered(site, handshake(site, line="GET /web/graphql HTTP/1.0"))
    assert raw.status(answer) == 405


@pytest.mark.parametrize(
    "early", [frame(PING, b"early"), frame(TEXT, INIT, masked=False), b"\xff" * 500], ids=["ping", "unmasked", "none"]
)
async def test_frames_before_the_handshake_is_answered_come_after_it(site: Site, early: bytes) -> None:
    async with raw.connected(site) as (reader, writer):
        writer.write(handshake(site))
        writer.write(early)
        assert raw.status(await reader.readuntil(b"\r\n\r\n")) == 101
        writer.write(frame(CLOSE, b"\x03\xe8"))
        assert code(await raw.heard(reader)) in {1000, 1002}
