"""How many sockets and streams there may be, and what becomes of one whose database or client is gone."""

from __future__ import annotations

import contextlib

import pytest

from tests.channels.client import PUBLISHED, Client
from tests.channels.conftest import Site
from tests.history import until


async def test_the_sixth_socket_of_an_account_is_refused_and_the_others_stay(site: Site) -> None:
    """N-W22: the new one is refused, for to close the oldest would have tabs close each other without end."""
    async with contextlib.AsyncExitStack() as stack:
        token = await site.token("officer")
        clients = list[Client]()
        for _ in range(5):
            clients.append(Client(await stack.enter_async_context(site.socket())))
            await clients[-1].greet(token)
        sixth = Client(await stack.enter_async_context(site.socket()))
        await sixth.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert await sixth.closed() == (4029, "too many sockets of this account: close one")
        await clients[0].say({"type": "ping"})
        assert await clients[0].hear() == {"type": "pong"}
        await clients[1].socket.close()
        await until(lambda: sum(site.laurel.crowds.sockets._there.values()) == 4, "it to be gone")
        again = Client(await stack.enter_async_context(site.socket()))
        await again.greet(token)


async def test_an_address_has_so_many_streams_of_any_kind(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.laurel.crowds.addresses, "most", 1)
    async with site.socket() as socket:
        await Client(socket).greet(await site.token("officer"))
        with pytest.raises(Exception, match="429"):
            await site.socket()
        answer = await site.http.get(
            "/portal/graphql", params={"documentId": "DecisionPublished"}, headers={"Accept": "text/event-stream"}
        )
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
        assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_STREAMS"


async def test_the_database_away_while_one_says_hello_is_a_reason_to_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: str) -> None:
        raise ConnectionRefusedError

    token = await site.token("officer")
    monkeypatch.setattr(site.laurel.sessions, "_load", away)
    async with site.socket() as socket:
        client = Client(socket)
        await client.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert (await client.closed())[0] == 1013


async def test_a_client_that_vanishes_is_forgotten(site: Site) -> None:
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(await site.token("officer"))
        await client.subscribe("1", PUBLISHED)
        await site.followed()
        socket.transport.abort()
    await until(lambda: not site.groups(), "the group to be gone")
    assert not site.laurel.attendance._attended
