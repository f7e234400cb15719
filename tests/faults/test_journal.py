"""The journal where PostgreSQL is more than one process: replicas, two-phase commits, frozen backends, dumps."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from rich.console import Console
from uuid_utils.compat import uuid7

from channels.embedded import binaries, child, postgres
from channels.journal import verified
from models import database
from resolvers.feed import Feed
from tests.faults.servers import Database
from tests.history import INSERT, Connection, Reader, assert_sound, assert_told, number, truth, until, write
from tests.patience import HANGING

ENOUGH = "max_prepared_transactions"
BOUNDS = """
set idle_in_transaction_session_timeout = '1s'; set statement_timeout = '1s'; set lock_timeout = '1s';
set tcp_user_timeout = '1s'; set tcp_keepalives_idle = 1; set tcp_keepalives_interval = 1; set tcp_keepalives_count = 1
"""
"""Whatever a session may be bounded by, on every version that is served."""


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A PostgreSQL of our own, migrated, that allows two-phase commits."""
    house = Database.made(tmp_path_factory.mktemp("journal") / "data")
    house.settings |= {ENOUGH: "4", "max_wal_senders": "4"}
    house.settings |= {"bgwriter_lru_maxpages": "0", "checkpoint_timeout": "1h"}  # pages are written when we say so
    await house.begin()
    await database.migrate(house.at(house.port))
    yield house
    await house.stop()


@pytest.fixture
async def one(house: Database) -> AsyncIterator[Connection]:
    """A connection to a journal that is empty again."""
    connection = await house.connect()
    await connection.execute(
        "set session_replication_role = replica; delete from journal_seq; delete from journal;"
        " update journal_head set seq = 0, hash = journal_origin(), seen = '1:1:';"
        " set session_replication_role = origin"
    )
    yield connection
    await connection.close()


def program(name: str) -> str:
    """One of PostgreSQL's own programs, from where the server is from."""
    found = Path(binaries.postgres().program(name))
    if not found.exists():
        pytest.skip(f"no {name} beside {found.parent} (apt-get install postgresql-client)")
    return str(found)


async def holds(url: str) -> bool:
    return await verified(url, (), Console(quiet=True))


async def test_a_transaction_prepared_and_committed_late_gets_its_number_late(house: Database, one: Connection) -> None:
    other, subject = await house.connect(), uuid7()
    await other.execute("begin")
    prepared = await other.fetchval(INSERT, uuid7(), subject, ["decisions"])
    await other.execute("prepare transaction 'late'")
    await other.close()
    quick = [await write(one, uuid7()) for _ in range(3)]
    assert await number(one) == 3
    for _ in range(3):  # passes come and go, and forget it not
        quick.append(await write(one, uuid7()))
        assert await number(one) == 1
    await one.execute("commit prepared 'late'")
    assert await number(one) == 1
    assert [row["id"] for row in await assert_sound(one)] == [*quick, prepared]
    assert await holds(house.at(house.port))


async def test_a_prepared_transaction_outlives_a_crash_and_gets_its_number_then(
    house: Database, one: Connection
) -> None:
    await one.execute("begin")
    prepared = await one.fetchval(INSERT, uuid7(), uuid7(), ["decisions"])
    await one.execute("prepare transaction 'crash'")
    other = await house.connect()
    await write(other, uuid7())
    assert await number(other) == 1
    await other.close()
    await house.stop(signal.SIGQUIT)
    await house.begin()
    again = await house.connect()
    await again.execute("commit prepared 'crash'")
    assert await number(again) == 1
    assert (await assert_sound(again))[-1]["id"] == prepared
    await again.close()


async def test_after_pg_resetwal_what_was_lost_is_told_by_a_checkpoint_and_numbering_goes_on(
    house: Database, one: Connection, tmp_path: Path
) -> None:
    """All that was written since the last checkpoint of PostgreSQL's is gone, as is the count of its transactions."""
    reset, kept, url = program("pg_resetwal"), tmp_path / "checkpoints", house.at(house.port)
    await write(one, uuid7())
    await number(one)
    await one.execute("checkpoint")
    for _ in range(3):
        await write(one, uuid7())
    await number(one)
    assert await verified(url, (), Console(quiet=True), checkpoint=kept)
    await one.close()
    await house.stop(signal.SIGQUIT)
    where = child.command(house.data, signal.SIGKILL, reset, ["-f", str(house.data)])
    await run(where, child.environment())
    await house.begin()
    assert not await verified(url, (), Console(quiet=True), against=kept, repair=True)
    again = await house.connect()
    before = await truth(again)
    written = await write(again, uuid7())
    assert await holds(url)
    assert [row["id"] for row in await assert_sound(again)] == [*(row["id"] for row in before), written]
    await again.close()


