"""What every command at a terminal has: where it speaks, and the servers it works on for as long as it runs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from channels import embedded
from channels.settings import Settings

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


@contextmanager
def running(settings: Settings) -> Iterator[Settings]:
    """The servers, until the end of the block; SIGTERM ends it in good order, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if not settings.database_url and (other := embedded.shared_with(settings.data)):
        err.print(f"… dùng chung máy chủ với tiến trình {other} · shares the servers of process {other}")
    with embedded.servers(settings) as live, embedded.watching_the_disk(settings):
        yield live
