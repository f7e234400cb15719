"""Cursors: `<number>-<first eight bytes of the entry's hash in hex>`, and how one from outside is judged."""

from __future__ import annotations

import re
from dataclasses import dataclass

import asyncpg

from resolvers.feed.happening import Resync, ResyncReason
from resolvers.feed.line import Line

_FORM = re.compile(r"(0|[1-9][0-9]{0,18})-([0-9a-f]{16})")
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the journal: after entry `seq`, whose hash begins with `mark`. Zero is before the first."""

    seq: int
    mark: str

    def __str__(self) -> str:
        return f"{self.seq}-{self.mark}"


def decode(told: str) -> Cursor:
    """The cursor that we told somebody."""
    seq, mark = told.split("-")
    return Cursor(int(seq), mark)


def read(said: str) -> Cursor | None:
    """The cursor that somebody says, or None where it cannot be one."""
    match = _FORM.fullmatch(said)
    return None if match is None or int(match[1]) > _LARGEST else decode(said)


_NOWHERE = Cursor(-1, "")

_PLACE = """
select head.seq, journal_cursor(head.seq, head.hash) as head,
  case when $1::bigint = 0 then journal_cursor(0, journal_origin())
       else (select journal_cursor(seq, hash) from journal_seq where seq = $1) end as found,
  coalesce((select journal_cursor(seq, hash) from journal_seq where seq = head.seq - $2::bigint),
           journal_cursor(0, journal_origin())) as earliest
from journal_head head
"""


async def judge(line: Line, said: str, horizon: int) -> Cursor | Resync:
    """The place to follow from; a Resync where it is none of this journal's, or more than `horizon` entries back."""
    cursor = read(said) or _NOWHERE
    [place] = await line.fetch(_PLACE, cursor.seq, horizon)
    reason = _refusal(cursor, place, horizon)
    return cursor if reason is None else Resync(reason, place["earliest"], place["head"])


def _refusal(cursor: Cursor, place: asyncpg.Record, horizon: int) -> ResyncReason | None:
    if cursor is _NOWHERE:
        return ResyncReason.UNREADABLE
    if cursor.seq > place["seq"]:
        return ResyncReason.BEYOND_HEAD
    if str(cursor) != place["found"]:
        return ResyncReason.FOREIGN
    return ResyncReason.TOO_OLD if cursor.seq < place["seq"] - horizon else None
