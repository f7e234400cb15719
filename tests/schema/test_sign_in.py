"""Signing in: guessing is slow, tells nothing, and keeps nobody from a device that is known to be theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text, update

import models as rows
from models.refusals import TooManyAttempts, WrongCredentials
from resolvers import password
from resolvers.client import Client, SignedIn
from resolvers.sign_in import ATTEMPTS, FORGOTTEN, LOCKED_FOR, LONGEST, SignInInput, forget, sign_in
from tests.province import Province

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
RIGHT, WRONG = "đúng mật khẩu", "sai mật khẩu"


@pytest.fixture
async def officer(province: Province, monkeypatch: pytest.MonkeyPatch) -> Province:
    """The province, whose officer has a password; hashing is cheap."""
    monkeypatch.setattr(password, "HASHING", CHEAP)
    password.nobodys.cache_clear()
    async with province.sessions.begin() as work:
        same = rows.Account.username == "officer"
        await work.execute(update(rows.Account).where(same).values(password_hash=CHEAP.hash(RIGHT)))
    return province


async def tried(province: Province, said: str, name: str = "officer", **client: Any) -> SignedIn:
    """What signing in gives; raises the refusal."""
    context = replace(province.context(None), client=Client(**client))
    return await sign_in(context, SignInInput(username=name, password=said))


async def fail(province: Province, times: int, name: str = "officer", **client: Any) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            await tried(province, WRONG, name, **client)


async def locked_for(province: Province, name: str = "officer", **client: Any) -> timedelta:
    """How long is to wait, as somebody is told who has the right password."""
    with pytest.raises(TooManyAttempts) as refused:
        await tried(province, RIGHT, name, **client)
    return timedelta(seconds=refused.value.retry_after_seconds)


async def pass_by(province: Province, time: timedelta) -> None:
    """Let this time pass over all attempts there were."""
    async with province.sessions.begin() as work:
        row = rows.SignInAttempt
        await work.execute(update(row).values(at=row.at - time, locked_until=row.locked_until - time))


async def events(province: Province) -> list[tuple[str, bool]]:
    """What was kept of what happened, and whether it names an account."""
    async with province.sessions() as work:
        found = await work.scalars(select(rows.SecurityEvent).order_by(rows.SecurityEvent.id))
        return [(event.kind.name, event.account_id is not None) for event in found]


async def test_each_wrong_password_after_the_fifth_locks_for_twice_as_long_up_to_a_day(officer: Province) -> None:
    await fail(officer, ATTEMPTS)
    for doubled in range(8):
        wait = await locked_for(officer)
        wanted = min(LOCKED_FOR * 2**doubled, LONGEST)
        assert wanted - timedelta(seconds=10) < wait <= wanted + timedelta(seconds=1)
        await pass_by(officer, wait)
        await fail(officer, 1)


async def test_a_lock_that_has_passed_lets_the_right_password_in_and_all_is_forgiven(officer: Province) -> None:
    await fail(officer, ATTEMPTS)
    await pass_by(officer, LOCKED_FOR)
    await tried(officer, RIGHT)
    await fail(officer, ATTEMPTS - 1)
    await tried(officer, RIGHT)
    assert await officer.count(rows.SignInAttempt) == 0


async def test_a_name_that_is_nobodys_is_locked_exactly_as_one_that_is_somebodys(officer: Province) -> None:
    said: dict[str, list[Any]] = {"officer": [], "nobody": []}
    for name, heard in said.items():
        for _ in range(ATTEMPTS + 2):
            with pytest.raises((WrongCredentials, TooManyAttempts)) as refused:
                await tried(officer, WRONG, name)
            heard.append((type(refused.value), str(refused.value)))
    assert said["officer"] == said["nobody"]
    assert [kind for kind, _ in said["officer"]] == [WrongCredentials] * ATTEMPTS + [TooManyAttempts] * 2


async def test_many_guesses_at_once_cannot_outrun_the_lock(officer: Province) -> None:
    answers = await asyncio.gather(*(tried(officer, WRONG) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(answer, WrongCredentials) for answer in answers) == ATTEMPTS
    assert sum(isinstance(answer, TooManyAttempts) for answer in answers) == 20 - ATTEMPTS


async def test_who_locks_a_name_elsewhere_does_not_lock_it_on_its_owners_known_device(officer: Province) -> None:
    device = (await tried(officer, RIGHT)).device
    await fail(officer, ATTEMPTS)
    assert await locked_for(officer) > timedelta()
    again = await tried(officer, RIGHT, device=device)
    assert await locked_for(officer, device="a guess") > timedelta()
    assert again.device != device, "each sign-in gives a new secret"


async def test_a_known_device_is_locked_by_its_own_wrong_passwords_alone(officer: Province) -> None:
    device = (await tried(officer, RIGHT)).device
    await fail(officer, ATTEMPTS, device=device)
    assert await locked_for(officer, device=device) > timedelta()
    await tried(officer, RIGHT)


async def test_a_device_known_for_somebody_is_not_known_for_others(officer: Province) -> None:
    device = (await tried(officer, RIGHT)).device
    await fail(officer, ATTEMPTS, "head")
    assert await locked_for(officer, "head", device=device) > timedelta()


async def test_a_device_is_known_for_half_a_year_and_not_once_its_session_was_revoked(officer: Province) -> None:
    old, revoked = (await tried(officer, RIGHT)), (await tried(officer, RIGHT))
    async with officer.sessions.begin() as work:
        row = rows.Session
        ago = {"created_at": row.created_at - timedelta(days=181)}
        await work.execute(update(row).where(row.id == old.session_id).values(ago))
        await work.execute(update(row).where(row.id == revoked.session_id).values(device_hash=None))
    await fail(officer, ATTEMPTS)
    for device in (old.device, revoked.device, None):
        assert await locked_for(officer, device=device) > timedelta()


async def test_attempts_of_yesterday_count_no_more_and_are_removed(officer: Province) -> None:
    await fail(officer, ATTEMPTS - 1)
    await pass_by(officer, FORGOTTEN + timedelta(minutes=1))
    await fail(officer, ATTEMPTS - 1)
    await tried(officer, RIGHT)
    await fail(officer, 1)
    await fail(officer, 1, "nobody")
    async with officer.sessions.begin() as work:
        await forget(work)
    assert await officer.count(rows.SignInAttempt) == 2
    await pass_by(officer, FORGOTTEN + timedelta(minutes=1))
    async with officer.sessions.begin() as work:
        await forget(work)
    assert await officer.count(rows.SignInAttempt) == 0


@pytest.mark.parametrize("change", [{"active": False}, {"service": True}])
async def test_neither_who_was_locked_out_nor_a_program_signs_in_by_a_right_password(
    officer: Province, change: dict[str, bool]
) -> None:
    async with officer.sessions.begin() as work:
        await work.execute(update(rows.Account).where(rows.Account.username == "officer").values(change))
    with pytest.raises(WrongCredentials):
        await tried(officer, RIGHT)
    assert await officer.count(rows.Session) == 0


async def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(
    officer: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password, "HASHING", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    await tried(officer, RIGHT)
    async with officer.sessions() as work:
        kept = await work.scalar(select(rows.Account.password_hash).where(rows.Account.username == "officer"))
    assert kept is not None
    assert "t=2" in kept
    await tried(officer, RIGHT)


async def test_a_password_typed_in_another_composition_of_its_letters_is_the_same(officer: Province) -> None:
    decomposed = "đu\u0301ng m\u00e2\u0323t kh\u00e2\u0309u"
    assert decomposed != RIGHT
    await tried(officer, decomposed)


async def test_a_password_changed_while_it_is_compared_lets_nobody_in(
    officer: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    agrees = password.agrees

    async def slowly(hashed: str | None, said: str) -> bool:
        right = await agrees(hashed, said)
        async with officer.sessions.begin() as work:
            await work.execute(update(rows.Account).values(password_hash=CHEAP.hash("khác rồi")))
        return right

    monkeypatch.setattr(password, "agrees", slowly)
    with pytest.raises(WrongCredentials):
        await tried(officer, RIGHT)
    assert await officer.count(rows.Session) == 0


async def test_what_happened_is_kept_and_names_nobody_by_what_was_typed(officer: Province) -> None:
    await fail(officer, ATTEMPTS)
    await fail(officer, 1, "canary-in-the-mine")
    assert await events(officer) == [("SIGN_IN_FAILED", True)] * ATTEMPTS + [
        ("LOCKED", True),
        ("SIGN_IN_FAILED", False),
    ]
    async with officer.sessions() as work:
        whole = "select string_agg(concat_ws(' ', e, a), ' ') from security_event e, sign_in_attempt a"
        kept = await work.scalar(text(whole))
    assert "canary" not in str(kept)


async def test_the_session_that_a_sign_in_came_with_ends(officer: Province) -> None:
    first = await tried(officer, RIGHT)
    second = await tried(officer, RIGHT, token=first.token)
    assert first.token != second.token
    assert await ended(officer) == {first.session_id}


async def ended(province: Province) -> Collection[Any]:
    """The sessions that were ended."""
    async with province.sessions() as work:
        return set(await work.scalars(select(rows.Session.id).where(rows.Session.ended_at.is_not(None))))
