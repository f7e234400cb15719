"""How sessions begin and end over the wire: fixation, leaving, being locked out, idleness; what programs may ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

import models as rows
from channels import streams
from channels.last_use import LastUse
from channels.session import Found
from resolvers.access_token import new_token
from resolvers.account import token_hash
from tests.channels.client import Client
from tests.channels.conftest import Site, codes
from tests.channels.test_session import VIEWER, signed_in, with_password
from tests.counted import counted
from tests.history import until
from tests.patience import HANGING

SIGN_OUT = "mutation { signOut { __typename } }"


async def cookies_of(site: Site, channel: str, **more: Any) -> dict[str, str]:
    """The cookies of somebody who signs in."""
    variables = await with_password(site, "officer" if channel == "web" else "nominee", "mật khẩu này")
    answer = await signed_in(site, channel, variables, **more)
    site.http.cookies.clear()
    return dict(line.partition(";")[0].split("=", 1) for line in answer.headers.get_list("set-cookie"))


def sent(cookies: dict[str, str], site: Site) -> dict[str, str]:
    """The headers by which a browser sends them from a page of ours."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Origin": site.address}


async def program(site: Site, who: str, *acts: str) -> str:
    """A program's token for an account."""
    token, account = new_token(), site.province.viewers[who].account_id
    assert account is not None
    async with site.province.sessions.begin() as work:
        made = {"name": "Chương trình", "account_id": account, "created_by_id": account, "permissions": []}
        until = datetime.now(UTC) + timedelta(days=1)
        work.add(rows.AccessToken(token_hash=token_hash(token), acts=list(acts), expires_at=until, **made))
    return token


@asynccontextmanager
async def listening(site: Site, token: str) -> AsyncIterator[Client]:
    """A socket, greeted by this token."""
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(token)
        yield client


async def test_n_j08_a_session_set_before_signing_in_is_not_the_one_after_and_is_dead(site: Site) -> None:
    foreign = {"laurel_web": "chosen-by-somebody-else"}
    after = await cookies_of(site, "web", headers=sent(foreign, site))
    assert after["laurel_web"] != foreign["laurel_web"]
    assert codes(await site.ask("web", VIEWER, headers=sent(foreign, site))) == ["UNAUTHENTICATED"]
    planted = {"laurel_web": await site.token("head")}
    mine = await cookies_of(site, "web", headers=sent(planted, site))
    assert mine["laurel_web"] not in (planted["laurel_web"], after["laurel_web"])
    assert codes(await site.ask("web", VIEWER, headers=sent(planted, site))) == ["UNAUTHENTICATED"]
    assert "errors" not in (await site.ask("web", VIEWER, headers=sent(mine, site))).json()


async def test_each_channel_has_cookies_of_its_own_and_takes_no_others(site: Site) -> None:
    web, mobile = await cookies_of(site, "web"), await cookies_of(site, "mobile")
    assert (set(web), set(mobile)) == ({"laurel_web", "laurel_web_device"}, {"laurel_mobile", "laurel_mobile_device"})
    for channel, asked, others in (("web", {"query": VIEWER}, mobile), ("mobile", {"documentId": "MyDossiers"}, web)):
        answer = await site.ask(channel, headers=sent(others, site), **asked)
        assert codes(answer) == ["UNAUTHENTICATED"]
        both = await site.ask(channel, headers=sent(web | mobile, site), **asked)
        assert "errors" not in both.json()


async def test_signing_out_clears_the_cookie_and_the_session_is_over_at_once(site: Site) -> None:
    cookies = await cookies_of(site, "web")
    assert "errors" not in (await site.ask("web", VIEWER, headers=sent(cookies, site))).json()
    answer = await site.ask("web", SIGN_OUT, headers=sent(cookies, site))
    assert answer.json() == {"data": {"signOut": {"__typename": "SignedOut"}}}
    assert answer.headers["set-cookie"] == "laurel_web=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
    assert codes(await site.ask("web", VIEWER, headers=sent(cookies, site))) == ["UNAUTHENTICATED"]
    assert codes(await site.ask("web", SIGN_OUT, headers=sent(cookies, site))) == ["UNAUTHENTICATED"]


