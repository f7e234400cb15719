"""What those who ask alike have missed: read once, and answered once, for all who catch up at the same time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from channels.told import AT_ONCE, Batch, Told
from resolvers.feed import Happening
from resolvers.feed.cursor import Cursor
from resolvers.feed.replay import Replay

PAGES = 8
"""Pages of the journal that are kept for whoever comes to them next."""
FRESH = 1.0
"""Seconds that an answer is told to others too: as long as it takes until a right that was lost is noticed."""
WEIGHT = 65_536
"""Bytes of answers that are written at once, or one answer: so much a client that reads nothing may hold up."""
TURNS = asyncio.Semaphore(4)
"""Who catch up read few at a time: thousands come back at once where a process ended, and others are served too."""

Read = Callable[[Sequence[Happening]], Awaitable[Batch | None]]


@dataclass
class Part:
    """What is answered by one statement."""

    happened: Sequence[Happening]
    answers: Sequence[Batch] = ()
    until: float = 0.0
    """The moment after which the answer is told to nobody."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Page:
    """All that happened past one place up to another, in the journal that was followed after so many rewinds."""

    begin: Cursor
    end: Cursor
    rewinds: int
    parts: Sequence[Part]


class Missed:
    """Pages of the journal on their way to those who catch up; nothing is kept where nobody does."""

    def __init__(self, read: Read, at_once: int = AT_ONCE) -> None:
        self._read, self._at_once = read, at_once
        self._pages: deque[Page] = deque(maxlen=PAGES)
        self._turn = asyncio.Lock()
        self._there = 0

    @contextmanager
    def needed(self) -> Iterator[None]:
        """Somebody catches up until the end of the block."""
        self._there += 1
        try:
            yield
        finally:
            self._there -= 1
            if not self._there:
                self._pages.clear()

    async def page(self, replay: Replay) -> Page:
        """What was missed next, as far as one page goes; after it the replay stands at its end."""
        async with self._turn:
            page = self._known(replay) or await self._turned(replay)
        replay.place = page.end
        return page

    async def answers(self, part: Part) -> Sequence[Batch]:
        """What the members are told of it; nothing where they may see nothing of it."""
        async with part.turn:
            if time.monotonic() >= part.until:
                async with TURNS:
                    batch = await self._read(part.happened)
                part.answers = tuple(portions(batch.events)) if batch else ()
                part.until = time.monotonic() + FRESH
            return part.answers

    def _known(self, replay: Replay) -> Page | None:
        place = replay.place.seq
        pages = (page for page in self._pages if page.rewinds == replay.rewinds)
        return next((page for page in pages if page.begin.seq <= place < page.end.seq), None)

    async def _turned(self, replay: Replay) -> Page:
        """The page from where the replay stands, as far as one that is known already."""
        begin, rewinds = replay.place, replay.rewinds
        further = [page.begin for page in self._pages if page.rewinds == rewinds and page.begin.seq > begin.seq]
        happened = iter(await replay.page(min(further, key=lambda place: place.seq, default=None)))
        parts = []
        while part := list(islice(happened, self._at_once)):
            parts.append(Part(part))
        page = Page(begin, replay.place, rewinds, parts)
        if page.end.seq > begin.seq:
            self._pages.append(page)
        return page


def portions(events: Sequence[Told]) -> Iterator[Batch]:
    """Events in their order, as many together as may be written at once."""
    portion, weight = list[Told](), 0
    for told in events:
        weight += len(told.body)
        if portion and weight > WEIGHT:
            yield Batch(portion)
            portion, weight = [], len(told.body)
        portion.append(told)
    yield Batch(portion)
