"""The answers that the public is given, kept as bytes until something they were read from changes.

Kept are answers of registered queries to nobody in particular. Each hangs on the kinds of changes that its plan's
tables say (`resolvers/dependence.py`), and is forgotten when the feed hears of one, before it tells anybody; what this
process commits ends it at once. What another process commits is heard of with the bell, or within the second after
which each process looks; where it could not look for `FRESH` seconds, nothing that is kept is given.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

import orjson
from graphql import GraphQLError

from channels.etag import etag
from models import calendar
from models.access import ANONYMOUS
from resolvers.dependence import ANY, Dependence, dependence
from resolvers.engine import Engine, Ready
from resolvers.engine.plan import Plan
from resolvers.engine.recent import Recent

MOST, ROOM, LARGEST = 2_000, 16_000_000, 1_000_000
"""How many answers are kept, the bytes of all together, and of one."""
OVERHEAD = 1_500
"""About how many bytes an answer takes beside its own."""
REQUESTS, REQUESTS_ROOM, SPELLINGS = 2_000, 500_000, 8
"""How many requests are known again by their bytes, those bytes together, and how many of them for one answer."""
FRESH = 5.0
"""Seconds after which what nobody has confirmed is not given any more."""
DATED = 60.0
"""The longest that an answer is given which hangs on the date: clocks differ, and midnight is the database's."""

Key = tuple[Any, int, bytes]
"""An operation, the largest page allowed, and its variables as JSON."""


