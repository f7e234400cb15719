"""The proxy does to connections what it says, to those already open too, and is a plain wire again when healed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.faults.proxy import Link, Proxy, Way
from tests.patience import HANGING


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while said := await reader.read(65_536):
            writer.write(said)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A proxy before a server that says what it hears."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1])
    await proxy.start()
    yield proxy
    await proxy.stop()
    server.close()


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def ends(proxy: Proxy) -> AsyncIterator[Ends]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    yield reader, writer
    writer.transport.abort()


async def heard(ends: Ends, said: bytes, seconds: float = HANGING) -> float:
    """Say something and hear it again; gives the seconds it took."""
    reader, writer = ends
    begun = time.monotonic()
    writer.write(said)
    async with asyncio.timeout(seconds):
        assert await reader.readexactly(len(said)) == said
    return time.monotonic() - begun


async def test_it_is_a_plain_wire_as_long_as_nothing_is_wanted(ends: Ends) -> None:
    await heard(ends, b"x" * 1_000_000)


async def test_latency_is_added_each_way_and_taken_away_again(proxy: Proxy, ends: Ends) -> None:
    proxy.both(latency=0.1)
    assert await heard(ends, b"slow") >= 0.2
    proxy.both(latency=3600.0)
    proxy.heal()
    await heard(ends, b"quick")


async def test_bandwidth_is_bounded_one_way_alone(proxy: Proxy, ends: Ends) -> None:
    proxy.down.rate = 10_000
    assert await heard(ends, b"x" * 3_000) >= 0.2


async def test_what_is_sliced_arrives_whole(proxy: Proxy, ends: Ends) -> None:
    proxy.both(slice=1)
    sizes = []

    def count(link: Link, way: Way, data: bytes) -> bool:
        sizes.append(len(data))
        return True

    proxy.tap = count
    await heard(ends, b"hello, province")
    assert max(size for size in sizes) <= 15


async def test_a_stalled_connection_stays_open_and_goes_on_when_healed(proxy: Proxy, ends: Ends) -> None:
    proxy.down.stalled = True
    waiting = asyncio.create_task(heard(ends, b"anybody?"))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    proxy.down.stalled = False
    assert await waiting >= 0.2


async def test_what_waits_in_a_stalled_connection_passes_when_all_is_healed(proxy: Proxy, ends: Ends) -> None:
    proxy.both(stalled=True)
    waiting = asyncio.create_task(heard(ends, b"anybody?"))
    await asyncio.sleep(0.1)
    proxy.heal()
    assert await waiting >= 0.1


async def test_a_forsaken_connection_stays_half_open_for_ever_and_new_ones_are_well(proxy: Proxy, ends: Ends) -> None:
    await heard(ends, b"here")
    assert proxy.forsake() == 1
    with pytest.raises(TimeoutError):
        await heard(ends, b"anybody?", seconds=0.2)
    proxy.heal()
    with pytest.raises(TimeoutError):
        await heard(ends, b"anybody?", seconds=0.2)
    again = await asyncio.open_connection("127.0.0.1", proxy.port)
    await heard(again, b"again")
    again[1].close()


async def test_a_connection_is_reset_after_so_many_bytes(proxy: Proxy, ends: Ends) -> None:
    proxy.down.limit = 100
    await heard(ends, b"x" * 90)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await heard(ends, b"x" * 90)


async def test_a_reset_reaches_the_client_and_new_connections_are_taken(proxy: Proxy, ends: Ends) -> None:
    await heard(ends, b"here")
    assert proxy.reset() == 1
    with pytest.raises(ConnectionResetError):
        await ends[0].read(1)
    again = await asyncio.open_connection("127.0.0.1", proxy.port)
    await heard(again, b"again")
    again[1].close()


async def test_who_is_down_takes_nobody_until_healed(proxy: Proxy, ends: Ends) -> None:
    await heard(ends, b"here")
    proxy.refuse()
    with pytest.raises(ConnectionResetError):
        await ends[0].read(1)
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await heard((reader, writer), b"anybody?")
    proxy.heal()
    again = await asyncio.open_connection("127.0.0.1", proxy.port)
    await heard(again, b"again")
    again[1].close()


async def test_a_tap_cuts_the_answer_to_what_went_through(proxy: Proxy, ends: Ends) -> None:
    """As an answer to COMMIT is cut: the server has done it, and the client does not know."""
    seen: list[tuple[Way, bytes]] = []

    def tap(link: Link, way: Way, data: bytes) -> bool:
        seen.append((way, data))
        link.notes["asked"] = link.notes.get("asked") or (way is Way.UP and b"COMMIT" in data)
        return not (way is Way.DOWN and link.notes["asked"])

    proxy.tap = tap
    await heard(ends, b"BEGIN")
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await heard(ends, b"COMMIT")
    assert seen == [(Way.UP, b"BEGIN"), (Way.DOWN, b"BEGIN"), (Way.UP, b"COMMIT"), (Way.DOWN, b"COMMIT")]


async def test_where_nobody_serves_the_client_is_let_go() -> None:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    proxy = Proxy(port)
    await proxy.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await heard((reader, writer), b"anybody?")
    await proxy.stop()
