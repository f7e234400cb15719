"""What a follower is told: something happened, or its place in the journal cannot be kept."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True, slots=True)
class Happening:
    """A journal entry that has its number. What it says is read by whoever tells it, with the reader's own rights."""

    entry_id: int
    seq: int
    cursor: str
    """`after` this cursor the next entry follows."""
    subject: str
    """What changed, `<kind>_<uuid>`: of several happenings to one subject a slow reader may skip all but the last."""
    topics: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What kind of row changed."""
        return self.subject.partition("_")[0]

    @classmethod
    def of(cls, row: asyncpg.Record) -> Happening:
        """The happening a row of the journal is."""
        return cls(row["entry_id"], row["seq"], row["cursor"], row["subject"], tuple(row["topics"]))


HAPPENING = """
n.seq, n.entry_id, journal_cursor(n.seq, n.hash) as cursor, entry.subject_kind || '_' || entry.subject_id as subject,
entry.topics from journal_seq n join journal entry on entry.id = n.entry_id
"""
"""What `Happening.of` reads, and from where."""


class ResyncReason(enum.Enum):
    """Why a cursor cannot be followed from."""

    UNREADABLE = "không đọc được / not a cursor"
    FOREIGN = "thuộc một lịch sử khác / of another history"
    """Its number exists and its hash does not: another database, or one restored to an earlier day."""
    BEYOND_HEAD = "chưa xảy ra / past the last entry"
    TOO_OLD = "quá cũ / too old"


@dataclass(frozen=True, slots=True)
class Resync:
    """What was missed cannot be told: read the data anew. The stream goes on after `head`."""

    reason: ResyncReason
    earliest: str
    """The oldest cursor that would have been followed."""
    head: str

    @property
    def cursor(self) -> str:
        """Where the follower stands after it: at the head."""
        return self.head
