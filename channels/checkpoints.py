"""Checkpoints of the journal in a file kept elsewhere: one JSON object a line, each a head as it was verified."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from channels.obstacles import BadCheckpoint, FolderClosed
from models.verification import Checkpoint

_PLACE = re.compile(r"([1-9][0-9]{0,18}|0)-[0-9a-f]{8,64}")
_LARGEST = 2**63 - 1


def is_place(said: str) -> bool:
    """Whether this is a number, and a hash or the beginning of one."""
    found = _PLACE.fullmatch(said)
    return found is not None and int(found[1]) <= _LARGEST


def keep(file: Path, checkpoint: Checkpoint) -> None:
    """Add a checkpoint to the file, which keeps those before it. Raises FolderClosed where it cannot be written."""
    line = orjson.dumps(asdict(checkpoint), option=orjson.OPT_APPEND_NEWLINE)
    try:
        with file.open("a+b") as kept:
            if _is_cut_short(kept):
                line = b"\n" + line  # what was being written when a machine ended is a line of its own, and found
            kept.write(line)
    except OSError as problem:
        raise FolderClosed(file, str(problem)) from None


def _is_cut_short(file: BinaryIO) -> bool:
    """Whether a file's last line has no end."""
    if file.tell() == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def kept(file: Path) -> Sequence[Checkpoint]:
    """All checkpoints of the file. Raises BadCheckpoint naming the line that is none, or the file that is not there."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as problem:
        raise BadCheckpoint(file, None, str(problem)) from None
    found = [_checkpoint(file, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise BadCheckpoint(file, None, "empty")
    return found


def _checkpoint(file: Path, number: int, line: bytes) -> Checkpoint:
    try:
        said = orjson.loads(line)
        found = Checkpoint(**{**said, "at": datetime.fromisoformat(said["at"])})
        right = isinstance(found.seq, int) and len(str(found.hash)) == 64 and is_place(found.place)
    except (ValueError, TypeError, KeyError) as problem:
        raise BadCheckpoint(file, number, type(problem).__name__) from None
    if not right:
        raise BadCheckpoint(file, number, "seq, hash")
    return found
