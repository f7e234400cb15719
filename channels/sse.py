"""Subscriptions as server-sent events: graphql-sse's distinct connections, and what an EventSource reads."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from channels.admission import Admitted
from channels.exchange import ClientGone, Exchange
from channels.media import EVENTS
from channels.refusals import Refused
from channels.session import Caller
from channels.streams import Listener, Streams, Told, back_in

HEARTBEAT = 15.0
"""Seconds without an event after which a comment is sent, so that nothing on the way closes the connection."""
PATIENCE = 30.0
"""Seconds a client may take for one event; one that takes longer is let go, and comes back with its cursor."""
HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
HELLO = b"retry: 2000\n:\n\n"
COMPLETE = b"event: complete\ndata:\n\n"


def framed(told: Told) -> bytes:
    """One event: its cursor as the id, so that a reconnecting client sends it back."""
    place = b"id: %b\n" % told.cursor.encode() if told.cursor else b""
    return b"event: next\n%bdata: %b\n\n" % (place, told.body.replace(b"\n", b" "))


async def stream(exchange: Exchange, streams: Streams, admitted: Admitted, caller: Caller) -> None:
    """Tell a client what it subscribed to, until it leaves, its session ends, or the server stops."""
    listener = Listener(caller, streams.sessions)
    told = streams.follow(admitted, listener, after=exchange.headers.get("last-event-id"))
    await exchange.start(200, EVENTS, HEADERS)
    gone = asyncio.create_task(_gone(exchange))
    leaving = asyncio.create_task(streams.leaving.wait())
    sent = 0
    try:
        await _send(exchange, HELLO)
        async for chunk in _chunks(told, listener, {gone, leaving}):
            await _send(exchange, chunk)
            sent += chunk.startswith(b"event: next")
        if leaving.done():  # no `complete`: it is not over, a client goes on elsewhere with its last id
            await _send(exchange, b"retry: %d\n\n" % back_in())
        if not gone.done():
            await exchange.send(b"", more=False)
    except (ClientGone, TimeoutError):
        exchange.facts["slow"] = not gone.done()
    finally:
        gone.cancel()
        leaving.cancel()
        exchange.write(200, events=sent)


async def _chunks(
    told: AsyncGenerator[Told], listener: Listener, ends: set[asyncio.Task[Any]]
) -> AsyncGenerator[bytes]:
    """Events as they come, heartbeats between them; ends with the stream, or with any of `ends`."""
    try:
        async with contextlib.aclosing(_paced(told, ends)) as events:
            async for event in events:
                yield framed(event) if event else b":\n\n"
                await listener.recheck()
        if not any(end.done() for end in ends):
            yield COMPLETE
    except Refused as refused:
        yield framed(Told(refused.body(), ""))
        yield COMPLETE


async def _paced(told: AsyncGenerator[Told], ends: set[asyncio.Task[Any]]) -> AsyncGenerator[Told | None]:
    """Each event, and None whenever there was none for a heartbeat's time."""
    coming = asyncio.ensure_future(anext(told, None))
    try:
        while not any(end.done() for end in ends):
            done, _ = await asyncio.wait({coming, *ends}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if coming in done:
                happened = coming.result()
                if happened is None:
                    return
                yield happened
                coming = asyncio.ensure_future(anext(told, None))
            elif not done:
                yield None
    finally:
        coming.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await coming
        await told.aclose()


async def _gone(exchange: Exchange) -> None:
    while (await exchange.receive())["type"] != "http.disconnect":
        pass


async def _send(exchange: Exchange, chunk: bytes) -> None:
    async with asyncio.timeout(PATIENCE):
        await exchange.send(chunk, more=True)
