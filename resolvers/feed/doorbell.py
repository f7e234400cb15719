"""The doorbell: Redis says "look", never what. It may be late, twice, lost or gone: then news is a second late."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from resolvers.feed.cancellation import heed_cancellation

log = logging.getLogger(__name__)

BOUND = 0.2
"""Seconds a ring may take."""
REST = 1.0
"""Seconds nobody rings after a ring that failed: a frozen Redis is not asked for each commit."""
SILENCE = 10.0
"""Seconds without a word after which the listener asks whether Redis is still there; as long again and it hangs up."""
PAUSE = 0.5
"""Seconds between two attempts to listen, give or take half."""


def redis(url: str) -> Redis:
    """A client that neither tries again nor times itself.

    Its own timeout is `asyncio.wait_for`, which before Python 3.12 may lose a cancellation, and with it ours.
    """
    return Redis.from_url(url, socket_timeout=None, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))


class Doorbell:
    """Rings the other processes, and calls `heard` when one of them rang or when rings may have been missed."""

    def __init__(self, redis_url: str | None, house: str, heard: Callable[[], None]) -> None:
        self._url = redis_url
        self._heard = heard
        self._channel = f"laurel:numbered:{house}"
        """One house, one bell: several may share a Redis."""
        self._name = uuid4().hex
        """Who rings, so as not to hear itself."""
        self._wanted = asyncio.Event()

    def ring(self) -> None:
        """Tell the other processes to look, soon; never waits and never fails."""
        self._wanted.set()

    def runs(self) -> list[Coroutine[Any, Any, None]]:
        """What rings and what listens, each until it is cancelled; without Redis there is nothing to do."""
        return [] if self._url is None else [self._ringing(self._url), self._listening(self._url)]

    async def _ringing(self, url: str) -> None:
        async with redis(url) as bell:
            while True:
                await self._wanted.wait()
                self._wanted.clear()  # before ringing: what is wanted meanwhile is one more ring
                if not await self._rung(bell):
                    await asyncio.sleep(REST)

    async def _rung(self, bell: Redis) -> bool:
        try:
            async with asyncio.timeout(BOUND):
                await bell.publish(self._channel, self._name)
        except (RedisError, OSError) as failure:
            heed_cancellation()
            log.warning("the doorbell did not ring, others will look within a second: %s", failure)
            with contextlib.suppress(RedisError, OSError):
                await bell.connection_pool.disconnect()  # a late answer must not be taken for the next one's
            return False
        return True

    async def _listening(self, url: str) -> None:
        async with redis(url) as ears:
            while True:
                try:
                    async with ears.pubsub() as pubsub:
                        await pubsub.subscribe(self._channel)
                        await self._hear(pubsub)
                except (RedisError, OSError) as loss:
                    heed_cancellation()
                    log.warning("the doorbell is not heard, listening again: %s", loss)
                await asyncio.sleep(PAUSE * random.uniform(0.5, 1.5))  # noqa: S311  spreads reconnects, hides nothing

    async def _hear(self, pubsub: PubSub) -> None:
        asked = False
        while True:
            word = await pubsub.get_message(timeout=SILENCE)
            if word is None and asked:
                raise RedisError("no word from Redis")
            asked = word is None
            if word is None:
                await pubsub.ping()
            elif word["type"] == "subscribe" or word["data"] != self._name.encode():
                self._heard()  # a subscription just made is a ring too: some may have been missed before it
