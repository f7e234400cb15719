"""The demo's timelines: legal by the workflow, in working hours, by people who may, numbered as they come."""

from __future__ import annotations

from datetime import datetime, time
from itertools import pairwise
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

from models.access import Role
from models.calendar import ZONE, day_of, is_working, today
from models.verification import Verified, verify
from models.workflow import DossierStatus, Place, Step, workflow
from tests.models.conftest import Connection


async def timelines(held: Connection) -> dict[Any, list[asyncpg.Record]]:
    """The journal of every dossier, by its key."""
    found: dict[Any, list[asyncpg.Record]] = {}
    entries = await held.fetch(
        """
        select d.id, d.status, d.version, j.act, j.at, j.actor_id, j.subject_version, j.data, j.public_text, j.topics
        from dossier d join journal j on j.subject_kind = 'Dossier' and j.subject_id = d.id
        order by d.id, j.subject_version"""
    )
    for entry in entries:
        found.setdefault(entry["id"], []).append(entry)
    return found


async def test_every_timeline_is_legal_by_the_workflow_table(held: Connection) -> None:
    stories = await timelines(held)
    assert len(stories) == 2000
    for story in stories.values():
        place: Place = DossierStatus.DRAFT, ()
        for version, entry in enumerate(story, 1):
            rule = workflow()[Step[entry["act"]]]
            assert entry["subject_version"] == version
            assert version == 1 or place[0] in rule.before
            assert entry["public_text"] == rule.says
            place = rule.lead(*place)
        assert story[0]["act"] == "DRAFT"
        assert (place[0].name, len(story)) == (story[-1]["status"], story[-1]["version"])


async def test_steps_are_taken_in_order_in_working_hours_of_working_days_before_today(held: Connection) -> None:
    for story in (await timelines(held)).values():
        moments: list[datetime] = [entry["at"] for entry in story]
        assert all(before < after for before, after in pairwise(moments))
        for moment in moments:
            local = moment.astimezone(ZONE).time()
            assert time(7, 30) <= local < time(11, 30) or time(13, 30) <= local < time(17)
            assert is_working(day_of(moment))
            assert day_of(moment) < today()


async def test_steps_are_taken_by_people_who_hold_the_role_for_them_and_stand_apart(held: Connection) -> None:
    roles: dict[Any, set[Role]] = {}
    for row in await held.fetch("select account_id, role from role_held"):
        roles.setdefault(row["account_id"], set()).add(Role[row["role"]])
    for story in (await timelines(held)).values():
        actors = {Step[entry["act"]]: entry["actor_id"] for entry in story}
        for step, actor in actors.items():
            assert roles[actor] & workflow()[step].roles
            assert actor not in {actors[other] for other in workflow()[step].apart & actors.keys()}


async def test_agencies_propose_only_while_they_stand(held: Connection) -> None:
    outside = await held.fetchval(
        """
        select count(*) from dossier d join agency g on g.id = d.agency_id
        where d.created_at < g.valid_from or coalesce(d.received_at, d.created_at) >= g.valid_to"""
    )
    assert outside == 0


async def test_codes_are_numbered_within_their_day_and_the_counts_stand_at_the_last(held: Connection) -> None:
    days: dict[str, list[int]] = {}
    for row in await held.fetch("select code, received_at from dossier where code is not null"):
        place, day, number = row["code"].rsplit("-", 2)
        assert (place, day) == ("H37.05", f"{day_of(row['received_at']):%y%m%d}")
        days.setdefault(day, []).append(int(number))
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in days.values())
    counts = await held.fetch("select to_char(day, 'YYMMDD') as day, last from dossier_code_count")
    assert {row["day"]: row["last"] for row in counts} == {day: len(numbers) for day, numbers in days.items()}


async def test_the_provinces_decisions_are_numbered_without_gap_in_the_order_of_signature(held: Connection) -> None:
    decisions = await held.fetch(
        """
        select d.number, d.year from decision d join agency g on g.id = d.agency_id
        where g.kind = 'PROVINCE' order by d.signed_on, split_part(d.number, '/', 1)::int"""
    )
    years: dict[int, list[str]] = {}
    for row in decisions:
        years.setdefault(row["year"], []).append(row["number"])
    assert {2024, 2025} <= years.keys()
    for year, numbers in years.items():
        assert numbers == [f"{order}/QĐ-UBND" for order in range(1, len(numbers) + 1)]
        last = "select last from decision_number_count c join agency g on g.id = c.agency_id where g.kind = 'PROVINCE'"
        assert await held.fetchval(f"{last} and c.year = $1", year) == len(numbers)


async def test_the_journal_is_numbered_whole_and_in_the_order_of_time(demo_url: str, held: Connection) -> None:
    engine = create_async_engine(demo_url)
    async with engine.connect() as connection:
        verified = await verify(connection)
    await engine.dispose()
    assert isinstance(verified, Verified)
    assert verified.head.entries == await held.fetchval("select count(*) from journal")
    backwards = "select count(*) from (select at < lag(at) over (order by id) as back from journal) as j where back"
    assert await held.fetchval(backwards) == 0


async def test_the_public_hears_of_published_decisions_only(held: Connection) -> None:
    heard = await held.fetch(
        """
        select j.act, count(*), bool_and('decisions' = any(j.topics)) as public from journal j
        where j.subject_kind = 'Decision' group by j.act"""
    )
    public = {row["act"]: row["public"] for row in heard}
    assert public == {
        "ISSUE_DECISION": False,
        "RECORD_DECISION": False,
        "PUBLISH_DECISION": True,
        "REVOKE_AWARD": True,
    }
