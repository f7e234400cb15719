"""The first and the last day there is, to PostgreSQL and back."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Date, Text, cast, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

DAYS = [date.min, date(1999, 12, 31), date(2000, 1, 1), date(2024, 2, 29), date.max]


@pytest.mark.parametrize("day", DAYS)
async def test_each_day_is_sent_and_read_as_that_day(sessions: async_sessionmaker[AsyncSession], day: date) -> None:
    async with sessions() as session:
        assert await session.scalar(select(cast(literal(day), Date))) == day
        assert await session.scalar(select(cast(func.to_json(cast(literal(day), Date)), Text))) == f'"{day}"'


@pytest.mark.parametrize(("said", "day"), [("infinity", date.max), ("-infinity", date.min)])
async def test_a_day_without_end_is_read_as_the_last_there_is(
    sessions: async_sessionmaker[AsyncSession], said: str, day: date
) -> None:
    async with sessions() as session:
        assert await session.scalar(text(f"select date '{said}'")) == day
