"""What opening sockets costs: an address pays for a handshake, until an account is there that pays instead."""

from __future__ import annotations

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from channels.budgets import OFFICER, PUBLIC
from channels.toll import SOCKET
from tests.channels.client import Client
from tests.channels.conftest import Site
from tests.channels.test_toll import counting
from tests.history import until


async def greeted(site: Site, token: str, times: int = 1) -> None:
    """Open a socket, say hello and leave, so many times."""
    for _ in range(times):
        async with site.socket() as socket:
            await Client(socket).greet(token)


async def test_a_flood_of_handshakes_from_one_address_is_refused_and_another_address_is_not(site: Site) -> None:
    async with counting(site, "127.0.0.1", public=20) as site:
        here, there = ({"X-Forwarded-For": where} for where in ("203.0.113.7", "203.0.113.8"))
        refused = []
        for _ in range(40):
            try:
                async with site.socket(additional_headers=here):
                    pass
            except InvalidStatus as no:
                refused.append(no.response)
        assert len(refused) >= 20
        assert {response.status_code for response in refused} == {429}
        assert int(refused[-1].headers["Retry-After"]) >= 1
        assert refused[-1].headers["RateLimit"].startswith('"public";r=0;t=')
        async with site.socket(additional_headers=there) as socket:
            await Client(socket).greet(await site.token("officer"))


async def test_whoever_is_signed_in_pays_for_a_socket_and_their_address_does_not(site: Site) -> None:
    async with counting(site, public=30, officer=40 * SOCKET) as site:
        token, officer = await site.token("officer"), site.province.viewers["officer"].account_id
        await greeted(site, token, times=30)
        left = site.laurel.limits.left(OFFICER, officer)
        assert left is not None
        assert left.points <= left.of - 10 * SOCKET, "some have come in since"
        assert site.laurel.limits.left(PUBLIC, "127.0.0.1").points >= 9  # type: ignore[union-attr]  # it is kept


async def test_an_account_that_opens_sockets_without_end_is_sent_away_to_come_back_later(site: Site) -> None:
    async with counting(site, officer=10 * SOCKET) as site:
        token = await site.token("officer")
        with pytest.raises(ConnectionClosed) as end:
            await greeted(site, token, times=30)
        assert end.value.rcvd is not None
        assert (end.value.rcvd.code, end.value.rcvd.reason) == (1013, "sockets are opened too fast: come back later")
        await until(lambda: not site.laurel.crowds.sockets._there, "all of them to be gone")


async def test_a_socket_asks_redis_nothing_where_its_account_is_known(site: Site) -> None:
    async with counting(site) as site:
        token, leases = await site.token("officer"), site.laurel.limits._leases
        assert leases is not None
        await greeted(site, token)
        await asyncio.sleep(0.1)
        before = leases.calls
        await greeted(site, token, times=5)
        assert leases.calls <= before + 1, "points are leased, a batch for many"


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_foreign_pages_pay_for_their_handshakes_too(site: Site, origin: str) -> None:
    async with counting(site, public=5) as site:
        said = []
        for _ in range(12):
            with pytest.raises(InvalidStatus) as refused:
                await site.socket(origin=origin)
            said.append(refused.value.response.status_code)
        assert said[0] == 403
        assert said[-1] == 429
