"""What befalls the one lock under which the journal is numbered: who holds it stands still, on either side."""

from __future__ import annotations

import asyncio
import signal
import sys

import psutil

from tests.faults import truth
from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment
from tests.faults.nemesis.database import NUMBERING
from tests.faults.site import ROOT

ENDED = 10.0
"""Seconds after which PostgreSQL ends a transaction of ours in which nothing is said."""


@experiment("HELD", "whoever holds the lock of numbering is frozen: a process of ours, then one of PostgreSQL's own")
async def held(world: World) -> None:
    """The first is ended after ten seconds; the second nobody can end: verification names it, and readiness says no."""
    await _by_a_client(world)
    await _by_a_backend(world)


async def _by_a_client(world: World) -> None:
    """One that writes as servers do: by its bounds PostgreSQL gives the lock back, though nobody wakes it."""
    command = (sys.executable, "-m", "tests.faults.holding_process", world.cluster.database.dsn)
    holder = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert holder.stdout
        assert await holder.stdout.readline() == b"held\n"
        holder.send_signal(signal.SIGSTOP)
        world.tell("SIGSTOP to a process that holds the lock of numbering", process=holder.pid)
        begun = world.history.now
        await world.machine.within(ENDED + 10, _numbered_more(world))
        world.tell("numbered again", seconds=round(world.history.now - begun, 1))
    finally:
        holder.kill()
        await holder.wait()


async def _by_a_backend(world: World) -> None:
    """Acts are done and not told meanwhile, and all is told once it goes on."""
    holder = await world.cluster.database.connect()
    await holder.execute("begin")
    await holder.execute(NUMBERING)
    backend = psutil.Process(holder.get_server_pid())
    backend.suspend()
    world.tell("SIGSTOP to a process of PostgreSQL's that holds the lock of numbering", process=backend.pid)
    try:
        done = _acknowledged(world)
        with world.away():  # of numbering: what is not told within some seconds is no readiness either
            await world.machine.within(60, _unready(world))
            while _acknowledged(world) < done + 5:
                await asyncio.sleep(0.1)
        sound, said = await truth.verified(world.cluster)
        world.tell("verify", said=said[-300:])
        assert not sound
        assert str(backend.pid) in said, said
    finally:
        backend.resume()
        holder.terminate()
    world.tell("SIGCONT")
    await world.machine.within(10, _numbered_more(world))


def _acknowledged(world: World) -> int:
    return sum(line.kind == "ok" for line in world.history.lines)


async def _unready(world: World) -> None:
    """Wait until both servers have said that they are not ready."""
    begun = len(world.history.lines)
    while {line["site"] for line in world.history.lines[begun:] if line.kind == "unready"} != {
        site.name for site in world.cluster.sites
    }:
        await asyncio.sleep(0.1)


async def _numbered_more(world: World) -> None:
    """Wait until something is numbered that is not yet."""
    connection = await world.cluster.database.connect()
    try:
        head = await truth.head(connection)
        while await truth.head(connection) == head:
            await asyncio.sleep(0.05)
    finally:
        await connection.close()
