"""What befalls files on their way in: there is no room for them, and nobody can say whether they are infected."""

from __future__ import annotations

import resource

from tests.faults.clamd import Clamd
from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment
from tests.faults.uploads import uploading

SMALL = 65_536
"""Bytes a file may grow to where there is no room: less than any that is sent, and than the log has by then."""
SCANNER = {"LAUREL_SCANNER": "clamd://{home}/clamd.ctl"}


@experiment("F16", "files may grow no more, as on a full disk: those that are sent, and the servers' logs", pages=True)
async def no_room(world: World) -> None:
    """What is sent is refused, and leaves nothing; all else goes on, and files are taken again once there is room."""
    async with uploading(world, officers=4) as uploads:
        await world.machine.within(20, uploads.taken())
        before = {site: resource.prlimit(site.pid, resource.RLIMIT_FSIZE) for site in world.cluster.sites}
        for site, (_, most) in before.items():
            resource.prlimit(site.pid, resource.RLIMIT_FSIZE, (SMALL, most))
        world.tell("files may grow no more", bytes=SMALL)
        await world.last(6)
        for site, limits in before.items():
            resource.prlimit(site.pid, resource.RLIMIT_FSIZE, limits)
        world.tell("there is room again")
        await world.machine.within(30, uploads.taken())


@experiment(
    "F40", "the virus scanner is silent, confused, hangs up, and is away: nothing comes in unseen", pages=True,
    laurel=SCANNER,
)  # fmt: skip
async def scanner_away(world: World) -> None:
    """Files are refused meanwhile, never taken on trust; and taken again within half a minute."""
    daemon = Clamd(world.cluster.home / "clamd.ctl")
    await daemon.be("sound")
    try:
        async with uploading(world, officers=24, infected=0.3) as uploads:
            await world.machine.within(20, uploads.taken())
            for mood in ("confused", "cut", "away", "dumb"):
                await daemon.be(mood)
                world.tell(f"the virus scanner is {mood}")
                await world.last(4)
            await daemon.be("sound")
            world.tell("the virus scanner is sound again")
            await world.machine.within(30, uploads.taken())
    finally:
        await daemon.stop()
