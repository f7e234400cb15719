"""One's own sessions: seen by nobody else, ended here and elsewhere, and the password that begins them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

import models as rows
from models.refusals import TooManyAttempts, WrongCredentials
from models.session import SignInMethod
from resolvers.account import note_used, token_hash
from resolvers.client import Client, words
from resolvers.session import begin_session
from resolvers.sign_in import ATTEMPTS
from tests.province import Province
from tests.schema.signed_in import NEW, RIGHT, Person, SignIn

SESSIONS = "{ viewer { account { sessions(first: 9) { totalCount nodes { id kind device current endedAt } } } } }"


async def test_one_sees_ones_own_sessions_and_which_one_asks_by(come: SignIn) -> None:
    phone = await come(agent="Mozilla/5.0 (Linux; Android 15) coc_coc_browser/130 Chrome/130.0 Safari/537.36")
    desk, _ = await come(), await come("head")
    found = (await desk.ask(SESSIONS))["viewer"]["account"]["sessions"]
    one = {"kind": "PASSWORD", "endedAt": None}
    assert found == {
        "totalCount": 2,
        "nodes": [
            {"id": desk.id, "device": None, "current": True, **one},
            {"id": phone.id, "device": "Cốc Cốc · Android", "current": False, **one},
        ],
    }


async def test_nobody_sees_or_ends_anothers_session(come: SignIn) -> None:
    officer, head = await come(), await come("head")
    asked = "query($id: ID!) { node(id: $id) { id } }"
    assert (await officer.ask(asked, {"id": officer.id}))["node"] == {"id": officer.id}
    assert (await head.ask(asked, {"id": officer.id}))["node"] is None
    account = f"Account_{officer.begun.viewer.account_id}"
    theirs = "query($id: ID!) { node(id: $id) { ... on Account { sessions(first: 9) { totalCount } } } }"
    assert (await head.ask(theirs, {"id": account}))["node"]["sessions"] == {"totalCount": 0}
    refused = await head.act("revokeSession", id=officer.id)
    unknown = await head.act("revokeSession", id=f"AccountSession_{uuid4()}")
    assert refused == unknown == await head.act("revokeSession", id="nonsense")
    assert refused["__typename"] == "NotFound"
    assert await officer.viewer() is not None


async def test_signing_out_ends_the_session_and_has_the_browser_forget_it(come: SignIn) -> None:
    officer, elsewhere = await come(), await come()
    assert (await officer.act("signOut"))["__typename"] == "SignedOut"
    assert officer.kept == [None]
    assert await officer.viewer() is None
    assert await elsewhere.viewer() is not None


async def test_a_revoked_session_stands_for_nobody_and_stays_revoked(come: SignIn) -> None:
    officer, stolen = await come(), await come()
    done = await officer.act("revokeSession", id=stolen.id)
    assert (done["id"], done["current"]) == (stolen.id, False)
    assert done["endedAt"]
    assert await officer.act("revokeSession", id=stolen.id) == done, "again"
    assert await stolen.viewer() is None
    assert officer.kept == []
    assert (await officer.act("revokeSession", id=officer.id))["current"]
    assert officer.kept == [None]


async def test_all_others_end_at_once_and_only_ones_own(come: SignIn) -> None:
    officer, *others = [await come() for _ in range(3)]
    head = await come("head")
    assert (await officer.act("revokeOtherSessions"))["count"] == 2
    assert (await officer.act("revokeOtherSessions"))["count"] == 0
    assert [await each.viewer() for each in others] == [None, None]
    assert await officer.viewer()
    assert await head.viewer()


async def test_a_new_password_ends_all_other_sessions_and_this_one_goes_on_by_a_new_token(come: SignIn) -> None:
    officer, elsewhere = await come(), await come()
    done = await officer.act("changePassword", currentPassword=RIGHT, newPassword=NEW)
    assert done["viewer"] == {"account": {"username": "officer"}}
    (begun,) = officer.kept
    assert begun is not None
    assert done["token"] == begun.token != officer.begun.token
    assert await officer.viewer() is None
    assert await elsewhere.viewer() is None
    assert await Person(officer.province, begun, []).viewer() is not None
    await come(said=NEW)
    assert await kinds(officer.province) == [
        *("SIGNED_IN", "SIGNED_IN", "SESSIONS_REVOKED", "PASSWORD_CHANGED", "SIGNED_IN", "SIGNED_IN"),
    ]


async def kinds(province: Province) -> list[str]:
    """What was kept of what happened."""
    async with province.sessions() as work:
        found = await work.scalars(select(rows.SecurityEvent.kind).order_by(rows.SecurityEvent.id))
        return [kind.name for kind in found]


@pytest.mark.parametrize(
    "said", ["ngắn quá", "a" * 300, "aaaabbbbaaaabbbb", "officer là tôi đây", "1234567890ab", "MatKhau của tôi"]
)
async def test_a_password_that_is_soon_guessed_is_refused_and_nothing_changes(come: SignIn, said: str) -> None:
    officer, elsewhere = await come(), await come()
    done = await officer.act("changePassword", currentPassword=RIGHT, newPassword=said)
    assert (done["__typename"], done["field"]) == ("InvalidInput", "newPassword")
    assert await officer.viewer()
    assert await elsewhere.viewer()
    await come()


async def test_a_wrong_present_password_is_counted_for_this_session_alone(come: SignIn) -> None:
    officer = await come()
    for _ in range(ATTEMPTS):
        done = await officer.act("changePassword", currentPassword="sai", newPassword=NEW)
        assert done["__typename"] == "WrongCredentials"
    done = await officer.act("changePassword", currentPassword=RIGHT, newPassword=NEW)
    assert done["__typename"] == "TooManyAttempts"
    again = await come()
    assert (await again.act("changePassword", currentPassword=RIGHT, newPassword=NEW))["__typename"] == "Session"


async def test_who_asks_by_no_session_has_none_to_end(province: Province) -> None:
    for act in ("signOut", "revokeOtherSessions"):
        text = f"mutation {{ done: {act} {{ __typename }} }}"
        assert (await province.ask("officer", text))["data"]["done"] == {"__typename": "NotPermitted"}


async def test_a_session_ends_unused_after_its_idle_time_and_used_at_its_absolute_end(come: SignIn) -> None:
    officer = await come(lasts=timedelta(hours=2), idle=timedelta(minutes=30))
    await grow_older(officer.province, timedelta(minutes=30))
    assert await officer.viewer() is not None, "what was noted last may not be written yet"
    await use(officer)
    await grow_older(officer.province, timedelta(minutes=30))
    await use(officer)
    await grow_older(officer.province, timedelta(minutes=32))
    assert await officer.viewer() is None
    other = await come(lasts=timedelta(hours=1), idle=timedelta(minutes=30))
    for _ in range(2):
        await grow_older(other.province, timedelta(minutes=29))
        assert await other.viewer() is not None
        await use(other)
    await grow_older(other.province, timedelta(minutes=2))
    await use(other)
    assert await other.viewer() is None, "however it is used"


async def grow_older(province: Province, time: timedelta) -> None:
    """Let this time pass over all sessions."""
    row = rows.Session
    async with province.sessions.begin() as work:
        moments = (row.created_at, row.last_used_at, row.expires_at)
        await work.execute(update(row).values({moment.key: moment - time for moment in moments}))


async def use(person: Person) -> None:
    """Note that a session was used, as a process does now and then."""
    async with person.province.sessions.begin() as work:
        await note_used(work, {token_hash(person.begun.token)})


async def test_however_somebody_showed_who_they_are_one_function_begins_the_session(province: Province) -> None:
    async with province.sessions.begin() as work:
        account = await work.scalar(select(rows.Account).where(rows.Account.username == "officer"))
        assert account is not None
        begun = await begin_session(work, account, SignInMethod.OIDC, Client(channel="mobile", agent="curl/8.1"))
    async with province.sessions() as work:
        kept = await work.get_one(rows.Session, begun.session_id)
        assert (kept.kind, kept.device, kept.token_hash) == (SignInMethod.OIDC, "curl", token_hash(begun.token))
        assert kept.expires_at - kept.created_at == timedelta(hours=12)
        told = await work.scalar(select(func.row_to_json(rows.SecurityEvent.__table__.table_valued())))
    assert (told["channel"], told["kind"], told["session_id"]) == ("mobile", "SIGNED_IN", str(begun.session_id))


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari · iOS"),
        ("python-httpx/0.28", "python-httpx"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Linux"),
        ("<script>alert(1)</script>", None),
        ("", None),
        (None, None),
        ("x" * 9_000, "x" * 31),
    ],
)
def test_a_browser_is_told_in_a_few_words(agent: str | None, said: str | None) -> None:
    assert words(agent) == said


@pytest.mark.parametrize("act", ["changePassword", "revokeOtherSessions"])
async def test_a_device_that_signed_out_before_is_known_no_more_either(come: SignIn, act: str) -> None:
    officer, other = await come(), await come()
    device = other.begun.device
    await other.act("signOut")
    said = {"currentPassword": RIGHT, "newPassword": NEW} if act == "changePassword" else {}
    assert (await officer.act(act, **said))["__typename"] in ("Session", "SessionsRevoked")
    for _ in range(ATTEMPTS):
        with pytest.raises(WrongCredentials):
            await come(said="sai mật khẩu")
    with pytest.raises(TooManyAttempts):
        await come(said="sai mật khẩu", device=device)
