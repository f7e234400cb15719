"""Many who ask alike: told once by the same bytes, with no gap and nothing twice for whoever joins, lags or changes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from sqlalchemy import delete
from websockets import ConnectionClosed
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

import models as rows
from channels import outlet, streams, ws_socket
from channels.frames import framed
from models.access import Role
from tests.channels.client import Client
from tests.channels.conftest import Site
from tests.channels.kept import told
from tests.history import until
from tests.patience import HANGING


def number(told: dict[str, Any]) -> int:
    return int(told["decision"]["number"].partition("/")[0])


async def test_other_cursors_are_followed_with_the_same_group(site: Site, client: Client) -> None:
    head = await site.laurel.feed.head()
    await site.publish("1/QĐ-UBND")
    await until(lambda: str(site.laurel.feed._hub.head) != head, "it to be told")
    await client.subscribe("new", variables={})
    await client.subscribe("late", variables={"after": head})
    assert number(await client.told("late")) == 1
    await site.followed(by=2)
    [group] = site.groups()
    await until(lambda: len(group.members) == 2, "both to be told together")
    before = site.laurel.pool.sent
    await site.publish("2/QĐ-UBND")
    heard = [await client.hear() for _ in range(2)]
    assert {said["id"] for said in heard} == {"new", "late"}
    assert heard[0]["payload"] == heard[1]["payload"]
    assert site.laurel.pool.sent == before + 1


async def test_whoever_joins_while_others_are_told_misses_nothing_and_hears_nothing_twice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.laurel.crowds.sockets, "most", 20)
    head, token = await site.laurel.feed.head(), await site.token("officer")
    heard: list[list[int]] = [[] for _ in range(8)]

    async def listen(place: int) -> None:
        async with site.socket() as socket:
            client = Client(socket)
            await client.greet(token)
            await client.subscribe("1", variables={"after": head})
            while len(heard[place]) < 60:
                heard[place].append(number(await client.told("1")))

    async with asyncio.timeout(HANGING), asyncio.TaskGroup() as tasks:
        for place in range(8):
            tasks.create_task(listen(place))
            for turn in range(6):
                await site.publish(f"{1 + 6 * place + turn}/QĐ-UBND")
        for turn in range(12):
            await site.publish(f"{49 + turn}/QĐ-UBND")
    assert heard == [list(range(1, 61))] * 8


async def test_ids_that_nobody_shares_are_told_the_same(site: Site, client: Client) -> None:
    long = "x" * 100
    await client.subscribe(long)
    await client.subscribe("1")
    await site.followed(by=2)
    await site.publish("1/QĐ-UBND")
    heard = {said["id"]: said["payload"] for said in [await client.hear(), await client.hear()]}
    assert heard[long] == heard["1"]


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536, 100_000])
def test_a_frame_of_any_length_is_read_as_it_was_meant(length: int) -> None:
    reader = ClientProtocol(parse_uri("ws://x/"), state=State.OPEN, max_size=None)
    reader.receive_data(framed(b"x" * length))
    [frame] = reader.events_received()
    assert isinstance(frame, Frame)
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.TEXT, True, b"x" * length)


async def test_of_a_subject_a_slow_reader_is_told_the_latest_and_the_rest_in_order(site: Site, client: Client) -> None:
    """N-W17: what waits is bounded; once it reads again, it knows the last state of everything."""
    await client.subscribe("1")
    await site.followed()
    [group] = site.groups()
    [member] = group.members
    member.outlet.hold()
    for turn in range(3):
        await site.publish(f"{turn + 1}/QĐ-UBND")
    async with site.province.sessions.begin() as session:
        key = await session.scalar(rows.Decision.__table__.select().with_only_columns(rows.Decision.id).limit(1))
        for version in (2, 3, 4):
            entry = {"act": "PUBLISH", "subject_kind": "Decision", "subject_id": key, "topics": ["decisions"]}
            session.add(rows.Entry(**entry, subject_version=version))
    site.laurel.feed.ring()
    head = 6  # three published, and three versions of one
    await until(lambda: site.laurel.feed._hub.head.seq >= head and not group._telling, "all to be told")
    member.outlet.release()
    cursors = [int((await client.told("1"))["cursor"].partition("-")[0]) for _ in range(3)]
    assert cursors == sorted(cursors)
    assert cursors[-1] == head, "the cursor is the greatest"
    await client.say({"type": "ping"})
    assert await client.hear() == {"type": "pong"}, "what came before the latest is not told"


async def test_what_has_no_room_to_wait_is_read_from_the_journal_again(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet, "EVENTS", 5)
    await client.subscribe("1")
    await site.followed()
    [group] = site.groups()
    [member] = group.members
    member.outlet.hold()
    for turn in range(12):
        await site.publish(f"{turn + 1}/QĐ-UBND")
    await until(lambda: not group.members, "the member to fall behind")
    assert not member.outlet._events
    member.outlet.release()
    assert [number(await client.told("1")) for _ in range(12)] == list(range(1, 13))
    await until(lambda: group.members, "the member to be told with the others again")


async def test_a_reader_that_takes_nothing_is_closed_as_slow_and_resumes_by_its_cursor(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-W17, F29: others are not held up, memory is bounded, and nothing is lost."""
    monkeypatch.setattr(streams, "LOOK", 0.05)
    monkeypatch.setattr(ws_socket, "PATIENCE", 0.3)
    many = " ".join(f"a{n}: decision {{ title number }}" for n in range(50))
    query = f"subscription($after: Cursor) {{ decisionPublished(after: $after) {{ cursor {many} }} }}"
    async with site.socket(max_queue=1, max_size=None) as socket:
        slow = Client(socket)
        await slow.greet(await site.token("chief"))
        for key in range(20):
            await slow.subscribe(str(key), query)
        await client.subscribe("quick")
        await site.followed(by=21)
        socket.transport.pause_reading()
        published = 0
        while sum(group.users for group in site.groups()) > 1:
            published += 1
            assert published < 500
            await site.publish(f"{published}/QĐ-UBND")
            assert number(await client.told("quick")) == published
        socket.transport.resume_reading()
        cursors: list[str] = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                cursors.append((await slow.hear())["payload"]["data"]["decisionPublished"]["cursor"])
        assert socket.close_code == 4008
        assert socket.close_reason == "slow consumer: resume with your cursor"
    await site.publish(f"{published + 1}/QĐ-UBND")
    assert number(await client.told("quick")) == published + 1
    async with site.socket() as socket:
        back = Client(socket)
        await back.greet(await site.token("chief"))
        await back.subscribe("1", variables={"after": cursors[0]})
        assert [number(await back.told("1")) for _ in range(published)] == list(range(2, published + 2))


