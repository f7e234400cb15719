"""How many sockets a process may have open."""

from __future__ import annotations

import resource


def raised() -> int:
    """Allow this process, and those it starts, as many open files as the system lets it have; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