async def test_while_a_backend_is_frozen_with_the_lock_others_give_up_soon_and_readers_read(
    house: Database, one: Connection
) -> None:
    """Nothing but the end or the thaw of that one process frees the lock: changes are kept, and told after.

    PostgreSQL's own bounds are kept by the process itself, and the kernel's end a connection, not who holds a lock.
    """
    feed = Feed(house.at(house.port), None)
    await feed.start()
    reader = Reader(feed, ["decisions"], await feed.head()).start()
    await write(one, uuid7(), "decisions")
    await reader.heard(1)
    holder = await house.connect()
    backend = psutil.Process(holder.get_server_pid())
    transaction = holder.transaction()
    await transaction.start()
    await number(holder)
    await holder.execute(BOUNDS)
    backend.suspend()
    try:
        async with asyncio.timeout(HANGING):
            for _ in range(2):
                await write(one, uuid7(), "decisions")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await number(one)
        assert await one.fetchval("select pg_terminate_backend($1)", backend.pid), "it is told to end"
        with pytest.raises(asyncpg.LockNotAvailableError):
            await number(one)  # all its bounds are passed by now, and its end is asked for
        late = Reader(feed, ["decisions"], f"0-{reader.told[0].cursor[2:]}").start()  # whoever comes now is answered
        await until(lambda: late.resyncs, "whoever comes late to be answered")
        await late.leave()
        assert len(reader.told) == 1
    finally:
        backend.resume()
    holder.terminate()
    assert len(await reader.heard(3)) == 3
    await assert_told(one, reader)
    await reader.leave()
    await feed.stop()


async def test_a_reader_on_a_replica_never_sees_a_number_before_the_one_before_it(
    house: Database, one: Connection, tmp_path: Path
) -> None:
    basebackup, folder = program("pg_basebackup"), tmp_path / "replica"
    environment = {**child.environment(), "PGPASSWORD": house.secret}
    where = ("-h", "127.0.0.1", "-p", str(house.port), "-U", postgres.USER)
    await asyncio.to_thread(
        subprocess.run,
        [basebackup, *where, "-D", folder, "-R", "-X", "stream", "-c", "fast"],
        env=environment,
        check=True,
    )
    with (folder / "postgresql.auto.conf").open("a") as kept:
        kept.write(f"primary_conninfo = 'host=127.0.0.1 port={house.port} user=laurel password={house.secret}'\n")
    replica = Database(folder, **{ENOUGH: "4", "max_wal_senders": "4"})
    await replica.begin()
    try:
        reading = await replica.connect()
        done = asyncio.Event()

        async def write_and_number(seed: int) -> None:
            connection = await house.connect()
            for _ in range(60):
                await write(connection, uuid7(), delay=0.002 * (seed % 3))
                await number(connection)
            await connection.close()

        async def read() -> int:
            seen = 0
            while not done.is_set() or seen < 240:
                rows = await reading.fetch(
                    "select n.seq, j.id from journal_seq n left join journal j on j.id = n.entry_id order by n.seq"
                )
                assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
                assert all(row["id"] is not None for row in rows)
                assert len(rows) >= seen
                seen = len(rows)
                await asyncio.sleep(0.005)
            return seen

        async with asyncio.timeout(2 * HANGING):
            looking = asyncio.create_task(read())
            await asyncio.gather(*(write_and_number(seed) for seed in range(4)))
            done.set()
            assert await looking == 240
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await number(reading)
        await reading.close()
    finally:
        await replica.stop()
    await assert_sound(one)


@pytest.mark.parametrize("further", [0, 5000])
async def test_a_dump_restored_into_another_cluster_is_adopted_and_goes_on(
    house: Database, one: Connection, tmp_path: Path, further: int
) -> None:
    """Into one whose transactions were counted less far (as a new one's are), and into one further on."""
    dump, restore = program("pg_dump"), program("pg_restore")
    for _ in range(300):  # transactions, so that the new cluster's are lower
        await one.execute("select pg_current_xact_id()")
    for _ in range(5):
        await write(one, uuid7())
    await number(one)
    unnumbered = await write(one, uuid7())
    file, environment = tmp_path / "dump", child.environment()
    await run([dump, "-Fc", "-f", str(file), house.dsn], environment)
    (tmp_path / "other").mkdir()
    other = Database.made(tmp_path / "other" / "data")
    await other.begin()
    try:
        there = await other.connect()
        for _ in range(further):
            await there.execute("select pg_current_xact_id()")
        await run([restore, "-d", other.dsn, str(file)], environment)
        url = other.at(other.port)
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
            await number(there)
        written = await write(there, uuid7())
        assert not await holds(url)
        assert await verified(url, (), Console(quiet=True), repair=True)
        await write(there, uuid7())
        assert await holds(url)
        rows = await assert_sound(there)
        assert [row["id"] for row in rows][5:7] == [unnumbered, written]
        before = await truth(one)
        assert [row["cursor"] for row in rows][:5] == [row["cursor"] for row in before]  # cursors clients hold go on
        await there.close()
    finally:
        await other.stop()


async def run(command: list[str], environment: dict[str, str]) -> None:
    """Run a program to its end; what it says is in the failure."""
    done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
