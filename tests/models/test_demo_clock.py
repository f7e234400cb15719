"""The demo's clocks: each dossier's columns are what its journal, gone through again, counts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

import models as rows
from models import clock
from models.calendar import official
from models.clock import Count, Timeliness
from models.timed import kept
from models.workflow import DossierStatus

HISTORY: Select[Any] = (
    select(rows.Dossier, rows.RuleSet.code, rows.Entry.act, rows.Entry.at, rows.Entry.data)
    .join(rows.RuleSet, rows.RuleSet.id == rows.Dossier.rule_set_id)
    .join(rows.Entry, rows.Entry.subject_id == rows.Dossier.id)
    .order_by(rows.Dossier.id, rows.Entry.subject_version)
)


@pytest.fixture
async def session(demo_url: str) -> AsyncIterator[AsyncSession]:
    """A session on the demo."""
    engine = create_async_engine(demo_url)
    async with AsyncSession(engine) as opened:
        yield opened
    await engine.dispose()


def counted(dossier: rows.Dossier, entries: Iterable[Row[Any]]) -> Count | None:
    """What the journal of a dossier counts."""
    count: Count | None = None
    for _, rules, act, at, said in entries:
        if act == "RECEIVE":
            count = clock.begun(clock.limits(rules, dossier.commendation_type), at, official())
        elif count is not None:
            before, after = DossierStatus[said["before"]], DossierStatus[said["after"]]
            count = clock.moved(count, before, after, at, official())
    return count


async def test_every_clock_of_the_demo_is_what_its_journal_counts(session: AsyncSession) -> None:
    found = 0
    for _, group in groupby((await session.execute(HISTORY)).all(), lambda row: row[0].id):
        entries = list(group)
        dossier = entries[0][0]
        count = counted(dossier, entries)
        assert count is not None
        for column, value in kept(count, dossier.status).items():
            assert getattr(dossier, column) == value, (dossier.code, column)
        found += 1
    assert found > 1500


async def test_nothing_that_was_not_received_has_a_clock(session: AsyncSession) -> None:
    row = rows.Dossier
    odd = row.received_at.is_(None) != row.clock_since.is_(None)
    assert await session.scalar(select(func.count()).where(odd)) == 0


async def test_the_demo_has_dossiers_in_time_at_risk_and_late_and_most_results_early(session: AsyncSession) -> None:
    row = rows.Dossier
    told: dict[Any, int] = dict(
        (await session.execute(select(row.timeliness, func.count()).group_by(row.timeliness))).all()
    )  # type: ignore[arg-type]  # rows of two
    assert told.keys() >= {None, *Timeliness} - {Timeliness.ON_TIME}
    assert told[Timeliness.EARLY] > told[Timeliness.LATE]
    assert told[Timeliness.IN_TIME] > told[Timeliness.OVERDUE]
