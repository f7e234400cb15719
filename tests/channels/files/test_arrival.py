"""A file on its way in, where the system has no room for all of it."""

from __future__ import annotations

import asyncio
import resource
import time
from pathlib import Path

import pytest

from channels.files.store import Folder
from channels.files.upload import AT_ONCE, KEPT_AT_ONCE
from tests.channels.conftest import codes
from tests.channels.files import samples
from tests.channels.files.conftest import Desk


async def test_where_the_system_lets_a_file_grow_no_more_it_is_refused_and_nothing_is_left(desk: Desk) -> None:
    """F16: it says so amid writing, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        answer = await desk.send(samples.pdf(padding=3 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (answer.status_code, codes(answer)) == (507, ["NO_ROOM"])
    assert await desk.nothing()
    await desk.sent()


async def test_files_being_written_to_a_slow_disk_leave_connections_for_acts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F40: each holds a connection meanwhile, and as many as there are may be on their way."""
    writing, most, keep = 0, 0, Folder.keep

    def slow(folder: Folder, arrived: Path, sha256: str) -> None:
        nonlocal writing, most
        writing += 1
        most = max(most, writing)
        time.sleep(0.3)
        writing -= 1
        keep(folder, arrived, sha256)

    monkeypatch.setattr(Folder, "keep", slow)
    sent = [asyncio.create_task(desk.sent(samples.pdf(b"%d" % number))) for number in range(8)]
    await asyncio.gather(*sent)
    assert 1 <= most <= KEPT_AT_ONCE < AT_ONCE
