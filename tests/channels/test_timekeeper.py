"""What falls due without anybody's asking is done once, by one of several processes, and told to whoever listens."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

import models as rows
from channels.timekeeper import LOCK, Timekeeper
from models import calendar, database
from models.workflow import DossierStatus
from tests.channels.conftest import Site
from tests.channels.public import posted
from tests.patience import HANGING


async def due(site: Site) -> None:
    """A list whose window has been over for weeks, and whose dossier waits."""
    await posted(site)
    async with site.province.sessions.begin() as session:
        posting = (await session.scalars(select(rows.PublicPosting))).one()
        posting.opened_at -= timedelta(days=60)
        posting.closes_on = calendar.add_working_days(calendar.day_of(posting.opened_at), posting.working_days)


async def status(site: Site) -> DossierStatus:
    async with site.province.sessions() as session:
        return (await session.scalars(select(rows.Dossier.status))).one()


async def test_of_many_processes_one_does_what_is_due(site: Site, database_url: str) -> None:
    await due(site)
    engines = [database.write_engine(database_url, 1) for _ in range(4)]
    rung: list[int] = []
    keepers = [Timekeeper(database.sessions(engine), lambda: rung.append(1)) for engine in engines]
    done = await asyncio.gather(*(keeper.look() for keeper in keepers))
    assert sorted(done) == [0, 0, 0, 1]
    assert len(rung) == 1
    assert await status(site) is DossierStatus.SIGNING
    assert await keepers[0].look() == 0
    for engine in engines:
        await engine.dispose()


async def test_who_looks_while_another_looks_leaves_it_to_them(site: Site) -> None:
    await due(site)
    keeper = Timekeeper(site.province.sessions, lambda: None)
    async with site.province.sessions.begin() as session:
        await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        assert await keeper.look() == 0
    assert await keeper.look() == 1


async def test_changes_of_rights_are_forgotten_after_a_day(site: Site) -> None:
    every = select(rows.RightsChange.id).order_by(rows.RightsChange.id)
    async with site.province.sessions.begin() as session:
        old, new = rows.RightsChange(account_id=None), rows.RightsChange(account_id=None)
        session.add_all([old, new])
        await session.flush()
        kept = [id for id in await session.scalars(every) if id != old.id]
        aged = text("update rights_change set at = now() - interval '25 hours' where id = :id")
        await session.execute(aged, {"id": old.id})
    await Timekeeper(site.province.sessions, lambda: None).look()
    async with site.province.sessions() as session:
        assert (await session.scalars(every)).all() == kept


async def test_a_server_looks_when_it_starts_and_goes_on_though_the_database_stumbles(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await due(site)
    monkeypatch.setattr("channels.timekeeper.EVERY", 0.01)
    looked = 0

    async def stumbling(*_: object) -> int:
        nonlocal looked
        looked += 1
        if looked == 1:
            raise ConnectionError("gone")
        return 0

    monkeypatch.setattr("channels.timekeeper.end_due_postings", stumbling)
    keeper = Timekeeper(site.province.sessions, lambda: None)
    keeper.start()
    async with asyncio.timeout(HANGING):
        while looked < 3:
            await asyncio.sleep(0.01)
    await keeper.stop()
    seen = looked
    await asyncio.sleep(0.05)
    assert looked == seen
