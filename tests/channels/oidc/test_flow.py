"""Signing in by a provider, from the first redirect to the session: whoever departs from the book gets none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import func, select, update

import models as rows
from channels.budgets import SIGN_IN_ADDRESS
from channels.limits import RateLimits
from channels.oidc.flow import same_origin
from models.session import SignInMethod
from tests.channels.oidc.conftest import House
from tests.web import http_client

SIGN_IN = "/web/oidc/sso/sign-in"


def asked(url: str) -> dict[str, str]:
    """What an address's query says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def refused(house: House, answer: httpx.Response, status: int = 400) -> str:
    """The page that says why there is no session, having looked that there is none."""
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert not [line for line in answer.headers.get_list("set-cookie") if line.startswith("laurel_web=")]
    assert await house.site.province.count(rows.Session) == 0
    return answer.text


async def test_a_linked_identity_signs_in_and_goes_where_it_wanted(house: House) -> None:
    await house.link("officer")
    url = await house.sent(f"{SIGN_IN}?next=/bang-tin%3Fa%3D1")
    said = asked(url)
    assert url.startswith(house.provider.issuer)
    assert said["redirect_uri"] == f"{house.site.address}/web/oidc/sso/callback"
    assert (said["scope"], said["code_challenge_method"]) == ("openid", "S256")
    answer = await house.browser.get(await house.back(url))
    assert (answer.status_code, answer.headers["location"]) == (303, "/bang-tin?a=1")
    assert await house.who() == "officer"
    async with house.site.province.sessions() as session:
        begun = (await session.scalars(select(rows.Session))).one()
    assert begun.kind is SignInMethod.OIDC
    assert await house.site.province.count(rows.ProviderSignIn) == 0
    assert not [name for name in house.browser.cookies if name.startswith("laurel_oidc")]


async def test_neither_state_nor_who_it_is_stands_in_the_database(house: House) -> None:
    await house.link("officer")
    said = asked(await house.sent())
    await house.signed_in()
    async with house.site.province.sessions() as session:
        kept = [str((await session.execute(select(row))).all()) for row in (rows.ProviderSignIn, rows.Identity)]
        kept += [
            str((await session.execute(select(row.__table__))).all()) for row in (rows.ProviderSignIn, rows.Identity)
        ]
    assert not [each for each in kept for word in (said["state"], said["nonce"], "an@provider") if word in each]


async def test_several_sign_ins_may_be_under_way_in_one_browser(house: House) -> None:
    await house.link("officer")
    first, second = await house.sent(), await house.sent()
    assert (await house.browser.get(await house.back(first))).status_code == 303
    assert (await house.browser.get(await house.back(second))).status_code == 303


async def test_n_j08_a_sign_in_gives_a_new_token_whatever_cookie_was_there(house: House) -> None:
    await house.link("officer")
    house.browser.cookies.set("laurel_web", "planted-by-somebody")
    answer = await house.signed_in()
    (line,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith("laurel_web=")]
    assert "planted" not in line
    assert "HttpOnly" in line


@pytest.mark.parametrize(
    "change",
    [
        {"state": None},
        {"state": ""},
        {"state": "x" * 43},
        {"code": None},
        {"code": "nobodys"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"error": "access_denied"},
    ],
    ids=str,
)
async def test_n_j07_an_answer_that_is_not_the_providers_begins_nothing(house: House, change: dict[str, Any]) -> None:
    await house.link("officer")
    url = await house.back(await house.sent())
    said: dict[str, Any] = asked(url) | change
    query = {name: value for name, value in said.items() if value is not None}
    await refused(house, await house.browser.get(urlsplit(url).path, params=query))


async def test_n_j07_a_state_is_answered_once_even_where_the_first_answer_was_wrong(house: House) -> None:
    await house.link("officer")
    url = await house.back(await house.sent())
    await refused(house, await house.browser.get(urlsplit(url).path, params=asked(url) | {"code": "nobodys"}))
    await refused(house, await house.browser.get(url))


async def test_n_j07_a_code_is_used_once(house: House) -> None:
    await house.link("officer")
    url = await house.back(await house.sent())
    assert (await house.browser.get(url)).status_code == 303
    again = await house.browser.get(url)
    assert again.status_code == 400
    assert await house.site.province.count(rows.Session) == 1


async def test_n_j07_an_answer_belongs_to_the_browser_that_asked(house: House) -> None:
    await house.link("officer")
    url = await house.back(await house.sent())
    async with http_client(house.site.address) as another:
        await refused(house, await another.get(url))


async def test_n_j07_a_code_that_was_slipped_in_is_refused(house: House) -> None:
    """Somebody's own code in another's answer: the verifier and the nonce are not of the same sign-in."""
    await house.link("officer")
    stolen = asked(await house.back(await house.sent()))["code"]
    url = await house.back(await house.sent())
    await refused(house, await house.browser.get(urlsplit(url).path, params=asked(url) | {"code": stolen}))


async def test_n_j07_another_providers_code_and_address_are_refused(house: House) -> None:
    await house.link("officer")
    await house.link("head", issuer=house.other.issuer)
    theirs = asked(await house.back(await house.sent("/web/oidc/other/sign-in")))
    await refused(house, await house.browser.get("/web/oidc/sso/callback", params=theirs))
    url = await house.back(await house.sent())
    mixed = asked(url) | {"code": theirs["code"], "iss": house.other.issuer}
    await refused(house, await house.browser.get(urlsplit(url).path, params=mixed))


