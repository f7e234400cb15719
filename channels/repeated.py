"""What a process does again and again beside answering: by a task of its own, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from channels.logs import get_logger

log = get_logger("laurel.repeated")


class Repeated:
    """Work with so many seconds of rest between; one that fails is logged as `stumbled` says, and tried again later."""

    def __init__(
        self, work: Callable[[], Awaitable[object]], rest: float, stumbled: str, *, at_once: bool = False
    ) -> None:
        self._work, self._rest, self._stumbled, self._at_once = work, rest, stumbled, at_once
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with the work or with the rest."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Do it no more; what is half done is left undone."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        if not self._at_once:
            await asyncio.sleep(self._rest)
        while True:
            try:
                await self._work()
            except Exception:  # whatever it is, it may be over the next time
                log.exception(self._stumbled)
            await asyncio.sleep(self._rest)
