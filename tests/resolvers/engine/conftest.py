"""A database of the engine's own, filled once: nothing here writes to it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from channels.settings import Settings
from models.access import Audience, Permission, Viewer
from resolvers.engine import Engine, Pool
from tests.pristine import clone, drop
from tests.unhurried import patient_pool

from .schema import schema
from .seed import Seed, plant


def apart(work: Any) -> Any:
    """Run a coroutine on a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass(frozen=True)
class Register:
    """The filled database and what is in it."""

    url: str
    seed: Seed


@pytest.fixture(scope="session")
def register(servers: Settings) -> Iterator[Register]:
    name = f"laurel_{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}_engine"
    url = apart(clone(servers.database_url, name))
    yield Register(url, apart(plant(url)))
    apart(drop(url))


@pytest.fixture(scope="session")
async def pool(register: Register) -> AsyncIterator[Pool]:
    made = patient_pool(register.url, size=4)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def engine(pool: Pool) -> Engine:
    return Engine(schema, pool)


@pytest.fixture(scope="session")
def staff() -> Viewer:
    """Staff over the whole province."""
    permissions = frozenset({Permission.READ_PERSONAL_DATA})
    return Viewer(audience=Audience.STAFF, proposes_in=("p",), permissions=permissions)


@pytest.fixture(scope="session")
def viewers(staff: Viewer, register: Register) -> list[Viewer]:
    """Staff over all, staff over two branches, a nominee, the public."""
    own = register.seed.dossiers[0].nominee_id
    some = Viewer(audience=Audience.STAFF, proposes_in=("p.s1", "p.s2.u1"), permissions=staff.permissions)
    return [staff, some, Viewer(audience=Audience.NOMINEE, nominee_id=own), Viewer()]
