"""The tally of dossiers: at every moment what counting them gives, whoever writes at the same time."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select, text

import models as rows
from models.access import ANONYMOUS
from models.dossier_tally import compact
from models.workflow import DossierStatus
from resolvers.engine.page import COUNTED
from tests.pristine import dsn
from tests.province import Province

KIND = ("status", "agency_id", "handler_id", "authority_id", "appraiser_id")
UNEQUAL = f"""
select (select count(*) from dossier), (select coalesce(sum(number), 0) from dossier_tally), array(
  select coalesce(counted.kind, kept.kind) from
    (select row({", ".join(KIND)})::text kind, count(*) from dossier group by 1) counted full join
    (select row({", ".join(KIND)})::text kind, sum(number) from dossier_tally group by 1) kept using (kind)
  where coalesce(counted.count, 0) <> coalesce(kept.sum, 0))"""
DRAFT = """
insert into dossier (id, title, status, version, commendation_type, agency_id, authority_id, handler_id, drafted_by_id)
select gen_random_uuid(), 'Hồ sơ', 'DRAFT', 1, 'MERIT', $1, $2, $1, $3 from generate_series(1, $4) returning id"""
STATES = [state.name for state in (DossierStatus.DRAFT, DossierStatus.DELETED)]


class Writer:
    """Somebody who makes, moves and removes dossiers of their own, and now and then thinks better of it."""

    def __init__(self, province: Province, connection: asyncpg.Connection[Any], chance: random.Random) -> None:
        self.connection, self.chance = connection, chance
        self.agencies = list(province.agencies.values())
        self.accounts = [viewer.account_id for viewer in province.viewers.values() if viewer.account_id]
        self.own: list[UUID] = []

    async def write(self) -> None:
        """One transaction of one to three changes, committed or not."""
        transaction = self.connection.transaction()
        await transaction.start()
        before = list(self.own)
        for _ in range(self.chance.randint(1, 3)):
            await self.change()
        if self.chance.random() < 0.3:
            await transaction.rollback()
            self.own = before
        else:
            await transaction.commit()

    async def change(self) -> None:
        """Some new drafts; or all of one's own moved, renamed, given to an appraiser, or some of them removed."""
        one, other = self.chance.choices(self.agencies, k=2)
        run = self.connection.execute
        match self.chance.randrange(6):
            case 0 | 1:
                made = await self.connection.fetch(DRAFT, one, other, self.accounts[0], self.chance.randint(1, 4))
                self.own += [row["id"] for row in made]
            case 2:
                state = self.chance.choice(STATES)
                await run("update dossier set status = $2, title = title || '.' where id = any($1)", self.own, state)
            case 3:
                moved = "update dossier set handler_id = $2, agency_id = $3 where id = any($1)"
                await run(moved, self.own, one, other)
            case 4:
                appraiser = self.chance.choice([None, *self.accounts])
                await run("update dossier set appraiser_id = $2 where id = any($1)", self.own, appraiser)
            case _:
                await run("delete from dossier where id = any($1)", self.own[:2])
                self.own = self.own[2:]


@pytest.mark.parametrize("seed", range(3))
async def test_the_tally_is_what_counting_gives_whoever_writes_and_compacts(
    province: Province, database_url: str, seed: int
) -> None:
    connections = [await asyncpg.connect(dsn(database_url)) for _ in range(5)]
    *writing, reading = connections
    writers = [Writer(province, one, random.Random(f"{seed}:{n}")) for n, one in enumerate(writing)]
    ended = asyncio.Event()

    async def write(writer: Writer) -> None:
        for _ in range(25):
            await writer.write()

    async def look() -> int:
        looks = 0
        while not ended.is_set():
            counted, kept, unequal = await reading.fetchrow(UNEQUAL) or ()
            assert (counted, unequal) == (kept, [])
            looks += 1
        return looks

    async def put_together() -> None:
        while not ended.is_set():
            async with province.sessions.begin() as session:
                await compact(session)

    others = [asyncio.ensure_future(each()) for each in (look, put_together, put_together)]
    await asyncio.gather(*map(write, writers))
    ended.set()
    looks, *_ = await asyncio.gather(*others)
    assert looks
    assert sum(len(writer.own) for writer in writers) == await reading.fetchval("select count(*) from dossier")
    for connection in connections:
        await connection.close()


