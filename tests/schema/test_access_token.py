"""Programs' tokens: given by administrators for less than an account may, shown once, taken back at once."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select, update

import models as rows
from models.access import Permission, Role
from resolvers.access_token import new_token
from resolvers.account import viewer_by_token
from resolvers.engine import render
from tests.province import BEGUN, Province
from tests.schema.lending import employ

LATER = datetime.now(UTC) + timedelta(days=30)
CREATE = """mutation($input: CreateAccessTokenInput!) { done: createAccessToken(input: $input) {
  __typename
  ... on Refusal { message messageEn }
  ... on InvalidInput { field }
  ... on NotPermitted { whoCan }
  ... on RuleNotMet { rule }
  ... on AccessToken { id }
  ... on NewAccessToken { token accessToken {
    id name acts permissions version revokedAt account { username } createdBy { username } } }
} }"""
REVOKE = """mutation($input: RevokeAccessTokenInput!) { done: revokeAccessToken(input: $input) {
  __typename
  ... on Refusal { message messageEn }
  ... on RuleNotMet { rule }
  ... on StaleVersion { current whatChanged { act } }
  ... on AccessToken { id version revokedAt }
} }"""


@pytest.fixture
async def office(province: Province) -> Province:
    """The province with an administrator of all of it, one of the department of culture, and two programs."""
    await employ(province, "admin", Role.ADMINISTRATOR, "province")
    await employ(province, "keeper", Role.ADMINISTRATOR, "culture")
    await employ(province, "robot", Role.UNIT_OFFICER, "culture")
    await employ(province, "clerk", Role.ONE_STOP, "office")
    async with province.sessions.begin() as work:
        programs = rows.Account.username.in_(("robot", "clerk"))
        await work.execute(update(rows.Account).where(programs).values(service=True))
    return province


def wanted(**more: Any) -> dict[str, Any]:
    """What is asked for."""
    said = {"name": "Cổng dịch vụ công", "account": "robot", "expiresAt": LATER.isoformat(), "acts": ["submitDossier"]}
    return {**said, "permissions": ["READ_PERSONAL_DATA"], "idempotencyKey": str(uuid4()), **more}


async def done(province: Province, who: str | None, text: str, said: dict[str, Any]) -> dict[str, Any]:
    """What an act is answered."""
    answer = await province.ask(who, text, {"input": said})
    assert "errors" not in answer, answer
    return answer["data"]["done"]  # type: ignore[no-any-return]  # an object


async def created(province: Province, who: str = "admin", **more: Any) -> dict[str, Any]:
    """A token that was given."""
    made = await done(province, who, CREATE, wanted(**more))
    assert made["__typename"] == "NewAccessToken", made
    return made


async def viewer(province: Province, token: str) -> Any:
    """Whom a token stands for; None: nobody."""
    async with province.sessions() as work:
        found = await viewer_by_token(work, token)
    return found and found[0]


async def entries(province: Province) -> list[rows.Entry]:
    """What the journal has of tokens."""
    async with province.sessions() as work:
        same = rows.Entry.subject_kind == "AccessToken"
        return list(await work.scalars(select(rows.Entry).where(same).order_by(rows.Entry.id)))


def test_a_token_is_recognised_by_what_it_begins_with_and_by_its_check() -> None:
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    for token in tokens:
        assert re.fullmatch("laurel_[A-Za-z0-9]{40}[0-9a-f]{8}", token)
        assert f"{zlib.crc32(token[:-8].encode()):08x}" == token[-8:]


async def test_a_token_stands_for_its_account_within_what_it_says(office: Province) -> None:
    made = await created(office)
    kept = made["accessToken"]
    assert kept | {"id": ""} == {
        "id": "",
        "name": "Cổng dịch vụ công",
        "acts": ["submitDossier"],
        "permissions": ["READ_PERSONAL_DATA"],
        "version": 1,
        "revokedAt": None,
        "account": {"username": "robot"},
        "createdBy": {"username": "admin"},
    }
    found = await viewer(office, made["token"])
    assert replace(found, acts=None) == office.viewers["robot"]
    assert (found.acts, found.session_id) == ({"submitDossier"}, None)
    (entry,) = await entries(office)
    assert (entry.act, entry.subject_version, entry.data["acts"]) == ("CREATE_ACCESS_TOKEN", 1, ["submitDossier"])
    assert made["token"] not in str(entry.data)


async def test_a_token_has_no_permission_that_its_account_has_not_nor_one_it_was_not_given(office: Province) -> None:
    none = await viewer(office, (await created(office, permissions=[]))["token"])
    clerk = await viewer(office, (await created(office, account="clerk"))["token"])
    assert office.viewers["robot"].permissions == {Permission.READ_PERSONAL_DATA}
    assert none.permissions == clerk.permissions == frozenset()


async def test_only_a_hash_of_it_is_kept_and_sent_again_it_is_not_shown_again(office: Province) -> None:
    said = wanted()
    first, again = await done(office, "admin", CREATE, said), await done(office, "admin", CREATE, said)
    assert again == {"__typename": "AccessToken", "id": first["accessToken"]["id"]}
    async with office.sessions() as work:
        (kept,) = await work.scalars(select(rows.AccessToken))
    assert first["token"].encode() not in kept.token_hash
    assert len(await entries(office)) == 1


async def test_a_rehearsal_makes_no_token(office: Province) -> None:
    assert (await done(office, "admin", CREATE, wanted(dryRun=True)))["__typename"] == "AccessToken"
    assert await office.count(rows.AccessToken) == 0


@pytest.mark.parametrize(
    ("who", "more", "kind", "why"),
    [
        ("officer", {}, "NotPermitted", ["ADMINISTRATOR"]),
        ("nominee", {}, "NotPermitted", ["ADMINISTRATOR"]),
        (None, {}, "NotPermitted", []),
        ("admin", {"account": "officer"}, "RuleNotMet", "NOT_A_SERVICE_ACCOUNT"),
        ("admin", {"account": "nobody"}, "InvalidInput", "account"),
        ("keeper", {"account": "clerk"}, "InvalidInput", "account"),
        ("admin", {"name": " "}, "InvalidInput", "name"),
        ("admin", {"name": "x" * 101}, "InvalidInput", "name"),
        ("admin", {"acts": ["dropTables"]}, "InvalidInput", "acts"),
        ("admin", {"acts": ["createAccessToken"]}, "InvalidInput", "acts"),
        ("admin", {"acts": ["signIn"]}, "InvalidInput", "acts"),
        ("admin", {"expiresAt": (LATER + timedelta(days=367)).isoformat()}, "InvalidInput", "expiresAt"),
        ("admin", {"expiresAt": "2024-01-01T00:00:00Z"}, "InvalidInput", "expiresAt"),
        ("admin", {"expiresAt": "2027-01-01T00:00:00"}, "InvalidInput", "expiresAt"),
    ],
)
async def test_a_token_is_refused_and_nothing_is_made(
    office: Province, who: str | None, more: dict[str, Any], kind: str, why: Any
) -> None:
    answer = await done(office, who, CREATE, wanted(**more))
    assert answer["__typename"] == kind
    assert answer.get("whoCan", answer.get("rule", answer.get("field"))) == why
    assert await office.count(rows.AccessToken) == 0
    assert await entries(office) == []


async def test_an_administrator_may_have_a_token_for_themself_and_of_a_part_for_its_programs(office: Province) -> None:
    assert (await created(office, account="admin"))["accessToken"]["account"] == {"username": "admin"}
    await created(office, "keeper")
    async with office.sessions.begin() as work:
        same = select(rows.Account.id).where(rows.Account.username == "robot").scalar_subquery()
        work.add(
            rows.RoleHeld(
                account_id=await work.scalar(select(same)),
                role=Role.ONE_STOP,
                agency_id=office.agencies["office"],
                valid_from=BEGUN,
            )
        )
    answer = await done(office, "keeper", CREATE, wanted())
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "account"), "it has roles elsewhere too"


async def test_tokens_are_listed_to_whom_they_stand_for_and_to_whoever_administers_them(office: Province) -> None:
    robot, clerk = [(await created(office, account=name))["accessToken"]["id"] for name in ("robot", "clerk")]
    asked = "{ accessTokens(first: 9) { totalCount nodes { id } } }"
    seen = {"admin": [clerk, robot], "keeper": [robot], "robot": [robot], "officer": [], "nominee": [], None: []}
    for who, ids in seen.items():
        found = (await office.ask(who, asked))["data"]["accessTokens"]
        assert found == {"totalCount": len(ids), "nodes": [{"id": id} for id in ids]}, who
        for id in (robot, clerk):
            node = await office.ask(who, "query($id: ID!) { node(id: $id) { id } }", {"id": id})
            assert node["data"]["node"] == ({"id": id} if id in ids else None)


async def test_a_revoked_token_stands_for_nobody(office: Province) -> None:
    made = await created(office)
    said = {"id": made["accessToken"]["id"], "expectedVersion": 1, "idempotencyKey": str(uuid4())}
    for who in ("officer", "chairman", "nominee", None):
        refused = await done(office, who, REVOKE, {**said, "idempotencyKey": str(uuid4())})
        assert refused["__typename"] == ("NotPermitted" if who is None else "NotFound")
    assert await viewer(office, made["token"]) is not None
    gone = await done(office, "keeper", REVOKE, said)
    assert (gone["__typename"], gone["version"]) == ("AccessToken", 2)
    assert gone["revokedAt"]
    assert await done(office, "keeper", REVOKE, said) == gone, "sent again"
    assert await viewer(office, made["token"]) is None
    other = {**said, "idempotencyKey": str(uuid4())}
    stale = await done(office, "admin", REVOKE, other)
    assert (stale["current"], stale["whatChanged"]) == (2, [{"act": "REVOKE_ACCESS_TOKEN"}])
    ended = await done(office, "admin", REVOKE, {**other, "expectedVersion": 2})
    assert ended["rule"] == "TOKEN_ENDED"
    assert [entry.act for entry in await entries(office)] == ["CREATE_ACCESS_TOKEN", "REVOKE_ACCESS_TOKEN"]


@pytest.mark.parametrize("change", ["expired", "inactive"])
async def test_a_token_ends_with_its_time_and_with_its_account(office: Province, change: str) -> None:
    token = (await created(office))["token"]
    async with office.sessions.begin() as work:
        if change == "expired":
            past = datetime.now(UTC) - timedelta(days=1)
            ended = {"created_at": past - timedelta(days=1), "expires_at": past}
            await work.execute(update(rows.AccessToken).values(ended))
        else:
            await work.execute(update(rows.Account).where(rows.Account.username == "robot").values(active=False))
    assert await viewer(office, token) is None


async def test_a_program_gives_no_tokens_takes_none_back_and_has_no_sessions(office: Province) -> None:
    mine = await created(office, account="admin", acts=[])
    program = await viewer(office, mine["token"])
    context = replace(office.context(None), viewer=replace(program, acts=frozenset({"createAccessToken"})))
    revoking = {"id": mine["accessToken"]["id"], "expectedVersion": 1, "idempotencyKey": str(uuid4())}
    for text, said in ((CREATE, wanted()), (REVOKE, revoking)):
        document = office.engine.document(text)
        answer = orjson.loads(render(await office.engine.execute(document, {"input": said}, None, context)))
        assert answer["data"]["done"]["__typename"] == "NotPermitted"
    assert await office.count(rows.AccessToken) == 1
