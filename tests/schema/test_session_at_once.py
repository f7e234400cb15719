"""Several sessions of one account that end each other, change its password or begin at the same moment."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

import models as rows
from models.session import SignInMethod
from resolvers.client import Client
from resolvers.session import begin_session
from tests.schema.signed_in import NEW, RIGHT, Person, SignIn
from tests.schema.waiting import until_somebody_waits


async def test_of_two_changes_of_the_password_at_once_one_is_made(come: SignIn) -> None:
    one, other = await come(), await come()
    said = [(one, NEW), (other, NEW + "!")]
    answers = await asyncio.gather(
        *(who.act("changePassword", currentPassword=RIGHT, newPassword=new) for who, new in said)
    )
    assert sorted(answer["__typename"] for answer in answers) == ["Session", "WrongCredentials"]


@pytest.mark.parametrize("act", ["revokeOtherSessions", "revokeSession", "changePassword"])
async def test_a_session_that_has_ended_ends_no_other_though_it_is_remembered_still(come: SignIn, act: str) -> None:
    owner, thief = await come(), await come()
    await owner.act("revokeOtherSessions")
    thief.remembered = True
    said = {
        "revokeSession": {"id": owner.id},
        "changePassword": {"currentPassword": RIGHT, "newPassword": NEW},
    }.get(act, {})
    done = await thief.act(act, **said)
    assert (done["__typename"], done["messageEn"]) == ("NotPermitted", "This session has ended. Sign in again.")
    assert (thief.kept, await thief.viewer()) == ([], None)
    assert await owner.viewer() is not None
    await come()


async def test_of_two_who_end_each_other_at_once_one_stays(come: SignIn) -> None:
    for _ in range(5):
        both = [await come(), await come()]
        for each in both:
            each.remembered = True
        answers = await asyncio.gather(*(each.act("revokeOtherSessions") for each in both))
        assert sorted(answer["__typename"] for answer in answers) == ["NotPermitted", "SessionsRevoked"]
        assert [await each.viewer() is None for each in both].count(True) == 1


async def test_who_signs_in_as_all_others_are_ended_is_ended_too(come: SignIn) -> None:
    """Whoever ends the others waits for a sign-in that is not committed yet."""
    officer = await come()
    async with officer.province.sessions() as work:
        account = await work.scalar(select(rows.Account).where(rows.Account.username == "officer").with_for_update())
        assert account is not None
        late = await begin_session(work, account, SignInMethod.PASSWORD, Client())
        ending = asyncio.create_task(officer.act("revokeOtherSessions"))
        await until_somebody_waits(officer.province)
        await work.commit()
    assert (await ending)["count"] == 1
    assert await Person(officer.province, late, []).viewer() is None
