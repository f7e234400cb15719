"""A file on its way in, where the system has no room for all of it."""

from __future__ import annotations

import resource

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
