"""What befalls the wires, and those who listen at their ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import orjson
import websockets

from tests.faults import subscriber
from tests.faults.experiment import World
from tests.faults.land import CULTURE
from tests.faults.nemesis.catalogue import experiment
from tests.faults.site import Site

FORGED = ("", "x", "5-0000000000000000", "999999999-0123456789abcdef", "0-ffffffffffffffff", "9" * 30, "-1-00", "1-ABC")
"""Cursors that were told to nobody: unreadable, foreign, from the future."""


@experiment("F28", "packets are sliced, held, half of the connections are reset, others stay half open")
async def mangled(world: World) -> None:
    """Before PostgreSQL and before the servers themselves."""
    one, other = world.chance.sample(world.cluster.sites, 2)
    one.database.both(slice=100, jitter=0.001)
    other.web.both(slice=50)
    await world.last(2)
    for _ in range(4):
        for proxy in (one.database, other.web, other.bell):
            world.tell("reset", links=proxy.reset(0.5))
        await world.last(0.7)
    one.database.heal()
    other.web.heal()
    one.database.down.stalled = True
    world.tell("stalled", site=one.name)
    other.web.down.rate = 20_000
    await world.last(3)
    one.database.down.stalled = False
    forsaken = [proxy.forsake() for proxy in (one.database, one.bell, other.web)]
    world.tell("half open for ever", links=forsaken)
    await world.last(2)


@experiment("F29", "forty listeners read nothing at all", pages=True)
async def unread(world: World) -> None:
    """Their windows are closed: they are let go, and cost the others nothing."""
    deaf = [asyncio.create_task(_deaf(world, world.site)) for _ in range(40)]
    await world.last(14)
    closed = sum(task.done() for task in deaf)
    world.tell("listeners that read nothing", let_go=closed)
    for task in deaf:
        task.cancel()
    await asyncio.gather(*deaf, return_exceptions=True)


async def _deaf(world: World, site: Site) -> None:
    """Subscribe to all that ever happened, ten times, and read none of it; ends when the connection does."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    taken.setblocking(False)
    await asyncio.get_running_loop().sock_connect(taken, ("127.0.0.1", site.port))
    wish = subscriber.agency("officer", CULTURE[0], CULTURE[4])
    greeting = {
        "type": "connection_init",
        "payload": {"authorization": f"Bearer {world.cluster.land.tokens['officer']}"},
    }
    with contextlib.suppress(websockets.WebSocketException, OSError):
        async with websockets.connect(
            f"ws://127.0.0.1:{site.port}/web/graphql",
            sock=taken,
            subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
            max_queue=1,
            ping_interval=None,
            close_timeout=0.1,
        ) as deaf:
            await deaf.send(orjson.dumps(greeting).decode())
            variables = {**wish.payload["variables"], "after": world.first}
            for number in range(10):
                asked = {**wish.payload, "variables": variables}
                await deaf.send(orjson.dumps({"id": str(number), "type": "subscribe", "payload": asked}).decode())
            await deaf.wait_closed()


@experiment("F31", "listeners come and go all the time, some with cursors that nobody was told")
async def flapping(world: World) -> None:
    """Each stays for a second at most; who forged a cursor is sent to the head, and hears all that follows."""
    code, path = CULTURE[0], CULTURE[4]
    for each in world.subscribers:
        each.staying = 1.0
    for number, cursor in enumerate(FORGED):
        who, transport = world.chance.choice([("officer", "ws"), ("head", "sse")])
        world.listen(f"forger-{number}", subscriber.agency(who, code, path, transport), cursor, forged=True)
        await asyncio.sleep(0.2)
    await world.last(6)
    for each in world.subscribers:
        each.staying = subscriber.STAYING


@experiment("F32", "a burst: steps without a pause between them, told to forty listeners", offices=16, pages=True)
async def burst(world: World) -> None:
    """Nobody thinks for long between two acts."""
    code, path = CULTURE[0], CULTURE[4]
    for number in range(22):
        who, transport = world.chance.choice([("officer", "ws"), ("head", "sse")])
        world.listen(f"crowd-{number}", subscriber.agency(who, code, path, transport, slow=number % 10 == 0))
    world.load.thinking = 0.1
    await world.last(8)
    world.load.thinking = 0.5


@experiment("RIGHTS", "somebody loses a role while listening")
async def rights_lost(world: World) -> None:
    """Within half a minute, though processes remember for a while who somebody is."""
    wish = subscriber.agency("auditor", CULTURE[0], CULTURE[4], partial=True)
    world.listen("auditor", wish)
    await world.machine.within(20, _told(world, "auditor"))
    connection = await world.cluster.database.connect()
    auditor = world.cluster.land.accounts["auditor"]
    await connection.execute("update role_held set valid_to = current_date - 1 where account_id = $1", auditor)
    await connection.close()
    world.history.note("lost", who="auditor", topic=wish.topic)
    await asyncio.sleep(36)


async def _told(world: World, listener: str) -> None:
    """Wait until somebody was told something."""
    while not any(line.kind == "told" and line["listener"] == listener for line in world.history.lines):
        await asyncio.sleep(0.1)
