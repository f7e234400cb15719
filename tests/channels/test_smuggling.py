"""No request hides in another: whatever two servers could read differently is refused, or read as one (N-T22)."""

from __future__ import annotations

import re

import pytest

from tests.channels.conftest import Site
from tests.channels.raw import answered

LINE = b"POST /portal/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = b'{"documentId": "LatestDecisions"}'
HIDDEN = b"GET /portal/graphql?documentId=LatestDecisions HTTP/1.1\r\nHost: x\r\nX-Request-Id: smuggled-1\r\n\r\n"
"""Its answer would bear its id."""
CHUNKED = b"Transfer-Encoding: chunked\r\n"
ONE = b"%x\r\n%b\r\n" % (len(BODY), BODY)
END = b"0\r\n\r\n"


def length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n" % len(body)


AMBIGUOUS = {
    "both, the length first": LINE + length(ONE + END + HIDDEN) + CHUNKED + b"\r\n" + ONE + END + HIDDEN,
    "both, the chunks first": LINE + CHUNKED + length(ONE + END) + b"\r\n" + ONE + END + HIDDEN,
    "both, a length of nothing": LINE + length(b"") + CHUNKED + b"\r\n" + ONE + END + HIDDEN,
    "two lengths": LINE + length(BODY) + length(BODY + HIDDEN) + b"\r\n" + BODY + HIDDEN,
    "two lengths in one": LINE + b"Content-Length: 33, 34\r\n\r\n" + BODY + HIDDEN,
    "a length with a sign": LINE + b"Content-Length: +33\r\n\r\n" + BODY + HIDDEN,
    "a length in hexadecimal": LINE + b"Content-Length: 0x21\r\n\r\n" + BODY + HIDDEN,
    "an endless length": LINE + b"Content-Length: 99999999999999999999999999\r\n\r\n" + BODY + HIDDEN,
    "a blank before the colon": LINE + b"Transfer-Encoding : chunked\r\n\r\n" + ONE + END + HIDDEN,
    "a tab before the name": LINE + b"\tTransfer-Encoding: chunked\r\n\r\n" + ONE + END + HIDDEN,
    "a folded header": LINE + b"Transfer-Encoding:\r\n chunked\r\n" + length(BODY) + b"\r\n" + BODY + HIDDEN,
    "chunked twice": LINE + b"Transfer-Encoding: chunked, chunked\r\n" + length(BODY) + b"\r\n" + BODY + HIDDEN,
    "chunked and not last": LINE + b"Transfer-Encoding: chunked, identity\r\n\r\n" + ONE + END + HIDDEN,
    "something like chunked": LINE + b"Transfer-Encoding: xchunked\r\n\r\n" + ONE + END + HIDDEN,
    "a vertical tab": LINE + b"Transfer-Encoding: \x0bchunked\r\n" + length(BODY) + b"\r\n" + BODY + HIDDEN,
    "a size that is none": LINE + CHUNKED + b"\r\n-1\r\n" + BODY + b"\r\n" + END + HIDDEN,
    "a size past all bounds": LINE + CHUNKED + b"\r\nfffffffffffffffff1\r\n" + BODY + b"\r\n" + END + HIDDEN,
    "a chunk longer than its size": LINE + CHUNKED + b"\r\n5\r\n" + BODY + b"\r\n" + END + HIDDEN,
    "a bare line feed after a size": LINE + CHUNKED + b"\r\n%x\n%b\r\n" % (len(BODY), BODY) + END + HIDDEN,
    "a bare carriage return": LINE + b"X: a\rTransfer-Encoding: chunked\r\n" + length(BODY) + b"\r\n" + BODY + HIDDEN,
    "a NUL in a header": LINE + b"X: a\x00b\r\n" + length(BODY) + b"\r\n" + BODY + HIDDEN,
}  # fmt: skip


@pytest.mark.parametrize("request_", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_what_two_servers_could_read_differently_runs_nothing_that_is_hidden_in_it(
    site: Site, request_: bytes
) -> None:
    """N-T22: 400 where the head shows it, and in any case the connection is closed."""
    answer = await answered(site, request_)
    assert b"smuggled-1" not in answer
    assert re.findall(rb"HTTP/1.1 \d+", answer) in ([], [b"HTTP/1.1 400"])


async def test_a_request_in_a_body_is_a_body(site: Site) -> None:
    """N-T22: under its whole length it is JSON that is none; the head that comes again is held to its length too."""
    close = LINE + b"Connection: close\r\n"
    said = LINE + length(BODY) + b"\r\n" + BODY
    for request in (close + length(HIDDEN) + b"\r\n" + HIDDEN, said + close + length(HIDDEN) + b"\r\n" + HIDDEN):
        answer = await answered(site, request)
        assert b"smuggled-1" not in answer
        assert b"BAD_JSON" in answer


async def test_what_follows_a_request_in_order_is_the_next_request(site: Site) -> None:
    """N-T22: so that the tests above could fail."""
    last = HIDDEN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = await answered(site, LINE + length(BODY) + b"\r\n" + BODY + last)
    assert b"x-request-id: smuggled-1" in answer
