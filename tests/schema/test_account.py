"""Signing in: who gets a session, who is locked out, and what the viewer is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

import models as rows
from models.access import Audience
from resolvers.account import viewer_by_token
from resolvers.sign_in import ATTEMPTS
from tests.province import Province

SIGN_IN = """mutation($input: SignInInput!) { done: signIn(input: $input) {
  __typename
  ... on Refusal { message messageEn }
  ... on TooManyAttempts { retryAfterSeconds }
  ... on Session { token expiresAt viewer { audience channel account { username } roles { role agency { code } } } }
} }"""
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
async def with_password(province: Province) -> Province:
    """The province, whose officer has a password."""
    async with province.sessions.begin() as session:
        same = rows.Account.username == "officer"
        await session.execute(update(rows.Account).where(same).values(password_hash=CHEAP.hash("đúng rồi")))
    return province


async def sign_in(province: Province, username: str, password: str) -> dict[str, Any]:
    """What signing in is answered."""
    answer = await province.ask(None, SIGN_IN, {"input": {"username": username, "password": password}})
    assert "errors" not in answer, answer["errors"]
    done: dict[str, Any] = answer["data"]["done"]
    return done


async def test_the_right_password_gives_a_session_that_stands_for_the_account(with_password: Province) -> None:
    said = await sign_in(with_password, " Officer ", "đúng rồi")
    assert said["viewer"] == {
        "audience": "STAFF",
        "channel": "web",
        "account": {"username": "officer"},
        "roles": [{"role": "UNIT_OFFICER", "agency": {"code": "H37.10"}}],
    }
    async with with_password.sessions() as session:
        found = await viewer_by_token(session, said["token"])
    assert found is not None
    assert found[0].audience is Audience.STAFF
    assert timedelta(minutes=29) < found[1] - datetime.now(UTC) < timedelta(minutes=32), "unless it is used"


async def test_only_a_hash_of_the_token_is_kept(with_password: Province) -> None:
    said = await sign_in(with_password, "officer", "đúng rồi")
    async with with_password.sessions() as session:
        (kept,) = await session.scalars(rows.Session.__table__.select().with_only_columns(rows.Session.token_hash))
    assert said["token"].encode() not in kept


async def test_a_wrong_name_and_a_wrong_password_are_refused_alike(with_password: Province) -> None:
    wrong = await sign_in(with_password, "officer", "sai rồi")
    assert wrong == await sign_in(with_password, "nobody", "sai rồi")
    assert wrong["__typename"] == "WrongCredentials"
    assert await with_password.count(rows.Session) == 0


async def test_five_wrong_passwords_lock_the_account_for_a_while_even_for_the_right_one(
    with_password: Province,
) -> None:
    for _ in range(ATTEMPTS):
        assert (await sign_in(with_password, "officer", "sai rồi"))["__typename"] == "WrongCredentials"
    locked = await sign_in(with_password, "officer", "đúng rồi")
    assert locked["__typename"] == "TooManyAttempts"
    assert 0 < locked["retryAfterSeconds"] <= 15 * 60 + 1


async def test_an_inactive_account_is_as_good_as_unknown(with_password: Province) -> None:
    async with with_password.sessions.begin() as session:
        await session.execute(update(rows.Account).where(rows.Account.username == "officer").values(active=False))
    assert (await sign_in(with_password, "officer", "đúng rồi"))["__typename"] == "WrongCredentials"


@pytest.mark.parametrize("column", ["expires_at", "ended_at"])
async def test_an_expired_or_ended_session_stands_for_nobody(with_password: Province, column: str) -> None:
    said = await sign_in(with_password, "officer", "đúng rồi")
    async with with_password.sessions.begin() as session:
        past = datetime.now(UTC)
        await session.execute(update(rows.Session).values(created_at=past - timedelta(1), **{column: past}))
    async with with_password.sessions() as session:
        assert await viewer_by_token(session, said["token"]) is None


async def test_the_public_is_told_that_it_is_the_public(province: Province) -> None:
    asked = "{ viewer { audience account { id } roles { role } permissions } }"
    answer = await province.ask(None, asked)
    assert answer == {"data": {"viewer": {"audience": "PUBLIC", "account": None, "roles": [], "permissions": []}}}
