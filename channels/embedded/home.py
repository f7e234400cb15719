"""The folder of the servers' data, which one process at a time holds and others may look into."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from channels.obstacles import CannotStart, FolderClosed


@dataclass
class Home:
    """A folder we hold, or (`shared` given) one whose servers another process runs."""

    folder: Path
    lock: IO[str]
    shared: dict[str, str | None] | None = None

    def tell(self, **addresses: str | None) -> None:
        """Write where the servers are, for other processes of this folder; only its owner can read it."""
        self.lock.seek(0)
        self.lock.truncate()
        self.lock.write(json.dumps({"process": str(os.getpid()), **addresses}))
        self.lock.flush()

    def forget(self) -> None:
        """The servers are going: nobody may be sent to them any more."""
        self.lock.truncate(0)


@contextmanager
def held(folder: Path, patience: float = 60.0) -> Iterator[Home]:
    """Hold the folder; or, where another process holds it, wait for its servers and share them."""
    with opened(folder) as lock:
        end = time.monotonic() + patience
        while not take(lock):
            if addresses := told(lock):
                yield Home(folder, lock, addresses)
                return
            if time.monotonic() > end:
                raise held_in_silence(folder)
            time.sleep(0.05)
        ours = Home(folder, lock)
        ours.forget()
        try:
            yield ours
        finally:
            ours.forget()


@contextmanager
def throwaway(parent: Path) -> Iterator[Home]:
    """A folder of our own, removed afterwards; those that killed processes left are removed too."""
    with opened(parent):
        for left in parent.glob("once-*"):
            remove_unless_held(left)
    folder = Path(tempfile.mkdtemp(prefix="once-", dir=parent))
    try:
        with held(folder) as ours:
            yield ours
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def opened(folder: Path) -> Iterator[IO[str]]:
    """The folder's lock file; FolderClosed where we may not write."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / "servers.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise FolderClosed(folder, str(problem)) from None
    with os.fdopen(handle, "r+", encoding="utf-8") as lock:
        yield lock


def take(lock: IO[str]) -> bool:
    """Lock the file if nobody has; the kernel unlocks it when its holder ends, however it ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def told(lock: IO[str]) -> dict[str, str | None] | None:
    """What the holder wrote, once it has written it whole."""
    lock.seek(0)
    with suppress(json.JSONDecodeError):
        addresses: dict[str, str | None] = json.loads(lock.read())
        if psutil.pid_exists(int(addresses["process"] or 0)):
            return addresses
    return None


def remove_unless_held(folder: Path) -> None:
    """Remove a folder whose maker is gone."""
    with suppress(OSError), (folder / "servers.lock").open("r+", encoding="utf-8") as lock:
        if take(lock):
            shutil.rmtree(folder, ignore_errors=True)


def held_in_silence(folder: Path) -> CannotStart:
    """Another process holds the folder but its servers never came up."""
    return CannotStart(
        f"Một tiến trình khác đang giữ {folder} nhưng chưa sẵn sàng. Hãy chờ hoặc dừng tiến trình đó.",
        f"Another process holds {folder} and is not ready. Wait for it, or stop it.",
    )
