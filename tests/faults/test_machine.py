"""What waits for a core is told from what is slow by itself, and bounds last as long as the machine is slow."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from tests.faults import machine
from tests.faults.machine import Machine, scheduled


def test_a_process_that_runs_is_seen_to_run() -> None:
    before = scheduled(os.getpid())
    assert before, "this system does not say how processes are scheduled: every bound is that of an idle machine"
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    after = scheduled(os.getpid())
    assert after
    assert after[0] - before[0] >= 80_000_000


def test_a_process_that_is_gone_is_no_measure() -> None:
    assert scheduled(2**22 + 1) is None
    looked = Machine(lambda: [2**22 + 1])
    looked.look()
    assert looked.slowness == 1


def test_slowness_is_how_long_one_waits_for_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    second = 1_000_000_000
    seen = iter([(0, 0), (second, 2 * second), (second, 9 * second)])
    monkeypatch.setattr(machine, "scheduled", lambda _: next(seen))
    looked = Machine(lambda: [1])
    looked.look()
    assert looked.slowness == 1
    looked.look()  # in one second of five everything took three times as long
    assert looked.slowness == pytest.approx(1.4)
    looked.look()  # it did not run at all, which says nothing
    assert looked.slowness == pytest.approx(1.4)


async def test_what_takes_longer_than_its_bound_is_ended_and_what_fails_says_so() -> None:
    looked, ended = Machine(list), asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(TimeoutError, match="not within"):
        await looked.within(0.1, endless())
    assert ended.is_set()
    with pytest.raises(ZeroDivisionError):
        await looked.within(5, asyncio.to_thread(lambda: 1 // 0))
    await looked.within(5, asyncio.sleep(0))
