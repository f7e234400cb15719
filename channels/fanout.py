"""Those who ask alike: one follower, one answer an event, and the bytes written to each of them."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Sequence
from itertools import islice

import orjson
from graphql import ExecutionResult

from channels import faults
from channels.contract import Limits
from channels.member import Member
from channels.missed import Missed
from channels.refusals import Refusal, Refused, over
from channels.told import Batch, Told, at_once
from models.access import Audience
from resolvers.context import Context
from resolvers.engine import Failed, Teller, Unanswered, render
from resolvers.feed import Following, Happening, Resync
from resolvers.feed.cursor import Cursor

BREATH = 250
"""Members who are told between two turns of the event loop."""
REST = 0.05
"""Seconds at most between two tellings. As long as one took is rested: what happens meanwhile is told together."""
SHORTEST, LONGEST = 0.05, 1.0
"""Seconds between two attempts to read what could not be read: doubled from the one up to the other."""


class Group:
    """Everybody who follows the same with the same values and rights. Idle it has no task and costs nothing."""

    def __init__(
        self,
        teller: Teller,
        following: Following,
        context: Context,
        empty: Callable[[], None],
        limits: Limits,
        cost: int,
    ) -> None:
        self.following, self._teller, self._context, self._empty = following, teller, context, empty
        self._limits, self._at_once = limits, at_once(cost)
        self.members: dict[Member, None] = {}
        """Those who are told what happens, as it happens."""
        self.users = 0
        """Those, and those who are catching up."""
        self.hints = context.viewer.audience is Audience.STAFF
        """Whether errors may tell names that come near."""
        self.missed = Missed(self.read, self._at_once)
        self.ended = False
        self._floor = 0
        self._telling: asyncio.Task[None] | None = None
        self._follower = following.follower(self._wake)

    @property
    def floor(self) -> int:
        """The number of an entry past which all is yet to be told to the members: join from there on.

        Never past the head: what was told before the journal was set back is no place to wait for.
        """
        head = self.following.hub.head.seq
        return min(self._floor, head) if self._telling else head

    def enter(self) -> None:
        """There is one more who needs the group."""
        self.users += 1

    def leave(self, member: Member) -> None:
        """There is one less; after the last the group follows nothing."""
        self.members.pop(member, None)
        self.users -= 1
        if not self.users:
            self._close()

    async def read(self, happened: Sequence[Happening]) -> Batch | None:
        """The answers to what happened, as far as the members may see it; waits for a database that is away."""
        bodies = await self._bodies([each.entry_id for each in happened])
        events = []
        for each in happened:
            body = bodies.get(each.entry_id)
            if body is not None:
                said = await self._mended(body) if isinstance(body, Failed) else body
                events.append(Told(each.seq, each.cursor, each.subject, self._bounded(said, each.cursor)))
        return Batch(events) if events else None

    async def resync(self, resync: Resync) -> Told:
        """That a place in the journal means nothing now, as the members are told it."""
        seq = int(resync.head.partition("-")[0])
        return Told(seq, resync.head, resync.head, await self._teller.value(resync))

    def _wake(self) -> None:
        """There is something to tell, up from where the follower stands now."""
        if self._telling is None and not self.ended:
            self._floor = self._follower.place.seq
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        """Tell until there is nothing left to tell."""
        try:
            while not self._follower.idle and not self.ended:
                if self._follower.listener.ended:
                    return self._end(None)
                await self._tell_more()
        except Exception as problem:
            self._end(faults.refused(problem, hints=self.hints))
        finally:
            self._telling = None

    async def _tell_more(self) -> None:
        if self._follower.listener.rewound:
            self._back_to(self._follower.place)  # what they were told beyond it never happened
        happened = iter(await self._follower.more())
        while part := list(islice(happened, self._at_once)):
            news = [each for each in part if isinstance(each, Happening)]
            batch = await self.read(news) if news else None
            for each in part:
                if isinstance(each, Resync):
                    told = await self.resync(each)
                    self._back_to(Cursor(told.seq - 1, ""))
                    batch = Batch([told])
            if batch:
                await self._deliver(batch)
            self._floor = max(self._floor, news[-1].seq) if news else self._follower.place.seq

    def _back_to(self, place: Cursor) -> None:
        for member in self.members:
            if member.place > place.seq:
                member.back_to(place)

    async def _deliver(self, batch: Batch) -> None:
        """Tell every member, and rest as long as that took."""
        loop = asyncio.get_running_loop()
        self._floor, begun = batch.last, loop.time()
        for place, member in enumerate(tuple(self.members), 1):
            if member in self.members:
                member.tell(batch)
            if not place % BREATH:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(min(loop.time() - begun, REST))

    async def _bodies(self, entries: Sequence[int]) -> dict[int, bytes | Failed]:
        pause = SHORTEST
        while True:
            try:
                return await self._teller.tell(entries)
            except Unanswered as problem:
                if (problem.extensions or {}).get("code") == "TIMEOUT":
                    raise
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  spreads attempts, hides nothing
            pause = min(2 * pause, LONGEST)

    async def _mended(self, failed: Failed) -> bytes:
        """An event in which something computed failed: all else, and the errors, as any answer has them."""
        teller = self._teller
        result = await self._context.engine.tell_failed(teller.operation, teller.given, self._context, failed)
        errors = [faults.shown(error, os.urandom(8).hex(), hints=self.hints) for error in result.errors or ()]
        return render(ExecutionResult(result.data, errors))

    def _bounded(self, said: bytes, cursor: str) -> bytes:
        """An event's answer; where it is larger than one by HTTP may be, that, and the cursor to go on from."""
        limits = self._limits
        if len(said) <= limits.response_bytes:
            return said
        (error,) = over(Refusal.RESPONSE_TOO_LARGE, len(said), limits.response_bytes, reveal=limits.reveal).errors
        error["extensions"]["cursor"] = cursor
        return orjson.dumps({"data": None, "errors": [error]})

    def _end(self, why: Refused | None) -> None:
        self.ended = True
        for member in tuple(self.members):
            member.end(why)
        self._close()

    def _close(self) -> None:
        self.ended = True
        self._follower.leave()
        self._empty()
