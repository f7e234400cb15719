"""Whether a PDF's signatures hold, asked of a process of its own; where it cannot be said, nothing is taken."""

from __future__ import annotations

import asyncio
import mmap
import signal
import sys
from contextlib import suppress
from pathlib import Path

import structlog

from channels.refusals import Refusal, Refused
from channels.settings import CHECKOUT
from models.document import FileSignature, FileType

log = structlog.get_logger("laurel.files")

PATIENCE = 60.0
"""Seconds for one file. Those of a processor are counted by the process itself (`seals.SECONDS`)."""
_LATE = 1
"""The exit code told of a process that did not answer in time."""
_MARKS = (b"/ByteRange", b"/Sig", b"/DocTimeStamp")
"""A signature lies open in a PDF, never packed, for its own place in the file is part of it."""
_ITS_FAULT = {4, -signal.SIGXCPU, -signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS}
"""How the process ends on a file that is no sound PDF (`seals.UNREADABLE`), or that has used up what it may."""


class Seals:
    """Looks at signatures, one file at a time."""

    def __init__(self, trusted: Path | None) -> None:
        self._trusted = trusted
        self._turn = asyncio.Semaphore(1)

    async def of(self, kind: FileType, path: Path) -> FileSignature:
        """What is to be said of a file. Raises UNREADABLE_SIGNATURE, or UNAVAILABLE where it cannot be found out."""
        if kind is not FileType.PDF or not await asyncio.to_thread(_marked, path):
            return FileSignature.NONE
        async with self._turn:
            code, said = await self._asked(path)
        if code in _ITS_FAULT:
            log.warning("a signed PDF cannot be read", code=code)
            raise Refused(Refusal.UNREADABLE_SIGNATURE)
        if code:
            log.error("signatures cannot be looked at", code=code, trusted=str(self._trusted))
            raise Refused(Refusal.UNAVAILABLE, headers={"Retry-After": "60"})
        return FileSignature[said.decode()]

    async def _asked(self, path: Path) -> tuple[int, bytes]:
        """The process's exit code, and what it said; it gets none of our environment, where passwords are."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "channels.files.seals", str(path), str(self._trusted or "")),
            cwd=CHECKOUT,
            env={},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                said, _ = await process.communicate()
                return await process.wait(), said
        except TimeoutError:
            return _LATE, b""
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def _marked(path: Path) -> bool:
    """Whether there is anything in a PDF that may be a signature."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(data.find(mark) >= 0 for mark in _MARKS)