class Answer:
    """The final bytes of a response, and what ends them."""

    __slots__ = ("body", "heads", "key", "kinds", "requests", "tags", "until")

    def __init__(self, body: bytes, key: Key, kinds: frozenset[str], until: float) -> None:
        self.body, self.key, self.kinds, self.until = body, key, kinds, until
        self.tags: dict[str, str] = {}
        self.heads: dict[tuple[str, int], bytes] = {}
        """The lines of headers by media type and status, as they were written before."""
        self.requests: list[bytes] = []
        """The bytes of requests that were given it."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.body) + len(self.key[2]) + OVERHEAD

    def tag(self, media: str) -> str:
        """Its ETag as this media type."""
        found = self.tags.get(media)
        if found is None:
            found = self.tags[media] = etag(self.body, media)
        return found


class Known(NamedTuple):
    """What a request was given before, and what the log said of it."""

    answer: Answer
    facts: Mapping[str, Any]


class Flight:
    """An answer on its way, for all who asked since it set off; `stale` where what it reads has changed meanwhile."""

    __slots__ = ("kinds", "stale", "task", "waiting")
    task: asyncio.Task[Answer | None]

    def __init__(self, kinds: frozenset[str]) -> None:
        self.kinds, self.stale, self.waiting = kinds, False, 0


class KeptAnswers:
    """Answers of one engine to the public. `sure` gives up to when, by time.monotonic, all changes were told."""

    def __init__(self, engine: Engine, sure: Callable[[], float]) -> None:
        self.engine, self.sure = engine, sure
        self.kept: OrderedDict[Key, Answer] = OrderedDict()
        self.held = 0
        """The bytes of all that is kept."""
        self.flights: dict[Key, Flight] = {}
        self._hanging: dict[str, set[Answer]] = {}
        self._requests: Recent[bytes, Known] = Recent(REQUESTS, REQUESTS_ROOM, len)

    def again(self, request: bytes) -> Known | None:
        """What a request with the very same bytes was given, where that still holds."""
        known = self._requests.get(request)
        if known is None or not self._holds(known.answer):
            return None
        self.kept.move_to_end(known.answer.key)
        return known

    def note(self, request: bytes, answer: Answer, facts: Mapping[str, Any]) -> None:
        """Know this request again by its bytes, for as long as the answer is kept."""
        if self.kept.get(answer.key) is answer and len(answer.requests) < SPELLINGS:
            answer.requests.append(request)
            self._requests.put(request, Known(answer, facts))

    async def answer(self, ready: Ready, page: int) -> Answer | None:
        """The answer to a query, kept or read now, once for all who ask at the same time; None as the engine says it.

        Raises Unanswered, which is not kept.
        """
        key = _key(ready, page)
        kept = self.kept.get(key)
        if kept is not None and self._holds(kept):
            self.kept.move_to_end(key)
            return kept
        flight = self.flights.get(key) or self._set_off(ready, key)
        return await self._aboard(flight, key) if flight else await self._read(ready, key, _NEVER)

    def forget(self, kinds: Collection[str] | None = None) -> None:
        """Forget what hangs on changes of these kinds, on its way or kept; None: everything."""
        ended = {*self._hanging} if kinds is None else {*kinds, ANY}
        hanging = self.kept.values() if kinds is None else chain.from_iterable(self._hanging.get(k, ()) for k in ended)
        for answer in {*hanging}:
            self._drop(answer)
        for key, flight in tuple(self.flights.items()):
            if kinds is None or not ended.isdisjoint(flight.kinds):
                flight.stale = True  # it is given to those who asked before the change, and to nobody else
                del self.flights[key]

    def _holds(self, answer: Answer) -> bool:
        now = time.monotonic()
        return now < answer.until and now - self.sure() < FRESH

    def _set_off(self, ready: Ready, key: Key) -> Flight | None:
        """Read an answer that is to be kept; None where it is not, or where something is wrong with what is asked."""
        plan = self._plan(ready, key[1])
        found = dependence(plan, ready) if plan else None
        if found is None:
            return None
        flight = self.flights[key] = Flight(found.kinds)
        flight.task = asyncio.create_task(self._fly(flight, ready, key, found))
        flight.task.add_done_callback(_looked_at)
        return flight

    async def _aboard(self, flight: Flight, key: Key) -> Answer | None:
        """Wait with the others; whoever leaves last gives the statement up."""
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._land(flight, key)
                flight.task.cancel()

    async def _fly(self, flight: Flight, ready: Ready, key: Key, found: Dependence) -> Answer | None:
        until = time.monotonic() + _left_today() if found.by_day else _ALWAYS
        try:
            answer = await self._read(ready, key, (found.kinds, until))
        finally:
            self._land(flight, key)
        if answer is not None and not flight.stale:
            self._keep(answer)
        return answer

    async def _read(self, ready: Ready, key: Key, ends: tuple[frozenset[str], float]) -> Answer | None:
        body = await self.engine.answer_ready(ready, ANONYMOUS, key[1])
        return None if body is None else Answer(body, key, *ends)

    def _land(self, flight: Flight, key: Key) -> None:
        if self.flights.get(key) is flight:
            del self.flights[key]

    def _plan(self, ready: Ready, page: int) -> Plan | None:
        try:
            return self.engine.plan_ready(ready, ANONYMOUS, page)
        except GraphQLError:
            return None

    def _keep(self, answer: Answer) -> None:
        if len(answer.body) > LARGEST:
            return
        before = self.kept.get(answer.key)
        if before is not None:
            self._drop(before)
        self.kept[answer.key] = answer
        self.held += answer.size
        for kind in answer.kinds:
            self._hanging.setdefault(kind, set()).add(answer)
        while len(self.kept) > MOST or self.held > ROOM:
            self._drop(next(iter(self.kept.values())))

    def _drop(self, answer: Answer) -> None:
        del self.kept[answer.key]
        self.held -= answer.size
        for kind in answer.kinds:
            hanging = self._hanging[kind]
            hanging.discard(answer)
            if not hanging:
                del self._hanging[kind]
        for request in answer.requests:
            self._requests.forget(request)


_ALWAYS = float("inf")
_NEVER = frozenset[str](), -_ALWAYS
"""What ends an answer that is not kept: it never was."""


def _key(ready: Ready, page: int) -> Key:
    given = {name: ready.given[name] for name in ready.coerced if name in ready.given}
    return ready.operation, page, orjson.dumps(given, option=orjson.OPT_SORT_KEYS)


def _left_today() -> float:
    """Seconds for which an answer that hangs on the date may be given."""
    now = datetime.now(UTC).astimezone(calendar.ZONE)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(DATED, (midnight - now).total_seconds())


def _looked_at(done: asyncio.Task[Answer | None]) -> None:
    """Whoever waited may have left: nobody is to be warned of a failure later."""
    if not done.cancelled():
        done.exception()
