"""Linking an identity to an account, and the end of the sessions begun by it: here, and at the provider."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

import models as rows
from resolvers import identity
from tests.channels.client import Client
from tests.channels.conftest import codes
from tests.channels.oidc.conftest import House
from tests.web import http_client

LINK, SIGN_OUT = "/web/oidc/sso/link", "/web/oidc/sso/sign-out"
LOGOUT = "/web/oidc/sso/back-channel-logout"
EVENTS = {"http://schemas.openid.net/event/backchannel-logout": {}}
PASSWORD = "một mật khẩu đủ dài"


async def with_password(house: House, who: str = "officer") -> None:
    """Have the browser signed in with a password."""
    async with house.site.province.sessions.begin() as session:
        hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        await session.execute(update(rows.Account).where(rows.Account.username == who).values(password_hash=hashed))
    asked = f'mutation {{ signIn(input: {{username: "{who}", password: "{PASSWORD}"}}) {{ __typename }} }}'
    said = await house.browser.post("/web/graphql", json={"query": asked}, headers={"Origin": house.site.address})
    assert said.json()["data"] == {"signIn": {"__typename": "Session"}}, said.text


async def sent_to_link(house: House, **more: Any) -> httpx.Response:
    """What is answered to a browser that asks to have an identity linked."""
    return await house.browser.post(LINK, headers={"Origin": house.site.address} | more.pop("headers", {}), **more)


async def linked(house: House) -> httpx.Response:
    """The whole way of linking."""
    return await house.browser.get(await house.back((await sent_to_link(house)).headers["location"]))


async def ended(house: House) -> list[bool]:
    """Of each session begun by a provider, whether it has ended."""
    async with house.site.province.sessions() as session:
        wanted = select(rows.Session.ended_at).join(rows.ProviderSession).order_by(rows.Session.created_at)
        return [at is not None for at in await session.scalars(wanted)]


async def test_whoever_signed_in_with_a_password_links_what_they_sign_in_by_from_then_on(house: House) -> None:
    await with_password(house)
    sent = await sent_to_link(house)
    assert "prompt=login" in sent.headers["location"], "a browser left signed in shows nothing of who sits before it"
    answer = await house.browser.get(await house.back(sent.headers["location"]))
    assert answer.status_code == 303, answer.text
    async with http_client(house.site.address) as another:
        house.browser, first = another, house.browser
        assert (await house.signed_in()).status_code == 303
        assert await house.who() == "officer"
        house.browser = first
    await with_password(house)
    assert (await linked(house)).status_code == 303, "again is as good as once"
    assert await house.site.province.count(rows.Identity) == 1


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}])
async def test_no_other_site_has_its_visitors_account_linked(house: House, headers: dict[str, str]) -> None:
    await with_password(house)
    assert (await sent_to_link(house, headers=headers)).status_code == 400
    assert (await house.browser.get(LINK)).status_code in (404, 405)
    assert await house.site.province.count(rows.ProviderSignIn) == 0


async def test_without_a_session_by_password_nothing_is_linked(house: House) -> None:
    assert (await sent_to_link(house)).status_code == 400
    await house.link("officer")
    await house.signed_in()
    assert (await sent_to_link(house)).status_code == 400, "a session by a provider shows nothing of the password"


@pytest.mark.parametrize(
    "act", ["revokeOtherSessions", "changePassword", "signOut", "revokeSession"], ids=lambda act: f"by {act}"
)
async def test_whoever_was_thrown_out_while_linking_links_nothing(house: House, act: str) -> None:
    """Linking begun in a browser that somebody else sat at would outlast the session by which it began."""
    await with_password(house)
    back = await house.back((await sent_to_link(house)).headers["location"])
    async with http_client(house.site.address, headers={"Origin": house.site.address}) as owner:
        house.browser, thief = owner, house.browser
        await with_password(house)
        theirs = "{ viewer { account { sessions(first: 9) { nodes { id current } } } } }"
        said = (await owner.post("/web/graphql", json={"query": theirs})).json()["data"]["viewer"]["account"]
        (other,) = [each["id"] for each in said["sessions"]["nodes"] if not each["current"]]
        input = {
            "changePassword": f'(input: {{currentPassword: "{PASSWORD}", newPassword: "bốn con thỏ trắng 47"}})',
            "revokeSession": f'(input: {{id: "{other}"}})',
        }.get(act, "")
        by = thief if act == "signOut" else owner
        asked = {"query": f"mutation {{ {act}{input} {{ ... on Refusal {{ message }} }} }}"}
        done = await by.post("/web/graphql", json=asked, headers={"Origin": house.site.address})
        assert done.json() == {"data": {act: {}}}
        assert (await thief.get(back)).status_code == 400
    assert await house.site.province.count(rows.Identity) == 0


async def test_whose_identity_was_linked_is_on_record(house: House) -> None:
    await with_password(house)
    await linked(house)
    async with house.site.province.sessions() as work:
        row = rows.SecurityEvent
        kept = await work.execute(select(row.kind, row.act).order_by(row.id))
        assert [(kind.name, act) for kind, act in kept] == [("SIGNED_IN", None), ("SIGNED_IN", "sso link")]


async def test_an_identity_stands_for_one_account_and_an_account_has_one_of_each_issuer(house: House) -> None:
    await house.link("head")
    await with_password(house)
    answer = await linked(house)
    assert answer.status_code == 409
    assert "Ask an administrator" in answer.text
    async with house.site.province.sessions.begin() as work:
        assert await identity.unlink(work, house.site.province.viewers["head"].account_id, house.provider.issuer) == 1
    assert (await linked(house)).status_code == 303
    with pytest.raises(identity.AlreadyLinked):
        await house.link("officer", "another@provider")


async def test_who_is_unlinked_is_signed_out_and_signs_in_by_it_no_more(house: House) -> None:
    await house.link("officer")
    await house.signed_in()
    async with house.site.province.sessions.begin() as work:
        await identity.unlink(work, house.site.province.viewers["officer"].account_id, house.provider.issuer)
    assert await ended(house) == [True]
    assert (await house.signed_in()).status_code == 403


async def test_signing_out_ends_the_session_here_and_then_at_the_provider(house: House) -> None:
    await house.link("officer")
    await house.signed_in()
    refused = await house.browser.post(SIGN_OUT, headers={"Origin": "https://evil.example"})
    assert (refused.status_code, await ended(house)) == (400, [False])
    answer = await house.browser.post(SIGN_OUT, headers={"Origin": house.site.address})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(
        f"{house.provider.issuer}/leave?client_id=laurel&post_logout_redirect_uri="
    )
    assert (await ended(house), await house.who()) == ([True], None)


async def test_the_provider_ends_its_session_and_open_sockets_with_it(house: House) -> None:
    await house.link("officer")
    await house.signed_in()
    token = house.browser.cookies["laurel_web"]
    async with house.site.socket() as socket:
        client = Client(socket)
        await client.greet(token)
        said = await house.browser.post(
            LOGOUT, data={"logout_token": house.provider.signed(sub=None, sid="session-1", jti="1", events=EVENTS)}
        )
        assert (said.status_code, said.headers["cache-control"]) == (200, "no-store")
        assert (await client.closed())[0] in (4401, 4403)
    answer = await house.site.ask("web", "{ viewer { audience } }", headers={"Authorization": f"Bearer {token}"})
    assert codes(answer) == ["UNAUTHENTICATED"]


async def test_a_logout_by_subject_ends_all_of_theirs_and_nobody_elses(house: House) -> None:
    await house.link("officer")
    await house.link("head", "binh@provider")
    await house.signed_in()
    house.provider.subject = "binh@provider"
    await house.signed_in()
    token = house.provider.signed(sub="an@provider", jti="1", events=EVENTS)
    assert (await house.browser.post(LOGOUT, data={"logout_token": token})).status_code == 200
    assert await ended(house) == [True, False]


async def test_a_logout_that_comes_again_ends_nothing_that_began_since(house: House) -> None:
    await house.link("officer")
    await house.signed_in()
    token = house.provider.signed(jti="1", events=EVENTS)
    async with house.site.province.sessions.begin() as session:
        await session.execute(update(rows.Session).values(created_at=func.now() - func.make_interval(0, 0, 0, 0, 0, 5)))
    for _ in range(2):
        assert (await house.browser.post(LOGOUT, data={"logout_token": token})).status_code == 200
    assert await ended(house) == [True]
    async with house.site.province.sessions.begin() as session:
        await session.execute(
            update(rows.Session).values(ended_at=None, created_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 5))
        )
    assert (await house.browser.post(LOGOUT, data={"logout_token": token})).status_code == 200
    assert await ended(house) == [False]


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"events": {}},
        {"events": {"another": {}}},
        {"events": EVENTS},
        {"events": EVENTS, "jti": "1", "nonce": "x"},
        {"events": EVENTS, "jti": "1", "sub": None},
        {"events": EVENTS, "jti": "1", "sub": 5},
        {"events": EVENTS, "jti": "1", "aud": "another"},
        {"events": EVENTS, "jti": "1", "iss": "https://evil.example"},
        {"events": EVENTS, "jti": "1", "exp": 1},
        {"events": EVENTS, "jti": "1", "iat": None},
    ],
    ids=str,
)
async def test_what_is_no_logout_token_ends_nothing(house: House, claims: dict[str, Any]) -> None:
    await house.link("officer")
    await house.signed_in()
    answer = await house.browser.post(LOGOUT, data={"logout_token": house.provider.signed(**claims)})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert await ended(house) == [False]


@pytest.mark.parametrize(
    "body", [b"", b"logout_token=", b"logout_token=a.b.c", b"\xff\xfe", b"x" * 100_000, b"a=1&" * 50]
)
async def test_what_is_no_form_ends_nothing(house: House, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await house.browser.post(LOGOUT, content=body, headers=headers)).status_code == 400


async def test_n_j04_what_the_provider_gives_is_no_token_of_ours(house: House) -> None:
    await house.link("officer")
    for token in (house.provider.signed(), house.provider.signed(aud="elsewhere"), house.provider.signed(typ="at+jwt")):
        for channel, asked in (("web", {"query": "{ viewer { audience } }"}), ("mobile", {"documentId": "MyDossiers"})):
            answer = await house.site.ask(channel, headers={"Authorization": f"Bearer {token}"}, **asked)
            assert (answer.status_code, codes(answer)) == (401, ["UNAUTHENTICATED"])