async def test_a_nominee_leaves_by_the_phones_own_documents(site: Site) -> None:
    token = (await cookies_of(site, "mobile"))["laurel_mobile"]
    bearer = {"Authorization": f"Bearer {token}"}
    other = await site.token("nominee")
    mine = await site.ask("mobile", headers=bearer, documentId="MySessions", variables={"first": 5})
    found = mine.json()["data"]["viewer"]["account"]["sessions"]["nodes"]
    assert [each["current"] for each in found] == [False, True]
    gone = await site.ask("mobile", headers=bearer, documentId="RevokeSession", variables={"id": found[0]["id"]})
    assert gone.json()["data"]["revokeSession"]["__typename"] == "AccountSession"
    refused = await site.ask("mobile", headers={"Authorization": f"Bearer {other}"}, documentId="MyDossiers")
    assert codes(refused) == ["UNAUTHENTICATED"]
    others = await site.ask("mobile", headers=bearer, documentId="RevokeOtherSessions")
    assert others.json()["data"]["revokeOtherSessions"] == {"__typename": "SessionsRevoked", "count": 0}
    said = {"currentPassword": "mật khẩu này", "newPassword": "ngắn"}
    weak = await site.ask("mobile", headers=bearer, documentId="ChangePassword", variables={"input": said})
    assert weak.json()["data"]["changePassword"]["__typename"] == "InvalidInput"
    left = await site.ask("mobile", headers=bearer, documentId="SignOut")
    assert left.json()["data"]["signOut"]["__typename"] == "SignedOut"


async def test_n_w16_signing_out_in_another_tab_closes_the_sockets_and_streams_of_the_session(site: Site) -> None:
    token = await site.token("officer")
    headers = {"Authorization": f"Bearer {token}"}
    async with listening(site, token) as client:
        await client.subscribe("1")
        await site.followed()
        asked = {"query": "subscription { decisionPublished { cursor } }"}
        accept = headers | {"Accept": "text/event-stream"}
        async with site.http.stream("POST", "/web/graphql", json=asked, headers=accept) as stream:
            await site.followed(by=2)
            assert (await site.ask("web", SIGN_OUT, headers=headers)).status_code == 200
            async with asyncio.timeout(HANGING):
                assert (await client.closed())[0] == 4403
                said = (await stream.aread()).decode()
        assert "UNAUTHENTICATED" in said
        assert said.endswith("event: complete\ndata:\n\n")


async def test_n_w16_a_session_revoked_elsewhere_closes_its_sockets_and_not_those_of_others(site: Site) -> None:
    mine, other = await site.token("officer"), await site.token("officer")
    async with listening(site, mine) as client, listening(site, other) as gone:
        text = "mutation { revokeOtherSessions { ... on SessionsRevoked { count } } }"
        answer = await site.ask("web", text, headers={"Authorization": f"Bearer {mine}"})
        assert answer.json() == {"data": {"revokeOtherSessions": {"count": 1}}}
        async with asyncio.timeout(HANGING):
            assert (await gone.closed())[0] == 4403
        await client.subscribe("1")
        await site.followed()


@pytest.mark.parametrize("by", ["session", "program"])
async def test_n_a29_who_is_locked_out_has_no_access_and_hears_nothing(site: Site, by: str) -> None:
    token = await (site.token("officer") if by == "session" else program(site, "officer"))
    headers = {"Authorization": f"Bearer {token}"}
    async with listening(site, token) as client:
        assert (await site.ask("web", VIEWER, headers=headers)).status_code == 200
        async with site.province.sessions.begin() as work:
            officer = rows.Account.username == "officer"
            await work.execute(update(rows.Account).where(officer).values(active=False))
        async with asyncio.timeout(HANGING):
            assert (await client.closed())[0] == 4403
    assert codes(await site.ask("web", VIEWER, headers=headers)) == ["UNAUTHENTICATED"]
    answer = await signed_in(site, "web", await with_password(site, "officer", "đúng rồi"))
    assert answer.json() == {"data": {"signIn": {"__typename": "WrongCredentials"}}}


