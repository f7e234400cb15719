"""Looks at a server, and at whether a process has ended."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import psutil
import pytest

from tests.patience import HANGING
from tests.pristine import dsn

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root must step down")


def ask(url: str, statement: str) -> Any:
    async def answer() -> Any:
        connection = await asyncpg.connect(dsn(url))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(answer())


def has_ended(process: int) -> bool:
    try:
        return bool(psutil.Process(process).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def soon(claim: Callable[[], bool]) -> bool:
    end = time.monotonic() + HANGING
    while not claim():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
