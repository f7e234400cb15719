"""Requests known again by their bytes: read once, allowed each time, and never one that may hold a secret."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.admission import REMEMBERED
from channels.contract import Tier
from models.demo import PASSWORD
from tests.channels.conftest import Site, codes

QUERY = "{ viewer { audience channel } }"


def kept(site: Site, channel: str, tier: Tier = Tier.OFFICER) -> list[bytes]:
    """The bodies that are known again."""
    return list(site.laurel.admissions[channel]._asked[tier].kept)


async def test_a_query_is_read_once_and_answered_again_from_its_bytes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await site.ask("web", QUERY, "officer")
    monkeypatch.setattr("channels.http.read_body", None)
    again = await site.ask("web", QUERY, "officer")
    assert again.json() == first.json() == {"data": {"viewer": {"audience": "STAFF", "channel": "web"}}}


async def test_the_same_bytes_answer_each_caller_as_themselves(site: Site) -> None:
    query = "{ viewer { audience account { fullName } } }"
    answers = [await site.ask("web", query, who) for who in ("officer", "head", "officer")]
    names = [answer.json()["data"]["viewer"]["account"]["fullName"] for answer in answers]
    assert names[0] == names[2] != names[1]


async def test_an_ended_session_is_refused_though_its_bytes_are_known(site: Site) -> None:
    token = await site.token("officer", timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    assert (await site.http.post("/web/graphql", json={"query": QUERY}, headers=headers)).status_code == 200
    await site.end_session(token)
    site.laurel.sessions.forget(token)
    refused = await site.http.post("/web/graphql", json={"query": QUERY}, headers=headers)
    assert codes(refused) == ["UNAUTHENTICATED"]
    assert codes(await site.http.post("/web/graphql", json={"query": QUERY})) == ["UNAUTHENTICATED"]


async def test_what_is_refused_or_changes_something_is_not_known_again(site: Site) -> None:
    before = [set(kept(site, "web", tier)) for tier in Tier]
    sign_in = "mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }"
    for query, variables in (
        (sign_in, {"input": {"username": "nobody", "password": PASSWORD}}),
        ("{ nothing }", {}),
        ("{ viewer { audience", {}),
    ):
        await site.ask("web", query, "officer", variables=variables)
    assert [set(kept(site, "web", tier)) for tier in Tier] == before


async def test_no_more_bodies_are_known_than_there_is_room_for(site: Site) -> None:
    admission, headers = site.laurel.admissions["web"], await site.bearer("officer")
    for n in range(REMEMBERED + 20):
        await site.ask("web", QUERY, headers=headers, variables={"n": n})
    assert len(kept(site, "web")) == REMEMBERED
    assert admission._asked[Tier.OFFICER].held == sum(map(len, kept(site, "web")))


async def test_a_query_asked_how_it_is_answered_is_read_anew(site: Site) -> None:
    await site.ask("web", QUERY, "officer")
    headers = {**await site.bearer("officer"), "X-Laurel-Explain": "1"}
    told = await site.http.post("/web/graphql", json={"query": QUERY}, headers=headers)
    assert told.json()["extensions"]["explain"]["milliseconds"]["gate"] > 0


async def test_a_document_is_parsed_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.engine.document.parse", None)
    answer = await site.ask("web", "{ viewer { audience } once: viewer { channel } }", "officer")
    assert answer.json() == {"data": {"viewer": {"audience": "STAFF"}, "once": {"channel": "web"}}}
