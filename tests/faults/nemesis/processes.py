"""What befalls Laurel's own processes: they are killed, frozen, told to go."""

from __future__ import annotations

from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment


@experiment("F01", "a server is killed amid mutations, and started again")
async def killed(world: World) -> None:
    for _ in range(2):
        site = world.site
        world.tell("SIGKILL", site=site.name)
        site.kill()
        await world.last(1.5)
        site.begin()
        await site.ready()
