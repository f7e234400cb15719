"""Whether the journal is as it was written: every hash is worked out again, in a stream; what was harmed is named."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.catalogue import Progress

PAGE = 10_000
"""Entries looked at in one statement: neither side ever holds more of them."""
MOST = 20
"""Faults after which verification ends: the first is what matters."""


class Harm(enum.Enum):
    """What was done to the journal behind its back."""

    CHANGED = "changed"
    """An entry, its place or its hash is not what was chained; or the one before it, together with its own hash.

    Or its transaction is one that the last numbering had not seen: it would be numbered again, and so nothing is.
    """
    REMOVED = "removed"
    """A numbered entry is gone."""
    INSERTED = "inserted"
    """A number lies before the first or past the head."""
    UNNUMBERED = "unnumbered"
    """An entry lies where numbering has already passed: it was slipped in, and nobody is ever told of it."""
    HOLE = "hole"
    """The versions of its subject do not follow one another up to this entry."""
    UNTOLD = "untold"
    """A row is not as its last entry left it: somebody changed it past the journal, or cut the journal's end off."""
    REWRITTEN = "rewritten"
    """What was noted elsewhere is not in the journal: a whole history was replaced, or its end cut off."""
    MOVED = "moved"
    """The journal came from another PostgreSQL cluster and was not adopted: new entries would get no number."""


@dataclass(frozen=True)
class Fault:
    """One harm: the number and the entry it was done to, as far as they are known."""

    harm: Harm
    seq: int | None
    entry_id: int | None


@dataclass(frozen=True)
class Checkpoint:
    """Where the journal stood: kept elsewhere, it betrays who rewrites all of it."""

    seq: int
    hash: str
    """Of the last entry, 64 hexadecimal digits."""
    entries: int
    at: datetime
    """By the database's clock."""
    system: str
    """The PostgreSQL cluster's system identifier, and the database's name."""
    database: str

    @property
    def cursor(self) -> str:
        """The head as clients are told it."""
        return f"{self.seq}-{self.hash[:16]}"

    @property
    def place(self) -> str:
        """The number and the whole hash, to verify against."""
        return f"{self.seq}-{self.hash}"


@dataclass(frozen=True)
class Verified:
    """Every entry is as it was written, up to here."""

    head: Checkpoint


@dataclass(frozen=True)
class Broken:
    """The first faults in the order of the journal, at most twenty; and in which cluster's which database."""

    faults: tuple[Fault, ...]
    system: str = field(default="", compare=False)
    database: str = field(default="", compare=False)

    @property
    def moved(self) -> bool:
        """Nothing is wrong but that the journal came from another cluster."""
        return all(fault.harm is Harm.MOVED for fault in self.faults)


_START = text("""
select head.seq, encode(head.hash, 'hex') as hash, head.seen::text as seen, journal_moved(head) as moved, now() as at,
  (select system_identifier::text from pg_control_system()) as system, current_database()::text as database,
  (select count(*) from journal) as entries, last.seq as last_seq, last.hash is distinct from head.hash as differs
from journal_head head, lateral (
  select coalesce(max(seq), 0) as seq,
    coalesce((select hash from journal_seq order by seq desc limit 1), journal_origin()) as hash from journal_seq
) last
""")

_BEFORE = text("select 'INSERTED' as harm, seq, entry_id from journal_seq where seq < 1 order by seq limit 20")

_CHAIN = text("""
with page as (
  select seq, entry_id, hash from journal_seq where seq > :seq and seq <= :upto order by seq limit :page
), link as (
  select n.seq, n.entry_id, n.hash, entry.id is null as lost, journal_digest(entry) as digest,
    lag(n.seq, 1, cast(:seq as bigint)) over w as seq_before, lag(n.hash, 1, cast(:hash as bytea)) over w as hash_before
  from page n left join journal entry on entry.id = n.entry_id window w as (order by n.seq)
), fault as (
  select 'REMOVED' as harm, seq_before + 1 as seq, null::bigint as entry_id from link where seq > seq_before + 1
  union all
  select 'REMOVED', seq, entry_id from link where lost
  union all
  select 'CHANGED', seq, entry_id from link where not lost and seq = seq_before + 1
    and hash <> journal_link(hash_before, journal_origin(), seq, digest)
)
select seq, hash, count(*) over () as looked,
  (select jsonb_agg(jsonb_build_array(harm, seq, entry_id) order by seq, entry_id) from fault) as faults
from page order by seq desc limit 1
""")

