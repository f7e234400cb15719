"""Feeds that are to outlive a fault: two of them, random writers, and readers who come and go."""

from __future__ import annotations

import asyncio
import random

from resolvers.feed import Feed
from tests.history import Reader, Writers, assert_sound, assert_told, connect, truth, until_numbered


class World:
    """Two feeds on one database, and readers who come and go."""

    def __init__(self, database_url: str, redis_url: str | None) -> None:
        self.database_url, self.redis_url = database_url, redis_url
        self.feeds = [Feed(database_url, redis_url), Feed(database_url, redis_url)]
        self.readers: list[Reader] = []

    async def start(self, readers: int = 12) -> None:
        for feed in self.feeds:
            await feed.start()
        head = await self.feeds[0].head()
        self.readers = [Reader(random.choice(self.feeds), topics(index), head).start() for index in range(readers)]

    async def coming_and_going(self) -> None:
        """Some reader leaves, and comes back to any process with its cursor."""
        while True:
            reader = random.choice(self.readers)
            await reader.leave()
            await asyncio.sleep(random.random() * 0.03)
            reader.feed = random.choice(self.feeds)
            reader.start()

    async def settle(self) -> None:
        """Wait until everybody was told all there is; then nobody may have been told anything else."""
        connection = await connect(self.database_url)
        await until_numbered(connection)
        await assert_sound(connection)
        for reader in self.readers:
            await reader.heard(len(await truth(connection, reader.topics)))
            await assert_told(connection, reader)
        await connection.close()

    async def stop(self) -> None:
        for reader in self.readers:
            await reader.leave()
        for feed in self.feeds:
            await feed.stop()


def topics(index: int) -> list[str]:
    return [f"agency:{index % 3}"] if index % 2 else ["agency:0", "agency:1"]


async def writing(world: World, *faults: asyncio.Task[None], seed: int = 1) -> Writers:
    """Six random writers, readers coming and going, and the faults; until all is written and told."""
    writers = Writers(world.database_url, seed)
    comings = asyncio.create_task(world.coming_and_going())
    await writers.run(6, 30, world.feeds, delay=0.02)
    await asyncio.gather(*faults)
    comings.cancel()
    await asyncio.gather(comings, return_exceptions=True)
    for reader in world.readers:
        await reader.leave()
        reader.start()
    await world.settle()
    return writers