async def test_n_a28_a_program_reads_and_asks_for_the_acts_its_token_names_alone(site: Site) -> None:
    province = site.province
    dossier = await province.act("officer", "draftDossier", province.draft())
    entries = await province.count(rows.Entry)
    reads, submits = [
        {"Authorization": f"Bearer {await program(site, 'officer', *acts)}"} for acts in ((), ("submitDossier",))
    ]
    submit = "mutation($input: DossierStepInput!) { submitDossier(input: $input) { __typename } }"
    said = {"id": dossier["id"], "expectedVersion": 1, "idempotencyKey": "7b0fbc5e-6f37-4b6a-9d2c-1d8a3f0f8f11"}
    delete = submit.replace("submitDossier", "deleteDraft")
    both = submit.replace("submitDossier(", "a: submitDossier(").replace("} }", "} } ").rstrip()[:-1]
    both += " deleteDraft(input: $input) { __typename } }"
    for headers, text in ((reads, submit), (submits, delete), (submits, both), (reads, SIGN_OUT)):
        answer = await site.ask("web", text, headers=headers, variables={"input": said} if "$" in text else {})
        assert (answer.status_code, codes(answer)) == (403, ["BEYOND_TOKEN"])
    upload = await site.http.post(
        f"/web/files?dossier={dossier['id']}", content=b"%PDF-1.7", headers=reads | {"Content-Type": "application/pdf"}
    )
    assert (upload.status_code, codes(upload)) == (403, ["BEYOND_TOKEN"])
    assert await province.count(rows.Entry) == entries
    assert (await site.ask("web", "{ dossiers(first: 1) { totalCount } }", headers=reads)).json() == {
        "data": {"dossiers": {"totalCount": 1}}
    }
    done = await site.ask("web", submit, headers=submits, variables={"input": said})
    assert done.json() == {"data": {"submitDossier": {"__typename": "Dossier"}}}


async def test_a_programs_token_that_is_taken_back_closes_its_socket(site: Site) -> None:
    token = await program(site, "officer")
    async with listening(site, token) as client:
        async with site.province.sessions.begin() as work:
            await work.execute(update(rows.AccessToken).values(revoked_at=func.now()))
        async with asyncio.timeout(HANGING):
            assert (await client.closed())[0] == 4403


async def last_use(site: Site, token: str) -> datetime:
    """When a session was last used, as it is written."""
    async with site.province.sessions() as work:
        found = await work.scalar(select(rows.Session.last_used_at).where(rows.Session.token_hash == token_hash(token)))
    assert found is not None
    return found


async def test_use_is_noted_without_a_write_and_written_for_all_at_once(site: Site) -> None:
    tokens = [await site.token(who) for who in ("officer", "head", "desk")]
    ago = datetime.now(UTC) - timedelta(minutes=10)
    async with site.province.sessions.begin() as work:
        await work.execute(update(rows.Session).values(last_used_at=ago))
    writer = LastUse(site.laurel.sessions, site.province.sessions)
    await writer.write()
    for token in tokens[:2] * 3:
        assert (await site.ask("web", VIEWER, headers={"Authorization": f"Bearer {token}"})).status_code == 200
    assert [await last_use(site, token) for token in tokens] == [ago] * 3
    with counted() as statements:
        await writer.write()
        await writer.write()
    assert len(statements) == 2, "sessions and programs' tokens, once"
    assert [await last_use(site, token) > ago for token in tokens] == [True, True, False]


async def test_what_cannot_be_written_is_written_the_next_time(site: Site) -> None:
    class Away:
        def begin(self) -> Any:
            raise OSError("away")

    token = await site.token("officer")
    await site.ask("web", VIEWER, headers={"Authorization": f"Bearer {token}"})
    await LastUse(site.laurel.sessions, Away()).write()  # type: ignore[arg-type]  # a database that is away
    assert token_hash(token) in site.laurel.sessions.used


async def test_an_open_stream_is_no_use_and_ends_with_its_idle_session_unless_that_is_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LOOK", 0.05)
    token = await site.token("officer")
    async with listening(site, token) as client:
        await client.subscribe("1")
        await site.followed()
        attended = site.laurel.attendance._attended[token]
        site.laurel.sessions.used.clear()
        past = datetime.now(UTC) - timedelta(seconds=1)
        attended.found = Found(attended.found.viewer, past)
        there = site.laurel.attendance
        await until(lambda: attended.found.expires_at > past and not there._looking, "a look: it was used meanwhile")
        assert token_hash(token) not in site.laurel.sessions.used, "but not by looking"
        async with site.province.sessions.begin() as work:
            await work.execute(update(rows.Session).values(last_used_at=past - timedelta(hours=1)))
        attended.found = Found(attended.found.viewer, past)
        async with asyncio.timeout(HANGING):
            assert (await client.closed())[0] == 4403
