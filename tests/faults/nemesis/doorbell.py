"""What befalls Redis: it dies, freezes, fills up, lies, and drops its listeners. Nothing is lost, only later."""

from __future__ import annotations

import asyncio
import contextlib
import signal

from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment

CHANNEL = "laurel:numbered:laurel"
ANSWERS = (
    b"-NOAUTH Authentication required.\r\n",
    b"-READONLY You can't write against a read only replica.\r\n",
    b"-MOVED 866 127.0.0.1:1\r\n",
    b"-ERR max number of clients reached\r\n",
    b"-LOADING Redis is loading the dataset in memory\r\n",
    b"+OK\r\n",
    b"$-7\r\n",
    b"$999999999999\r\n",
    b"*1000000000\r\n",
    b":notanumber\r\n",
    b"\xff\xfe\x00" * 100,
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"\x15\x03\x03\x00\x02\x02\x46",
)
"""What is there for a Redis that refuses, that is none, or that speaks TLS alone."""


@experiment("F19", "Redis is killed and comes back empty, twice", pages=True)
async def killed(world: World) -> None:
    """Away for a second and a half each time."""
    for _ in range(2):
        world.tell("Redis ends: SIGKILL")
        world.cluster.bell.kill()
        await world.last(1.5)
        world.cluster.bell.begin()
        await world.last(1.5)


@experiment("F20", "Redis is frozen for six seconds", pages=True)
async def frozen(world: World) -> None:
    """It takes what is said and answers nothing."""
    world.cluster.bell.send(signal.SIGSTOP)
    world.tell("Redis is stopped")
    await world.last(6)
    world.cluster.bell.send(signal.SIGCONT)


@experiment("F22", "Redis is full, and refuses to forget anything", pages=True)
async def full(world: World) -> None:
    """`maxmemory 1` with `noeviction`."""
    said = world.cluster.bell.say("CONFIG SET maxmemory-policy noeviction", "CONFIG SET maxmemory 1", "SET x 1")
    assert b"OOM" in said, said
    world.tell("Redis takes nothing more")
    await world.last(5)
    world.cluster.bell.say("CONFIG SET maxmemory 0")


@experiment("F23", "Redis says what nobody said: noise on its channel, and under keys", pages=True)
async def lying(world: World) -> None:
    """Words of every kind, and none of them may be believed."""
    for number in range(40):
        noise = world.chance.getrandbits(256).to_bytes(32, "big").hex()
        world.cluster.bell.say(f"PUBLISH {CHANNEL} {noise}", f"SET laurel:{number} {noise}", f"PUBLISH x {noise}")
        await asyncio.sleep(0.05)
    world.tell("Redis lied forty times")
    await world.last(2)


@experiment("F25", "Redis drops its listeners again and again", pages=True)
async def dropped(world: World) -> None:
    """`CLIENT KILL TYPE pubsub`."""
    for _ in range(10):
        said = world.cluster.bell.say("CLIENT KILL TYPE pubsub")
        world.tell("listeners dropped", said=said.decode(errors="replace").split()[-1])
        await world.last(0.5)


@experiment("F26", "doorbells ring a hundred times, late, and half of them not at all", pages=True)
async def ringing(world: World) -> None:
    """Bursts on the channel, delays on the wires, and connections that are reset."""
    for site in world.cluster.sites:
        site.bell.both(latency=0.05, jitter=0.3)
    for _ in range(10):
        await asyncio.to_thread(world.cluster.bell.say, *[f"PUBLISH {CHANNEL} again"] * 100)
        for site in world.cluster.sites:
            site.bell.reset(0.5)
        await world.last(0.5)


@experiment("BABEL", "in Redis's place something answers that is no Redis, or one that serves nobody", pages=True)
async def babel(world: World) -> None:
    """Refusals, other protocols, nonsense, lengths without end: each is taken for Redis being away."""
    said = b""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while await reader.read(65_536):
                writer.write(said)
                await writer.drain()
        writer.close()

    impostor = await asyncio.start_server(answer, "127.0.0.1", 0)
    proxies = [site.bell for site in world.cluster.sites]
    right = proxies[0].target
    try:
        for said in ANSWERS:
            for proxy in proxies:
                proxy.target = impostor.sockets[0].getsockname()[1]
                proxy.reset()
            world.tell("Redis answers", said=repr(said[:40]))
            await world.last(1)
    finally:
        for proxy in proxies:
            proxy.target = right
            proxy.reset()
        impostor.close()


@experiment("RUNG", "a stranger rings the bell a thousand times a second, and says anything by it", pages=True)
async def rung(world: World) -> None:
    """Nobody looks more often than a hundred times a second for that, and acts are answered as ever."""
    words = ("", "again", "0" * 100_000, "null", '{"seq":1}', "\\xff")
    for turn in range(int(40 * world.pace)):
        await asyncio.to_thread(world.cluster.bell.say, *[f"PUBLISH {CHANNEL} x{words[turn % len(words)]}"] * 100)
        await asyncio.sleep(0.05)
    world.tell("rung", times=int(40 * world.pace) * 100)