async def test_idle_sockets_cost_no_sql_but_the_poll(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.laurel.crowds.sockets, "most", 40)
    monkeypatch.setattr(streams, "LOOK", 0.02)
    async with contextlib.AsyncExitStack() as stack:
        for who in ("officer", "head", "desk"):
            token = await site.token(who)
            for _ in range(10):
                client = Client(await stack.enter_async_context(site.socket()))
                await client.greet(token)
                await client.subscribe("1")
        await site.followed(by=30)
        await told(site)  # of the sessions that just began, too
        looked: list[str] = []
        monkeypatch.setattr(site.laurel.sessions, "_load", looked.append)
        sent, line = site.laurel.pool.sent, site.laurel.feed._line
        polled, begun = line.sent, asyncio.get_running_loop().time()
        await asyncio.sleep(2)
        polls = (asyncio.get_running_loop().time() - begun) / 0.9 + 1
        assert (site.laurel.pool.sent - sent, looked) == (0, [])
        assert line.sent - polled <= 2 * polls, "to number and to read"


async def at_the_desk(site: Site, socket: Any) -> Client:
    """The one-stop desk's socket, which follows what comes to its agency."""
    client = Client(socket)
    await client.greet(await site.token("desk"))
    await client.subscribe("1", 'subscription { agencyDossiersMoved(agency: "H37.02") { cursor dossier { id } } }')
    await site.followed("agency:h37.office")
    return client


async def test_a_role_that_ends_is_followed_by_what_is_left_of_the_rights(site: Site, client: Client) -> None:
    """INV8: nothing is delivered to whoever is not entitled, a second or two after the right was lost."""
    account = site.province.viewers["desk"].account_id
    async with site.socket() as socket:
        other = await at_the_desk(site, socket)
        async with site.province.sessions.begin() as session:
            await session.execute(delete(rows.RoleHeld).where(rows.RoleHeld.account_id == account))
        assert (await other.closed())[0] == 4403


async def test_a_process_that_was_away_for_long_looks_at_everybody_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed meanwhile may be forgotten: here it is, and every look counts as the first for long."""
    account = site.province.viewers["desk"].account_id
    async with site.socket() as socket:
        client = await at_the_desk(site, socket)
        async with site.province.sessions.begin() as session:
            await session.execute(delete(rows.RoleHeld).where(rows.RoleHeld.account_id == account))
            await session.execute(delete(rows.RightsChange))
        monkeypatch.setattr("resolvers.feed.hub.ABSENT", 0.0)
        assert (await client.closed())[0] == 4403


async def test_another_role_moves_a_stream_to_those_with_the_same_rights(site: Site, client: Client) -> None:
    query = "subscription($after: Cursor) { decisionPublished(after: $after) { cursor decision { number } } }"
    await client.subscribe("1", query)
    await site.followed()
    account, agency = site.province.viewers["officer"].account_id, site.province.agencies["province"]
    async with site.province.sessions.begin() as session:
        held = await session.scalar(
            rows.RoleHeld.__table__.select()
            .with_only_columns(rows.RoleHeld.valid_from)
            .where(rows.RoleHeld.account_id == account)
            .limit(1)
        )
        session.add(rows.RoleHeld(account_id=account, role=Role.AUDITOR, agency_id=agency, valid_from=held))
    for turn in range(20):
        await site.publish(f"{turn + 1}/QĐ-UBND")
        await asyncio.sleep(0.1)
    assert [number(await client.told("1")) for _ in range(20)] == list(range(1, 21))
