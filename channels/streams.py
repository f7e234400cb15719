"""Subscriptions as a stream of bytes: what happened, read by the engine once for all who ask alike."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import cast
from weakref import WeakValueDictionary

import orjson
from graphql import GraphQLError

from channels import faults
from channels.admission import Admitted
from channels.refusals import Refusal, Refused
from channels.session import Caller, Sessions
from models.access import Audience, Viewer
from resolvers.context import Context
from resolvers.engine import Engine, Operation
from resolvers.feed import Following, Happening, Resync

SetSession = Callable[[str, datetime], None]
MakeContext = Callable[[Viewer, SetSession], Context]
RECHECK = 10.0
"""Seconds between two looks at whether a stream's session still holds; with what `Sessions` remembers, 30 at most."""


KEPT = 1.0
"""Seconds an event's bytes are kept for others who ask alike and are told a little later."""


RETURN = 1_000, 10_000
"""Milliseconds after which who is sent away shall come back: a process's clients, all at once, would be too many."""


def back_in() -> int:
    """When one of them shall, in milliseconds."""
    return random.randint(*RETURN)  # noqa: S311  spreads reconnects, hides nothing


@dataclass(frozen=True)
class Told:
    """One event: the answer's bytes, and the cursor to follow from."""

    body: bytes
    cursor: str

    @cached_property
    def text(self) -> str:
        """The body as text, made once for all who are told."""
        return self.body.decode()


class Asking:
    """All who follow the same operation with the same values and the same rights: each event is read once for them."""

    def __init__(self, engine: Engine, operation: Operation, admitted: Admitted, viewer: Viewer) -> None:
        self.operation, self.viewer = operation, viewer
        self._engine, self._variables, self._page = engine, admitted.variables, admitted.page
        self._reading: dict[int, asyncio.Task[Told | None]] = {}

    async def told(self, happened: Happening | Resync) -> Told | None:
        """What those who ask are told of this; None where they may not see it."""
        if isinstance(happened, Resync):
            body = await self._engine.tell_value(self.operation, self._variables, self.viewer, happened)
            return Told(body, happened.head)
        task = self._reading.get(happened.entry_id)
        if task is None:
            task = self._reading[happened.entry_id] = asyncio.create_task(self._read(happened))
            later = asyncio.get_running_loop().call_later
            task.add_done_callback(lambda _: later(KEPT, self._reading.pop, happened.entry_id, None))
        return task.result() if task.done() else await asyncio.shield(task)

    async def _read(self, happened: Happening) -> Told | None:
        body = await self._engine.tell(self.operation, self._variables, self.viewer, happened.entry_id, self._page)
        if isinstance(body, GraphQLError):
            raise body
        return Told(body, happened.cursor) if body is not None else None


class Streams:
    """All open streams of a channel: how they are followed, and when they are sent away."""

    def __init__(self, engine: Engine, sessions: Sessions, context: MakeContext) -> None:
        self.engine, self.sessions, self.context = engine, sessions, context
        self.leaving = asyncio.Event()
        """Set when the process stops: every stream says so to its client and ends, so that it comes back elsewhere."""
        self._asking: WeakValueDictionary[Hashable, Asking] = WeakValueDictionary()

    async def follow(self, admitted: Admitted, listener: Listener, after: str | None = None) -> AsyncGenerator[Told]:
        """What the subscription tells this listener, each event by the rights it then has; never unseen rows."""
        try:
            asking = self._alike(admitted, listener.viewer)
            async with contextlib.aclosing(await self._happenings(asking, admitted, after)) as happenings:
                async for happened in happenings:
                    if asking.viewer is not listener.viewer:
                        asking = self._alike(admitted, listener.viewer)
                    told = await asking.told(happened)
                    if told is not None:
                        yield told
        except Refused:
            raise
        except Exception as problem:
            raise faults.refused(problem, hints=listener.viewer.audience is Audience.STAFF) from problem

    def _alike(self, admitted: Admitted, viewer: Viewer) -> Asking:
        """Those who ask what this listener asks, by the same rights."""
        operation = admitted.document.operation(admitted.operation.name)
        if operation is None:
            raise Refused(Refusal.OPERATION_AMBIGUOUS)
        values = orjson.dumps(admitted.variables, option=orjson.OPT_SORT_KEYS)
        key = (id(operation), admitted.page, values, viewer)
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = Asking(self.engine, operation, admitted, viewer)
        return asking

    async def _happenings(self, asking: Asking, admitted: Admitted, after: str | None) -> Following:
        follow, arguments = self.engine.subscription(asking.operation, admitted.variables, asking.viewer)
        if after is not None:
            arguments["after"] = after
        return cast("Following", await follow(self.context(asking.viewer, _no_session), **arguments))


class Listener:
    """Who follows a stream, looked at again while it lasts."""

    def __init__(self, caller: Caller, sessions: Sessions) -> None:
        self._caller, self._sessions = caller, sessions
        self.viewer = caller.viewer

    async def recheck(self) -> None:
        """Take up the viewer's present rights. Raises UNAUTHENTICATED when the session has ended, FORBIDDEN else."""
        if self._caller.token is None:
            return
        viewer = await self._sessions.viewer(self._caller.token)
        if viewer.audience is not self.viewer.audience:
            raise Refused(Refusal.FORBIDDEN)
        self.viewer = viewer


def _no_session(token: str, expires_at: datetime) -> None:
    """A stream signs nobody in."""
