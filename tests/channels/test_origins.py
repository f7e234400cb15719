"""Pages of other sites: what their browsers may send, read and open, by the ids of the negative tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from channels.contract import WEB
from channels.session import Door, Sessions
from channels.settings import Settings
from tests.channels.client import Client
from tests.channels.conftest import PROTOCOL, Serving, Site, begin_anew, codes, served
from tests.channels.test_session import VIEWER
from tests.web import http_client

LISTED = "https://m.laurel.example"
FOREIGN = [
    "https://evil.example",
    "null",
    "https://m.laurel.example.evil.example",
    "https://evil.m.laurel.example",
    "https://laurel.example",
    "http://m.laurel.example",
    "https://m.laurel.example:8443",
    "https://m.laurel.example/",
    "HTTPS://M.LAUREL.EXAMPLE",
    "*",
    "",
]
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,authorization",
}


@pytest.fixture(scope="module")
async def opening(serving: Serving) -> AsyncIterator[Serving]:
    """The application, with one origin beside its own listed."""
    async with served(replace(serving[1].settings, origins=(LISTED,))) as running:
        yield running


@pytest.fixture
async def open_site(site: Site, opening: Serving) -> AsyncIterator[Site]:
    """The same over a province just settled; its own sessions are the site's."""
    address, laurel, server = opening
    await begin_anew(laurel)
    async with http_client(address) as http:
        yield Site(address, laurel, site.province, http, server)


def told(answer: httpx.Response) -> dict[str, str]:
    """What an answer says to pages of other origins."""
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("channel", ["portal", "mobile", "web"])
async def test_n_j11_no_page_but_a_listed_ones_is_told_anything(open_site: Site, channel: str, origin: str) -> None:
    http, headers = open_site.http, {"Origin": origin}
    asked = {"documentId": "LatestDecisions"} if channel == "portal" else {"query": "{ __typename }"}
    for answer in (
        await http.post(f"/{channel}/graphql", json=asked, headers=headers),
        await http.get(f"/{channel}/graphql?documentId=LatestDecisions", headers=headers),
        await http.options(f"/{channel}/graphql", headers=headers | PREFLIGHT),
        await http.options("/web/files", headers=headers | PREFLIGHT),
        await http.get("/", headers=headers),
    ):
        assert told(answer) == {}
        assert answer.status_code < 500


async def test_n_j11_a_listed_page_is_named_and_never_by_a_star(open_site: Site) -> None:
    headers = {"Origin": LISTED} | await open_site.bearer("officer")
    for answer in (
        await open_site.ask("web", VIEWER, headers=headers),
        await open_site.ask("web", "{ nonsense", headers=headers),
        await open_site.ask("web", VIEWER, headers={"Origin": LISTED}),
        await open_site.http.get("/web/files/DocumentFile_x", headers=headers),
    ):
        assert told(answer)["access-control-allow-origin"] == LISTED
        assert told(answer)["access-control-allow-credentials"] == "true"
        assert answer.headers.get_list("access-control-allow-origin") == [LISTED]


async def test_n_j11_the_portal_takes_no_credentials_from_anybody(open_site: Site) -> None:
    for _ in range(2):
        answer = await open_site.http.get("/portal/graphql?documentId=LatestDecisions", headers={"Origin": LISTED})
        assert (answer.status_code, told(answer)["access-control-allow-origin"]) == (200, LISTED)
        assert "access-control-allow-credentials" not in told(answer)
        assert "origin" in answer.headers["vary"]
    plain = await open_site.http.get("/portal/graphql?documentId=LatestDecisions")
    assert told(plain) == {}
    assert "origin" in plain.headers["vary"], "what is kept on the way is kept for each origin"


async def test_a_listed_pages_browser_is_told_beforehand_what_may_be_sent(open_site: Site) -> None:
    answer = await open_site.http.options("/web/graphql", headers={"Origin": LISTED} | PREFLIGHT)
    assert (answer.status_code, answer.content) == (204, b"")
    said = told(answer)
    assert said["access-control-allow-origin"] == LISTED
    assert said["access-control-allow-methods"] == "GET, POST"
    assert {"authorization", "content-type"} <= set(said["access-control-allow-headers"].split(", "))
    plain = await open_site.http.options("/web/graphql", headers={"Origin": LISTED})
    assert plain.status_code == 405, "nothing was asked beforehand"


