"""One's own sessions: seen by nobody else, ended here and elsewhere, and the password that begins them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, text, update

import models as rows
from models.refusals import TooManyAttempts, WrongCredentials
from models.session import SignInMethod
from resolvers import password
from resolvers.account import note_used, token_hash, viewer_by_token
from resolvers.client import Client, SignedIn, words
from resolvers.engine import render
from resolvers.session import begin_session
from resolvers.sign_in import ATTEMPTS, SignInInput, sign_in
from tests.patience import HANGING
from tests.province import Province

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
RIGHT, NEW = "đúng mật khẩu", "bốn con thỏ trắng 47"
REPLY = {
    "signOut": "... on SignedOut { at }",
    "revokeOtherSessions": "... on SessionsRevoked { count }",
    "revokeSession": "... on AccountSession { id endedAt current }",
    "changePassword": "... on Session { token viewer { account { username } } } ... on InvalidInput { field }",
}
SESSIONS = "{ viewer { account { sessions(first: 9) { totalCount nodes { id kind device current endedAt } } } } }"


@dataclass
class Person:
    """Somebody signed in, and what the transport was told to keep."""

    province: Province
    begun: SignedIn
    kept: list[SignedIn | None]

    remembered: bool = False
    """Whether a process still takes the session for what it was."""

    async def ask(self, text: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """What they are answered."""
        engine, viewer = self.province.engine, self.begun.viewer if self.remembered else await self.viewer()
        context = replace(self.province.context(None), viewer=viewer, set_session=self.kept.append)
        context.client = Client(token=self.begun.token, agent="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
        answer: dict[str, Any] = orjson.loads(
            render(await engine.execute(engine.document(text), variables or {}, None, context))
        )
        assert "errors" not in answer, answer
        return answer["data"]  # type: ignore[no-any-return]  # an object

    async def act(self, act: str, **said: Any) -> dict[str, Any]:
        """What an act answers them."""
        kind = self.province.engine.schema.mutation_type.fields[act].args  # type: ignore[union-attr]  # there are mutations
        reply = f"{{ __typename ... on Refusal {{ message messageEn }} {REPLY[act]} }}"
        if not kind:
            return (await self.ask(f"mutation {{ done: {act} {reply} }}"))["done"]
        text = f"mutation($input: {kind['input'].type}) {{ done: {act}(input: $input) {reply} }}"
        return (await self.ask(text, {"input": said}))["done"]

    async def viewer(self) -> Any:
        """Whom the token stands for; None: nobody any more."""
        async with self.province.sessions() as work:
            found = await viewer_by_token(work, self.begun.token)
        return found and found[0]

    @property
    def id(self) -> str:
        """The session as clients call it."""
        return f"AccountSession_{self.begun.session_id}"


SignIn = Callable[..., Awaitable[Person]]


@pytest.fixture
async def come(province: Province, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Has somebody sign in once more; hashing is cheap."""
    monkeypatch.setattr(password, "HASHING", CHEAP)
    async with province.sessions.begin() as work:
        await work.execute(update(rows.Account).values(password_hash=CHEAP.hash(RIGHT)))

    async def come(who: str = "officer", said: str = RIGHT, **client: Any) -> Person:
        context = replace(province.context(None), client=Client(**client))
        return Person(province, await sign_in(context, SignInInput(username=who, password=said)), [])

    return come


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


async def until_somebody_waits(province: Province) -> None:
    """Until a statement waits for a lock."""
    waiting = text("select exists(select from pg_locks where not granted and pid in "
                   "(select pid from pg_stat_activity where datname = current_database()))")  # fmt: skip
    async with asyncio.timeout(HANGING), province.sessions() as work:
        while not await work.scalar(waiting):
            await asyncio.sleep(0.01)


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
