"""Whether the journal is as it was written: every hash is worked out again, and what was harmed is named."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection


class Harm(enum.Enum):
    """What was done to the journal behind its back."""

    CHANGED = "changed"
    """An entry, its place or its hash is not what was chained; or a cursor noted elsewhere no longer holds."""
    REMOVED = "removed"
    """A numbered entry is gone."""
    INSERTED = "inserted"
    """An entry lies where numbering has already passed, or a number lies past the head."""
    MOVED = "moved"
    """The journal came from another PostgreSQL cluster and was not adopted: new entries would get no number."""


@dataclass(frozen=True)
class Fault:
    """One harm: the number and the entry it was done to, as far as they are known."""

    harm: Harm
    seq: int | None
    entry_id: int | None


@dataclass(frozen=True)
class Verified:
    """Every entry is as it was written. Note the head somewhere else: only that betrays a whole history rewritten."""

    entries: int
    head: str


@dataclass(frozen=True)
class Broken:
    """The first faults in the order of the journal, at most twenty."""

    faults: tuple[Fault, ...]


_FAULTS = text("""
with link as (
  select n.seq, n.entry_id, n.hash, entry.id is null as lost, journal_digest(entry) as digest,
    lag(n.seq, 1, 0::bigint) over w as seq_before, lag(n.hash) over w as hash_before
  from journal_seq n left join journal entry on entry.id = n.entry_id window w as (order by n.seq)
), last as (
  select coalesce(max(seq), 0) as seq, (select hash from journal_seq order by seq desc limit 1) as hash from journal_seq
), fault as (
  select 'REMOVED' as harm, seq_before + 1 as seq, null::bigint as entry_id from link where seq > seq_before + 1
  union all
  select 'REMOVED', seq, entry_id from link where lost
  union all
  select 'INSERTED', seq, entry_id from link where seq < 1
  union all
  select 'CHANGED', seq, entry_id from link where not lost and seq = seq_before + 1
    and hash <> journal_link(hash_before, journal_origin(), seq, digest)
  union all
  select case when last.seq < head.seq then 'REMOVED' when last.seq > head.seq then 'INSERTED' else 'CHANGED' end,
    least(last.seq, head.seq) + case when last.seq = head.seq then 0 else 1 end, null
    from journal_head head, last where last.seq <> head.seq or coalesce(last.hash, journal_origin()) <> head.hash
  union all
  select 'INSERTED', null, entry.id from journal entry, journal_head head
    where pg_visible_in_snapshot(entry.tx, head.seen) and not exists (select from journal_seq where entry_id = entry.id)
  union all
  select 'MOVED', null, null from journal_head where system <> (select system_identifier from pg_control_system())
  union all
  select 'CHANGED', noted.seq, n.entry_id
    from (select cursor, split_part(cursor, '-', 1)::bigint as seq from unnest(:noted) as cursor) noted
    left join journal_seq n on n.seq = noted.seq
    where noted.seq > 0 and journal_cursor(n.seq, n.hash) is distinct from noted.cursor
)
select distinct harm, seq, entry_id from fault order by seq, entry_id limit 20
""").bindparams(bindparam("noted", type_=ARRAY(Text)))


async def verify(connection: AsyncConnection, noted: Collection[str] = ()) -> Verified | Broken:
    """Work out every hash again (about ten seconds a million entries) and compare cursors noted elsewhere."""
    rows = (await connection.execute(_FAULTS, {"noted": list(noted)})).all()
    if rows:
        return Broken(tuple(Fault(Harm[row.harm], row.seq, row.entry_id) for row in rows))
    head = (await connection.execute(text("select seq, journal_cursor(seq, hash) as cursor from journal_head"))).one()
    return Verified(head.seq, head.cursor)
