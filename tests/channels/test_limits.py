"""Budgets: what a caller may spend, alone and by several processes that share a Valkey, and while there is none."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.buckets import Local
from channels.budgets import Budget
from channels.leases import Leases
from channels.limits import RateLimits
from channels.refusals import Refused
from tests.history import until
from tests.patience import HANGING

NOBODY = "redis://127.0.0.1:9"
SLOW = Budget("slow", 100, 3_600)
"""A budget that does not fill again while a test runs."""
GUARDED = Budget("guarded", 5, 3_600, alone=2)


@contextlib.asynccontextmanager
async def process(redis_url: str | None, *budgets: Budget, salt: bytes = b"laurel") -> AsyncIterator[RateLimits]:
    """The budgets as one process keeps them."""
    limits = RateLimits(budgets or (SLOW, GUARDED), Leases(redis_url, lambda: salt) if redis_url else None)
    limits.start()
    try:
        yield limits
    finally:
        await limits.stop()


async def spent(limits: RateLimits, budget: Budget, who: object, times: int, points: int = 1) -> int:
    """How many of so many attempts pass."""
    passed = 0
    for _ in range(times):
        with contextlib.suppress(Refused):
            await limits.spend(budget, who, points)
            passed += 1
    return passed


async def settled(limits: RateLimits) -> None:
    """Wait until what was to be told in the background is told: who tells it waits for more."""

    def told() -> bool:
        waits = limits._wanted._waiters and not limits._wanted.is_set()  # type: ignore[attr-defined]  # asyncio's own
        return bool(waits and not limits._asking and not limits._returned)

    await until(told, "all to be told")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, Redis is not taken to be away."""
    monkeypatch.setattr("channels.leases.BOUND", HANGING)
    monkeypatch.setattr("channels.limits._GOODBYE", HANGING)


@pytest.fixture
def who() -> str:
    return f"caller {uuid4()}"


@given(
    st.lists(st.tuples(st.floats(0, 30), st.integers(1, 12)), max_size=60),
    st.integers(1, 20),
    st.floats(0.5, 20),
)
def test_a_bucket_never_lets_out_more_than_it_holds_and_what_came_in(
    steps: list[tuple[float, int]], most: int, seconds: float
) -> None:
    budget = Budget("any", most, seconds)
    bucket, now, taken = Local(most, 0.0), 0.0, list[tuple[float, int]]()
    for pause, points in steps:
        now += pause
        wait = bucket.take(budget, points, now)
        if not wait:
            taken.append((now, points))
            for begun, _ in taken:
                window = sum(p for at, p in taken if at >= begun)
                assert window <= most + (now - begun) / budget.period + 1e-6
        elif points <= most:
            again = Local(0, 0.0)
            again.left, again.since = bucket.left, bucket.since
            assert again.take(budget, points, now + wait + 1e-6) == 0
            assert bucket.take(budget, points, now + wait * 0.9) > 0 or wait < 1e-6
            bucket.left, bucket.since = again.left + points - wait / budget.period, now


async def test_a_caller_spends_a_budget_and_no_more(redis_url: str, who: str) -> None:
    async with process(redis_url) as limits:
        assert await spent(limits, SLOW, who, 150) == 100
        assert await spent(limits, SLOW, f"{who} else", 3) == 3
        with pytest.raises(Refused) as refused:
            await limits.spend(SLOW, who)
    (error,) = refused.value.errors
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert " · " in error["message"]
    seconds = error["extensions"]["retryAfter"]
    assert 30 < seconds <= 37
    assert refused.value.headers == {"Retry-After": str(seconds), "RateLimit": f'"slow";r=0;t={seconds}'}


async def test_several_processes_exceed_a_budget_by_what_each_gives_on_trust_at_most(redis_url: str, who: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        several = [await stack.enter_async_context(process(redis_url)) for _ in range(4)]
        passed = await asyncio.gather(*(spent(limits, SLOW, who, 100) for limits in several))
    assert 100 <= sum(passed) <= 100 + 4 * SLOW.trust


async def test_what_is_guarded_is_exact_however_many_ask_at_once(redis_url: str, who: str) -> None:
    async with process(redis_url) as one, process(redis_url) as other:
        attempts = [spent(limits, GUARDED, who, 1) for limits in (one, other) for _ in range(50)]
        assert sum(await asyncio.gather(*attempts)) == 5
        assert await spent(one, GUARDED, who, 1) == await spent(other, GUARDED, who, 1) == 0
