"""The hub: the one loop of a process that numbers the journal, reads what is new, and tells everybody who listens."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Collection
from datetime import datetime
from itertools import chain
from uuid import UUID

import asyncpg

from resolvers.feed.cursor import Cursor, decode
from resolvers.feed.happening import HAPPENING, Happening
from resolvers.feed.line import Line
from resolvers.feed.listener import Listener

log = logging.getLogger(__name__)

Rights = Callable[[Collection[UUID] | None], None]
"""Called with the accounts whose rights have changed; None: anybody's."""

Changes = Callable[[Collection[str] | None], None]
"""Called with the kinds of what changed: subjects of entries (`Decision`), reference tables (`agency`); None: any."""

POLL = 0.9
"""Seconds after which the hub numbers and looks though nobody rang: what keeps the feed right without any doorbell."""
BREATHER = 0.01
"""Seconds between two looks because somebody rang: a bell that is rung without end costs a hundred looks a second."""
PAGE = 100
"""Happenings told between two breaths of the event loop."""

PROMPT = 5.0
"""Seconds without a look after which the feed counts as cut off."""

ABSENT = 3600.0
"""Seconds without a look after which anybody's rights may have changed: what is told of that is not kept for ever."""

NUMBER = "select number() as numbered"
POLL_TOO = """
select number() as numbered, pg_current_snapshot()::text as seen, clock_timestamp() as clock,
  pg_snapshot_xmax($1::text::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) as set_back, array(
  select account_id from rights_change where tx >= pg_snapshot_xmax($1::text::pg_snapshot)
  union select account_id from rights_change where tx = any(array(select pg_snapshot_xip($1::text::pg_snapshot)))
) as changed, array(
  select name from reference_change where tx >= pg_snapshot_xmax($1::text::pg_snapshot)
  union select name from reference_change where tx = any(array(select pg_snapshot_xip($1::text::pg_snapshot)))
) as reference
"""
"""The same, and whose rights and which reference tables were changed by what the last such statement could not see: of
one snapshot. Where it saw more than there is, the database was set back, perhaps to the same journal: then it may be
anybody and anything."""
HEAD = "select journal_cursor(seq, hash) as cursor from journal_head"
NEW = f"select {HAPPENING} where n.seq >= $1::bigint order by n.seq limit $2"
"""From the head itself on: that it still is what it was proves that the journal is the same."""


