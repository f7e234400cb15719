"""Checkpoints of the journal in a file kept elsewhere: one JSON object a line, each a head as it was verified."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import orjson

from channels.obstacles import BadCheckpoint, FolderClosed
from models.verification import Checkpoint

PLACE = re.compile(r"[1-9][0-9]{0,18}-[0-9a-f]{8,64}|0-[0-9a-f]{8,64}")
"""A number, and a hash or the beginning of one."""


def keep(file: Path, checkpoint: Checkpoint) -> None:
    """Add a checkpoint to the file, which keeps those before it. Raises FolderClosed where it cannot be written."""
    try:
        with file.open("ab") as kept:
            kept.write(orjson.dumps(asdict(checkpoint), option=orjson.OPT_APPEND_NEWLINE))
    except OSError as problem:
        raise FolderClosed(file, str(problem)) from None


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
        right = isinstance(found.seq, int) and len(str(found.hash)) == 64 and PLACE.fullmatch(found.place)
    except (ValueError, TypeError, KeyError) as problem:
        raise BadCheckpoint(file, number, type(problem).__name__) from None
    if not right:
        raise BadCheckpoint(file, number, "seq, hash")
    return found
