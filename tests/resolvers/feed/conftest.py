"""Feeds of several processes, as far as they know: each has its own connections, and they share nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack

import pytest

from resolvers.feed import Feed
from tests.history import Connection, Reader, connect

Follows = Callable[..., Reader]


@pytest.fixture
async def writer(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def start(database_url: str, redis_url: str) -> AsyncIterator[Callable[..., Awaitable[Feed]]]:
    """Starts a feed, with the doorbell unless told otherwise, and stops it after the test."""
    async with AsyncExitStack() as stack:

        async def begin(doorbell: str | None = redis_url, **options: int) -> Feed:
            feed = Feed(database_url, doorbell, **options)
            await feed.start()
            stack.push_async_callback(feed.stop)
            return feed

        yield begin


@pytest.fixture
async def feed(start: Callable[..., Awaitable[Feed]]) -> Feed:
    return await start()


@pytest.fixture
async def follows() -> AsyncIterator[Follows]:
    """Begins to follow topics of a feed, and leaves after the test."""
    async with AsyncExitStack() as stack:

        def begin(feed: Feed, topics: Collection[str], after: str | None = None) -> Reader:
            reader = Reader(feed, topics, after).start()
            stack.push_async_callback(reader.leave)
            return reader

        yield begin
