"""The clock of a dossier through the schema: what acts spend and give back, what is shown and found, new days off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select

import models as rows
from models import calendar
from models.access import ANONYMOUS
from models.calendar import Calendar, official
from models.catalogue.days import Announcement, announcements, law_days, office_hours
from models.catalogue.entry import FILES
from models.clock import Timeliness
from models.reschedule import reschedule
from tests.clocks import timeliness
from tests.pristine import dsn
from tests.province import ROLES, Province
from tests.schema.counted_rows import plant
from tests.schema.counts import Counted
from tests.schema.journey import drafted, stepped
from tests.schema.oracle_clock import Clocks

TOLD = "clock daysLeft daysSpent daysSaved timeliness stage stageDueOn stageDaysLeft dueOn dueIsProvisional"
ONE = f"query($id: ID!) {{ dossier(id: $id) {{ {TOLD} }} }}"
ALL = f"query($f: DossierFilter) {{ dossiers(first: 100, filter: $f) {{ totalCount nodes {{ id {TOLD} }} }} }}"


async def received(province: Province) -> dict[str, Any]:
    """A dossier at the desk, received now."""
    dossier = await stepped(province, "head", "submitDossier", await drafted(province))
    return await stepped(province, "desk", "receiveDossier", dossier)


async def told(province: Province, dossier: dict[str, Any], who: str = "chief") -> dict[str, Any]:
    answer = await province.ask(who, ONE, {"id": dossier["id"]})
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["dossier"]
    return found


async def row(province: Province, dossier: dict[str, Any]) -> rows.Dossier:
    async with province.sessions() as session:
        return await session.get_one(rows.Dossier, UUID(dossier["id"].removeprefix("Dossier_")))


async def passed(province: Province, dossier: dict[str, Any], half_days: int) -> None:
    """Let so many working half days pass: the clock began to stand as it does by so much earlier."""
    async with province.sessions.begin() as session:
        found = await session.get_one(rows.Dossier, UUID(dossier["id"].removeprefix("Dossier_")))
        count, days = found.count, official()
        assert count is not None
        found.clock_since = days.begins(days.half_of(datetime.now(UTC)) - half_days)
        found.reschedule()


async def test_a_received_dossier_has_its_limits_bound_and_all_of_its_time(province: Province) -> None:
    draft = await drafted(province)
    shown = await told(province, draft, "officer")
    assert {**shown, "clock": None, "dueIsProvisional": None} == dict.fromkeys(shown)
    assert (shown["clock"], shown["dueIsProvisional"]) == ("STOPPED", False)
    dossier = await stepped(province, "desk", "receiveDossier", await stepped(province, "head", "submitDossier", draft))
    shown, held, days = await told(province, dossier), await row(province, dossier), official()
    assert held.received_at is not None
    first = days.received_half(held.received_at)
    due = days.add_working_days(days.day_of_half(first), 15)
    assert (shown["clock"], shown["timeliness"], shown["stage"]) == ("RUNNING", "IN_TIME", "RECEPTION")
    assert shown["dueOn"] == due.isoformat()
    assert shown["dueIsProvisional"] == (due.year > 2026)
    assert (shown["daysSpent"], shown["daysSaved"], shown["stageDaysLeft"]) == (0, None, 0.5)
    assert shown["daysLeft"] == 15.5 - first % 2 / 2
    assert shown["stageDueOn"] == days.day_of_half(first + 1).isoformat()


async def test_running_time_is_spent_and_awaited_time_is_given_back(province: Province) -> None:
    dossier = await received(province)
    whole = (await told(province, dossier))["daysLeft"]
    await passed(province, dossier, 1)
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    await passed(province, dossier, 5)
    running = await told(province, dossier)
    assert (running["daysSpent"], running["daysLeft"]) == (3, whole - 3)
    assert (running["stage"], running["stageDaysLeft"]) == ("APPRAISAL_AND_COUNCIL", 6.5)
    dossier = await stepped(province, "appraiser", "requestSupplement", dossier, reason="Thiếu biên bản họp xét")
    paused = await told(province, dossier)
    assert (paused["clock"], paused["daysSpent"], paused["daysLeft"]) == ("PAUSED", 3, whole - 3)
    assert (paused["stage"], paused["stageDaysLeft"], paused["stageDueOn"]) == ("APPRAISAL_AND_COUNCIL", 6.5, None)
    await passed(province, dossier, 9)
    waited = await told(province, dossier)
    assert {**waited, "dueOn": None} == {**paused, "dueOn": None}
    dossier = await stepped(province, "officer", "supplementDossier", dossier)
    resumed, held = await told(province, dossier), await row(province, dossier)
    assert (resumed["clock"], resumed["daysSpent"], resumed["daysLeft"]) == ("RUNNING", 3, whole - 3)
    assert held.half_days_left is not None
    last = official().day_of_half(official().half_of(datetime.now(UTC)) + held.half_days_left)
    assert resumed["dueOn"] == last.isoformat() > waited["dueOn"]


async def test_a_result_stops_the_clock_and_what_was_left_is_saved(province: Province) -> None:
    dossier = await received(province)
    whole = (await told(province, dossier))["daysLeft"]
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    await passed(province, dossier, 4)
    (line,) = dossier["lines"]["nodes"]
    said = {"lineId": line["id"], "eligible": False, "reason": "Chưa đủ thời gian công tác"}
    dossier = await stepped(province, "appraiser", "appraiseLine", dossier, **said)
    shown = await told(province, dossier)
    assert (shown["clock"], shown["timeliness"]) == ("STOPPED", "EARLY")
    assert (shown["daysSpent"], shown["daysSaved"], shown["daysLeft"]) == (2, whole - 2, None)


async def test_a_refused_step_and_a_rehearsal_leave_the_clock_alone(province: Province) -> None:
    dossier = await received(province)
    await passed(province, dossier, 3)
    before = await told(province, dossier)
    rehearsed = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser", dryRun=True)
    assert rehearsed["status"] == "ASSIGNED"
    refused = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="officer")
    assert refused["__typename"] == "InvalidInput"
    assert await told(province, dossier) == before


async def test_overdue_and_at_risk_dossiers_are_found(province: Province) -> None:
    async def found(**filter: bool) -> bool:
        answer = await province.ask("chief", ALL, {"f": filter})
        return bool(answer["data"]["dossiers"]["totalCount"])

    dossier = await received(province)
    for gone, name in ((0, "IN_TIME"), (3, "AT_RISK"), (29, "AT_RISK"), (32, "OVERDUE")):
        await passed(province, dossier, gone)
        shown = await told(province, dossier)
        assert shown["timeliness"] == name
        assert await found(overdue=True) == (name == "OVERDUE") == (shown["daysLeft"] < 0)
        assert await found(willMissDeadline=True) == (name != "IN_TIME")
        assert await found(overdue=False) != await found(overdue=True)
        assert await found(willMissDeadline=False) != await found(willMissDeadline=True)


@pytest.fixture
async def counted(province: Province) -> Counted:
    """The small province with random dossiers in it."""
    async with province.sessions.begin() as session:
        return await plant(session, province, seed=5)


async def test_every_role_is_told_the_time_that_plain_python_tells(province: Province, counted: Counted) -> None:
    python, seen, kinds = Clocks(), 0, set()
    for who in (*ROLES, None):
        viewer = province.viewers[who] if who else ANONYMOUS
        answer = await province.ask(who, ALL)
        for shown in answer["data"]["dossiers"]["nodes"]:
            dossier = counted.dossiers[UUID(shown.pop("id").removeprefix("Dossier_"))]
            assert counted.sees(viewer, dossier)
            assert shown.pop("dueOn") == (dossier.due_on and dossier.due_on.isoformat())
            assert shown.pop("stage") == (dossier.stage and dossier.stage.name)
            expected = {name: getattr(python, f"Dossier_{name}")(dossier, viewer) for name in shown}
            assert shown == expected
            seen, kinds = seen + 1, kinds | {shown["timeliness"]}
    assert seen > 200
    assert kinds == {None, *Timeliness.__members__}


async def test_filters_of_time_find_what_plain_python_finds(province: Province, counted: Counted) -> None:
    viewer = province.viewers["chairman"]
    seen = {key: dossier for key, dossier in counted.dossiers.items() if counted.sees(viewer, dossier)}
    for name, wanted in (("overdue", {"OVERDUE"}), ("willMissDeadline", {"OVERDUE", "AT_RISK"})):
        for value in (True, False):
            answer = await province.ask("chairman", ALL, {"f": {name: value}})
            found = {UUID(node["id"].removeprefix("Dossier_")) for node in answer["data"]["dossiers"]["nodes"]}
            assert found == {
                key
                for key, dossier in seen.items()
                if ((said := timeliness(dossier)) is not None and said.name in wanted) is value
            }


@pytest.fixture
async def held(database_url: str) -> AsyncIterator[Any]:
    """A connection beside the application's own."""
    connection = await asyncpg.connect(dsn(database_url))
    yield connection
    await connection.close()


