"""Searching the portal over HTTP: what a browser or an attacker may send."""

from __future__ import annotations

import pytest

from tests.channels.conftest import Site, codes

NUMBER = "7/QĐ-UBND"


async def test_the_portal_finds_what_is_published_and_says_why(site: Site) -> None:
    decision = await site.publish(NUMBER)
    await site.province.act("officer", "draftDossier", site.province.draft(title="Hồ sơ 7/QĐ-UBND"))
    answer = await site.ask("portal", documentId="Search", variables={"text": "7/qd-ubnd", "first": 5})
    found = answer.json()["data"]["search"]
    assert found["totalCount"] == 1
    assert [edge["node"]["id"] for edge in found["edges"]] == [decision]
    (highlight,) = [said for said in found["edges"][0]["highlights"] if said["field"] == "number"]
    assert [part["text"] for part in highlight["text"]] == ["7", "/", "QĐ", "-", "UBND"]
    assert [part["matched"] for part in highlight["text"]] == [True, False, True, False, True]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (rb"\ud800", 400, "BAD_JSON"),
        (b"\xff", 400, "BAD_JSON"),
        (b"a " * 30_000, 200, "BAD_SEARCH"),
        (b" ", 200, "BAD_SEARCH"),
    ],
)
async def test_what_is_no_text_is_refused_at_the_door(site: Site, said: bytes, status: int, code: str) -> None:
    body = b'{"documentId": "Search", "variables": {"text": "' + said + b'"}}'
    answer = await site.http.post("/portal/graphql", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, codes(answer)) == (status, [code])


@pytest.mark.parametrize("first", [51, 10**9])
async def test_a_page_is_bounded(site: Site, first: int) -> None:
    answer = await site.ask("portal", documentId="Search", variables={"text": "a", "first": first})
    assert codes(answer) == ["BAD_PAGE"]
