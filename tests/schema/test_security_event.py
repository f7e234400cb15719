"""Security events: what is refused is noted without a write, written for many at once, read by whom it concerns."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

import models as rows
from models.access import Permission, Role
from models.refusals import TooManyAttempts, WrongCredentials
from models.security_event import SecurityEventKind
from resolvers.account import token_hash
from resolvers.client import Client
from resolvers.incidents import ROOM, Incident, Incidents
from resolvers.sign_in import ATTEMPTS, SignInInput, sign_in
from tests.counted import counted
from tests.province import Province
from tests.schema.journey import drafted
from tests.schema.lending import employ

LIST = """query($filter: SecurityEventFilter, $order: SecurityEventOrder = NEWEST) {
  securityEvents(first: 50, filter: $filter, orderBy: $order) {
    totalCount nodes { kind channel act subject code address count account { username } session { id } }
  }
}"""
OWN = "{ viewer { account { securityEvents(first: 50) { nodes { kind act count address } } } } }"

OF = '{ node(id: "Account_%s") { ... on Account { securityEvents(first: 9) { totalCount } } } }'


@pytest.fixture
async def watched(province: Province) -> Province:
    """The province with an administrator of the department of culture."""
    await employ(province, "keeper", Role.ADMINISTRATOR, "culture")
    return province


async def refused(province: Province, who: str | None, act: str, said: dict[str, Any]) -> Incidents:
    """What is noted where somebody's act is refused."""
    context = province.context(who)
    context.client = Client(address="203.0.113.9", hashed=token_hash)
    field = province.engine.schema.mutation_type.fields[act]  # type: ignore[union-attr]  # there are mutations
    document = f"mutation($input: {field.args['input'].type}) {{ done: {act}(input: $input) {{ __typename }} }}"
    asked = {"idempotencyKey": str(uuid4()), **said}
    answer = await province.engine.execute(province.engine.document(document), {"input": asked}, None, context)
    assert answer.errors is None
    return context.incidents


async def written(province: Province) -> list[rows.SecurityEvent]:
    """All that is kept."""
    async with province.sessions() as work:
        return list(await work.scalars(select(rows.SecurityEvent).order_by(rows.SecurityEvent.id)))


async def events(province: Province, who: str, **said: Any) -> Any:
    """What somebody reads."""
    answer = await province.ask(who, LIST, said)
    assert "errors" not in answer, answer
    return answer["data"]["securityEvents"]


async def test_n_a13_an_act_refused_by_rights_is_noted_and_its_transaction_leaves_nothing(province: Province) -> None:
    dossier = await drafted(province)
    entries, keys = await province.count(rows.Entry), await province.count(rows.StoredReply)
    said = {"id": dossier["id"], "expectedVersion": 1}
    unseen = await refused(province, "stranger", "submitDossier", said)
    forbidden = await refused(province, "officer", "receiveDossier", said)
    assert await written(province) == [], "nothing is written while it is refused"
    for noted in (unseen, forbidden):
        await noted.write(province.sessions)
    one, other = await written(province)
    assert (one.kind, one.act, one.code) == (SecurityEventKind.ACT_REFUSED, "submitDossier", "NOT_FOUND")
    assert (other.act, other.code) == ("receiveDossier", "NOT_PERMITTED")
    assert (one.account_id, one.subject, one.channel, one.count) == (
        *(province.viewers["stranger"].account_id, dossier["id"], "web", 1),
    )
    assert one.place_hash == token_hash("203.0.113.9")
    assert (await province.count(rows.Entry), await province.count(rows.StoredReply)) == (entries, keys)


async def test_a_plain_mistake_is_no_incident(province: Province) -> None:
    dossier = await drafted(province)
    stale = await refused(province, "officer", "submitDossier", {"id": dossier["id"], "expectedVersion": 9})
    await stale.write(province.sessions)
    assert await written(province) == []


async def test_what_is_no_id_is_not_kept(province: Province) -> None:
    noted = await refused(
        province, "officer", "submitDossier", {"id": "Nguyễn Văn An 0900000000", "expectedVersion": 1}
    )
    await noted.write(province.sessions)
    (one,) = await written(province)
    assert one.subject is None


async def test_a_flood_is_one_row_with_its_count_and_one_statement(province: Province) -> None:
    noted, kept = Incidents(), Incident(SecurityEventKind.ACT_REFUSED, "web", act="submitDossier")
    for n in range(5_000):
        noted.note(kept, f"Dossier_{uuid4()}" if n else "Dossier_00000000-0000-0000-0000-000000000001")
    with counted() as statements:
        await noted.write(province.sessions)
        await noted.write(province.sessions)
    (one,) = await written(province)
    assert (one.count, one.subject) == (5_000, "Dossier_00000000-0000-0000-0000-000000000001")
    assert len(statements) == 1, "and none where there is nothing to write"


async def test_ever_new_ones_are_bounded_and_none_goes_uncounted(province: Province) -> None:
    noted = Incidents()
    for n in range(3 * ROOM):
        noted.note(Incident(SecurityEventKind.TRIED_WHILE_LOCKED, "web", place=token_hash(str(n))))
    noted.note(Incident(SecurityEventKind.ACT_REFUSED, "web", act="submitDossier"))
    await noted.write(province.sessions)
    kept = await written(province)
    counts = Counter({kind: sum(row.count for row in kept if row.kind is kind) for kind in {row.kind for row in kept}})
    assert counts == {SecurityEventKind.TRIED_WHILE_LOCKED: 3 * ROOM, SecurityEventKind.ACT_REFUSED: 1}
    assert len(kept) == ROOM + 2, "one more for all that had no room, and other kinds have their own"


