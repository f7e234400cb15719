"""Subscriptions as a stream of bytes: what happened, read by the engine once for all who ask alike."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from channels import faults
from channels.admission import Admitted
from channels.refusals import Refusal, Refused
from channels.session import Caller, Sessions
from models.access import Audience, Viewer
from resolvers.context import Context
from resolvers.engine import Engine, Operation
from resolvers.feed import Happening, Resync

SetSession = Callable[[str, datetime], None]
MakeContext = Callable[[Viewer, SetSession], Context]
RECHECK = 10.0
"""Seconds between two looks at whether a stream's session still holds; with what `Sessions` remembers, 30 at most."""


@dataclass(frozen=True)
class Told:
    """One event: the answer's bytes, and the cursor to follow from."""

    body: bytes
    cursor: str


class Streams:
    """All open streams of a process: how they are followed, and when they are sent away."""

    def __init__(self, engine: Engine, sessions: Sessions, context: MakeContext) -> None:
        self.engine, self.sessions, self.context = engine, sessions, context
        self.leaving = asyncio.Event()
        """Set when the process stops: every stream says so to its client and ends, so that it comes back elsewhere."""

    async def follow(self, admitted: Admitted, listener: Listener, after: str | None = None) -> AsyncGenerator[Told]:
        """What the subscription tells this listener, each event by the rights it then has; never unseen rows."""
        try:
            operation = admitted.document.operation(admitted.operation.name)
            if operation is None:
                raise Refused(Refusal.OPERATION_AMBIGUOUS)
            async with contextlib.aclosing(self._happenings(admitted, operation, listener, after)) as happenings:
                async for happened in happenings:
                    told = await self._told(admitted, operation, listener.viewer, happened)
                    if told is not None:
                        yield told
        except Refused:
            raise
        except Exception as problem:
            raise faults.refused(problem, hints=listener.viewer.audience is Audience.STAFF) from problem

    def _happenings(
        self, admitted: Admitted, operation: Operation, listener: Listener, after: str | None
    ) -> AsyncGenerator[Happening | Resync]:
        follow, arguments = self.engine.subscription(operation, admitted.variables, listener.viewer)
        if after is not None:
            arguments["after"] = after
        return cast(
            "AsyncGenerator[Happening | Resync]", follow(self.context(listener.viewer, _no_session), **arguments)
        )

    async def _told(
        self, admitted: Admitted, operation: Operation, viewer: Viewer, happened: Happening | Resync
    ) -> Told | None:
        if isinstance(happened, Resync):
            body = await self.engine.tell_value(operation, admitted.variables, viewer, happened)
            return Told(body, happened.head)
        read = await self.engine.tell(operation, admitted.variables, viewer, happened.entry_id, admitted.page)
        return Told(read, happened.cursor) if read is not None else None


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