class Hub:
    """Tells every numbered entry once, in order, to the listeners of its topics. Idle, it costs one poll a second."""

    def __init__(self, line: Line, numbered: Callable[[], None], rights: Rights, changes: Changes) -> None:
        self.ready = asyncio.Event()
        """The head is known."""
        self._line = line
        self._numbered, self._rights, self._changes = numbered, rights, changes
        self._seen: str | None = None
        self._head = Cursor(0, "")
        self.rewinds = 0
        """How often the journal was found to be another one."""
        self._listeners: dict[str, set[Listener]] = {}
        self._committed = True
        self._looked = 0.0
        self._polled = self.sure = -math.inf
        """By time.monotonic: when the last poll began, and up to when all that was committed has been told."""
        self.clock: tuple[datetime, float] | None = None
        """The database's time as of the last poll, and when that was by time.monotonic."""
        self._look = asyncio.Event()
        self._heard = -math.inf
        self._echo: asyncio.TimerHandle | None = None
        self._ended = False

    @property
    def prompt(self) -> bool:
        """The hub has looked within the last seconds: PostgreSQL answers it."""
        return self.ready.is_set() and time.monotonic() - self._looked < PROMPT

    @property
    def head(self) -> Cursor:
        """The last entry that was told."""
        return self._head

    @property
    def listeners(self) -> int:
        """How many are told what happens."""
        return len(set(chain.from_iterable(self._listeners.values())))

    @property
    def ended(self) -> bool:
        """Nobody is told anything any more."""
        return self._ended

    def ring(self) -> None:
        """This process committed something: number it and look, now."""
        self._committed = True
        self._look.set()

    def hear(self) -> None:
        """Somebody says that something was numbered: look, now, or soon after the last look for such a reason."""
        loop = asyncio.get_running_loop()
        if self._echo is not None:
            return
        if (wait := self._heard + BREATHER - loop.time()) > 0:
            self._echo = loop.call_later(wait, self._hear_again)
            return
        self._heard = loop.time()
        self._look.set()

    def _hear_again(self) -> None:
        self._echo = None
        self.hear()

    def listen(self, topics: Collection[str], woken: Callable[[], None]) -> Listener:
        """A listener registered for these topics; it is behind until it rejoins. `woken` says that it was told."""
        listener = Listener(topics, woken)
        for topic in listener.topics:
            self._listeners.setdefault(topic, set()).add(listener)
        if self._ended:
            listener.end()
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        for topic in listener.topics:
            there = self._listeners.get(topic, set())
            there.discard(listener)
            if not there:
                self._listeners.pop(topic, None)

    def rejoin(self, listener: Listener) -> Cursor:
        """Let a listener hear again, and give the last entry told before it does: replay up to that one."""
        listener.rejoin()
        return self._head

    async def run(self) -> None:
        """Number, read and tell until cancelled, whatever goes wrong."""
        loop = asyncio.get_running_loop()
        poll = loop.time()
        while True:
            try:
                self._look.clear()  # before looking: whatever happens meanwhile makes us look again
                if loop.time() >= poll:
                    poll = loop.time() + POLL
                    await self._poll()
                elif self._committed:
                    await self._number()
                await self._read()
                await self._rest(poll - loop.time())
            except Exception:  # nothing may end the loop on which every subscription hangs
                log.exception("the feed stumbled and goes on")
                await asyncio.sleep(POLL)

    def end(self) -> None:
        """Let every listener go."""
        self._ended = True
        for listener in set(chain.from_iterable(self._listeners.values())):
            listener.end()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._look.wait()
        except TimeoutError:
            return

    async def _number(self) -> None:
        self._committed = False  # before looking, likewise
        [row] = await self._line.fetch(NUMBER)
        if row["numbered"]:
            self._numbered()

    async def _poll(self) -> None:
        """Number, and hear whose rights and which reference tables have changed."""
        self._committed, begun = False, time.monotonic()
        [row] = await self._line.fetch(POLL_TOO, self._seen)
        if row["numbered"]:
            self._numbered()
        first, self._seen, self._polled = self._seen is None, row["seen"], begun
        self.clock = row["clock"], time.monotonic()
        absent = row["set_back"] or time.monotonic() - self._looked > ABSENT
        if absent or row["changed"]:
            self._rights(None if absent or None in row["changed"] else set(row["changed"]))
        if first or absent or row["reference"]:  # what came before the first look, nobody can tell
            self._changes(None if first or absent else row["reference"])

    async def _read(self) -> None:
        if not self.ready.is_set():
            await self._begin()
        while True:
            rows = await self._line.fetch(NEW, self._head.seq, PAGE + 1)
            if not self._continues(rows):
                return await self._rewind()
            for row in rows:
                self._tell(row)
            if len(rows) <= PAGE:
                self._looked, self.sure = time.monotonic(), self._polled
                return None

    def _continues(self, rows: list[asyncpg.Record]) -> bool:
        return self._head.seq == 0 or (bool(rows) and rows[0]["cursor"] == str(self._head))

    def _tell(self, row: asyncpg.Record) -> None:
        if row["seq"] <= self._head.seq:
            return
        happening = Happening.of(row)
        self._head = decode(happening.cursor)
        self._changes((happening.kind,))  # before anybody is told
        for topic in happening.topics:
            for listener in self._listeners.get(topic, ()):
                listener.offer(happening)  # never leaves, joins or waits

    async def _begin(self) -> None:
        [row] = await self._line.fetch(HEAD)
        self._head, self._looked = decode(row["cursor"]), time.monotonic()
        self._changes(None)  # what was read before the head was known may be of any time
        self.ready.set()

    async def _rewind(self) -> None:
        log.warning("the journal is not the one that was followed up to %s: everybody starts anew", self._head)
        self._seen = None  # its transactions have other numbers
        self._rights(None)
        await self._begin()
        self.rewinds += 1
        for listener in set(chain.from_iterable(self._listeners.values())):
            listener.rewind()
