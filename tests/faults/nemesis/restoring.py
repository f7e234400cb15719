"""What befalls PostgreSQL's files: somebody does what nobody wanted, a page rots; and a backup is restored."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import asyncpg

from tests.faults import backup, truth
from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment

PAGE = 8_192
UNFLUSHED = ("checkpoint_timeout = '1h'", "bgwriter_lru_maxpages = 0")
"""Settings by which what was changed since the last checkpoint is in the WAL alone."""
HERE = "select name.file_name, name.file_offset from pg_walfile_name_offset(pg_current_wal_flush_lsn()) name"
"""Up to which byte of which file the WAL is written."""


async def _numbered(world: World) -> None:
    connection = await world.cluster.database.connect()
    while await truth.unnumbered(connection):
        await asyncio.sleep(0.05)
    await connection.close()


@experiment("F46", "the database is set back to the moment before something that nobody wanted")
async def set_back(world: World) -> None:
    """What was done since is undone for everybody: whoever was told of it is told to read anew."""
    database, base = world.cluster.database, world.cluster.home / "base"
    await backup.taken(database, base)
    await world.last(1)
    async with world.load.resting():
        await world.machine.within(20, _numbered(world))
        connection = await database.connect()
        await connection.execute("select pg_create_restore_point('before')")
        head = await truth.head(connection)
        world.history.note("marked")
    await connection.execute("update dossier set title = 'nobody wanted this'")
    await connection.close()
    await world.last(2.5)
    with world.away():
        await database.stop(signal.SIGQUIT)
        await asyncio.sleep(0.5)  # what is on its way to clients is of the time that is undone
        world.history.note("restored", head=head)
        await backup.restored(database, base, "before")
    await world.last(3)


@experiment("F47", "a page of the journal rots on the disk: verification says so, and a backup with its WAL loses nothing", faulty=True)  # noqa: E501  # fmt: skip
async def rotten(world: World) -> None:
    """A byte of the first page, which every reader of the past needs, and no writer."""
    database, base = world.cluster.database, world.cluster.home / "base"
    await backup.taken(database, base)
    connection = await database.connect()
    path = database.data / await connection.fetchval("select pg_relation_filepath('journal')")
    await connection.close()
    await database.stop(signal.SIGINT)
    said = bytearray(path.read_bytes())
    said[PAGE // 2] ^= 0xFF
    path.write_bytes(said)
    await database.begin()
    world.tell("a byte of the journal's first page is another")
    await world.last(3)
    sound, words = await truth.verified(world.cluster)
    world.tell("verify", said=words[-300:])
    assert not sound, "verification did not notice"
    assert "damaged" in words, words
    with world.away():
        await backup.restored(database, base)
    connection = await database.connect()
    try:
        await connection.fetchval("select count(*) from journal")
    except asyncpg.DataCorruptedError as still:
        raise AssertionError("the backup is rotten too") from still
    finally:
        await connection.close()
    world.tell("restored, with all WAL there is")
    await world.last(2)


@experiment("TORN", "PostgreSQL crashes and the end of its WAL is torn off: what it acknowledged last is lost, and a checkpoint kept elsewhere betrays it")  # noqa: E501  # fmt: skip
async def torn(world: World) -> None:
    """As where a disk lied about what it kept. What is left is sound; whoever was told more is told to read anew."""
    database, kept = world.cluster.database, str(world.cluster.home / "checkpoints")
    connection = await database.connect()
    for setting in UNFLUSHED:
        await connection.execute(f"alter system set {setting}")
    await connection.execute("select pg_reload_conf()")
    await connection.execute("checkpoint")
    async with world.load.resting():
        await world.machine.within(20, _numbered(world))
        head = await truth.head(connection)
        file, offset = await connection.fetchrow(HERE)
        world.history.note("marked")
    await world.machine.within(20, _numbered_past(connection, head))
    await connection.close()
    sound, said = await truth.verified(world.cluster, "--checkpoint", kept)
    assert sound, said
    with world.away():
        await database.stop(signal.SIGQUIT)
        await asyncio.sleep(0.5)  # what is on its way to clients is of the time that is lost
        world.history.note("restored", head=head)
        await asyncio.to_thread(tear, database.data / "pg_wal", file, offset)
        await database.begin()
    sound, said = await truth.verified(world.cluster, "--against", kept)
    world.tell("verify", said=said[-300:])
    assert not sound, "nobody notices that the end is gone"
    assert "rewritten within" in said, said
    await world.last(3)


async def _numbered_past(connection: asyncpg.Connection[asyncpg.Record], head: str) -> None:
    """Wait until some entries more have numbers."""
    while int((await truth.head(connection)).partition("-")[0]) < int(head.partition("-")[0]) + 5:
        await asyncio.sleep(0.05)


def tear(wal: Path, file: str, offset: int) -> None:
    """Make the WAL end at a byte of a file: zeros follow, and no other file."""
    for later in wal.glob("[0-9A-F]" * 24):
        if later.name > file:
            later.unlink()
    with (wal / file).open("r+b") as kept:
        size = kept.seek(0, 2)
        kept.seek(offset)
        kept.write(bytes(size - offset))