async def test_n_j07_what_is_said_twice_is_refused(house: House) -> None:
    await house.link("officer")
    url = await house.back(await house.sent())
    await refused(house, await house.browser.get(f"{url}&code=another"))


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": ["laurel", "another"]},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": None},
        {"exp": 1},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
async def test_a_token_that_is_not_of_this_sign_in_begins_nothing(house: House, claims: dict[str, Any]) -> None:
    await house.link("officer")
    house.provider.claims = claims
    await refused(house, await house.signed_in())


async def test_whatever_is_wrong_is_answered_by_one_page_in_both_languages(house: House) -> None:
    await house.link("officer")
    url = await house.back(await house.sent())
    pages = {await refused(house, await house.browser.get(urlsplit(url).path))}
    pages.add(await refused(house, await house.browser.get(urlsplit(url).path, params=asked(url) | {"code": "x"})))
    house.provider.claims = {"nonce": "another"}
    pages.add(await refused(house, await house.signed_in()))
    (page,) = pages
    assert "Chưa đăng nhập được" in page
    assert "You are not signed in" in page


NOWHERE = [
    "//evil.example", "https://evil.example", "/\\evil.example", "\\/evil", "evil", "", "javascript:alert(1)", "/a\tb",
    "/\n/evil", "///evil", "/ /evil", "/é", "/" + "a" * 600, "/a\r\nSet-Cookie: x=y", "http:/evil", "/<script>",
]  # fmt: skip


@pytest.mark.parametrize("next", NOWHERE)
async def test_n_x11_one_goes_on_to_this_site_alone(house: House, next: str) -> None:
    assert not same_origin(next)
    await refused(house, await house.browser.get(SIGN_IN, params={"next": next}))
    assert await house.site.province.count(rows.ProviderSignIn) == 0


@pytest.mark.parametrize("next", ["/", "/a/b?c=d#e", "/%2f%2fevil", "/a//b", "/@evil"])
def test_n_x11_a_path_of_ours_stays_one(next: str) -> None:
    assert same_origin(next)
    assert urlsplit(f"https://laurel.example{next}").netloc == "laurel.example"


async def test_an_identity_nobody_linked_is_told_what_to_do(house: House) -> None:
    page = await refused(house, await house.signed_in(), 403)
    assert re.search("Hãy đăng nhập bằng mật khẩu.*Sign in with your password", page, re.DOTALL)


@pytest.mark.parametrize("account", [{"active": False}, {"service": True}])
async def test_an_account_that_is_locked_out_or_a_programs_is_not_signed_in(
    house: House, account: dict[str, Any]
) -> None:
    await house.link("officer")
    async with house.site.province.sessions.begin() as session:
        await session.execute(update(rows.Account).where(rows.Account.username == "officer").values(account))
    await refused(house, await house.signed_in(), 403)


async def test_an_account_of_another_channel_is_not_signed_in(house: House) -> None:
    await house.link("nominee")
    await refused(house, await house.signed_in(), 403)


async def test_another_claim_may_say_who_it_is_on_a_channel_of_its_own(house: House) -> None:
    await house.link("nominee", "020185123456")
    house.provider.claims = {"personal_number": "020185123456"}
    answer = await house.signed_in("/mobile/oidc/citizen/sign-in")
    assert answer.status_code == 303, answer.text
    assert await house.who(channel="mobile") == "a nominee"
    assert await house.who() is None, "each channel has a session of its own"


async def test_without_that_claim_nobody_is_signed_in_and_neither_by_mail_nor_phone(house: House) -> None:
    await house.link("nominee", "020185123456")
    house.provider.claims = {"email": "020185123456", "phone_number": "020185123456"}
    await refused(house, await house.signed_in("/mobile/oidc/citizen/sign-in"))


async def test_an_answer_that_comes_too_late_is_refused_and_forgotten(house: House) -> None:
    await house.link("officer")
    url = await house.back(await house.sent())
    async with house.site.province.sessions.begin() as session:
        await session.execute(update(rows.ProviderSignIn).values(expires_at=func.now()))
    await refused(house, await house.browser.get(url))
    assert await house.site.province.count(rows.ProviderSignIn) == 0


async def test_no_such_provider_is_no_such_page(house: House) -> None:
    assert (await house.browser.get("/web/oidc/nobody/sign-in")).status_code == 404
    assert (await house.browser.get("/mobile/oidc/sso/sign-in")).status_code == 404
    assert (await house.browser.post(SIGN_IN)).status_code in (404, 405)


async def test_whoever_begins_too_often_is_told_when_to_come_again(house: House) -> None:
    before = house.laurel.limits
    house.laurel.limits = RateLimits([replace(SIGN_IN_ADDRESS, points=2, alone=2)])
    try:
        for _ in range(2):
            await house.sent()
        answer = await house.browser.get(SIGN_IN)
    finally:
        house.laurel.limits = before
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    assert await house.site.province.count(rows.ProviderSignIn) == 2
