"""One subscription of one client: it catches up by itself, then is told with all who ask alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from channels import faults
from channels.outlet import Outlet
from channels.refusals import Refused
from channels.told import Batch, Told

if TYPE_CHECKING:
    from channels.fanout import Group
    from resolvers.feed.cursor import Cursor
    from resolvers.feed.replay import Replay


class Member:
    """A place in the journal, a group, and the way out to the client. `ended` is called when it ends by itself."""

    group: Group
    """Whom it is told with, once it has joined."""

    def __init__(
        self,
        outlet: Outlet,
        frame: Callable[[Told], bytes],
        kind: Hashable | None,
        ended: Callable[[Refused | None], None],
    ) -> None:
        self.outlet, self.frame, self.kind, self._ended = outlet, frame, kind, ended
        self.place, self.cursor, self.count = 0, "", 0
        self.joined = self.over = False
        self._catching_up: asyncio.Task[None] | None = None

    def tell(self, batch: Batch) -> None:
        """Tell the client what it was not told yet; never waits."""
        if batch.first <= self.place:
            left = batch.past(self.place)
            if left is None:
                return
            batch = left
        if self.outlet.blocked:
            self.outlet.keep(self, batch)
            self.count += len(batch.events)
        else:
            self._write(batch)

    def join(self, group: Group, after: str | None) -> None:
        """Follow with this group from now on, or from a cursor, which is the client's word."""
        self.group, self.joined = group, True
        group.enter()
        self.back_to(group.following.hub.head)
        if after is None:
            group.members[self] = None
        else:
            self._catch_up(group.following.replay(after))

    def back_to(self, place: Cursor) -> None:
        """Stand here: all up to this was told, or is not to be told."""
        self.place, self.cursor = place.seq, str(place)

    def move(self, group: Group) -> None:
        """Follow with another group from where this one stands: the client's rights have changed."""
        self.outlet.forget(self)
        self._stop()
        self.group.leave(self)
        self.group = group
        group.enter()
        self.fall_behind()

    def fall_behind(self) -> None:
        """Read from the journal what was not written to the client, and then join again."""
        self.group.members.pop(self, None)
        self._catch_up(self.group.following.replay(self.cursor))

    def leave(self) -> None:
        """Follow no more."""
        if not self.over:
            self.over = True
            self._stop()
            self.outlet.forget(self)
            if self.joined:
                self.group.leave(self)

    def end(self, why: Refused | None) -> None:
        """Nothing more can be told: for this reason, or because the feed ends."""
        if not self.over:
            self.leave()
            self._ended(why)

    def _stop(self) -> None:
        task, self._catching_up = self._catching_up, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def _catch_up(self, replay: Replay) -> None:
        self._stop()
        self._catching_up = asyncio.create_task(self._follow_up(replay))

    async def _follow_up(self, replay: Replay) -> None:
        """Tell what was missed until nothing is, then join in that very moment."""
        try:
            with self.group.missed.needed():
                while not self.outlet.closed and (replay.doubtful or self.place < self.group.floor):
                    await asyncio.sleep(0)  # where there is nothing to read yet, others must come to what there will be
                    await self._tell_missed(replay)
                    if self.group.ended:
                        return self.end(None)
        except Exception as problem:  # whatever kept it from being told, its listener hears of it
            return self.end(faults.refused(problem, hints=self.group.hints))
        self._catching_up = None
        self.group.members[self] = None
        return None

    async def _tell_missed(self, replay: Replay) -> None:
        """Tell the next page, or that the place was none."""
        await self.outlet.drained()
        if replay.doubtful:
            for resync in await replay.settle():
                self._write(Batch([await self.group.resync(resync)]))
        else:
            missed = self.group.missed
            for part in (await missed.page(replay)).parts:
                for batch in await missed.answers(part):
                    await self.outlet.drained()
                    self._write(batch if batch.first > self.place else batch.past(self.place))
                    await asyncio.sleep(0)
        self.back_to(replay.place)

    def _write(self, batch: Batch | None) -> None:
        """Tell the client these at once, if there are any."""
        if batch is not None:
            self.outlet.write(batch.framed(self))
            self.place, self.cursor = batch.last, batch.cursor
            self.count += len(batch.events)
