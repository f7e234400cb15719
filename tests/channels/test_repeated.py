"""What is repeated is done until it is stopped, whatever goes wrong meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

from structlog.testing import capture_logs

from channels.repeated import Repeated
from tests.patience import HANGING

DAY = 86_400.0


async def until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(HANGING):
        while not claim():
            await asyncio.sleep(0.001)


async def test_work_is_done_again_and_again_until_it_is_stopped() -> None:
    done: list[int] = []
    turns = count(1)

    async def work() -> None:
        done.append(next(turns))

    repeated = Repeated(work, 0.001, "it stumbled", at_once=True)
    repeated.start()
    await until(lambda: len(done) >= 3)
    await repeated.stop()
    seen = list(done)
    assert seen == list(range(1, len(seen) + 1)), "one after another"
    await asyncio.sleep(0.05)
    assert done == seen


async def test_it_begins_with_the_work_where_that_is_wanted_and_else_with_the_rest() -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(name)

    eager = Repeated(lambda: work("eager"), DAY, "it stumbled", at_once=True)
    patient = Repeated(lambda: work("patient"), DAY, "it stumbled")
    patient.start()
    eager.start()
    await until(lambda: bool(done))
    assert done == ["eager"]
    await eager.stop()
    await patient.stop()


async def test_what_fails_is_logged_and_tried_again() -> None:
    turns = count(1)
    last = 0

    async def work() -> None:
        nonlocal last
        last = next(turns)
        if last < 3:
            raise ConnectionError("gone")

    repeated = Repeated(work, 0.001, "it stumbled", at_once=True)
    with capture_logs() as logged:
        repeated.start()
        await until(lambda: last > 3)
        await repeated.stop()
    assert [(line["event"], line["log_level"]) for line in logged] == [("it stumbled", "error")] * 2


async def test_what_is_half_done_is_left_undone() -> None:
    begun, ended = asyncio.Event(), False

    async def work() -> None:
        nonlocal ended
        begun.set()
        await asyncio.sleep(DAY)
        ended = True

    repeated = Repeated(work, DAY, "it stumbled", at_once=True)
    repeated.start()
    await begun.wait()
    await repeated.stop()
    await repeated.stop()  # a second time, and one that never began, are as good
    await Repeated(work, DAY, "it stumbled").stop()
    assert not ended
