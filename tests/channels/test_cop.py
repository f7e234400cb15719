"""graphql-cop's thirteen checks, each with its own probe and its own sign that it has found something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.channels.conftest import Site

CHANNELS = ("portal", "mobile", "web")
CIRCLE = (
    "query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name }}}}}}}}}}}"
)
Sign = Callable[[httpx.Response], bool]


def said(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON where it is an object."""
    found = answer.json() if "json" in answer.headers.get("content-type", "") else None
    return found if isinstance(found, dict) else {}


def data(answer: httpx.Response) -> bool:
    """Whether anything was answered."""
    return bool(said(answer).get("data"))


def word(*words: str) -> Sign:
    """Whether any of these is said anywhere, in whatever case."""
    return lambda answer: any(one.lower() in answer.text.lower() for one in words)


def extension(name: str) -> Sign:
    """Whether this is told beside the data, or beside an error."""
    return lambda answer: any(
        name in part.get("extensions", {}) for part in (said(answer), *said(answer).get("errors", ()))
    )


POST: dict[str, tuple[Any, Sign]] = {
    "alias overloading": (
        {"query": "query cop { " + " ".join(f"alias{n}: __typename" for n in range(101)) + " }"},
        lambda answer: "alias100" in (said(answer).get("data") or {}),
    ),
    "array-based batching": (
        [{"query": "query cop { __typename }"}] * 10,
        lambda answer: answer.text.startswith("[") and len(answer.json()) >= 10,
    ),
    "directive overloading": (
        {"query": "query cop { __typename " + "@aa" * 10 + " }"},
        lambda answer: len(said(answer).get("errors", ())) == 10,
    ),
    "circular introspection": (
        {"query": CIRCLE},
        lambda answer: len(((said(answer).get("data") or {}).get("__schema") or {}).get("types", ())) > 25,
    ),
    "introspection": ({"query": "query cop { __schema { types { name fields { name } } } }"}, data),
    "field duplication": ({"query": "query cop { " + "__typename " * 500 + "}"}, data),
    "field suggestions": ({"query": "query cop { __schema { directive } }"}, word("did you mean")),
    "trace mode": ({"query": "query cop { __typename }"}, extension("tracing")),
    "unhandled errors": ({"query": "qwerty cop { abc }"}, extension("exception")),
}
FOR_STAFF = {"introspection", "field suggestions"}
"""Staff on the web channel read the schema, and are told what names come near: they compose their own documents."""


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("check", POST)
async def test_a_strangers_probe_finds_nothing(site: Site, channel: str, check: str) -> None:
    """N-D01, N-D02, N-D20, N-I01, N-I02, N-I04, N-I07, N-T07: on every channel, also by whoever has a session there."""
    probe, found = POST[check]
    callers: list[dict[str, str]] = [{}]
    if channel == "mobile":
        callers.append(await site.bearer("nominee"))
    if channel == "web" and check not in FOR_STAFF:
        callers.append(await site.bearer("officer"))
    for headers in callers:
        answer = await site.http.post(f"/{channel}/graphql", json=probe, headers=headers)
        assert not found(answer), answer.text
        assert answer.status_code < 500


GET: dict[str, tuple[str, dict[str, Any], Sign]] = {
    "GET queries": ("GET", {"params": {"query": "query cop {__typename}"}}, data),
    "GET mutations": ("GET", {"params": {"query": "mutation cop {__typename}"}}, data),
    "POST of a form": ("POST", {"data": {"query": "query cop { __typename }"}}, data),
    "an IDE": ("GET", {"headers": {"Accept": "text/html"}}, word("graphiql", "graphql playground", "apollo", "altair")),
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("check", GET)
async def test_nor_does_one_by_another_way(site: Site, channel: str, check: str) -> None:
    """N-T13, N-T16, N-T17, N-I05: by GET, as a form, or asking for a page."""
    method, sent, found = GET[check]
    answer = await site.http.request(method, f"/{channel}/graphql", **sent)
    assert not found(answer), answer.text
    assert answer.status_code in {405, 406, 415}


async def test_with_a_session_a_mutation_by_get_and_a_form_are_answered_no_more(site: Site) -> None:
    """N-T13, N-T16: who may ask by GET may still do nothing by it."""
    for method, sent, found in (GET["GET mutations"], GET["POST of a form"]):
        answer = await site.http.request(method, "/web/graphql", headers=await site.bearer("officer"), **sent)
        assert not found(answer), answer.text


@pytest.mark.parametrize(
    "page", ["graphql", "graphiql", "playground", "console", "altair", "voyager", "v1/graphql", "api"]
)
async def test_no_console_stands_where_scanners_look(site: Site, page: str) -> None:
    """N-I05: and no cookie opens one (Damn Vulnerable GraphQL's `env=graphiql:enable`)."""
    for cookie in ({}, {"Cookie": "env=graphiql:enable"}):
        answer = await site.http.get(f"/{page}", headers={"Accept": "text/html", **cookie})
        assert answer.status_code == 404
        assert not word("graphiql", "playground")(answer)


def test_all_thirteen_are_here() -> None:
    assert len(POST) + len(GET) == 13
