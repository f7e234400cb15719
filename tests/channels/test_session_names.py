"""Signing in by names and passwords as keyboards write them, and the absolute end of what is open."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, update

import models as rows
from channels import streams
from tests.channels.conftest import Site, codes
from tests.channels.test_session import signed_in, with_password
from tests.channels.test_session_ends import listening
from tests.patience import HANGING


@pytest.mark.parametrize(
    "name",
    [
        "a\\u0000b",
        "\\u0000",
        "\\u202eofficer",
        "officer\\u0000",
        "ＯＦＦＩＣＥＲ",
        "o\\u0308fficer",
        "x" * 5_000,
        "' or 1=1 --",
        "",
    ],
)
async def test_a_name_that_no_account_can_have_is_wrong_as_any_other(site: Site, name: str) -> None:
    text = f'mutation {{ signIn(input: {{username: "{name}", password: "mật khẩu"}}) {{ __typename }} }}'
    answer = await site.ask("web", text)
    if "u0000" in name:
        assert (answer.status_code, codes(answer)) == (422, ["UNPROCESSABLE"])
    else:
        assert answer.json() == {"data": {"signIn": {"__typename": "WrongCredentials"}}}


@pytest.mark.parametrize("name", ["officer", "  Officer\t", "OFFICER", "\u00a0officer\n"])
async def test_a_name_is_taken_however_it_is_written_and_a_password_however_its_letters_are_composed(
    site: Site, name: str
) -> None:
    variables = await with_password(site, "officer", unicodedata.normalize("NFC", "đường về xứ Lạng"))
    variables["input"] = {"username": name, "password": unicodedata.normalize("NFD", "đường về xứ Lạng")}
    assert (await signed_in(site, "web", variables)).json()["data"]["signIn"]["__typename"] == "Session"


@pytest.mark.parametrize("by", ["socket", "events"])
async def test_a_stream_ends_with_its_session_at_the_absolute_end_however_it_is_used(
    site: Site, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """Its end is known from the beginning: nobody tells of it, and PostgreSQL is asked once its time has come."""
    monkeypatch.setattr(streams, "LOOK", 0.05)
    monkeypatch.setattr(site.laurel.feed, "on_rights", None)
    token = await site.token("officer", lasts=timedelta(minutes=5))
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}

    async def five_minutes_later() -> None:
        await site.followed()
        async with site.province.sessions.begin() as work:
            begun = func.now() - timedelta(minutes=5)
            await work.execute(update(rows.Session).values(expires_at=func.now(), created_at=begun))
        monkeypatch.setattr(site.laurel.sessions, "now", lambda: datetime.now(UTC) + timedelta(minutes=5))

    async with asyncio.timeout(HANGING), asyncio.TaskGroup() as tasks:
        tasks.create_task(five_minutes_later())
        if by == "socket":
            async with listening(site, token) as client:
                await client.subscribe("1")
                assert (await client.closed())[0] == 4403
        else:
            asked = {"query": "subscription { decisionPublished { cursor } }"}
            said = await site.http.post("/web/graphql", json=asked, headers=headers)
            assert (said.status_code, "UNAUTHENTICATED" in said.text) == (200, True)


@pytest.mark.parametrize("nul", ["\\u0000", "\\u{0}", "\\u{00000}"])
async def test_a_nul_written_as_an_escape_reaches_the_database_from_nowhere(site: Site, nul: str) -> None:
    for text in (
        f'{{ dossierByCode(code: "a{nul}") {{ id }} }}',
        f'query($code: String! = "{nul}") {{ dossierByCode(code: $code) {{ id }} }}',
        f'mutation {{ revokeSession(input: {{id: "{nul}"}}) {{ __typename }} }}',
    ):
        answer = await site.ask("web", text, "officer")
        assert (answer.status_code, codes(answer)) == (422, ["UNPROCESSABLE"]), text
    for plain in (f'"\\{nul}"', f'"""{nul}"""'):
        answer = await site.ask("web", f"{{ dossierByCode(code: {plain}) {{ id }} }}", "officer")
        assert answer.json() == {"data": {"dossierByCode": None}}, "it is a backslash there, and no NUL"
