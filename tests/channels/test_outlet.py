"""The way out to a client: writing to one that has left is no fault."""

from __future__ import annotations

import asyncio
from typing import cast

import uvloop

from channels.outlet import Outlet


async def left() -> Outlet:
    """The way out to a client that left while its request was looked at."""
    connected: asyncio.Future[asyncio.WriteTransport] = asyncio.get_running_loop().create_future()
    lost = asyncio.Event()

    class Serving(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            connected.set_result(cast(asyncio.WriteTransport, transport))

        def connection_lost(self, exc: Exception | None) -> None:
            lost.set()

    server = await asyncio.get_running_loop().create_server(Serving, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    transport = await connected
    transport.abort()
    await lost.wait()  # whoever makes a way out now was not told so
    outlet = Outlet(transport)
    outlet.write(b"news")
    outlet.say(b"and a word")
    writer.close()
    server.close()
    return outlet


def test_who_left_before_a_word_was_said_is_told_nothing_and_fails_nobody() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outlet = runner.run(left())
    assert outlet.closed
    assert outlet.blocked
