"""graphql-transport-ws on a real socket: its messages, its close codes, and that nothing but subscriptions runs."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import InvalidStatus

from channels import streams, ws_socket
from models import topics
from tests.channels.client import PUBLISHED, Client
from tests.channels.conftest import Site


async def test_what_is_published_arrives_and_a_cursor_brings_back_what_was_missed(site: Site, client: Client) -> None:
    await client.subscribe("one")
    await site.followed()
    await site.publish("1/QĐ-UBND")
    first = await client.hear()
    told = first["payload"]["data"]["decisionPublished"]
    assert (first["id"], first["type"], told["decision"], told["resync"]) == (
        "one",
        "next",
        {"number": "1/QĐ-UBND"},
        None,
    )
    await client.say({"id": "one", "type": "complete"})
    await site.followed(by=0)
    await site.publish("2/QĐ-UBND")
    await site.publish("3/QĐ-UBND")
    await client.subscribe("two", variables={"after": told["cursor"]})
    assert [(await client.told("two"))["decision"]["number"] for _ in range(2)] == ["2/QĐ-UBND", "3/QĐ-UBND"]


@pytest.mark.parametrize("cursor", ["", "x", "5-0000000000000000", "0-ffffffffffffffff", "9" * 30, "a" * 10_000])
async def test_a_cursor_that_cannot_be_followed_is_a_resync(site: Site, client: Client, cursor: str) -> None:
    await client.subscribe("one", variables={"after": cursor})
    told = await client.told("one")
    assert (told["decision"], told["resync"]["head"]) == (None, await site.laurel.feed.head())


async def test_a_nominee_follows_the_steps_of_a_dossier_on_the_mobile_channel(site: Site) -> None:
    province = site.province
    dossier = await province.act("officer", "draftDossier", province.draft())
    dossier = await province.act("head", "submitDossier", {"id": dossier["id"], "expectedVersion": dossier["version"]})
    async with site.socket("mobile") as socket:
        client = Client(socket)
        await client.greet(await site.token("nominee"))
        asked = {"documentId": "DossierMoved", "variables": {"id": dossier["id"]}}
        await client.say({"id": "1", "type": "subscribe", "payload": asked})
        await site.followed(topics.dossier(UUID(dossier["id"].partition("_")[2])))
        await province.act("desk", "receiveDossier", {"id": dossier["id"], "expectedVersion": dossier["version"]})
        moved = await client.told("1")
        assert (moved["event"]["act"], moved["dossier"]["status"]) == ("RECEIVE", "RECEIVED")
        await client.subscribe("2", PUBLISHED)
        assert await client.error("2") == ["DOCUMENTS_ONLY"]


async def test_another_nominees_dossier_is_as_good_as_none(site: Site, client: Client) -> None:
    text = "subscription($id: ID!) { dossierMoved(id: $id) { cursor } }"
    province = site.province
    other = await province.act("officer", "draftDossier", province.draft())
    async with site.socket() as socket:
        stranger = Client(socket)
        await stranger.greet(await site.token("stranger"))
        for key in (other["id"], f"Dossier_{uuid4()}", "Dossier_x", "Nominee_x", ""):
            await stranger.subscribe("1", text, variables={"id": key})
            assert await stranger.error("1") == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ viewer { audience } }", "SUBSCRIPTIONS_ONLY"),
        ('mutation { signIn(input: {username: "a", password: "b"}) { __typename } }', "SUBSCRIPTIONS_ONLY"),
        ("subscription {", "PARSE_ERROR"),
        ("subscription { nothing }", "VALIDATION_FAILED"),
        ("subscription { decisionPublished { cursor } two: decisionPublished { cursor } }", "ONE_ROOT_FIELD"),
        ("subscription { __typename }", "VALIDATION_FAILED"),
        ("subscription($after: Cursor!) { decisionPublished(after: $after) { cursor } }", "VALIDATION_FAILED"),
        ("subscription { decisionPublished { decision { awards { totalCount } } } }", "BAD_PAGE"),
        ('subscription { decisionPublished(agency: "nowhere") { cursor } }', "NOT_FOUND"),
        ("subscription {" + "a " * 5_000 + "}", "TOO_MANY_TOKENS"),
    ],
)
async def test_what_stands_against_an_operation_is_an_error_for_its_id_and_the_socket_stays(
    site: Site, client: Client, query: str, code: str
) -> None:
    before = site.laurel.pool.sent
    await client.subscribe("1", query)
    assert await client.error("1") == [code]
    assert site.laurel.pool.sent == before, "nothing was executed"
    await client.say({"type": "ping"})
    assert await client.hear() == {"type": "pong"}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "BAD_REQUEST"),
        ({"query": 5}, "BAD_REQUEST"),
        ({"query": PUBLISHED, "variables": [7]}, "BAD_REQUEST"),
        ({"query": PUBLISHED, "operationName": 5}, "BAD_REQUEST"),
        ({"documentId": "Nothing"}, "DOCUMENT_NOT_FOUND"),
        ({"extensions": {"documentId": "Nothing"}}, "DOCUMENT_NOT_FOUND"),
        ({"query": PUBLISHED, "variables": {"after": "\0"}}, "UNPROCESSABLE"),
    ],
)
async def test_a_wrong_payload_is_an_error_for_its_id(client: Client, payload: Any, code: str) -> None:
    await client.say({"id": "1", "type": "subscribe", "payload": payload})
    assert await client.error("1") == [code]


@pytest.mark.parametrize(
    "frame",
    [
        "[1]",
        "5",
        "null",
        '"x"',
        "NONSENSE",
        b"{}",
        "{}",
        {"type": 5},
        {"type": "start"},
        {"type": "next", "id": "1"},
        {"type": "subscribe", "payload": {"query": PUBLISHED}},
        {"type": "subscribe", "id": 1, "payload": {"query": PUBLISHED}},
        {"type": "subscribe", "id": [1], "payload": {"query": PUBLISHED}},
        {"type": "subscribe", "id": "", "payload": {"query": PUBLISHED}},
        {"type": "subscribe", "id": "x" * 10_000, "payload": {"query": PUBLISHED}},
        {"type": "subscribe", "id": "1", "payload": None},
        {"type": "subscribe", "id": "1", "payload": [1]},
        {"type": "complete"},
        {"type": "complete", "id": {"a": 1}},
    ],
)
async def test_a_malformed_frame_closes_the_socket_without_a_traceback(
    client: Client, frame: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await client.say(frame)
    assert await client.closed() == (4400, "invalid message")
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_socket_that_never_says_hello_is_closed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ws_socket.GREETING == 5
    monkeypatch.setattr(ws_socket, "GREETING", 0.1)
    async with site.socket() as socket:
        assert await Client(socket).closed() == (4408, "connection initialisation timeout")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (None, 4403),
        ({}, 4403),
        ({"authorization": "Bearer unknown"}, 4403),
        ({"authorization": 5}, 4403),
        ({"authorization": None}, 4403),
        ([1], 4400),
        ("x", 4400),
    ],
)
async def test_a_socket_is_for_those_with_a_session(site: Site, payload: Any, code: int) -> None:
    async with site.socket() as socket:
        client = Client(socket)
        await client.say({"type": "connection_init", "payload": payload})
        assert (await client.closed())[0] == code


async def test_a_nominee_on_the_web_channel_is_forbidden(site: Site) -> None:
    async with site.socket("web") as socket:
        client = Client(socket)
        token = await site.token("nominee")
        await client.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert (await client.closed())[0] == 4403


async def test_a_cookie_opens_a_socket_from_our_own_pages_only(site: Site) -> None:
    cookie = {"Cookie": f"laurel_web={await site.token('officer')}"}
    async with site.socket(additional_headers=cookie, origin=site.address) as socket:
        client = Client(socket)
        await client.say({"type": "connection_init"})
        assert await client.hear() == {"type": "connection_ack"}
    for origin in (None, "https://evil.example", "null", "http://127.0.0.1:1", f"{site.address}.evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            await site.socket(additional_headers=cookie, origin=origin)
        assert refused.value.response.status_code == 403


async def test_the_portal_has_no_sockets(site: Site) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await site.socket("portal")
    assert refused.value.response.status_code == 403


async def test_a_socket_follows_at_most_twenty_operations(site: Site, client: Client) -> None:
    for number in range(20):
        await client.subscribe(str(number))
    await site.followed(by=20)
    await client.subscribe("one too many")
    assert await client.error("one too many") == ["TOO_MANY_OPERATIONS"]
    await client.say({"id": "0", "type": "complete"})
    await site.followed(by=19)
    await client.subscribe("0")
    await site.followed(by=20)


async def test_of_more_than_twenty_asked_for_at_once_the_last_are_too_many(site: Site, client: Client) -> None:
    for number in range(23):
        await client.subscribe(str(number))
    for number in (20, 21, 22):
        assert await client.error(str(number)) == ["TOO_MANY_OPERATIONS"]
    await site.followed(by=20)


async def test_the_server_pings_and_notices_that_the_session_has_ended(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-W16: nobody tells this process but PostgreSQL."""
    monkeypatch.setattr(streams, "LOOK", 0.05)
    monkeypatch.setattr(ws_socket, "PING", 0.05)
    async with site.socket() as socket:
        client, token = Client(socket), await site.token("officer")
        await client.greet(token)
        assert await client.hear() == {"type": "ping"}
        await client.say({"type": "pong"})
        await site.end_session(token)
        assert (await client.closed())[0] == 4403


async def test_a_fault_in_one_operation_is_masked_and_leaves_the_socket_open(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("postgresql://owner:secret@db/laurel")

    await client.subscribe("1")
    await site.followed()
    monkeypatch.setattr(site.laurel.pool, "fetch", broken)
    await site.publish("1/QĐ-UBND")
    said = await client.hear()
    assert [error["extensions"]["code"] for error in said["payload"]] == ["INTERNAL_ERROR"]
    assert "secret" not in str(said)
    await client.say({"type": "ping"})
    assert await client.hear() == {"type": "pong"}


async def test_twenty_sockets_that_ask_alike_are_told_by_one_statement(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.laurel.crowds.sockets, "most", 20)
    async with contextlib.AsyncExitStack() as stack:
        clients, token = list[Client](), await site.token("officer")
        for _ in range(20):
            clients.append(Client(await stack.enter_async_context(site.socket())))
            await clients[-1].greet(token)
            await clients[-1].subscribe("1")
        await site.followed(by=20)
        before = site.laurel.pool.sent
        await site.publish("1/QĐ-UBND")
        heard = [await client.hear() for client in clients]
        assert all(said == heard[0] for said in heard)
        assert site.laurel.pool.sent - before == 1
