"""Who may come in: sessions by cookie and bearer, and what each channel does with them."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

import models as rows
from channels.session import bearer_of
from tests.channels.conftest import Site, codes
from tests.patience import HANGING

VIEWER = "{ viewer { audience } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { __typename ... on Session { token expiresAt } } }"


async def with_password(site: Site, who: str, password: str) -> dict[str, Any]:
    """Give an account a password, and the variables to sign in with it."""
    hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(password)
    async with site.province.sessions.begin() as work:
        await work.execute(update(rows.Account).where(rows.Account.username == who).values(password_hash=hashed))
    return {"input": {"username": who, "password": password}}


async def signed_in(site: Site, channel: str, variables: dict[str, Any], **more: Any) -> Any:
    """What signing in answers."""
    document = {"documentId": "SignIn"} if channel == "mobile" else {"query": SIGN_IN}
    return await site.ask(channel, variables=variables, **document, **more)


@pytest.mark.parametrize(("channel", "who"), [("web", "officer"), ("mobile", "nominee")])
async def test_anybody_may_sign_in_and_is_then_known_by_cookie_or_bearer(site: Site, channel: str, who: str) -> None:
    answer = await signed_in(site, channel, await with_password(site, who, "chữ-ký-số"))
    token = answer.json()["data"]["signIn"]["token"]
    cookie, device = answer.headers.get_list("set-cookie")
    assert device.startswith(f"laurel_{channel}_device=")
    assert cookie.startswith(f"laurel_{channel}={token}; Path=/; Max-Age=")
    assert cookie.endswith(f"; HttpOnly; SameSite={'Strict' if channel == 'web' else 'Lax'}")
    asked = {"query": VIEWER} if channel == "web" else {"documentId": "MyDossiers"}
    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"Cookie": f"other=1; laurel_{channel}={token}", "Origin": site.address},
        {"Cookie": f"laurel_{channel}={token}", "Sec-Fetch-Site": "same-origin"},
    ):
        site.http.cookies.clear()
        said = await site.http.post(f"/{channel}/graphql", json=asked, headers=headers)
        assert "errors" not in said.json(), said.text


async def test_a_wrong_password_sets_no_cookie(site: Site) -> None:
    variables = await with_password(site, "officer", "đúng")
    variables["input"]["password"] = "sai"
    answer = await signed_in(site, "web", variables)
    assert answer.json() == {"data": {"signIn": {"__typename": "WrongCredentials"}}}
    assert "set-cookie" not in answer.headers


async def test_one_request_tries_one_password(site: Site) -> None:
    one = 'signIn(input: {username: "officer", password: "x"}) { __typename }'
    answer = await site.ask("web", f"mutation {{ a: {one} b: {one} }}")
    assert (answer.status_code, codes(answer)) == (422, ["TOO_MANY_ROOT_FIELDS"])


@pytest.mark.parametrize("channel", ["web", "mobile"])
async def test_without_a_session_nothing_but_signing_in_is_answered(site: Site, channel: str) -> None:
    asked = {"documentId": "MyDossiers"} if channel == "mobile" else {"query": VIEWER}
    answer = await site.ask(channel, **asked)
    assert (answer.status_code, codes(answer)) == (401, ["UNAUTHENTICATED"])
    typo = await site.ask("web", "{ desicion }")
    assert codes(typo) == ["UNAUTHENTICATED"]
    assert "desicion" not in typo.text


@pytest.mark.parametrize(
    "header", ["Bearer unknown", "Bearer", "Basic b2ZmaWNlcjp4", "", "Bearer " + "x" * 5_000, "Bearer é"]
)
async def test_a_token_that_does_not_hold_is_401_and_never_anonymous(site: Site, header: str) -> None:
    headers = {"Authorization": header.encode()}
    for asked in ({"query": VIEWER}, {"query": "{ decisions(first: 1) { totalCount } }"}):
        answer = await site.http.post("/web/graphql", json=asked, headers=headers)
        assert (answer.status_code, codes(answer)) == (401, ["UNAUTHENTICATED"])
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_expired_and_an_ended_session_look_like_an_unknown_one(site: Site) -> None:
    ended, expired = await site.token("officer"), await site.token("officer", timedelta(seconds=0.2))
    await site.end_session(ended)
    await asyncio.sleep(0.3)
    bodies = set()
    for token in (ended, expired, "unknown"):
        answer = await site.ask("web", VIEWER, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        bodies.add(answer.content)
    assert len(bodies) == 1


async def test_a_stale_cookie_does_not_keep_anybody_from_signing_in(site: Site) -> None:
    stale = {"Cookie": "laurel_web=stale", "Origin": site.address}
    refused = await site.ask("web", VIEWER, headers=stale)
    assert codes(refused) == ["UNAUTHENTICATED"]
    assert refused.headers["set-cookie"] == "laurel_web=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
    answer = await signed_in(site, "web", await with_password(site, "officer", "x"), headers=stale)
    session = answer.json()["data"]["signIn"]
    assert session["__typename"] == "Session"
    assert answer.headers.get_list("set-cookie")[0].startswith(f"laurel_web={session['token']}; ")
    assert len(answer.headers.get_list("set-cookie")) == 2


async def test_each_channel_serves_its_own(site: Site) -> None:
    assert codes(await site.ask("web", VIEWER, "nominee")) == ["FORBIDDEN"]
    assert codes(await site.ask("mobile", who="officer", documentId="MyDossiers")) == ["FORBIDDEN"]
    portal = await site.ask("portal", who="officer", documentId="LatestDecisions")
    assert (portal.status_code, codes(portal)) == (403, ["NO_SESSIONS_HERE"])


async def test_the_portal_passes_over_cookies_that_browsers_send_everywhere(site: Site) -> None:
    cookie = {"Cookie": f"laurel_web={await site.token('officer')}"}
    answer = await site.http.get("/portal/graphql?documentId=LatestDecisions", headers=cookie)
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("public")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_a_cookie_from_another_site_counts_for_nothing(site: Site, headers: dict[str, str]) -> None:
    cookie = {"Cookie": f"laurel_web={await site.token('officer')}"}
    answer = await site.ask("web", VIEWER, headers=cookie | headers)
    assert (answer.status_code, codes(answer)) == (403, ["CROSS_SITE"])
    assert "access-control-allow-origin" not in answer.headers


async def test_an_ended_session_is_noticed_by_the_next_poll(site: Site) -> None:
    token = await site.token("officer")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await site.ask("web", VIEWER, headers=headers)).status_code == 200
    await site.end_session(token)
    async with asyncio.timeout(HANGING):
        while (await site.ask("web", VIEWER, headers=headers)).status_code == 200:
            await asyncio.sleep(0.05)
    assert (await site.ask("web", VIEWER, headers=headers)).status_code == 401


async def test_where_nobody_tells_a_session_is_looked_at_again_after_a_while(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.laurel.feed, "on_rights", None)
    now = time.monotonic()
    monkeypatch.setattr(site.laurel.sessions, "clock", lambda: now)
    token = await site.token("officer")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await site.ask("web", VIEWER, headers=headers)).status_code == 200
    await site.end_session(token)
    assert (await site.ask("web", VIEWER, headers=headers)).status_code == 200, "still remembered"
    monkeypatch.setattr(site.laurel.sessions, "clock", lambda: now + 15.1)
    assert (await site.ask("web", VIEWER, headers=headers)).status_code == 401


def test_a_bearer_is_read_off_its_header() -> None:
    assert bearer_of("Bearer abc") == bearer_of("bearer  abc ") == "abc"
    assert bearer_of("Basic abc") is bearer_of("abc") is bearer_of("") is None
