"""What befalls PostgreSQL: it crashes, freezes, fills up, waits for locks, and commits out of order."""

from __future__ import annotations

import asyncio
import contextlib
import signal

import asyncpg

from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment

FEED = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'laurel feed'"
OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'hog'
"""
FORGETTING = ("synchronous_commit = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'")
NUMBERING = "select pg_advisory_xact_lock(7001)"
"""The lock under which entries are numbered."""


@experiment("F04", "whoever numbers the journal is cut off, frozen, and holds the lock for seconds")
async def numbering_disturbed(world: World) -> None:
    """There is no leader: somebody else numbers on, or everybody once the lock is free."""
    connection = await world.cluster.database.connect()
    for _ in range(8):
        await asyncio.sleep(world.chance.random() * 0.4)
        await connection.execute(FEED)
    world.tell("the connections that number were ended")
    site = world.site
    world.tell("SIGSTOP", site=site.name)
    site.send(signal.SIGSTOP)
    await world.last(2)
    site.send(signal.SIGCONT)
    async with connection.transaction():
        await connection.execute(NUMBERING)
        world.tell("somebody holds the lock of numbering")
        await world.last(4)
    await connection.close()


@experiment("F07", "PostgreSQL crashes and comes back, three times")
async def crashed(world: World) -> None:
    """Twice as by `pg_ctl stop -m immediate`, once by SIGKILL of every process."""
    database = world.cluster.database
    for how in ("immediate", "SIGKILL", "immediate"):
        world.tell(f"PostgreSQL ends: {how}")
        await (database.kill() if how == "SIGKILL" else database.stop(signal.SIGQUIT))
        await world.last(world.chance.random())
        await database.begin()
        world.tell("PostgreSQL is back")
        await world.last(2)


@experiment("F08", "PostgreSQL is frozen for eleven seconds")
async def frozen(world: World) -> None:
    """Deadlines fire, nobody waits for ever, and no connection is lost for good."""
    with world.away(), world.cluster.database.frozen():
        world.tell("every process of PostgreSQL is stopped")
        await asyncio.sleep(11 * max(world.pace, 1))


@experiment("F10", "all of PostgreSQL's connections are taken by somebody else")
async def crowded_out(world: World) -> None:
    """Laurel's own are ended, and the hog is faster than its pools."""
    hogs = []
    for _ in range(3):
        with contextlib.suppress(asyncpg.PostgresError, OSError):
            while len(hogs) < 200:
                hogs.append(await world.cluster.database.connect(server_settings={"application_name": "hog"}))
        await hogs[0].execute(OTHERS)
    world.tell("a hog holds all connections", connections=len(hogs))
    await world.last(6)
    for hog in hogs:
        hog.terminate()


@experiment("F11", "a migration waits behind a long reader, and everybody behind the migration", pages=True)
async def convoy(world: World) -> None:
    """It gives up after a second and tries again, as migrations must: nobody waits longer than that."""
    reader, migration = [await world.cluster.database.connect() for _ in range(2)]
    await migration.execute("set lock_timeout = '1s'")
    transaction = reader.transaction()
    await transaction.start()
    await reader.fetchval("select count(*) from dossier")
    refused = 0
    for _ in range(3):
        with contextlib.suppress(asyncpg.LockNotAvailableError):
            await migration.execute("alter table dossier add column f11 integer")
            break
        refused += 1
        await world.last(0.5)
    await transaction.rollback()
    assert refused == 3, "the long reader held nobody up"
    await migration.execute("alter table dossier add column f11 integer")
    world.tell("the migration went through", refused=refused)
    await world.last(1)
    await migration.execute("alter table dossier drop column f11")
    for connection in (reader, migration):
        await connection.close()


@experiment("F13", "transactions commit in another order than they began")
async def out_of_order(world: World) -> None:
    """Each message to PostgreSQL is held for up to a fifth of a second, on each server by another chance."""
    for site in world.cluster.sites:
        site.database.up.jitter = 0.2
    await world.last(6)


@experiment("F14", "others lock the same rows in the opposite order: deadlocks and lock timeouts")
async def deadlocks(world: World) -> None:
    """The register's counter first, then dossiers: an act that decides does it the other way round."""
    connection = await world.cluster.database.connect()
    ended = 0
    for _ in range(4):
        try:
            async with connection.transaction():
                await connection.execute("select from decision_number_count for update")
                await asyncio.sleep(0.5)
                await connection.execute("select from dossier where status = 'SIGNING' order by id desc for update")
                await asyncio.sleep(0.5)
        except asyncpg.DeadlockDetectedError:
            ended += 1
        await asyncio.sleep(0.3)
    world.tell("deadlocks that ended the other one", deadlocks=ended)
    await connection.close()


@experiment(
    "F17",
    "control: PostgreSQL forgets what it acknowledged, and the checker must find it",
    breaks=1,
)
async def forgetful(world: World) -> None:
    """COMMIT does not wait for its WAL, and numbering, which does, is held up; then every process is killed."""
    holder = await world.cluster.database.connect()
    for setting in FORGETTING:
        await holder.execute(f"alter system set {setting}")
    await holder.execute("select pg_reload_conf()")
    await holder.execute("begin")
    await holder.execute(NUMBERING)
    world.tell("nobody writes the WAL")
    acknowledged = world.history.count("ok")
    await world.last(2.5)
    await world.machine.within(20, world.noted(ok=acknowledged + 4))
    world.tell("PostgreSQL ends: SIGKILL")
    await world.cluster.database.kill()
    holder.terminate()


@experiment("F35", "tables are migrated under load: columns, an index, a constraint", pages=True)
async def migrated(world: World) -> None:
    """Each statement as a migration may: bounded waits, concurrently, not valid first."""
    connection = await world.cluster.database.connect()
    await connection.execute("set lock_timeout = '1s'")
    for statement in (
        "alter table dossier add column f35 text",
        "create index concurrently ix_f35 on dossier (f35)",
        "alter table dossier add constraint ck_f35 check (f35 is null) not valid",
        "alter table dossier validate constraint ck_f35",
        "drop index concurrently ix_f35",
        "alter table dossier drop column f35",
    ):
        while True:
            try:
                await connection.execute(statement)
            except asyncpg.LockNotAvailableError:
                await asyncio.sleep(0.2)
            else:
                break
        world.tell("migrated", statement=statement)
        await world.last(0.5)
    await connection.close()