async def test_where_no_origin_is_listed_nobody_is_told_anything(site: Site) -> None:
    for origin in (LISTED, site.address):
        answer = await site.http.options("/web/graphql", headers={"Origin": origin} | PREFLIGHT)
        assert (answer.status_code, told(answer)) == (405, {})


CROSS_SITE: list[tuple[str, dict[str, Any], int, str]] = [
    ("text/plain", {"content": b'{"query": "mutation { signOut { __typename } }"}'}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("application/x-www-form-urlencoded", {"content": b"query=x"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("multipart/form-data; boundary=x", {"content": b"--x--"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("", {"content": b'{"query": "{ __typename }"}'}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("application/json", {"content": b'{"query": "mutation { signOut { __typename } }"}'}, 403, "CROSS_SITE"),
]


@pytest.mark.parametrize(("media", "more", "status", "code"), CROSS_SITE)
async def test_n_j10_a_foreign_page_sends_nothing_with_our_cookies(
    site: Site, media: str, more: dict[str, Any], status: int, code: str
) -> None:
    token = await site.token("officer")
    headers = {"Cookie": f"laurel_web={token}", "Origin": "https://evil.example", "Content-Type": media}
    answer = await site.http.post("/web/graphql", headers=headers, **more)
    assert (answer.status_code, codes(answer)) == (status, [code])
    assert (await site.ask("web", VIEWER, headers={"Authorization": f"Bearer {token}"})).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_n_j10_a_link_changes_nothing_and_shows_nothing_by_our_cookies(
    site: Site, headers: dict[str, str]
) -> None:
    cookie = {"Cookie": f"laurel_mobile={await site.token('nominee')}"} | headers
    for document in ("SignOut", "MyDossiers"):
        answer = await site.http.get(f"/mobile/graphql?documentId={document}", headers=cookie)
        assert (answer.status_code, codes(answer)) == (403, ["CROSS_SITE"])
    own = {"Cookie": cookie["Cookie"], "Sec-Fetch-Site": "same-origin"}
    answer = await site.http.get("/mobile/graphql?documentId=SignOut", headers=own)
    assert (answer.status_code, codes(answer)) == (405, ["METHOD_NOT_ALLOWED"])


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://evil.127.0.0.1", "http://[", None]
)
async def test_n_w07_a_foreign_page_opens_no_socket_nor_a_cookie_without_a_page(site: Site, origin: str | None) -> None:
    cookie = {"Cookie": f"laurel_web={await site.token('officer')}"}
    with pytest.raises(InvalidStatus) as refused:
        async with site.socket(additional_headers=cookie, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_n_w07_a_listed_page_opens_a_socket_with_its_cookie(open_site: Site) -> None:
    cookie = {"Cookie": f"laurel_web={await open_site.token('officer')}"}
    async with open_site.socket(additional_headers=cookie, origin=LISTED, subprotocols=[PROTOCOL]) as socket:
        client = Client(socket)
        await client.say({"type": "connection_init"})
        assert await client.hear() == {"type": "connection_ack"}


async def nobody(_: str) -> None:
    """No token stands for anybody."""


def test_cookies_over_https_are_bound_to_the_host_and_taken_from_https_pages_alone() -> None:
    door = Door(WEB, Sessions(nobody))
    assert (door.cookie, door.device_cookie) == ("__Host-laurel_web", "__Host-laurel_web_device")
    assert door.clear_cookie() == "__Host-laurel_web=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure"
    assert door.allowed("https://laurel.example", "laurel.example")
    assert not door.allowed("http://laurel.example", "laurel.example")
    assert not door.allowed("https://laurel.example:8443", "laurel.example")
    assert door.allowed("http://localhost:8000", "localhost:8000"), "on one's own machine"


def test_settings_take_origins_only_whole() -> None:
    assert Settings.from_environment({"LAUREL_ORIGINS": f"{LISTED}, https://b.example/"}).origins == (
        LISTED,
        "https://b.example",
    )
