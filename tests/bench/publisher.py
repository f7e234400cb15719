"""Who changes things while others listen: as another process would, by PostgreSQL and the doorbell."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar
from urllib.request import urlopen
from uuid import UUID, uuid4

import asyncpg
from redis import Redis

from channels.settings import Settings
from tests.pristine import dsn

T = TypeVar("T")

DECISION = """
insert into decision (id, number, title, agency_id, signed_on, signer_name, signer_title, status, published_at, version)
select $1, $2, $3, id, current_date, 'Nguyễn Văn Ký', 'Chủ tịch', 'PUBLISHED', now(), 1 from agency where code = 'H37'
"""
ENTRY = """
insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data)
values (gen_random_uuid(), 'PUBLISH', 'Decision', $1, 1, array['decisions'], '{}')
"""
HAPPENED = """
insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data)
select gen_random_uuid(), 'PUBLISH', 'Decision', id, 1000000 * $2::int + n, array['decisions'], '{}'
from (select id from decision where published_at is not null order by id limit 50) it, generate_series(1, $1 / 50) n
"""
MOVED = """
insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data)
select gen_random_uuid(), 'COMMENT', 'Dossier', id, 1000000 + $2::int, array['dossier:' || id], '{}'
from unnest($1::uuid[]) id
"""
HEAD = "select journal_cursor(seq, hash) from journal_head"


@dataclass(frozen=True)
class Publisher:
    """Commits changes, and says so."""

    loop: asyncio.Runner
    database: asyncpg.Connection[Any]
    bell: Redis | None
    channel: str
    tells: str | None
    """A contender that hears of changes by its own address alone."""
    turns: count[int]

    @classmethod
    @contextmanager
    def connected(cls, settings: Settings, tells: str | None) -> Iterator[Publisher]:
        """One with connections of its own, until the end of the block."""
        with asyncio.Runner() as loop:
            database = loop.run(asyncpg.connect(dsn(settings.database_url)))
            bell = Redis.from_url(settings.redis_url) if settings.redis_url else None
            channel = f"laurel:numbered:{settings.database_url.rpartition('/')[2]}"
            yield cls(loop, database, bell, channel, tells, count(1))
            loop.run(database.close())
            if bell is not None:
                bell.close()

    def publish(self) -> None:
        """A decision whose title begins with the moment before it is committed."""
        key = uuid4()
        self._run(self._publish(key))
        self._tell(key)

    def move(self, dossiers: Sequence[str]) -> None:
        """A step of each of them."""
        self._run(self.database.execute(MOVED, list(dossiers), next(self.turns)))
        self._number()

    def happened(self, many: int) -> None:
        """So many events that nobody heard."""
        self._run(self.database.execute(HAPPENED, many, next(self.turns)))
        self._number()

    def head(self) -> str:
        """The cursor of the last event."""
        cursor: str = self._run(self.database.fetchval(HEAD))
        return cursor

    async def _publish(self, key: UUID) -> None:
        async with self.database.transaction():
            title = f"t={time.monotonic()} Về việc tặng Bằng khen"
            await self.database.execute(DECISION, key, f"{key.hex}/QĐ-UBND", title)
            await self.database.execute(ENTRY, key)

    def _tell(self, key: UUID) -> None:
        if self.tells is None:
            self._number()
        else:
            with closing(urlopen(f"{self.tells}/publish?id={key}")) as answer:
                answer.read()

    def _number(self) -> None:
        """What a process does after it has committed."""
        self._run(self.database.execute("select number()"))
        if self.bell is not None:
            self.bell.publish(self.channel, "bench")

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)
