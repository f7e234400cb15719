"""Where the processes share their callers' budgets: leases from Redis, a whole batch in one call, timed by its clock.

Redis keeps of a caller when their bucket will be full again, under a keyed hash: neither who it is nor what they asked.
A key goes by itself when its bucket is full. Whatever is wrong with Redis, it is away for a while and nobody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from channels.budgets import Budget
from channels.logs import get_logger
from resolvers.feed.cancellation import heed_cancellation
from resolvers.feed.doorbell import redis

log = get_logger("laurel.limits")

BOUND = 0.2
"""Seconds Redis may take for a batch."""
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local said = {}
for n, key in ipairs(KEYS) do
  local owed, wanted = tonumber(ARGV[4 * n - 3]), tonumber(ARGV[4 * n - 2])
  local period, most = tonumber(ARGV[4 * n - 1]), tonumber(ARGV[4 * n])
  local full = tonumber(redis.call('GET', key) or now)
  full = math.min(math.max(full, now), now + 2 * most * period)
  full = math.max(full + owed * period, now)
  local given = math.max(0, math.min(wanted, math.floor(most - (full - now) / period)))
  full = full + given * period
  if full > now then
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
  else
    redis.call('DEL', key)
  end
  said[2 * n - 1] = given
  said[2 * n] = math.floor(full - now)
end
return said
"""
"""Of each key: when its bucket is full (µs, by Redis's clock) moves on by what is owed and what is given. A clock that
went back closes nobody out for longer than two buckets take to fill."""


class Ask(NamedTuple):
    """What is asked for one caller: points that were given out on trust (or back), and how many more."""

    budget: Budget
    who: Hashable
    owed: int
    wanted: int


class Given(NamedTuple):
    """Points given, and those that are left for others."""

    points: int
    available: float


class Leases:
    """The budgets as all processes share them. `secret` gives the installation's own, the same in all of them."""

    def __init__(self, url: str, secret: Callable[[], bytes]) -> None:
        self._secret = secret
        self._redis: Redis = redis(url)
        self._script = self._redis.register_script(_SCRIPT)
        self.calls = 0

    async def take(self, asks: Sequence[Ask]) -> list[Given] | None:
        """What each is given; None where Redis does not say so in time."""
        self.calls += 1
        try:
            async with asyncio.timeout(BOUND):
                said = await self._script(keys=[self.key(ask) for ask in asks], args=_arguments(asks))
            return _given(asks, said)
        except (RedisError, OSError, ValueError) as failure:
            heed_cancellation()
            log.warning("budgets are not shared, each process keeps its own", problem=type(failure).__name__)
            with contextlib.suppress(RedisError, OSError):
                await self._redis.connection_pool.disconnect()  # a late answer must not be taken for the next one's
            return None

    @cached_property
    def _salt(self) -> bytes:
        return hashlib.sha256(b"laurel budgets" + self._secret()).digest()

    def key(self, ask: Ask) -> str:
        """The key of a caller's bucket. All are in one slot, should there be a cluster."""
        name = ask.budget.name
        said = hashlib.blake2b(f"{name}\0{ask.who}".encode("utf-8", "surrogatepass"), key=self._salt, digest_size=12)
        return f"{{laurel:limits}}:{name}:{said.hexdigest()}"

    async def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()


def _arguments(asks: Sequence[Ask]) -> list[int]:
    return [
        argument
        for ask in asks
        for argument in (ask.owed, ask.wanted, round(ask.budget.period * 1_000_000), ask.budget.most)
    ]


def _given(asks: Sequence[Ask], said: Any) -> list[Given]:
    """The script's answer. Raises ValueError for anything else."""
    if not isinstance(said, list) or len(said) != 2 * len(asks) or not all(isinstance(part, int) for part in said):
        raise ValueError("not what was asked for")
    return [
        Given(points, max(0.0, ask.budget.most - missing / (ask.budget.period * 1_000_000)))
        for ask, points, missing in zip(asks, said[::2], said[1::2], strict=True)
    ]
