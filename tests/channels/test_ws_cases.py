"""The cases a socket is measured by, each by its id: what is said to it, and how it answers or ends."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.channels.client import PUBLISHED, Client
from tests.channels.conftest import Site

INIT = {"type": "connection_init"}
SUBSCRIBE = {"id": "1", "type": "subscribe", "payload": {"query": PUBLISHED}}


async def ended(site: Site, *messages: Any, greeted: bool = True, **more: Any) -> tuple[int, str]:
    """How a socket is closed on which this is said."""
    async with site.socket(**more) as socket:
        client = Client(socket)
        if greeted:
            await client.greet(await site.token("officer"))
        await client.say(*messages)
        return await client.closed()


async def test_n_w01_subscribe_before_hello(site: Site) -> None:
    assert (await ended(site, SUBSCRIBE, greeted=False))[0] == 4401


@pytest.mark.parametrize("spoken", [None, ["graphql-ws"]])
async def test_n_w02_the_legacy_protocol_and_none_never_run_anything(site: Site, spoken: Any) -> None:
    before = site.laurel.pool.sent
    start = {"id": "1", "type": "start", "payload": {"query": PUBLISHED}}
    async with site.socket(subprotocols=spoken) as socket:
        client = Client(socket)
        with contextlib.suppress(ConnectionClosed):  # it is closed as soon as it is open
            await client.say(start)
        assert (await client.closed())[0] == 4406
    assert (site.groups(), site.laurel.pool.sent) == ([], before)


async def test_n_w04_two_hellos(site: Site) -> None:
    assert (await ended(site, INIT))[0] == 4429


async def test_n_w05_an_id_that_is_in_use(site: Site) -> None:
    assert (await ended(site, SUBSCRIBE, SUBSCRIBE))[0] == 4409


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "{address}:1", "http://sub.{host}", None])
async def test_n_w07_another_origin_or_none_with_a_cookie(site: Site, origin: str | None) -> None:
    host = site.address.removeprefix("http://")
    said = origin and origin.format(address=f"http://{host.partition(':')[0]}", host=host)
    cookie = {"Cookie": f"laurel_web={await site.token('officer')}"}
    with pytest.raises(InvalidStatus) as refused:
        await site.socket(additional_headers=cookie, origin=said)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("query", ["{ viewer { audience } }", "mutation { __typename }"])
async def test_n_w08_queries_and_mutations_are_not_for_sockets(site: Site, query: str) -> None:
    before = site.laurel.pool.sent
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(await site.token("officer"))
        await client.subscribe("1", query)
        assert await client.error("1") == ["SUBSCRIPTIONS_ONLY"]
    assert site.laurel.pool.sent == before


@pytest.mark.parametrize("frame", ["[1]", "5", "null", '"x"'])
async def test_n_w10_a_frame_that_is_no_message(site: Site, frame: str, caplog: pytest.LogCaptureFixture) -> None:
    assert (await ended(site, frame))[0] == 4400
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("key", [[1], "x" * 10_000, 1, None])
async def test_n_w11_an_id_that_is_none(site: Site, key: Any) -> None:
    said = {**SUBSCRIBE, "id": key} if key is not None else {k: v for k, v in SUBSCRIBE.items() if k != "id"}
    assert (await ended(site, said))[0] == 4400


async def test_n_w13_frames_that_are_too_large_endless_or_compressed(site: Site) -> None:
    assert (await ended(site, '{"type":"ping","x":"' + "x" * 66_560 + '"}'))[0] == 1009
    async with site.socket() as socket:  # in fragments, without an end
        client = Client(socket)
        await client.greet(await site.token("officer"))

        async def endless() -> Any:
            while True:
                yield "x" * 10_000
                await asyncio.sleep(0)

        with pytest.raises(ConnectionClosed) as end:
            await socket.send(endless())
        assert end.value.rcvd is not None
        assert end.value.rcvd.code == 1009
    async with site.socket(compression="deflate") as socket:
        assert socket.protocol.extensions == [], "nothing is ever inflated"


async def test_n_w14_two_hundred_messages_in_a_minute(site: Site) -> None:
    assert (await ended(site, *['{"type":"pong"}'] * 200))[0] in (1008, 4429)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { a: decisionPublished { cursor } b: decisionPublished { cursor } }", "ONE_ROOT_FIELD"),
        ("subscription { decisionPublished { ...a } } fragment a on DecisionPublished { ...a }", "FRAGMENT_CYCLE"),
        ("subscription { decisionPublished { decision { awards(first: 100) { nodes { decision { awards(first: 100)"
         " { nodes { decision { awards(first: 100) { nodes { id } } } } } } } } } } }", "TOO_COSTLY"),
    ],
)  # fmt: skip
async def test_n_w19_the_limits_of_http_hold_on_sockets(site: Site, query: str, code: str) -> None:
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(await site.token("officer"))
        await client.subscribe("neighbour")
        await site.followed()
        await client.subscribe("1", query)
        assert await client.error("1") == [code]
        await site.publish("1/QĐ-UBND")
        assert (await client.told("neighbour"))["decision"]["number"] == "1/QĐ-UBND"


async def test_a_computed_field_that_fails_is_an_error_in_its_event_and_the_stream_goes_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = 'subscription { agencyDossiersMoved(agency: "H37.02") { cursor dossier { id code dueIsProvisional } } }'
    province = site.province
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(await site.token("desk"))
        await client.subscribe("1", query)
        await site.followed("agency:h37.office")
        plans = [group._teller.plan for group in site.groups("agency:h37.office")]
        failing = [RuntimeError("postgresql://owner:secret@db/laurel")]

        def broken(viewer: Any, rows: Any) -> list[Any]:
            return [failing[0] if failing else False for _ in rows]

        [spliced] = plans[0].spliced
        object.__setattr__(spliced, "fn", broken)
        dossier = await province.act("officer", "draftDossier", province.draft())
        said = {"id": dossier["id"], "expectedVersion": dossier["version"]}
        dossier = await province.act("head", "submitDossier", said)
        first = (await client.hear())["payload"]
        while "errors" not in first:
            first = (await client.hear())["payload"]
        [error] = first["errors"]
        assert error["extensions"]["code"] == "INTERNAL_ERROR"
        assert "secret" not in str(first)
        assert error["path"] == ["agencyDossiersMoved", "dossier", "dueIsProvisional"]
        assert first["data"]["agencyDossiersMoved"]["dossier"] is None, "null up to what may be null"
        failing.clear()
        await province.act("desk", "receiveDossier", {"id": dossier["id"], "expectedVersion": dossier["version"]})
        second = (await client.hear())["payload"]
        while second["data"]["agencyDossiersMoved"]["dossier"] is None:
            second = (await client.hear())["payload"]
        assert second["data"]["agencyDossiersMoved"]["dossier"]["dueIsProvisional"] is False
