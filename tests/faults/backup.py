"""A base backup of a running PostgreSQL, and its restoration from there by WAL: to a named moment, or to the end."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
from pathlib import Path

from tests.faults.servers import Database


async def taken(database: Database, folder: Path) -> None:
    """Copy the files of a database at work into this folder, which must not be there."""
    connection = await database.connect()
    try:
        await connection.execute("alter system set wal_keep_size = '1GB'")  # else what is restored by is written over
        await connection.execute("select pg_reload_conf()")
        await connection.execute("select pg_backup_start('laurel', true)")
        await asyncio.to_thread(_copy, database.data, folder)
        label = await connection.fetchval("select labelfile from pg_backup_stop()")
        await asyncio.to_thread((folder / "backup_label").write_text, label)
    finally:
        await connection.close()


def _copy(data: Path, folder: Path) -> None:
    ignored = shutil.ignore_patterns("postmaster.pid", "postmaster.opts", "pg_wal")
    shutil.copytree(data, folder, ignore=ignored, copy_function=_copied)
    folder.chmod(0o700)
    (folder / "pg_wal" / "archive_status").mkdir(parents=True)


def _copied(source: str, target: str) -> None:
    """What vanishes while it is copied is of no use to a backup."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)


async def restored(database: Database, folder: Path, upto: str | None = None) -> None:
    """Put a backup in the place of a database's files, and start it from there: up to a restore point, or to the end.

    The WAL that was written since is read from the lost files.
    """
    await database.stop(signal.SIGQUIT)
    lost = database.data.with_name(f"{database.data.name}.lost")
    await asyncio.to_thread(_put, folder, database.data, lost, upto)
    await database.begin()
    await asyncio.to_thread(shutil.rmtree, lost)


def _put(folder: Path, data: Path, lost: Path, upto: str | None) -> None:
    data.rename(lost)
    folder.rename(data)
    target = f"recovery_target_name = '{upto or ''}'\nrecovery_target_action = 'promote'\n"  # none: not that of before
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f'restore_command = \'cp "{lost}/pg_wal/%f" "%p"\'\n{target}')
    (data / "recovery.signal").touch()
