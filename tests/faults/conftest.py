"""What the tests of faults ask for: feeds in pairs, and a Redis of their own to be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.feeds import World
from tests.faults.servers import Bell


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    bell = Bell(tmp_path)
    yield bell
    bell.kill()


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    world = World(database_url, redis_url)
    await world.start()
    yield world
    await world.stop()


@pytest.fixture
async def world_with_bell(database_url: str, bell: Bell) -> AsyncIterator[World]:
    world = World(database_url, bell.url)
    await world.start()
    yield world
    await world.stop()
