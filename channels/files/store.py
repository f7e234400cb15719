"""Where files are kept: by the SHA-256 of what is in them, so that the same content is kept once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol


class Store(Protocol):
    """What a place for files must do; each call may block, and is made in a thread.

    A folder that all processes share does it. A store of objects (S3 and its like) does it too: `keep` puts under the
    hash unless it is there, `opened` gets, `kept` lists by last change, `remove` deletes. What `keep` has returned of
    must survive the loss of power.
    """

    def keep(self, arrived: Path, sha256: str) -> None:
        """Take over a file whose content has this hash; the same content again costs nothing."""

    def opened(self, sha256: str) -> BinaryIO:
        """The content with this hash. Raises FileNotFoundError."""

    def kept(self, *, idle: float) -> Iterator[str]:
        """The hashes of what was last given to `keep` more than so many seconds ago."""

    def remove(self, sha256: str) -> None:
        """Forget a content."""


class Folder:
    """A folder: `1f/0c/1f0c…`, each file written elsewhere first and moved in whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, arrived: Path, sha256: str) -> None:
        """Move a file in. Whoever looks sees all of it or nothing, after a loss of power too."""
        place = self._place(sha256)
        if place.exists():
            os.utime(place)
            arrived.unlink()
            return
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _to_disk(arrived)
        arrived.replace(place)  # two who bring the same content at once bring the same bytes
        for folder in (place.parent, place.parent.parent, self.folder):
            _to_disk(folder)

    def opened(self, sha256: str) -> BinaryIO:
        """The file, for reading."""
        return self._place(sha256).open("rb")

    def kept(self, *, idle: float) -> Iterator[str]:
        """Every file's hash, but of those that came or came again within the last `idle` seconds."""
        before = time.time() - idle
        for place in self.folder.glob("??/??/*"):
            with suppress(FileNotFoundError):
                if place.stat().st_mtime < before:
                    yield place.name

    def remove(self, sha256: str) -> None:
        """Delete the file, if it is there."""
        self._place(sha256).unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / sha256


def _to_disk(path: Path) -> None:
    """Have what the system still holds of a file or a folder written."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
