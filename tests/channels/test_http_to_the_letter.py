"""What RFC 9110 and 9112 say of heads and of answers without a body, over real connections."""

from __future__ import annotations

import gzip
import re

import orjson
import pytest

from tests.channels.conftest import Site, codes
from tests.channels.kept import LATEST
from tests.channels.raw import answered, status

BODY = b'{"documentId": "LatestDecisions"}'
WRONG = "/portal/graphql?documentId=Decision&variables=%7B%22number%22%3A5%7D"
CLOSING = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("address", [LATEST, WRONG, "/portal/graphql?documentId=Decision", "/mobile/graphql", "/web/x"])
async def test_a_head_is_answered_by_headers_alone_whatever_they_tell(site: Site, address: str) -> None:
    """A body here would be read as the next answer on the connection."""
    heads = f"HEAD {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 3
    answers = (await answered(site, heads + CLOSING)).split(b"\r\n\r\n")
    assert [answer[:9] for answer in answers] == [b"HTTP/1.1 "] * 4 + [b"ok"]


async def test_a_head_of_a_stream_opens_none(site: Site) -> None:
    headers = {"Accept": "text/event-stream"}
    answer = await site.http.head("/portal/graphql?documentId=DecisionPublished", headers=headers)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "GET, POST", b"")


async def test_every_channel_answers_a_head_as_it_would_a_get(site: Site) -> None:
    bearer = await site.bearer("officer")
    for method in ("GET", "HEAD"):
        answer = await site.http.request(method, "/web/graphql?query={__typename}", headers=bearer)
        assert (answer.status_code, answer.headers["content-length"]) == (200, "31")
        refused = await site.http.request(method, "/mobile/graphql?documentId=SignIn")
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_what_is_packed_is_415_and_never_unpacked(site: Site) -> None:
    headers = {"Content-Type": "application/json"}
    bomb = gzip.compress(b" " * 10_000_000)
    for coding in ("gzip", "br", "deflate, gzip", "x-none"):
        answer = await site.http.post("/portal/graphql", content=bomb, headers=headers | {"Content-Encoding": coding})
        assert (answer.status_code, codes(answer)) == (415, ["UNSUPPORTED_MEDIA_TYPE"])
        assert answer.headers["accept-encoding"] == "identity"
    plain = headers | {"Content-Encoding": "Identity"}
    assert (await site.http.post("/portal/graphql", content=BODY, headers=plain)).status_code == 200


async def test_a_header_in_two_lines_is_one(site: Site) -> None:
    tag = (await site.http.get(LATEST)).headers["etag"]
    for lines, expected in (
        ([("Accept", "text/csv"), ("Accept", "application/json")], 200),
        ([("Accept", "application/json"), ("Accept", "text/csv")], 200),
        ([("If-None-Match", tag), ("If-None-Match", '"another"')], 304),
        ([("If-None-Match", '"another"'), ("If-None-Match", f"W/{tag}")], 304),
        ([("Cookie", "a=b"), ("Cookie", "c=d")], 200),
    ):
        assert (await site.http.get(LATEST, headers=lines)).status_code == expected, lines
    for pair in (("text/plain", "application/json"), ("application/json", "text/plain")):
        two = [("Content-Type", kind) for kind in pair]
        assert (await site.http.post("/portal/graphql", content=BODY, headers=two)).status_code == 415


def head(*lines: str, first: str = "POST /portal/graphql HTTP/1.1") -> bytes:
    return "\r\n".join([first, *lines, "Content-Type: application/json", "", ""]).encode("latin-1")


CHUNKED = "Transfer-Encoding: chunked"
LENGTH = f"Content-Length: {len(BODY)}"
IN_CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


@pytest.mark.parametrize(
    "request_",
    [
        head(LENGTH) + BODY,
        head("Host: a", "Host: b", LENGTH) + BODY,
        head("Host: a", "Host: a", LENGTH) + BODY,
        head("Host: a, b", LENGTH) + BODY,
        head("Host: a b", LENGTH) + BODY,
        head("Host: a/b@c", LENGTH) + BODY,
        head("Host: \xe9", LENGTH) + BODY,
        head("Host: x", LENGTH, first="POST /portal/graphql HTTP/2.0") + BODY,
        head("Host: x", LENGTH, first="POST /portal/graphql HTTP/0.9") + BODY,
        head("Host: x", "Transfer-Encoding: identity") + BODY,
        head("Host: x", "Transfer-Encoding: xchunked") + BODY,
        head("Host: x", "Transfer-Encoding: gzip, chunked") + IN_CHUNKS,
        head("Host: x", CHUNKED, CHUNKED) + IN_CHUNKS,
        head("Host: x", CHUNKED) + b"-5\r\n",
        head("Host: x", CHUNKED) + b"ffffffffffffffffff\r\n",
        head("Host: x", CHUNKED) + b"5\r\n{abcdefg",
    ],
)
async def test_what_two_servers_could_understand_differently_is_400(site: Site, request_: bytes) -> None:
    """N-T22: the code, an id to ask by, both languages; and the connection is closed."""
    answer = await answered(site, request_)
    lines, _, body = answer.partition(b"\r\n\r\n")
    (error,) = orjson.loads(body)["errors"]
    assert (status(answer), error["extensions"]["code"], answer.count(b"\r\n\r\n")) == (400, "BAD_HTTP", 1)
    assert re.search(rb"\r\nx-request-id: [0-9a-f]{16}\r\n", lines)
    assert b"\r\nx-content-type-options: nosniff\r\n" in lines
    assert " · " in error["message"]


@pytest.mark.parametrize(
    "request_",
    [
        head("Host: x", CHUNKED.title(), "Connection: close") + IN_CHUNKS,
        head("Host: [::1]:8000", LENGTH, "Connection: close") + BODY,
        head("Host:", LENGTH, "Connection: close") + BODY,
        head(LENGTH, first="POST /portal/graphql HTTP/1.0") + BODY,
    ],
)
async def test_what_is_plain_is_answered(site: Site, request_: bytes) -> None:
    assert status(await answered(site, request_)) == 200


async def test_a_chunk_that_is_none_is_not_answered_in_place_of_what_came_before(site: Site) -> None:
    first = head("Host: x", LENGTH) + BODY
    said = await answered(site, first + head("Host: x", CHUNKED) + b"-5\r\n")
    assert said == b"" or status(said) == 200


async def test_a_slash_too_many_leads_nowhere_by_the_host_of_the_request(site: Site) -> None:
    for address in ("/livez/", "/portal/graphql/", "/web/sign-in/"):
        answer = await site.http.get(address, headers={"Host": "evil.example"})
        assert (answer.status_code, "location" in answer.headers, "evil" in answer.text) == (404, False, False)


async def test_a_page_names_the_methods_it_takes_in_both_languages(site: Site) -> None:
    for method in ("POST", "PUT", "OPTIONS", "TRACE"):
        answer = await site.http.request(method, "/decisions")
        assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
        assert answer.text.startswith("Trang này chỉ nhận ")
        assert " · This page takes " in answer.text
        assert answer.headers["cache-control"] == "no-store"