def with_day_off(day: date) -> Calendar:
    """The calendar with one more day announced as off."""
    said = announcements(FILES / "calendar.toml")
    one = Announcement(year=9999, days_off=frozenset({day}), days_worked=frozenset(), source="A", confirmed=True)
    return Calendar(law_days(FILES / "law_days.toml"), [*said, one], office_hours(FILES / "office_hours.toml"))


async def test_new_days_off_move_the_due_dates_of_what_runs_each_with_an_entry(
    province: Province, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, paused = await received(province), await received(province)
    paused = await stepped(province, "chief", "assignAppraiser", paused, appraiser="appraiser")
    paused = await stepped(province, "appraiser", "requestSupplement", paused, reason="Thiếu biên bản họp xét")
    draft = await drafted(province)
    assert await reschedule(database_url) == 0
    due = date.fromisoformat((await told(province, running))["dueOn"])
    changed = with_day_off(due)
    monkeypatch.setattr(calendar, "official", lambda: changed)
    before = {said["id"]: await row(province, said) for said in (paused, draft)}
    assert await reschedule(database_url) == 1
    moved = await row(province, running)
    assert moved.due_on == changed.add_working_days(due - timedelta(days=1), 1) > due
    assert moved.version == running["version"] + 1
    async with province.sessions() as session:
        entry = (await session.scalars(select(rows.Entry).where(rows.Entry.act == "RESCHEDULE"))).one()
    assert (entry.subject_id, entry.subject_version, entry.actor_id) == (moved.id, moved.version, None)
    assert entry.public_text is not None
    assert f"{due.day}-{due.month}-{due.year}" in entry.public_text
    assert f"dossier:{moved.id}" in entry.topics
    for said in (paused, draft):
        assert (await row(province, said)).version == before[said["id"]].version
    assert await reschedule(database_url) == 0
    stale = await stepped(province, "chief", "assignAppraiser", running, appraiser="appraiser")
    assert stale["__typename"] == "StaleVersion"


async def test_a_dossier_received_before_there_were_clocks_is_given_one_by_its_journal(
    province: Province, database_url: str, held: Any
) -> None:
    running, stopped, draft = await received(province), await received(province), await drafted(province)
    for n, one in enumerate((running, stopped)):
        dossier = await stepped(province, "chief", "assignAppraiser", one, appraiser="appraiser")
        dossier = await stepped(province, "appraiser", "requestSupplement", dossier, reason="Thiếu biên bản")
        dossier = await stepped(province, "officer", "supplementDossier", dossier)
        said = {"lineId": dossier["lines"]["nodes"][0]["id"], "eligible": n == 0, "reason": "Chưa đủ"}
        await stepped(province, "appraiser", "appraiseLine", dossier, **said)
    before = {said["id"]: (await told(province, said), await row(province, said)) for said in (running, stopped, draft)}
    await held.execute(
        "update dossier set time_limits = null, stage = null, stage_half_days_left = null, half_days_spent = null,"
        " half_days_left = null, half_days_saved = null, clock_since = null, late_at = null, at_risk_at = null"
    )
    assert (await told(province, running))["daysLeft"] is None
    assert await reschedule(database_url) == 0
    for dossier in (running, stopped, draft):
        shown, version = before[dossier["id"]][0], before[dossier["id"]][1].version
        assert await told(province, dossier) == shown
        assert (await row(province, dossier)).version == version
    assert (await told(province, stopped))["timeliness"] == "EARLY"


async def test_time_that_runs_twice_or_half_a_clock_is_refused_by_the_table(province: Province, held: Any) -> None:
    dossier = await received(province)
    key = UUID(dossier["id"].removeprefix("Dossier_"))
    for change in ("clock_since = null", "half_days_spent = -1", "at_risk_at = late_at + interval '1 day'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await held.execute(f"update dossier set {change} where id = $1", key)
