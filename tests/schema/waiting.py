"""Waiting until a statement waits for another: then two acts are at once, however fast the machine is."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from tests.patience import HANGING
from tests.province import Province


async def until_somebody_waits(province: Province) -> None:
    """Until a statement waits for a lock."""
    waiting = text("select exists(select from pg_locks where not granted and pid in "
                   "(select pid from pg_stat_activity where datname = current_database()))")  # fmt: skip
    async with asyncio.timeout(HANGING), province.sessions() as work:
        while not await work.scalar(waiting):
            await asyncio.sleep(0.01)