_SUBJECTS = text("""
with page as (
  select id, subject_kind as kind, subject_id as subject, subject_version as version, tx from journal
  where (subject_kind, subject_id, subject_version)
    > (cast(:kind as text), cast(:subject as uuid), cast(:version as int))
  order by subject_kind, subject_id, subject_version limit :page
), followed as (
  select id, tx, version, coalesce(lag(version) over w, version_carried, 0) as version_before,
    coalesce(lag(id) over w, id_carried, 0) as id_before
  from (
    select page.*, case when same then cast(:version as int) end as version_carried,
      case when same then cast(:id as bigint) end as id_carried
    from page, lateral (select page.kind = :kind and page.subject = :subject as same) carried
  ) page window w as (partition by kind, subject order by version)
), fault as (
  select 'HOLE' as harm, n.seq, followed.id from followed left join journal_seq n on n.entry_id = followed.id
    where version <> version_before + 1 or followed.id <= id_before
  union all
  select 'UNNUMBERED', null, id from followed
    where pg_visible_in_snapshot(tx, cast(cast(:seen as text) as pg_snapshot)) and not exists (
      select from journal_seq where entry_id = followed.id)
  union all
  select 'CHANGED', n.seq, followed.id from followed join journal_seq n on n.entry_id = followed.id
    where n.seq <= :numbered and not pg_visible_in_snapshot(tx, cast(cast(:seen as text) as pg_snapshot))
)
select kind, subject, version, id, count(*) over () as looked,
  (select jsonb_agg(jsonb_build_array(harm, seq, id) order by id) from fault) as faults
from page order by kind desc, subject desc, version desc limit 1
""")

_ROWS = text("""
with row as (
  select 'Dossier' as kind, id, version, status from dossier
  union all
  select 'Decision', id, version, status from decision
)
select 'UNTOLD' as harm, n.seq, entry.id as entry_id
from row left join lateral (
  select id, subject_version as version, data->>'after' as status from journal
  where subject_kind = row.kind and subject_id = row.id order by subject_version desc limit 1
) entry on true left join journal_seq n on n.entry_id = entry.id
where row.version <> coalesce(entry.version, case row.kind when 'Decision' then 1 else 0 end)
  or row.status <> coalesce(entry.status, row.status)
order by n.seq, row.id limit 20
""")
"""Of one snapshot: a row and its entry are written together. What was decided before there was a journal has none."""

_NOTED = text("""
select 'REWRITTEN' as harm, noted.seq, n.entry_id
from (select split_part(place, '-', 1)::bigint as seq, split_part(place, '-', 2) as mark
      from unnest(cast(:noted as text[])) as place) noted
left join journal_seq n on n.seq = noted.seq
where noted.seq > 0 and not coalesce(starts_with(encode(n.hash, 'hex'), noted.mark), false)
order by noted.seq limit 20
""")

_NOTHING_SEEN = "1:1:"


async def verify(
    connection: AsyncConnection, noted: Collection[str] = (), progress: Progress | None = None
) -> Verified | Broken:
    """Work out every hash again, look for holes, compare places noted elsewhere, `<number>-<hash or its beginning>`.

    What is committed meanwhile is left to the next time: each statement looks at what the head already was.
    """
    heads = (await connection.execute(_START)).all()
    if len(heads) != 1:  # the one row that says how far the journal is numbered
        return Broken((Fault(Harm.INSERTED if heads else Harm.REMOVED, None, None),))
    [start] = heads
    found = [] if not start.moved else [Fault(Harm.MOVED, None, None)]
    async for fault in _faults(connection, start, noted, progress):
        found.append(fault)
        if len(found) >= MOST:
            break
    if found:
        return Broken(tuple(found), start.system, start.database)
    return Verified(Checkpoint(start.seq, start.hash, start.last_seq, start.at, start.system, start.database))


async def _faults(
    connection: AsyncConnection, start: Any, noted: Collection[str], progress: Progress | None
) -> AsyncIterator[Fault]:
    """The chain's faults in its order, then what the subjects' versions and what was noted tell."""
    for row in await connection.execute(_BEFORE):
        yield Fault(Harm[row.harm], row.seq, row.entry_id)
    chain = {"seq": 0, "hash": None, "upto": start.last_seq}
    async for fault in _pages(connection, _CHAIN, chain, "mắt xích · links", start.last_seq, progress):
        yield fault
    if end := _end(start):
        yield end
    seen, numbered = (_NOTHING_SEEN, 0) if start.moved else (start.seen, start.seq)
    first = {"kind": "", "subject": "00000000-0000-0000-0000-000000000000", "version": 0, "id": 0}
    first |= {"seen": seen, "numbered": numbered}
    async for fault in _pages(connection, _SUBJECTS, first, "phiên bản · versions", start.entries, progress):
        yield fault
    for row in await connection.execute(_ROWS):
        yield Fault(Harm[row.harm], row.seq, row.entry_id)
    for row in await connection.execute(_NOTED, {"noted": list(noted)}):
        yield Fault(Harm[row.harm], row.seq, row.entry_id)


def _end(start: Any) -> Fault | None:
    """What is wrong where the chain ends: its last link is not the head."""
    if start.last_seq == start.seq:
        return Fault(Harm.CHANGED, start.seq, None) if start.differs else None
    harm = Harm.REMOVED if start.last_seq < start.seq else Harm.INSERTED
    return Fault(harm, min(start.last_seq, start.seq) + 1, None)


async def _pages(
    connection: AsyncConnection, statement: Any, place: dict[str, Any], what: str, total: int, progress: Progress | None
) -> AsyncIterator[Fault]:
    """The faults of one page after another, each beginning where the one before ended."""
    done = 0
    while (page := (await connection.execute(statement, {**place, "page": PAGE})).one_or_none()) is not None:
        for harm, seq, entry_id in page.faults or ():
            yield Fault(Harm[harm], seq, entry_id)
        place |= {name: value for name, value in page._mapping.items() if name in place}
        done += page.looked
        if progress is not None:
            progress(what, min(done, total), total)
