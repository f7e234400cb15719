"""What befalls Redis: it dies, freezes, fills up, lies, and drops its listeners. Nothing is lost, only later."""

from __future__ import annotations

import asyncio
import signal

from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment

CHANNEL = "laurel:numbered:laurel"


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
