"""A history of changes written at random, whoever reads it, and what must be true of what they were told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from resolvers.feed import Feed, Happening, Resync
from tests.patience import HANGING
from tests.pristine import dsn

INSERT = """
insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data)
select $1, 'SUBMIT_DOSSIER', 'Dossier', $2, coalesce(max(subject_version), 0) + 1, $3, '{"note": "đã nộp"}'
from journal where subject_kind = 'Dossier' and subject_id = $2 returning id
"""
TRUTH = """
select n.seq, entry.id, entry.subject_id, entry.subject_version, entry.topics, journal_cursor(n.seq, n.hash) as cursor
from journal_seq n join journal entry on entry.id = n.entry_id order by n.seq
"""

Connection: TypeAlias = "asyncpg.Connection[Any]"


async def connect(database_url: str) -> Connection:
    return await asyncpg.connect(dsn(database_url))


async def write(
    connection: Connection, subject: UUID, *topics: str, delay: float = 0, abandon: bool = False
) -> int | None:
    """One change in one transaction: lock the subject, write its next version's entry, wait, commit (or give up)."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(subject))
    entry: int = await connection.fetchval(INSERT, uuid7(), subject, [f"dossier:{subject}", *topics])
    await asyncio.sleep(delay)
    if abandon:
        await transaction.rollback()
        return None
    await transaction.commit()
    return entry


async def until_numbered(connection: Connection) -> None:
    """Somebody numbers whatever is committed, without being asked to."""
    async with asyncio.timeout(HANGING):
        while await connection.fetchval("select count(*) > (select seq from journal_head) from journal"):
            await asyncio.sleep(0.02)


async def until(true: Callable[[], Any], what: str) -> None:
    """Return as soon as it is true; fails when it does not become so."""
    try:
        async with asyncio.timeout(HANGING):
            while not true():  # whatever is waited for knows nothing of us
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"waited {HANGING} s for {what}") from None


async def number(connection: Connection) -> int:
    count: int = await connection.fetchval("select number()")
    return count


@dataclass
class Reader:
    """Follows some topics and keeps what it is told; may leave and come back where it left."""

    feed: Feed
    topics: Collection[str]
    after: str | None = None
    told: list[Happening] = field(default_factory=list)
    resyncs: list[Resync] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None

    def start(self) -> Reader:
        self._task = asyncio.create_task(self._read())
        return self

    async def leave(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def heard(self, count: int) -> list[Happening]:
        """What was told, once it is this many; fails when it does not come."""
        await until(lambda: len(self.told) >= count or self._failed(), f"{count} happenings to be told")
        return self.told

    async def heard_unrung(self, count: int) -> None:
        """Wait until so many are told though nobody rings: the next look tells them, so nothing is later than that."""
        sent = self.feed._line.sent
        await self.heard(count)
        assert self.feed._line.sent - sent <= 4, "a look numbers and reads; one may be under way"

    def _failed(self) -> bool:
        assert self._task is not None
        assert not self._task.done(), self._task
        return False

    async def _read(self) -> None:
        async for told in self.feed.follow(self.topics, self.after):
            if isinstance(told, Resync):
                self.resyncs.append(told)
                self.after = told.head
            else:
                self.told.append(told)
                self.after = told.cursor


@dataclass
class Writers:
    """Several writers at random subjects, with random delays, some of them giving up."""

    database_url: str
    seed: int
    subjects: list[UUID] = field(default_factory=lambda: [uuid7() for _ in range(6)])
    committed: int = 0

    async def run(self, writers: int, each: int, feeds: Sequence[Feed] = (), delay: float = 0.01) -> None:
        """Write until everybody has written their share; each commit rings one of the feeds, or none."""
        async with asyncio.TaskGroup() as all_of_them:
            for number_ in range(writers):
                all_of_them.create_task(self._one(random.Random(self.seed * 1000 + number_), each, feeds, delay))

    async def _one(self, chance: random.Random, each: int, feeds: Sequence[Feed], delay: float) -> None:
        connection: Connection | None = None
        for _ in range(each):
            subject, abandon = chance.choice(self.subjects), chance.random() < 0.15
            topics = (f"agency:{chance.randrange(3)}",)
            connection = await self._insist(connection, subject, topics, chance.random() * delay, abandon)
            if not abandon:
                self.committed += 1
                if feeds and chance.random() < 0.8:
                    chance.choice(feeds).ring()
        if connection is not None:
            await connection.close()

    async def _insist(
        self, connection: Connection | None, subject: UUID, topics: tuple[str, ...], delay: float, abandon: bool
    ) -> Connection:
        """Write, and where the server goes away meanwhile write again: at least once, on the connection it gives."""
        while True:
            try:
                if connection is None or connection.is_closed():
                    connection = await connect(self.database_url)
                await write(connection, subject, *topics, delay=delay, abandon=abandon)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                if connection is not None:
                    connection.terminate()
                await asyncio.sleep(0.05)
            else:
                return connection


async def truth(connection: Connection, topics: Collection[str] = ()) -> list[asyncpg.Record]:
    """The numbered entries of these topics, or of all, in order."""
    return [row for row in await connection.fetch(TRUTH) if not topics or set(topics) & set(row["topics"])]


async def assert_sound(connection: Connection) -> list[asyncpg.Record]:
    """Every committed entry has one number; numbers have no gap; versions of a subject follow one another."""
    rows = await truth(connection)
    assert len(rows) == await connection.fetchval("select count(*) from journal")
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    versions: dict[UUID, list[int]] = {}
    for row in rows:
        versions.setdefault(row["subject_id"], []).append(row["subject_version"])
    for subject, seen in versions.items():
        assert seen == list(range(1, len(seen) + 1)), subject
    return rows


async def assert_told(connection: Connection, reader: Reader, since: int = 0) -> None:
    """The reader was told exactly what there was to tell past a number: nothing lost, twice, or out of order."""
    expected = [row["cursor"] for row in await truth(connection, reader.topics) if row["seq"] > since]
    assert [happening.cursor for happening in reader.told] == expected
    assert reader.resyncs == []
