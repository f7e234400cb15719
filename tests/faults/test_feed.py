"""The feed while readers come and go, and processes are killed or frozen in the middle of their work."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.faults.feeds import World, writing
from tests.pristine import dsn

PROGRAM = Path(__file__).with_name("writing_process.py")


async def test_nothing_is_lost_while_readers_come_and_go(world: World) -> None:
    await writing(world)


async def test_what_a_killed_process_committed_and_never_numbered_is_told(world: World) -> None:
    """The process is killed in the moment between its commit and its ring."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), dsn(world.database_url), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    await program.stdout.readline()
    program.kill()
    await program.wait()
    readers = [reader for reader in world.readers if "agency:2" in reader.topics]
    for reader in readers:
        await reader.heard(1)
    await world.settle()


async def test_a_process_frozen_in_the_middle_of_its_work_holds_nobody_up(world: World) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), dsn(world.database_url), "and number", stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    await program.stdout.readline()
    os.kill(program.pid, signal.SIGSTOP)
    try:
        await writing(world, seed=4)
    finally:
        program.kill()
        await program.wait()
