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
DEAF = 12
LONG = "subscription($agency: String!, $after: Cursor) { agencyDossiersMoved(agency: $agency, after: $after) { cursor "
LONG += (
    " ".join(f"a{number}: dossier {{ title agency {{ name }} authority {{ name }} }}" for number in range(25)) + "}}"
)
"""Events of several kilobytes each: more than the system itself keeps for whoever does not read."""


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


@experiment("F29", "a dozen listeners read nothing at all, then what was kept for them, and come back", pages=True)
async def unread(world: World) -> None:
    """Their windows are closed: each is let go as slow, costs the others nothing, and misses nothing."""
    before, reading = _let_go(world), asyncio.Event()
    deaf = [asyncio.create_task(_deaf(world, world.site, reading)) for _ in range(DEAF)]
    try:
        await world.machine.within(40, _all_let_go(world, deaf, before + DEAF))
    finally:
        world.tell("listeners that read nothing", let_go=_let_go(world) - before)
        reading.set()
    places = await asyncio.wait_for(asyncio.gather(*deaf), 60 * world.machine.slowness)
    for number, place in enumerate(places):
        world.listen(f"deaf-{number}", subscriber.agency("officer", CULTURE[0], CULTURE[4]), place)
    await world.last(2)


def _let_go(world: World) -> int:
    """How many sockets the servers say they closed because nothing was read."""
    return sum(site.log.read_bytes().count(b'"code":4008') for site in world.cluster.sites)


async def _all_let_go(world: World, deaf: list[asyncio.Task[str]], wanted: int) -> None:
    """Wait until so many were; raises what broke one of them meanwhile."""
    while _let_go(world) < wanted:
        for task in deaf:
            if task.done():
                task.result()
        await asyncio.sleep(0.2)


async def _deaf(world: World, site: Site, reading: asyncio.Event) -> str:
    """Subscribe to all that ever happened, twenty times, and read none of it for long; gives the first one's cursor."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    taken.setblocking(False)
    await asyncio.get_running_loop().sock_connect(taken, ("127.0.0.1", site.port))
    token = world.cluster.land.tokens["officer"]
    greeting = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    asked = {"query": LONG, "variables": {"agency": CULTURE[0], "after": world.first}}
    place = world.first
    async with websockets.connect(
        f"ws://127.0.0.1:{site.port}/web/graphql",
        sock=taken,
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        max_queue=1,
        max_size=None,
        open_timeout=None,
        ping_interval=None,
        close_timeout=0.1,
    ) as deaf:
        await deaf.send(orjson.dumps(greeting).decode())
        for number in range(20):
            await deaf.send(orjson.dumps({"id": str(number), "type": "subscribe", "payload": asked}).decode())
        await reading.wait()
        with contextlib.suppress(websockets.ConnectionClosed):
            async for said in deaf:
                told = orjson.loads(said)
                if told["type"] == "next" and told["id"] == "0":
                    place = told["payload"]["data"]["agencyDossiersMoved"]["cursor"]
        return place


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
