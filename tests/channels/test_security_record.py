"""What is turned away over the wire is on record: by whom, from where by a hash, and nothing of what was sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from graphql import parse
from sqlalchemy import event, func, select, text, update

import models as rows
from channels import security_record
from channels.security_record import SecurityRecord
from channels.weight import weigh
from models.secret import keyed
from models.security_event import SecurityEvent, SecurityEventKind
from resolvers.incidents import Incidents
from schema import schema
from tests.channels.client import Client
from tests.channels.conftest import Site, codes, served
from tests.channels.files import samples
from tests.channels.files.conftest import Desk, desk
from tests.channels.test_session import VIEWER, signed_in, with_password
from tests.channels.test_session_ends import program

__all__ = ("desk",)
SUBMIT = "mutation($input: DossierStepInput!) { submitDossier(input: $input) { __typename } }"
HERE = "127.0.0.1"


async def record(site: Site) -> list[SecurityEvent]:
    """What is kept once what was noted is written, the first first."""
    await site.laurel.incidents.write(site.laurel.transactions)
    async with site.province.sessions() as work:
        return list(await work.scalars(select(SecurityEvent).order_by(SecurityEvent.id)))


async def test_n_a13_an_act_refused_over_http_is_on_record_with_its_address_hashed(site: Site) -> None:
    said = {"id": f"Dossier_{uuid4()}", "expectedVersion": 1, "idempotencyKey": str(uuid4())}
    token = await site.token("officer")
    for _ in range(3):
        said["idempotencyKey"] = str(uuid4())
        headers = {"Authorization": f"Bearer {token}"}
        answer = await site.ask("web", SUBMIT, variables={"input": said}, headers=headers)
        assert answer.json() == {"data": {"submitDossier": {"__typename": "NotFound"}}}
    (one,) = await record(site)
    assert (one.kind, one.act, one.subject, one.code, one.count, one.channel) == (
        *(SecurityEventKind.ACT_REFUSED, "submitDossier", said["id"], "NOT_FOUND", 3, "web"),
    )
    assert one.account_id == site.province.viewers["officer"].account_id
    assert one.session_id is not None
    assert one.place_hash == keyed(site.laurel.secret, "address", HERE.encode())


READS = {
    "node": "query($id: ID!) { node(id: $id) { id } }",
    "node, beside what Python says": "query($id: ID!) { viewer { account { username } } mine: node(id: $id) { id } }",
    "node, written out": '{ node(id: "%s") { id } }',
    "nodes": "query($id: ID!) { nodes(ids: [$id]) { id ... on Dossier { title } } }",
    "nodes, among others": "query($ids: [ID!]!) { all: nodes(ids: $ids) { id } }",
    "dossier": "query($id: ID!) { ...q } fragment q on Query { mine: dossier(id: $id) { title } }",
}


@pytest.mark.parametrize("read", READS)
async def test_n_a01_what_is_read_by_its_id_in_vain_is_on_record_hidden_or_absent(site: Site, read: str) -> None:
    hidden = (await site.province.act("officer", "draftDossier", site.province.draft()))["id"]
    agency, absent = f"Agency_{site.province.agencies['culture']}", f"Dossier_{uuid4()}"
    seen = []
    for who, said in (("officer", hidden), ("stranger", hidden), ("stranger", absent)):
        text = READS[read].replace("%s", said)
        variables = {"ids": [agency, said]} if "$ids" in text else {"id": said} if "$id" in text else {}
        answer = await site.ask("web", text, who, variables=variables)
        assert "errors" not in answer.json()
        seen.append([(each.act, each.subject, each.code, each.count) for each in await record(site)])
    one, other = ((read.partition(",")[0], said, "NOT_FOUND", 1) for said in (hidden, absent))
    assert seen == [[], [one], [one, other]]


async def test_n_a01_codes_that_are_tried_are_counted(site: Site) -> None:
    headers = await site.bearer("officer")
    asked = "query($code: String!) { dossierByCode(code: $code) { id } }"
    for number in range(6):
        said = {"code": f"H37.07-261122-000{number}"}
        answer = await site.ask("web", asked, variables=said, headers=headers)
        assert answer.json()["data"] == {"dossierByCode": None}
    (one,) = await record(site)
    assert (one.act, one.subject, one.code, one.count) == ("dossierByCode", None, "NOT_FOUND", 6)


def test_n_a01_every_root_field_that_shows_a_row_by_its_id_is_noted() -> None:
    query = schema._schema.query_type
    assert query is not None
    for name, field in query.fields.items():
        named = {"id", "ids"} & field.args.keys()
        text = f'{{ mine: {name}({next(iter(named))}: "x") {{ id }} }}' if named else "{ eventHead }"
        assert [each.field for each in weigh(parse(text)).operation(None).sought] == [name] * len(named)


async def test_n_a28_a_program_that_asks_for_more_than_it_was_given_is_on_record_by_its_token(site: Site) -> None:
    headers = {"Authorization": f"Bearer {await program(site, 'officer')}"}
    said = {"id": f"Dossier_{uuid4()}", "expectedVersion": 1, "idempotencyKey": str(uuid4())}
    answer = await site.ask("web", SUBMIT, variables={"input": said}, headers=headers)
    assert (answer.status_code, codes(answer)) == (403, ["BEYOND_TOKEN"])
    (one,) = await record(site)
    async with site.province.sessions() as work:
        token = await work.scalar(select(rows.AccessToken.id))
    assert (one.kind, one.act, one.code, one.access_token_id) == (
        *(SecurityEventKind.TOKEN_REFUSED, "submitDossier", "BEYOND_TOKEN", token),
    )
    assert one.account_id == site.province.viewers["officer"].account_id


async def test_a_token_that_was_taken_back_or_is_over_is_on_record_and_a_session_over_by_the_clock_is_not(
    site: Site,
) -> None:
    revoked = await program(site, "officer")
    async with site.province.sessions.begin() as work:
        await work.execute(update(rows.AccessToken).values(revoked_at=func.now()))
    signed_out, idle = await site.token("head"), await site.token("head", timedelta(milliseconds=1))
    await site.end_session(signed_out)
    await asyncio.sleep(0.01)
    for token in (revoked, signed_out, idle, "laurel_unknown", "another"):
        answer = await site.ask("web", VIEWER, headers={"Authorization": f"Bearer {token}"})
        assert codes(answer) == ["UNAUTHENTICATED"]
    await site.ask("web", VIEWER)
    officer, head = (site.province.viewers[who].account_id for who in ("officer", "head"))
    found = {(row.account_id, row.code, row.count) for row in await record(site)}
    assert found == {(officer, "UNAUTHENTICATED", 1), (head, "UNAUTHENTICATED", 1), (None, "UNAUTHENTICATED", 2)}


async def test_a_session_of_another_channel_is_on_record(site: Site) -> None:
    assert codes(await site.ask("web", VIEWER, "nominee")) == ["FORBIDDEN"]
    (one,) = await record(site)
    assert (one.kind, one.act, one.code) == (SecurityEventKind.TOKEN_REFUSED, "viewer", "FORBIDDEN")
    assert one.account_id == site.province.viewers["nominee"].account_id


async def test_n_u05_who_sent_an_infected_file_and_for_which_dossier_is_on_record(desk: Desk) -> None:
    from channels.files.signature import EICAR

    assert codes(await desk.send(samples.pdf(EICAR))) == ["INFECTED_FILE"]
    assert codes(await desk.send(samples.pdf(), who="stranger")) == ["NOT_FOUND"]
    infected, unseen = await record(desk.site)
    assert (infected.kind, infected.act, infected.subject) == (
        *(SecurityEventKind.INFECTED_FILE, "upload", desk.dossier["id"]),
    )
    assert infected.account_id == desk.site.province.viewers["officer"].account_id
    assert (unseen.kind, unseen.code) == (SecurityEventKind.ACT_REFUSED, "NOT_FOUND")


async def test_who_signs_in_is_known_by_their_place(site: Site) -> None:
    await signed_in(site, "web", await with_password(site, "officer", "đúng mật khẩu"))
    (one,) = await record(site)
    assert (one.kind, one.place_hash) == (
        *(SecurityEventKind.SIGNED_IN, keyed(site.laurel.secret, "address", HERE.encode())),
    )


async def test_tracking_codes_that_are_guessed_are_on_record(site: Site) -> None:
    said = {"input": {"code": "AAAA-AAAA-AAAA-AAAA", "secondFactor": "123456"}}
    answer = await site.ask("mobile", documentId="TrackDossier", variables=said)
    assert answer.json()["data"]["trackDossier"]["__typename"] == "WrongTrackingCode"
    (one,) = await record(site)
    assert (one.kind, one.act, one.account_id) == (SecurityEventKind.TRACKING_FAILED, "trackDossier", None)


async def test_nothing_that_was_sent_nor_any_address_stands_in_the_record(site: Site) -> None:
    headers = {"Authorization": "Bearer bí-mật-canary".encode()}
    await site.http.post("/web/graphql", json={"query": VIEWER}, headers=headers)
    said = {"id": "canary Nguyễn Văn An", "expectedVersion": 1, "idempotencyKey": str(uuid4())}
    await site.ask("web", SUBMIT, "officer", variables={"input": said})
    assert len(await record(site)) == 2
    async with site.province.sessions() as work:
        whole = await work.scalar(text("select string_agg(e::text, ' ') from security_event e"))
    assert "canary" not in whole
    assert HERE not in whole


@contextlib.contextmanager
def sent_by(site: Site) -> Iterator[list[str]]:
    """What the application sends but for what the engine reads, in this block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    writing = site.laurel.writing.sync_engine
    event.listen(writing, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(writing, "before_cursor_execute", note)


async def test_what_is_refused_costs_a_request_no_statement(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.laurel.sessions, "_remembered", 3_600.0)
    monkeypatch.setattr(site.laurel.sessions, "forget_accounts", lambda _: None)  # of what was settled just now
    token = await site.token("nominee")
    headers = {"Authorization": f"Bearer {token}"}
    with sent_by(site) as statements:
        await site.ask("web", VIEWER, headers=headers)
    assert statements != [], "who asks is looked up"
    with sent_by(site) as statements:
        for _ in range(20):
            assert codes(await site.ask("web", VIEWER, headers=headers)) == ["FORBIDDEN"]
    assert statements == []
    (one,) = await record(site)
    assert one.count == 21


async def test_what_was_noted_last_is_written_as_the_process_ends(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_record, "EVERY", 86_400.0)
    async with served(replace(site.laurel.settings)) as (address, laurel, _):
        await laurel.feed._hub.ready.wait()
        headers = {"Authorization": "Bearer unknown"}
        assert (await site.http.post(f"{address}/web/graphql", json={"query": VIEWER}, headers=headers)).is_error
        assert await record(site) == []
    assert [row.code for row in await record(site)] == ["UNAUTHENTICATED"]


async def test_a_database_that_is_away_loses_nothing(site: Site) -> None:
    class Away:
        def begin(self) -> None:
            raise OSError("away")

    await site.ask("web", VIEWER, headers={"Authorization": "Bearer unknown"})
    noted: Incidents = site.laurel.incidents
    await SecurityRecord(noted, Away()).write()  # type: ignore[arg-type]  # a database that is away
    assert [row.count for row in await record(site)] == [1]


@pytest.mark.parametrize("by", ["socket", "events"])
async def test_n_a10_who_would_follow_what_they_do_not_see_is_refused_and_on_record(site: Site, by: str) -> None:
    dossier = await site.province.act("officer", "draftDossier", site.province.draft())
    followed = f'subscription {{ dossierMoved(id: "{dossier["id"]}") {{ cursor }} }}'
    for _ in range(2):
        token = await site.token("stranger")
        if by == "socket":
            async with site.socket() as socket:
                client = Client(socket)
                await client.greet(token)
                await client.subscribe("1", followed)
                assert await client.error("1") == ["NOT_FOUND"]
        else:
            headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
            said = await site.http.post("/web/graphql", json={"query": followed}, headers=headers)
            assert "NOT_FOUND" in said.text
    found = [(row.kind.name, row.act, row.subject, row.code) for row in await record(site)]
    assert found == [("STREAM_REFUSED", "dossierMoved", dossier["id"], "NOT_FOUND")] * 2, "by two sessions"
    assert {row.account_id for row in await record(site)} == {site.province.viewers["stranger"].account_id}


async def test_who_greets_a_socket_by_a_token_that_does_not_hold_is_on_record(site: Site) -> None:
    for token in (await site.token("nominee"), "unknown"):
        async with site.socket() as socket:
            client = Client(socket)
            await client.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            assert (await client.closed())[0] == 4403
    found = {(row.kind.name, row.account_id, row.code) for row in await record(site)}
    nominee = site.province.viewers["nominee"].account_id
    assert found == {("TOKEN_REFUSED", nominee, "FORBIDDEN"), ("TOKEN_REFUSED", None, "UNAUTHENTICATED")}
