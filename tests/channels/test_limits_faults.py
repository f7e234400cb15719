"""Budgets while Redis is away, frozen, full, empty or lying; floods of callers; and what Redis is told of anybody."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from channels import limits as module
from channels.budgets import PUBLIC, SIGN_IN, Budget
from channels.leases import Leases
from channels.limits import RateLimits
from tests.channels.test_limits import GUARDED, SLOW, process, settled, spent
from tests.faults.servers import Bell
from tests.patience import HANGING


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a Redis that is well is not taken to be away."""
    monkeypatch.setattr("channels.leases.BOUND", HANGING)
    monkeypatch.setattr("channels.limits._GOODBYE", HANGING)


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    """A Valkey of this test's own."""
    made = Bell(tmp_path)
    yield made
    made.send(signal.SIGCONT)
    made.kill()


async def away(limits: RateLimits, *, wanted: bool = True) -> None:
    """Wait until a process has noticed that Redis is away, or back."""
    async with asyncio.timeout(HANGING):
        while limits.away is not wanted:
            limits.spend_now(PUBLIC, time.monotonic_ns())
            await asyncio.sleep(0.02)


async def test_while_redis_is_frozen_nobody_waits_and_each_process_keeps_its_own_budget(
    bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process(bell.url, SLOW, GUARDED, PUBLIC) as limits:
        assert await spent(limits, SLOW, "a", 5) == 5
        await settled(limits)
        bell.send(signal.SIGSTOP)
        monkeypatch.setattr("channels.leases.BOUND", 0.2)
        assert await spent(limits, GUARDED, "b", 1) == 1
        assert limits.away
        monkeypatch.setattr("channels.leases.BOUND", 10 * HANGING)  # who waited for an answer now would wait for ever
        async with asyncio.timeout(HANGING):
            assert await spent(limits, SLOW, "c", 140) == 100
            assert await spent(limits, GUARDED, "b", 5) == 1  # two in all, then nobody
        bell.send(signal.SIGCONT)
        await away(limits, wanted=False)
        assert await spent(limits, GUARDED, "d", 9) == 5


async def test_a_redis_that_crashed_and_comes_back_empty_is_used_again(bell: Bell) -> None:
    async with process(bell.url, SLOW, GUARDED, PUBLIC) as limits:
        assert await spent(limits, GUARDED, "a", 9) == 5
        bell.kill()
        await asyncio.sleep(1.1)  # a no is remembered for a second
        assert await spent(limits, GUARDED, "a", 9) == 2
        assert await spent(limits, SLOW, "a", 120) == 100
        bell.begin()
        await away(limits, wanted=False)
        assert await spent(limits, GUARDED, "a", 9) == 5
        assert bell.say("DBSIZE") != b"+OK\r\n:0\r\n"


async def test_a_full_redis_is_as_good_as_none(bell: Bell) -> None:
    async with process(bell.url, GUARDED, PUBLIC) as limits:
        assert bell.say("CONFIG SET maxmemory 1").endswith(b"+OK\r\n")
        assert await spent(limits, GUARDED, "a", 9) == 2
        assert limits.away
        assert bell.say("CONFIG SET maxmemory 0").endswith(b"+OK\r\n")
        await away(limits, wanted=False)
        assert await spent(limits, GUARDED, "a", 9) == 5


async def test_a_redis_that_says_nonsense_is_as_good_as_none() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            writer.write(b"+OK\r\n" * 20)
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with process(f"redis://127.0.0.1:{port}", SLOW, GUARDED) as limits:
        assert await spent(limits, GUARDED, "a", 9) == 2
        assert await spent(limits, SLOW, "a", 120) == 100
    server.close()
    await server.wait_closed()


async def test_without_redis_each_process_keeps_a_bucket_and_a_few_guesses() -> None:
    async with process(None) as limits:
        assert await spent(limits, SLOW, "a", 120) == 100
        assert await spent(limits, GUARDED, "a", 9) == 2


async def test_a_key_taken_by_something_else_closes_nobody_out(bell: Bell) -> None:
    async with process(bell.url, GUARDED) as limits:
        await spent(limits, GUARDED, "a", 1)
        (key,) = await keys(bell)
        bell.say(f"SET {key} nonsense")
        assert await spent(limits, GUARDED, "a", 9) > 0


async def keys(bell: Bell) -> list[str]:
    async with Redis.from_url(bell.url) as client:
        return sorted([key.decode() async for key in client.scan_iter()])


async def test_redis_is_told_nobodys_name_and_forgets_what_it_was_told(bell: Bell) -> None:
    who = "198.51.100.77", "nguyễn văn a"
    async with process(bell.url, SIGN_IN, PUBLIC) as one, process(bell.url, SIGN_IN, PUBLIC, salt=b"other") as other:
        for limits in (one, other):
            await limits.spend(SIGN_IN, who)
            await spent(limits, PUBLIC, who[0], 60)
            await settled(limits)
    found = await keys(bell)
    assert len(found) == 4
    assert {re.sub(r"[0-9a-f]{24}$", "", key) for key in found} == {
        "{laurel:limits}:public:",
        "{laurel:limits}:sign-in:",
    }
    async with Redis.from_url(bell.url) as client:
        for key in found:
            assert (await client.get(key)).isdigit()
            assert 0 < await client.pttl(key) <= 2 * 900_000


async def test_a_flood_of_addresses_fills_what_there_is_room_for(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUCKETS", 2_000)
    async with process(redis_url, PUBLIC) as shared, process(None, PUBLIC) as alone:
        for n in range(50_000):
            for limits in (shared, alone):
                assert limits.spend_now(PUBLIC, f"2001:db8:{n >> 16:x}:{n & 0xFFFF:x}::/64")
            if n % 1_000 == 0:
                await asyncio.sleep(0)
        for limits in (shared, alone):
            assert len(limits._tables["public"].buckets) == 2_000
            assert len(limits._asking) + len(limits._returned) <= 4_000


async def test_most_of_what_is_spent_asks_redis_nothing(redis_url: str) -> None:
    fast = Budget("fast", 1_000_000)
    leases = Leases(redis_url, lambda: b"laurel")
    limits = RateLimits([fast], leases)
    limits.start()
    for n in range(20_000):
        if not limits.spend_now(fast, "somebody", 5):
            await limits.spend(fast, "somebody", 5)
        if n % 100 == 0:
            await asyncio.sleep(0)
    assert leases.calls <= 5
    await limits.stop()


async def test_what_is_leased_and_not_used_is_given_back(redis_url: str) -> None:
    async with process(redis_url, salt=b"returned") as one, process(redis_url, salt=b"returned") as other:
        who = f"{time.monotonic_ns()}"
        assert await spent(one, SLOW, who, 8) == 8
        await settled(one)
        await one.stop()
        assert await spent(other, SLOW, who, 120) == 92


async def test_idle_leases_go_back_by_themselves(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.buckets.LASTS", 0.1)
    monkeypatch.setattr(module, "LASTS", 0.1)
    monkeypatch.setattr(module, "REST", 0.05)
    async with process(redis_url, salt=b"idle") as one, process(redis_url, salt=b"idle") as other:
        who = f"{time.monotonic_ns()}"
        assert await spent(one, SLOW, who, 8) == 8
        async with asyncio.timeout(HANGING):
            while one._tables["slow"].buckets:
                await asyncio.sleep(0.02)
        await settled(one)
        monkeypatch.setattr("channels.buckets.LASTS", HANGING)
        assert await spent(other, SLOW, who, 120) == 92


async def test_what_was_not_used_is_refunded_to_all_processes(redis_url: str) -> None:
    async with process(redis_url, salt=b"refund") as one, process(redis_url, salt=b"refund") as other:
        who = f"{time.monotonic_ns()}"
        await one.spend(SLOW, who, 100)
        one.refund(SLOW, who, 95)
        await settled(one)
        await one.stop()
        assert await spent(other, SLOW, who, 120) == 95


PROCESS = """
import asyncio, sys
sys.path.insert(0, {root!r})
from channels import leases
from tests.channels.test_limits import SLOW, process, spent
leases.BOUND = {bound!r}
async def main():
    async with process({url!r}, salt=b"several") as limits:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        passed = 0
        for _ in range(20):
            passed += await spent(limits, SLOW, {who!r}, 10)
            await asyncio.sleep(0.02)
        print(passed, flush=True)
asyncio.run(main())
"""


async def test_real_processes_together_exceed_a_budget_by_what_they_give_on_trust_at_most(redis_url: str) -> None:
    root, who = str(Path(__file__).parents[2]), f"{time.monotonic_ns()}"
    script = PROCESS.format(root=root, url=redis_url, who=who, bound=HANGING)
    piped = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    several = [await asyncio.create_subprocess_exec(sys.executable, "-c", script, **piped) for _ in range(3)]
    passed = 0
    async with asyncio.timeout(2 * HANGING):
        for one in several:
            assert one.stdout is not None
            assert await one.stdout.readline() == b"ready\n"
        for one in several:
            assert one.stdin is not None
            one.stdin.write(b"go\n")
        for one in several:
            said, _ = await one.communicate()
            passed += int(said)
    assert 100 <= passed <= 100 + 3 * SLOW.trust
