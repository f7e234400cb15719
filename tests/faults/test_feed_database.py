"""The feed while PostgreSQL crashes, is slow, or cuts connections and leaves them half open."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from uuid_utils.compat import uuid7

from channels.embedded import binaries, postgres
from models import database
from resolvers.feed import Feed, line
from tests.faults.feeds import World, writing
from tests.faults.proxy import Proxy
from tests.history import INSERT, Reader, assert_told, connect, until, write
from tests.ports import kept_port


async def test_nothing_is_lost_when_connections_are_cut(world: World) -> None:
    async def cut() -> None:
        connection = await connect(world.database_url)
        for _ in range(8):
            await asyncio.sleep(0.06)
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid() and application_name = 'laurel feed'"
            )
        await connection.close()

    await writing(world, asyncio.create_task(cut()), seed=2)


async def test_news_come_again_by_another_connection_when_one_is_half_open_for_ever(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PATIENCE", 0.5)
    url = make_url(database_url)
    assert url.port
    proxy = Proxy(url.port)
    await proxy.start()
    feed = Feed(url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False), None)
    await feed.start()
    reader = Reader(feed, ["decisions"], await feed.head()).start()
    connection = await connect(database_url)
    await write(connection, uuid7(), "decisions")
    await reader.heard(1)
    await until(proxy.forsake, "a connection to forsake")
    await write(connection, uuid7(), "decisions")
    await reader.heard(2)
    await assert_told(connection, reader)
    await reader.leave()
    await feed.stop()
    await connection.close()
    await proxy.stop()


async def test_a_change_that_takes_long_holds_nobody_up_and_is_told_in_the_end(world: World) -> None:
    connection = await connect(world.database_url)
    slow = connection.transaction()
    await slow.start()
    await connection.execute(INSERT, uuid7(), uuid7(), ["agency:0"])
    quick = await connect(world.database_url)
    entry = await write(quick, uuid7(), "agency:0")
    world.feeds[0].ring()
    for reader in world.readers:
        if "agency:0" in reader.topics:
            assert [told.entry_id for told in await reader.heard(1)] == [entry]
    await slow.commit()
    world.feeds[1].ring()
    await world.settle()
    await connection.close()
    await quick.close()


async def test_nothing_is_lost_when_postgresql_crashes_and_comes_back(
    tmp_path: Path, redis_url: str, pytestconfig: pytest.Config
) -> None:
    found = binaries.postgres(pytestconfig.getoption("--postgres"))
    data, log = tmp_path / "data", tmp_path / "log"
    postgres.make(found, data, log, fast=True)
    secret = (data / "laurel.secret").read_text().strip()
    async with AsyncExitStack() as stack:
        port = stack.enter_context(kept_port())
        url = f"postgresql+asyncpg://{postgres.USER}:{secret}@127.0.0.1:{port}/{postgres.DATABASE}"
        with ExitStack() as servers:
            server = postgres.begin(found, data, log, port, fast=True)
            servers.callback(lambda: server.stop(signal.SIGQUIT))
            await database.migrate(url)
            world = World(url, redis_url)
            await world.start()
            stack.push_async_callback(world.stop)

            async def crash() -> None:
                nonlocal server
                for _ in range(2):
                    await asyncio.sleep(0.25)
                    await asyncio.to_thread(server.stop, signal.SIGQUIT)
                    postgres.clear_what_a_crash_left(data)
                    server = postgres.begin(found, data, log, port, fast=True)

            await writing(world, asyncio.create_task(crash()), seed=5)
            await world.stop()
