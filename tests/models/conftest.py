"""What tests of the demo share: a connection to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest

from tests.pristine import dsn

Connection: TypeAlias = "asyncpg.Connection[Any]"


@pytest.fixture
async def held(demo_url: str) -> AsyncIterator[Connection]:
    """A connection to the demo."""
    connection = await asyncpg.connect(dsn(demo_url))
    yield connection
    await connection.close()
