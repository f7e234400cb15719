"""What befalls the disk that PostgreSQL writes to: no room is left on it."""

from __future__ import annotations

import asyncio
import resource

from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment
from tests.faults.servers import Database


@experiment("FULL", "PostgreSQL's disk is full, WAL and all: it ends, and is started again once there is room")
async def no_room(world: World) -> None:
    """It crashes at the next COMMIT and cannot even recover: all is 503 until there is room, and nothing is lost."""
    database = world.cluster.database
    bounded(database, 1)
    world.tell("no file of PostgreSQL's may be written")
    await world.machine.within(30, ended(database))
    world.tell("PostgreSQL has ended")
    with world.away():
        await world.last(4)
        await database.begin()
    world.tell("there is room again")
    await world.last(2)


async def ended(database: Database) -> None:
    """Wait until PostgreSQL has given up."""
    while not database.ended:
        await asyncio.sleep(0.05)


def bounded(database: Database, most: int) -> None:
    """Let no file of PostgreSQL's grow beyond so many bytes; what it begins later neither."""
    for process in database.processes():
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