async def test_compacted_each_kind_has_one_row_and_what_is_no_more_has_none(province: Province) -> None:
    drafter = province.viewers["officer"].account_id
    culture, above = province.agencies["culture"], province.agencies["province"]
    async with province.sessions.begin() as session:
        connection = await session.connection()
        made = DRAFT.replace("$1", ":one").replace("$2", ":two").replace("$3", ":who").replace("$4", ":many")
        for _ in range(3):
            await connection.execute(text(made), {"one": culture, "two": above, "who": drafter, "many": 2})
        await connection.execute(text("update dossier set status = 'DELETED'"))
    async with province.sessions.begin() as session:
        await compact(session)
        tally = rows.DossierTally
        assert (await session.execute(select(tally.status, tally.number))).all() == [(DossierStatus.DELETED, 6)]


async def test_acts_on_different_dossiers_do_not_wait_for_each_other(province: Province, database_url: str) -> None:
    one, other = [await asyncpg.connect(dsn(database_url)) for _ in range(2)]
    drafter, culture = province.viewers["officer"].account_id, province.agencies["culture"]
    first, second = [row["id"] for row in await one.fetch(DRAFT, culture, culture, drafter, 2)]
    await other.execute("set lock_timeout = '1s'")
    async with one.transaction():
        await one.execute("update dossier set status = 'DELETED' where id = $1", first)
        await other.execute("update dossier set status = 'DELETED' where id = $1", second)
        async with province.sessions.begin() as session:
            await session.execute(text("set local lock_timeout = '1s'"))
            await compact(session)
    assert await one.fetchval("select sum(number) from dossier_tally where status = 'DELETED'") == 2
    await one.close()
    await other.close()


async def test_a_total_is_of_the_dossiers_where_they_lie_now(province: Province) -> None:
    place, drafter = province.agencies, province.viewers["officer"].account_id
    made = DRAFT.replace("$1", ":one").replace("$2", ":two").replace("$3", ":who").replace("$4", ":many")
    async with province.sessions.begin() as session:
        given = {"one": place["culture"], "two": place["province"], "who": drafter, "many": 5}
        ids = list(await session.scalars(text(made), given))
    for many, desk in ((5, "office"), (3, "health"), (2, "office")):
        async with province.sessions.begin() as session:
            moved = text("update dossier set handler_id = :desk where id = any(:ids)")
            await session.execute(moved, {"desk": place[desk], "ids": ids[:many]})
    asked = "query($h: String) { dossiers(first: 100, filter: {handlerWithin: $h}) { totalCount nodes { id } } }"
    province.viewers["officer"] = replace(province.viewers["officer"], few=False)
    for desk, number in ((None, 5), ("H37.02", 4), ("H37.11", 1), ("H37.10", 0)):
        found = (await province.ask("officer", asked, {"h": desk}))["data"]["dossiers"]
        assert (found["totalCount"], len(found["nodes"])) == (number, number), desk


def test_only_staff_are_told_a_total_that_is_kept_the_publics_goes_only_so_far(province: Province) -> None:
    document = province.engine.document("{ dossiers(first: 1) { totalCount } }")
    staff, public = (
        province.engine.plan_of(document, {}, None, viewer)
        for viewer in (replace(province.viewers["chairman"], few=False), ANONYMOUS)
    )
    assert staff is not None
    assert public is not None
    assert "dossier_tally" in staff.sql
    assert "dossier_tally" not in public.sql
    assert f"LIMIT {COUNTED}" in public.sql
