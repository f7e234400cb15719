"""Numbering under any order of events over several connections; `--hypothesis-profile thorough` tries thousands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from uuid_utils.compat import uuid7

from models.verification import Verified, verify
from tests.history import INSERT, Connection, connect, number

CONNECTIONS = 4
EVENTS = st.lists(
    st.tuples(
        st.integers(0, CONNECTIONS - 1),
        st.sampled_from(("write", "write", "write", "commit", "commit", "abandon", "savepoint", "number")),
    ),
    min_size=4,
    max_size=40,
)

NEW = "select seq, entry_id, journal_cursor(seq, hash) as cursor from journal_seq where seq > $1 order by seq"


@pytest.fixture
async def several(database_url: str, sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[list[Connection]]:
    """Connections that write, and one more that numbers and looks; after all examples the whole chain must hold."""
    opened = [await connect(database_url) for _ in range(CONNECTIONS + 1)]
    yield opened
    for each in opened:
        await each.close()
    async with sessions() as session:
        assert isinstance(await verify(await session.connection()), Verified)


class Told:
    """What was committed, and the order it was numbered in so far, which nothing may ever change."""

    def __init__(self, connections: list[Connection]) -> None:
        self.writers, self.looking = connections[:-1], connections[-1]
        self.subjects: list[UUID] = [uuid7() for _ in self.writers]
        self.open: list[list[int] | None] = [None for _ in self.writers]
        self.committed: set[int] = set()
        self.order: list[str] = []

    async def happen(self, which: int, event: str) -> None:
        """One event on one connection; what makes no sense there is nothing."""
        connection, written = self.writers[which], self.open[which]
        if event == "number":
            await self.number()
        elif event == "write":
            if written is None:
                await connection.execute("begin")
                written = self.open[which] = []
            entry = await connection.fetchval(INSERT, uuid7(), self.subjects[which], ["decisions"])
            written.append(entry)
        elif written is None:
            return
        elif event == "savepoint":
            await connection.execute("savepoint here")
            await connection.fetchval(INSERT, uuid7(), self.subjects[which], ["decisions"])
            await connection.execute("rollback to savepoint here")
        else:
            await connection.execute("commit" if event == "commit" else "rollback")
            self.committed |= set(written) if event == "commit" else set()
            self.open[which] = None

    async def number(self) -> None:
        """All that is committed has a number, the numbers have no gap, and those of before are as they were."""
        before = len(self.order)
        given_ = await number(self.looking)
        rows = await self.looking.fetch(NEW, self.earlier)
        assert [row["seq"] for row in rows] == list(range(self.earlier + 1, self.earlier + len(rows) + 1))
        assert {row["entry_id"] for row in rows} == self.committed
        cursors = [row["cursor"] for row in rows]
        assert cursors[:before] == self.order
        assert len(cursors) == before + given_
        self.order = cursors

    earlier = 0
    """How many entries were there before this example."""


@given(events=EVENTS)
async def test_in_whatever_order_transactions_end_each_is_numbered_once_without_gaps_and_stays(
    several: list[Connection], events: list[tuple[int, str]]
) -> None:
    told = Told(several)
    told.earlier = await told.looking.fetchval("select seq from journal_head")
    for which, event in events:
        await told.happen(which, event)
    for which in range(CONNECTIONS):
        await told.happen(which, "abandon" if which % 2 else "commit")
    await told.number()
