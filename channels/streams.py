"""All streams of a channel, by socket or server-sent events: whom each follows with, and who is looked after."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Hashable
from functools import partial
from typing import Protocol, cast

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from channels import faults
from channels.admission import Admitted
from channels.attendance import Attendance, Attendant
from channels.contract import Channel
from channels.crowd import Crowds
from channels.fanout import Group
from channels.member import Member
from channels.refusals import Refusal, Refused
from channels.turned_away import TurnedAway
from models import refusals
from models.access import Audience, Viewer
from resolvers.client import SignedIn
from resolvers.context import Context
from resolvers.engine import Engine
from resolvers.engine.driver import LOST
from resolvers.feed import Following

SetSession = Callable[[SignedIn | None], None]
MakeContext = Callable[[Viewer, SetSession], Context]
AWAY = (OSError, PoolTimeout, DBAPIError, *LOST)
"""What it looks like where PostgreSQL does not answer."""
LOOK = 1.0
"""Seconds between two looks at all streams."""
BREATH = 500
"""Streams that are looked at between two turns of the event loop."""
JOINING = 4
"""Who is found those to follow with at once: thousands come at a time where a process ended, and take turns."""
RETURN = (1_000, 10_000)
"""Milliseconds after which who is sent away shall come back: a process's clients, all at once, would be too many."""


def back_in() -> int:
    """When one of them shall, in milliseconds."""
    return random.randint(*RETURN)  # noqa: S311  spreads reconnects, hides nothing


class Stream(Attendant, Protocol):
    """One client's connection."""

    def look(self, now: float) -> None:
        """Do what is due: a sign of life, an end to a client that takes nothing."""

    def send_away(self) -> None:
        """The process stops: say so to the client, and end."""


class Streams:
    """How they are followed, looked after, and sent away. Without any there is no task."""

    def __init__(
        self,
        channel: Channel,
        engine: Engine,
        attendance: Attendance,
        context: MakeContext,
        crowds: Crowds,
        turned_away: TurnedAway,
    ) -> None:
        self.channel, self.engine, self.context = channel, engine, context
        self.attendance, self.crowds, self.turned_away = attendance, crowds, turned_away
        self.leaving = asyncio.Event()
        """Set when the process stops: every stream says so to its client and ends, so that it comes back elsewhere."""
        self.groups: dict[Hashable, Group] = {}
        self._turns = asyncio.Semaphore(JOINING)
        self._streams: dict[Stream, None] = {}
        self._keeping: asyncio.Task[None] | None = None

    def enter(self, stream: Stream) -> None:
        """Look after this one too."""
        self._streams[stream] = None
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())

    def leave(self, stream: Stream) -> None:
        """Look after it no more."""
        self._streams.pop(stream, None)

    async def join(self, member: Member, admitted: Admitted, viewer: Viewer, after: str | None = None) -> None:
        """Follow what is asked with whoever asks alike. Raises Refused with what stands against it."""
        group, place = await self._group(admitted, viewer, after)
        member.join(group, place)

    async def move(self, member: Member, admitted: Admitted, viewer: Viewer) -> None:
        """Follow with those who have the rights that the viewer has now. Raises Refused where none are left."""
        group, _ = await self._group(admitted, viewer, None)
        if group is not member.group and not member.over:
            member.move(group)

    async def _group(self, admitted: Admitted, viewer: Viewer, after: str | None) -> tuple[Group, str | None]:
        """Those who ask alike, and the cursor that is asked for."""
        try:
            async with self._turns:
                return await self._found(admitted, viewer, after)
        except Refused:
            raise
        except AWAY as problem:
            raise Refused(Refusal.UNAVAILABLE) from problem
        except Exception as problem:
            raise faults.refused(problem, hints=viewer.audience is Audience.STAFF) from problem

    async def _found(self, admitted: Admitted, viewer: Viewer, after: str | None) -> tuple[Group, str | None]:
        operation = admitted.document.operation(admitted.operation.name)
        if operation is None:
            raise Refused(Refusal.OPERATION_AMBIGUOUS)
        teller = self.engine.teller(operation, admitted.variables, viewer, admitted.page)
        follow, arguments = self.engine.subscription(operation, admitted.variables)
        if after is not None:
            arguments["after"] = after
        context = self.context(viewer, _no_session)
        context.page_limit = admitted.page
        try:
            following = cast("Following", await follow(context, **arguments))
        except refusals.Refusal as unseen:
            refused = faults.refused(unseen, hints=False)
            refused.act, refused.subject = admitted.operation.roots[0], arguments.get("id")
            raise refused from unseen
        await following.hub.ready.wait()
        if following.hub.ended:
            raise Refused(Refusal.UNAVAILABLE)
        key = (teller.key, following.topics)
        group = self.groups.get(key)
        if group is None:
            forget, limits = partial(self._forget, key), self.channel.limits_of(admitted.tier)
            group = self.groups[key] = Group(teller, following, context, forget, limits, admitted.cost)
        return group, following.after

    def _forget(self, key: Hashable) -> None:
        self.groups.pop(key, None)

    async def _keep(self) -> None:
        """Look at all streams every second, until there are none or the process stops."""
        while self._streams:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self.leaving.wait()
            self.attendance.sweep()
            now, leaving = time.monotonic(), self.leaving.is_set()
            for place, stream in enumerate(tuple(self._streams), 1):
                if leaving:
                    stream.send_away()
                else:
                    stream.look(now)
                if not place % BREATH:
                    await asyncio.sleep(0)
            if leaving:
                await asyncio.sleep(LOOK)  # for those to end, and for more that come meanwhile
        self._keeping = None


def _no_session(begun: SignedIn | None) -> None:
    """A stream signs nobody in."""