async def test_what_cannot_be_written_is_counted_on(province: Province) -> None:
    noted, kept = Incidents(), Incident(SecurityEventKind.ACT_REFUSED, "web", act="x" * 101)
    noted.note(kept)
    with pytest.raises(DBAPIError):  # no act has so long a name
        await noted.write(province.sessions)
    noted.note(kept)
    assert [each.count for each in noted._noted.values()] == [2]


async def test_who_is_no_longer_there_keeps_nobody_else_from_the_record(province: Province) -> None:
    noted, officer = Incidents(), province.viewers["officer"].account_id
    for who in (uuid4(), officer):
        noted.note(Incident(SecurityEventKind.ACT_REFUSED, "web", who, session_id=uuid4()))
    await noted.write(province.sessions)
    assert [row.account_id for row in await written(province)] == [None, officer]


async def test_tokens_are_known_by_whose_they_were_and_those_of_nobody_by_their_place(province: Province) -> None:
    officer = province.viewers["officer"].account_id
    assert officer is not None
    async with province.sessions.begin() as work:
        later = (await work.execute(select(func.now() + text("interval '1 hour'")))).scalar_one()
        ended, idle = (
            rows.Session(token_hash=token_hash(name), account_id=officer, expires_at=later)
            for name in ("ended", "idle")
        )
        ended.ended_at = later
        work.add_all((ended, idle))
    noted = Incidents()
    for name in ("ended", "idle", "unknown", "another", "ended"):
        kind = SecurityEventKind.TOKEN_REFUSED
        noted.note(Incident(kind, "web", code="UNAUTHENTICATED", place=token_hash("here"), token=token_hash(name)))
    await noted.write(province.sessions)
    found = [(row.account_id, row.session_id, row.count) for row in await written(province)]
    assert sorted(found, key=str) == sorted([(officer, ended.id, 2), (None, None, 2)], key=str), "idle: it is no news"


async def test_who_goes_on_while_a_name_is_locked_is_noted_and_its_owner_reads_it(province: Province) -> None:
    context = replace(province.context(None), client=Client(address="203.0.113.9", hashed=token_hash))
    for _ in range(ATTEMPTS):
        with pytest.raises(WrongCredentials):
            await sign_in(context, SignInInput(username="officer", password="sai"))
    for _ in range(3):
        with pytest.raises(TooManyAttempts):
            await sign_in(context, SignInInput(username=" Officer", password="sai"))
    await context.incidents.write(province.sessions)
    answer = await province.ask("officer", OWN)
    own = answer["data"]["viewer"]["account"]["securityEvents"]["nodes"]
    assert [(each["kind"], each["count"]) for each in own] == [
        *(("TRIED_WHILE_LOCKED", 3), ("LOCKED", 1)),
        *[("SIGN_IN_FAILED", 1)] * ATTEMPTS,
    ]
    assert {each["address"] for each in own} == {token_hash("203.0.113.9").hex()[:16]}
    theirs = OF % province.viewers["officer"].account_id
    assert (await province.ask("head", theirs))["data"]["node"] == {"securityEvents": {"totalCount": 0}}


async def test_who_watches_reads_those_of_their_agencies_and_nobodys_belong_to_the_whole(watched: Province) -> None:
    noted, kind = Incidents(), SecurityEventKind.ACT_REFUSED
    for who in ("officer", "stranger"):
        noted.note(Incident(kind, "web", watched.viewers[who].account_id, act=who))
    noted.note(Incident(kind, "web", act="nobody"))
    await noted.write(watched.sessions)
    acts = {who: {each["act"] for each in (await events(watched, who))["nodes"]} for who in ("auditor", "keeper")}
    assert acts == {"auditor": {"officer", "stranger", "nobody"}, "keeper": {"officer"}}
    for who in ("officer", "chief", "nominee"):
        answer = await watched.ask(who, LIST)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"], who


async def test_a_list_is_narrowed_and_turned(watched: Province) -> None:
    noted = Incidents()
    officer = watched.viewers["officer"].account_id
    for kind in (SecurityEventKind.ACT_REFUSED, SecurityEventKind.STREAM_REFUSED):
        noted.note(Incident(kind, "web", officer, act=kind.name))
        await asyncio.sleep(0.002)
    await noted.write(watched.sessions)
    kinds = {"kinds": ["ACT_REFUSED", "STREAM_REFUSED"]}
    whole = [each["kind"] for each in (await events(watched, "auditor", filter=kinds))["nodes"]]
    assert whole == ["STREAM_REFUSED", "ACT_REFUSED"]
    turned = await events(watched, "auditor", filter={"account": f"Account_{officer}", **kinds}, order="OLDEST")
    assert [each["kind"] for each in turned["nodes"]] == whole[::-1]
    assert (await events(watched, "auditor", filter={"kind": "LOCKED"}))["totalCount"] == 0
    assert (await events(watched, "auditor", filter={"atTo": "2020-01-01"}))["totalCount"] == 0


async def test_a_programs_token_without_the_permission_watches_over_nobody(watched: Province) -> None:
    noted, stranger = Incidents(), watched.viewers["stranger"].account_id
    noted.note(Incident(SecurityEventKind.ACT_REFUSED, "web", stranger))
    await noted.write(watched.sessions)
    auditor = watched.viewers["auditor"]
    assert Permission.READ_SECURITY_EVENTS in auditor.permissions
    watched.viewers["program"] = replace(auditor, permissions=frozenset(), watches_in=(), acts=frozenset())
    theirs = (
        f'{{ node(id: "Account_{stranger}") {{ ... on Account {{ securityEvents(first: 9) {{ totalCount }} }} }} }}'
    )
    assert (await watched.ask("auditor", theirs))["data"]["node"] == {"securityEvents": {"totalCount": 1}}
    assert (await watched.ask("program", theirs))["data"]["node"] == {"securityEvents": {"totalCount": 0}}
