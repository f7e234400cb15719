"""Accounts and programs' tokens at a terminal: who is made comes in, who is closed does not, each is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

import models as rows
from channels import access_tokens, accounts
from channels.accounts import CannotKeep
from channels.cli import app
from models.security_event import SecurityEvent
from resolvers.password import must_be_good
from tests.channels.client import Client
from tests.channels.conftest import Site, codes
from tests.channels.test_session import SIGN_IN, VIEWER
from tests.patience import HANGING
from tests.pristine import dsn

ROLES = "{ viewer { account { username } roles { role agency { code } } } }"


async def done(site: Site, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
    """What one of them gives, in a transaction by the role that serves."""
    async with site.laurel.transactions.begin() as session:
        return await work(session)


async def signed_in(site: Site, username: str, password: str) -> str | None:
    """The session somebody begins; None where they may not."""
    said = {"input": {"username": username, "password": password}}
    answer = await site.ask("web", SIGN_IN, variables=said)
    token: str | None = answer.json()["data"]["signIn"].get("token")
    site.http.cookies.clear()
    return token


async def kinds(site: Site) -> list[str]:
    """What was kept of what happened."""
    async with site.province.sessions() as work:
        found = await work.scalars(select(SecurityEvent.kind).order_by(SecurityEvent.id))
        return [kind.name for kind in found]


async def test_an_account_is_made_given_a_role_and_signs_in_by_the_password_that_was_shown(site: Site) -> None:
    password = await done(site, lambda work: accounts.make(work, "quantri", "Nông Văn Quản", "Quản trị viên"))
    must_be_good("password", password, "quantri")
    await done(site, lambda work: accounts.give(work, "quantri", "administrator", "H37"))
    await done(site, lambda work: accounts.give(work, "quantri", "ADMINISTRATOR", "H37"))
    token = await signed_in(site, "quantri", password)
    answer = await site.ask("web", ROLES, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["data"]["viewer"] == {
        "account": {"username": "quantri"},
        "roles": [{"role": "ADMINISTRATOR", "agency": {"code": "H37"}}],
    }
    assert await kinds(site) == ["ACCOUNT_MADE", "ROLE_GIVEN", "SIGNED_IN"], "given twice, it is given once"
    (one,) = [each for each in await done(site, accounts.listed) if each.username == "quantri"]
    assert (one.roles, one.active, one.service) == (["ADMINISTRATOR H37"], True, False)


async def test_a_role_that_is_taken_is_gone_at_once_even_on_its_first_day_and_may_be_given_again(site: Site) -> None:
    password = await done(site, lambda work: accounts.make(work, "moi", "Người mới"))
    for _ in range(2):
        await done(site, lambda work: accounts.give(work, "moi", "UNIT_OFFICER", "H37.10"))
        assert await held(site, "moi") == ["UNIT_OFFICER H37.10"]
        await done(site, lambda work: accounts.take(work, "moi", "UNIT_OFFICER", "H37.10"))
        assert await held(site, "moi") == []
    assert await signed_in(site, "moi", password)
    with pytest.raises(CannotKeep, match="does not hold UNIT_OFFICER"):
        await done(site, lambda work: accounts.take(work, "moi", "UNIT_OFFICER", "H37.10"))


async def held(site: Site, username: str) -> list[str]:
    """The roles that a list shows of an account."""
    return [role for each in await done(site, accounts.listed) if each.username == username for role in each.roles]


async def test_a_closed_accounts_sessions_end_and_are_not_there_again_when_it_is_opened(site: Site) -> None:
    token = await site.token("officer")
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(token)
        assert await done(site, lambda work: accounts.close(work, "officer")) == 1
        async with asyncio.timeout(HANGING):
            assert (await client.closed())[0] == 4403
    await done(site, lambda work: accounts.reopen(work, "officer"))
    assert codes(await site.ask("web", VIEWER, headers={"Authorization": f"Bearer {token}"})) == ["UNAUTHENTICATED"]
    assert (await site.ask("web", VIEWER, "officer")).status_code == 200
    assert await kinds(site) == ["ACCOUNT_CLOSED", "ACCOUNT_OPENED"]


async def test_a_new_password_ends_all_sessions_and_the_lock_of_the_name(site: Site) -> None:
    token = await site.token("officer")
    for _ in range(6):
        assert await signed_in(site, "officer", "sai mật khẩu này") is None
    password = await done(site, lambda work: accounts.reset_password(work, " Officer "))
    assert codes(await site.ask("web", VIEWER, headers={"Authorization": f"Bearer {token}"})) == ["UNAUTHENTICATED"]
    assert await signed_in(site, "officer", password)


async def test_a_service_account_has_no_password_and_comes_by_a_token_for_what_it_was_given(site: Site) -> None:
    assert await done(site, lambda work: accounts.make(work, "cong-dvc", "Cổng dịch vụ công", service=True)) is None
    await done(site, lambda work: accounts.give(work, "cong-dvc", "UNIT_OFFICER", "H37.10"))
    with pytest.raises(CannotKeep, match="program's account"):
        await done(site, lambda work: accounts.reset_password(work, "cong-dvc"))
    given = ["submitDossier"], ["READ_PERSONAL_DATA"], 30
    token = await done(site, lambda work: access_tokens.make(work, "cong-dvc", "Đồng bộ hồ sơ", *given))
    headers = {"Authorization": f"Bearer {token}"}
    assert (await site.ask("web", ROLES, headers=headers)).json()["data"]["viewer"]["account"]["username"] == "cong-dvc"
    sign_out = await site.ask("web", "mutation { signOut { __typename } }", headers=headers)
    assert codes(sign_out) == ["BEYOND_TOKEN"]
    (one,) = await done(site, access_tokens.listed)
    assert (one.username, one.name, one.acts) == ("cong-dvc", "Đồng bộ hồ sơ", ["submitDossier"])
    assert await done(site, lambda work: access_tokens.revoke(work, f"AccessToken_{one.id}")) == "Đồng bộ hồ sơ"
    async with asyncio.timeout(HANGING):
        while (await site.ask("web", VIEWER, headers=headers)).status_code == 200:
            await asyncio.sleep(0.05)
    assert await done(site, access_tokens.listed) == []
    async with site.province.sessions() as work:
        entries = await work.execute(select(rows.Entry.act, rows.Entry.actor_id).order_by(rows.Entry.id))
        assert [tuple(entry) for entry in entries] == [("CREATE_ACCESS_TOKEN", None), ("REVOKE_ACCESS_TOKEN", None)]


async def test_what_does_not_fit_is_said_with_what_to_do_and_nothing_changes(site: Site) -> None:
    before = await site.province.count(rows.Account)
    for work, said in (
        (lambda work: accounts.make(work, "officer", "Ai đó"), "There is an account officer"),
        (lambda work: accounts.make(work, "Nguyễn An", "Ai đó"), "A user name has 2–64 signs"),
        (lambda work: accounts.make(work, "Officer", "Ai đó"), "A user name has 2–64 signs"),
        (lambda work: accounts.give(work, "nobody", "AUDITOR", "H37"), "There is no account nobody"),
        (lambda work: accounts.give(work, "officer", "KING", "H37"), "There are: NOMINEE, UNIT_OFFICER"),
        (lambda work: accounts.give(work, "officer", "AUDITOR", "H99"), "There is no agency H99"),
        (lambda work: access_tokens.make(work, "officer", "x", [], [], 1), "no open service account officer"),
        (lambda work: access_tokens.make(work, "officer", "x", ["signIn"], [], 1), "no mutation signIn for a program"),
        (lambda work: access_tokens.make(work, "officer", "x", [], ["ALL"], 1), "no permission ALL"),
        (lambda work: access_tokens.revoke(work, "nonsense"), "No token nonsense holds"),
    ):
        with pytest.raises(CannotKeep, match=said):
            await done(site, work)
    assert await site.province.count(rows.Account) == before
    assert await kinds(site) == []


async def test_the_commands_say_what_was_done(site: Site, monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", dsn(site.laurel.settings.database_url))
    monkeypatch.setenv("REDIS_URL", redis_url)
    runner = CliRunner()

    async def run(*said: str) -> str:
        result = await asyncio.to_thread(runner.invoke, app, said, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    monkeypatch.setattr("channels.terminal.signal.signal", lambda *_: None)  # a thread may not
    assert (await run("accounts", "make", "dong-bo", "Đồng bộ", "--service")).strip() == "✓ dong-bo"
    await run("accounts", "give", "dong-bo", "AUDITOR", "H37")
    assert "AUDITOR H37" in await run("accounts", "list")
    token = (await run("tokens", "make", "dong-bo", "Giám sát", "--permission", "READ_SECURITY_EVENTS")).strip()
    answer = await site.ask(
        "web", "{ securityEvents(first: 9) { nodes { kind } } }", headers={"Authorization": f"Bearer {token}"}
    )
    assert [each["kind"] for each in answer.json()["data"]["securityEvents"]["nodes"]] == ["ROLE_GIVEN", "ACCOUNT_MADE"]
    assert "Giám sát" in await run("tokens", "list")
