"""Which core does what: servers have the first, PostgreSQL and the load the second, where there are two."""

from __future__ import annotations

import os

ALL = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
"""The cores this process had when it began: what it starts has only its own."""
SERVER, REST = 0, 1


def pin(core: int, process: int = 0) -> bool:
    """Run a process, or this one, on this core alone, where there are two and the system lets us choose."""
    if len(ALL) < 2:
        return False
    os.sched_setaffinity(process, {ALL[core]})
    return True
