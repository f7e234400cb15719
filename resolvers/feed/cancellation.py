"""Cancellation, where a library puts an error of its own in its place."""

from __future__ import annotations

import asyncio


def heed_cancellation() -> None:
    """Raise CancelledError where this task was told to end: a connection cut at that moment raised something else."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
