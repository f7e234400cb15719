"""How often each caller may ask, kept by all processes together without asking Redis for each request.

    await limits.spend(TRACKING, address)              # one point of the caller's budget, or raises RATE_LIMITED (429)
    await limits.spend(OFFICER, account_id, cost)      # so many points
    limits.spend_now(PUBLIC, address) or await limits.spend(PUBLIC, address)   # the same; mostly without awaiting
    limits.refund(OFFICER, account_id, cost - actual)  # what was not used after all; a negative number: used beside it

`who` is anything hashable whose text tells callers apart: an account's id, `place(address)`, a pair of both. It goes to
Redis as a keyed hash only. The budgets are in `channels/budgets.py`; one that is not kept (LAUREL_RATES=none) costs
nothing and refuses nobody.

A process leases points and gives them out by itself; before they run out it asks for more, in the background and for
all callers at once. A new caller is given a tenth on trust, which is told with the first lease. So all processes
together exceed a budget by what each gives on trust at most. Leases that nobody uses go back after ten seconds.
Where Redis is away each process keeps a bucket of its own. Budgets where guessing is the attack (`alone`) are not
leased: each point is asked for, and while Redis is away a process lets a few through and then nobody.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from channels.buckets import LASTS, NO, Bucket
from channels.budgets import Budget
from channels.leases import Ask, Leases
from channels.refusals import rate_limited
from channels.repeated import Repeated

BUCKETS = 20_000
"""Callers of one budget whom a process remembers; the one asked for longest ago is forgotten first."""
BATCH = 256
"""Callers asked for at once."""
REST = 1.0
"""Seconds between two looks: for leases nobody uses, and whether Redis is back."""
_GOODBYE = 1.0


class Table:
    """The callers of one budget."""

    __slots__ = ("buckets", "budget", "low")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.buckets = OrderedDict[Hashable, Bucket]()
        self.low = budget.trust // 2
        """Points below which more are asked for."""

    def moved(self, bucket: Bucket) -> None:
        """Make this one the last to be forgotten."""
        self.buckets[bucket.who] = bucket
        self.buckets.move_to_end(bucket.who)
        if len(self.buckets) > BUCKETS:
            self.buckets.popitem(last=False)


class Left(NamedTuple):
    """Points, of how many, and the seconds until all are there."""

    points: int
    of: int
    seconds: float


class RateLimits:
    """The budgets as one process keeps them."""

    def __init__(self, budgets: Sequence[Budget] = (), leases: Leases | None = None) -> None:
        self._tables = {budget.name: Table(budget) for budget in budgets}
        self._leases = leases
        self.away = True
        """Whether Redis is away: each process keeps to buckets of its own."""
        self.now = time.monotonic
        self._asking: list[tuple[Table, Bucket]] = []
        self._returned: list[Ask] = []
        self._wanted = asyncio.Event()
        self._renewing: Repeated | None = None

    def start(self) -> None:
        """Begin to lease."""
        if self._leases is not None and self._tables:
            self.away = False
            work = partial(self._look, self._leases)
            self._renewing = Repeated(work, 0.0, "the leases of budgets stumbled and are looked at again", at_once=True)
            self._renewing.start()

    async def stop(self) -> None:
        """Give back what is leased, if that can be done at once."""
        if self._renewing is None or self._leases is None:
            return
        await self._renewing.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                self._sweep(math.inf)
                while (self._asking or self._returned) and not self.away:
                    await self._renew(self._leases)
        self.away = True
        await self._leases.close()

    def kept(self, budget: Budget) -> Budget | None:
        """A budget as this installation has it; None where it is not kept."""
        table = self._tables.get(budget.name)
        return table.budget if table else None

    def spend_now(self, budget: Budget, who: Hashable, points: int = 1) -> bool:
        """Spend points where that can be said at once. False: `spend` must ask first. Raises RATE_LIMITED."""
        table = self._tables.get(budget.name)
        if table is None:
            return True
        bucket = table.buckets.get(who)
        if bucket is None or bucket.left < points or self.now() >= bucket.until:
            return self._spent(table, bucket, who, points)
        bucket.left -= points
        if bucket.left < table.low and not bucket.asking:
            self._ask(table, bucket)
        return True

    async def spend(self, budget: Budget, who: Hashable, points: int = 1) -> None:
        """Spend points, asking Redis first where none are leased. Raises RATE_LIMITED, with when to come again."""
        while not self.spend_now(budget, who, points):
            table = self._tables[budget.name]
            turn = table.buckets[who].wait_for(min(points, table.budget.most))
            self._ask(table, table.buckets[who])
            await turn

    def refund(self, budget: Budget, who: Hashable, points: int) -> None:
        """Give points back that were spent; a negative number takes so many more, though there be none left."""
        table = self._tables.get(budget.name)
        bucket = table.buckets.get(who) if table else None
        if table is None or bucket is None or not points:
            return
        if self.away:
            bucket.local(table.budget).give(table.budget.apart, points)
            return
        bucket.left += points
        if not bucket.asking and (table.budget.alone or not table.low <= bucket.left <= 2 * table.budget.lease):
            self._ask(table, bucket)

    def left(self, budget: Budget, who: Hashable) -> Left | None:
        """What a caller has left, as far as this process knows; None where the budget is not kept."""
        table = self._tables.get(budget.name)
        bucket = table.buckets.get(who) if table else None
        if table is None or bucket is None:
            return None
        budget = table.budget
        there = bucket.local(budget).left if self.away else bucket.all(budget, self.now())
        return Left(max(0, int(there)), budget.most, (budget.most - there) * budget.period)

    def _spent(self, table: Table, bucket: Bucket | None, who: Hashable, points: int) -> bool:
        """What `spend_now` says where nothing is leased any more."""
        now, budget = self.now(), table.budget
        points = min(points, budget.most)  # else nobody ever had enough for it
        if bucket is None:
            bucket = Bucket(who, budget, now, trusted=not self.away)
            table.moved(bucket)
        if self.away:
            if wait := bucket.local(budget).take(budget.apart, points, now):
                raise rate_limited(budget.name, wait)
            return True
        if now >= bucket.until and now >= bucket.refused:
            bucket.renew_trust(budget, now)
            table.moved(bucket)
        if bucket.left >= points:
            bucket.left -= points
            if bucket.left < table.low and not bucket.asking:
                self._ask(table, bucket)
            return True
        if now < bucket.refused:
            raise rate_limited(budget.name, bucket.wait(budget, points, now))
        return False

    def _ask(self, table: Table, bucket: Bucket) -> None:
        if not bucket.asking:
            bucket.asking = True
            self._asking.append((table, bucket))
            self._wanted.set()

    async def _look(self, leases: Leases) -> None:
        """Ask for whoever runs low; once a second, for what nobody uses, and whether Redis is back."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REST):
                await self._wanted.wait()
        self._wanted.clear()
        self._sweep(self.now())
        if self.away:
            self.away = await leases.take(()) is None
        while self._asking or self._returned:
            await self._renew(leases)
        if self.away:
            await asyncio.sleep(REST)

    async def _renew(self, leases: Leases) -> None:
        """Ask for a batch, and wake who waits for it."""
        batch, self._asking = self._asking[:BATCH], self._asking[BATCH:]
        returned, self._returned = self._returned[:BATCH], self._returned[BATCH:]
        asks = [Ask(table.budget, bucket.who, *bucket.asked(table.budget)) for table, bucket in batch]
        said = None
        try:
            said = None if self.away else await leases.take([*asks, *returned])
        finally:
            self.away, now = said is None, self.now()
            for place, (table, bucket) in enumerate(batch):
                if said is not None:
                    bucket.granted(said[place].points, said[place].available, now)
                    bucket.refused = now + NO if said[place].points < asks[place].wanted else now
                    table.moved(bucket)
                bucket.wake()

    def _sweep(self, now: float) -> None:
        """Forget callers who have not come for a while, and give back what is leased for them."""
        for table in self._tables.values():
            idle = []
            for bucket in table.buckets.values():
                if bucket.until + LASTS > now:
                    break
                idle.append(bucket)
            for bucket in idle:
                self._forget(table, bucket)

    def _forget(self, table: Table, bucket: Bucket) -> None:
        if bucket.asking:
            return
        del table.buckets[bucket.who]
        unused = bucket.left - bucket.unpaid
        if unused and len(self._returned) < BUCKETS and not self.away:
            self._returned.append(Ask(table.budget, bucket.who, -unused, 0))
