"""What clients put where it does not belong, and what breaks meanwhile, is in no log and nothing in Redis (N-L01).

Addresses, names of files and operations, codes and wrong sign-ins hold canaries; the acts of a whole life are tried in
test_canary.py.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from tests.channels.conftest import Site
from tests.channels.test_canary import CANARY, DIGITS

NOMINEES = "query($text: String) { nominees(first: 5, filter: {text: $text}) { nodes { name } } }"
TRACK = "mutation($input: TrackDossierInput!) { trackDossier(input: $input) { __typename } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { __typename } }"


async def stray(site: Site) -> None:
    """Say it in every place a client can."""
    for path in ("/xac-minh/{}", "/decisions/{}", "/lay-y-kien/{}", "/{}", "/static/{}", "/web/files/DocumentFile_{}"):
        answer = await site.http.get(path.format(CANARY), params={"after": DIGITS, CANARY: DIGITS})
        assert CANARY not in answer.headers.get("location", "")
    headers = await site.bearer("officer") | {"Content-Type": "application/pdf", "X-File-Name": f"{CANARY}.pdf"}
    await site.http.post(f"/web/files?dossier=Dossier_{CANARY}", content=b"%PDF-", headers=headers)
    await site.ask("web", NOMINEES, "officer", variables={"text": CANARY})
    await site.ask("web", NOMINEES, "officer", variables={"text": {"wrong": CANARY}})
    await site.ask("web", "query Named { viewer { audience } }", "officer", operationName=CANARY)
    await site.ask("web", f'{{ nominees(first: 5, filter: {{text: "{CANARY}"}}) {{ {CANARY} }} }}', "officer")
    for channel in ("web", "mobile"):
        await site.ask(channel, TRACK, variables={"input": {"code": CANARY, "secondFactor": DIGITS[:6]}})
        await site.ask(channel, SIGN_IN, variables={"input": {"username": CANARY, "password": CANARY}})


FAULTS = f"""
import logging
import asyncpg
import structlog
from sqlalchemy.exc import IntegrityError
from channels import logs

logs.tell_by("info")
told = asyncpg.UniqueViolationError('duplicate key value violates "uq_x"\\nDETAIL:  Key (phone)=({CANARY}) exists.')
for fault in (
    told,
    IntegrityError("insert into nominee_personal", ["{CANARY}"], told, hide_parameters=True),
    asyncpg.DataError('invalid input for query argument $1: "{CANARY}"'),
    ExceptionGroup("several", [ValueError("not a day: '{CANARY}'")]),
):
    for log in structlog.get_logger("ours").error, logging.getLogger("theirs").error:
        try:
            try:
                raise fault
            except Exception as first:
                raise RuntimeError("not kept") from first
        except RuntimeError as met:
            met.add_note("{CANARY}")
            log("a fault", exc_info=met)
"""


def test_a_fault_is_told_without_the_values_that_its_text_quotes() -> None:
    """PostgreSQL tells the whole row that a constraint refuses, and SQLAlchemy what it told."""
    said = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, check=True).stderr.decode()
    assert said.count("not kept") == 8
    assert "UniqueViolationError" in said
    assert "not a day: …" in said
    assert CANARY not in said


async def test_a_fault_tells_who_asked_nothing_of_what_was_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetch(sql: str, values: Any, *_: Any, **__: Any) -> bytes | None:
        raise RuntimeError("nothing could be read") from asyncpg.DataError(f"no such value: {CANARY} {values}")

    monkeypatch.setattr(site.laurel.pool, "fetch", fetch)
    for answer in (
        await site.ask("web", NOMINEES, "officer", variables={"text": CANARY}),
        await site.http.get(f"/decisions/Decision_{uuid4()}", params={CANARY: CANARY}),
    ):
        assert answer.status_code >= 500
        assert CANARY not in answer.text
        assert "nothing could be read" not in answer.text


async def in_redis(site: Site) -> str:
    """All that Redis holds: keys, and values as it would dump them."""
    assert site.laurel.settings.redis_url
    async with Redis.from_url(site.laurel.settings.redis_url) as redis:
        keys = [key async for key in redis.scan_iter()]
        return repr([(key, await redis.dump(key)) for key in keys])


async def test_what_is_said_anywhere_is_neither_logged_nor_kept(
    site: Site, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await stray(site)
    said = capsys.readouterr()
    logged = said.out + said.err + caplog.text
    assert "graphql" in logged
    for where in (logged, await in_redis(site)):
        assert CANARY not in where
        assert DIGITS not in where
