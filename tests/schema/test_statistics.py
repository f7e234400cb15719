"""Figures through the schema: against plain Python for every role, over random rows and the demo's."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from models import calendar
from models.access import ANONYMOUS, Audience, Viewer
from resolvers.award_statistics import AwardDimension
from resolvers.dimensions import HOLDS
from resolvers.dossier_statistics import DossierDimension
from resolvers.engine import Engine
from schema import schema
from tests.models.test_demo import this_far
from tests.pristine import dsn
from tests.province import ROLES, Province
from tests.schema.counted_rows import DAYS, TYPES, plant
from tests.schema.counts import AWARD_FIELDS, DOSSIER_FIELDS, Counted
from tests.schema.figures import AWARDS, DOSSIERS, IN_PUBLIC, LAST_YEAR, answered
from tests.unhurried import patient_pool

EVERYBODY = (*ROLES, None)
STAFF = tuple(who for who in ROLES if who != "nominee")


@pytest.fixture
async def counted(province: Province) -> Counted:
    """The small province with random dossiers and awards in it."""
    async with province.sessions.begin() as session:
        return await plant(session, province)


def viewer_of(province: Province, who: str | None) -> Viewer:
    return province.viewers[who] if who else ANONYMOUS


def award_filter(chance: random.Random) -> dict[str, Any]:
    """Conditions at random, the days often where February ends."""
    days = [chance.choice([*DAYS, date(2023, 12, 15), date(2024, 12, 31), calendar.today()]) for _ in range(2)]
    parts = {
        "awardType": chance.choice([*TYPES, "NONE"]),
        "agencyWithin": chance.choice(["H37", "H37.10", "H37.99"]),
        "recipient": chance.choice(["COLLECTIVE", "INDIVIDUAL", "HOUSEHOLD"]),
        "status": chance.choice(["IN_FORCE", "CANCELLED"]),
        "awardedFrom": min(days).isoformat(),
        "awardedTo": max(days).isoformat(),
    }
    return {name: value for name, value in parts.items() if chance.random() < (0.6 if "awarded" in name else 0.15)}


async def test_awards_are_counted_as_plain_python_counts_them_for_every_role_on_the_staff(
    province: Province, counted: Counted
) -> None:
    chance, filled = random.Random(7), 0
    for number in range(200):
        who = STAFF[number % len(STAFF)]
        by = chance.sample(list(AWARD_FIELDS), chance.choice([1, 1, 2, 3, 4]))
        asked, compared = award_filter(chance), chance.random() < 0.6
        year = chance.choice([None, None, 2024, 2025])
        given = {"by": by, "f": asked or None, "c": LAST_YEAR if compared else None, "y": year}
        wanted = counted.award_statistics(viewer_of(province, who), by, asked, compared, year)
        assert await answered(province, who, AWARDS, given) == wanted, (who, given)
        filled += bool(wanted)
    assert filled > 100


async def test_dossiers_are_counted_as_plain_python_counts_them_for_every_role(
    province: Province, counted: Counted
) -> None:
    chance, filled = random.Random(8), 0
    for number in range(150):
        who = EVERYBODY[number % len(EVERYBODY)]
        by = chance.sample(list(DOSSIER_FIELDS), chance.choice([1, 1, 2, 3, 4]))
        parts = {
            "status": chance.choice(["ARCHIVED", "DRAFT"]),
            "commendationType": "MERIT",
            "agencyWithin": chance.choice(["H37", "H37.10", "H37.99"]),
            "receivedFrom": "2025-11-01",
        }
        asked = {name: value for name, value in parts.items() if chance.random() < 0.2}
        wanted = counted.dossier_statistics(viewer_of(province, who), by, asked)
        got = await answered(province, who, DOSSIERS, {"by": by, "f": asked or None})
        assert got == wanted, (who, by, asked)
        filled += bool(wanted)
    assert filled > 60


async def test_counts_that_kinds_decide_are_the_same_kept_or_counted_for_every_role(
    province: Province, counted: Counted
) -> None:
    chance, kept = random.Random(9), 0
    for who, viewer in province.viewers.items():
        province.viewers[who] = replace(viewer, few=viewer.few and who in ("head", "stranger"))  # here all see few
    for number in range(150):
        who = EVERYBODY[number % len(EVERYBODY)]
        by = chance.sample(
            ["AGENCY", "HANDLER", "STATUS", "PORTAL_STATUS", "COMMENDATION_TYPE"], chance.choice([1, 2, 3])
        )
        parts = {"status": "ARCHIVED", "agencyWithin": chance.choice(["H37", "H37.10"]), "receivedFrom": "2025-11-01"}
        asked = {name: value for name, value in parts.items() if chance.random() < 0.2}
        text = "query($by: [DossierDimension!]!, $f: DossierFilter) { dossierStatistics(groupBy: $by, filter: $f) {"
        text += " agency { code } handler { code } status portalStatus commendationType count } }"
        wanted = counted.dossier_statistics(viewer_of(province, who), by, asked)
        names = ("agency", "handler", "status", "portalStatus", "commendationType", "count")
        given = {"by": by, "f": asked or None}
        assert await answered(province, who, text, given) == [{name: group[name] for name in names} for group in wanted]
        plan = province.engine.plan_of(province.engine.document(text), given, None, viewer_of(province, who))
        assert plan is not None
        decided = "COMMENDATION_TYPE" not in by and "receivedFrom" not in asked
        decided = decided and who not in ("nominee", "head", "stranger")  # whose own are found by their keys
        assert ("FROM dossier_tally" in plan.sql) is decided, (who, given)
        kept += decided
    assert kept > 50


async def test_what_nobody_may_read_nobody_may_count(province: Province, counted: Counted) -> None:
    assert await answered(province, None, DOSSIERS, {"by": ["STATUS"]}) == []
    assert len(await answered(province, "chairman", AWARDS, {"by": ["COMMENDATION_TYPE"]})) > 1


async def test_nothing_to_count_is_no_group(province: Province) -> None:
    for who in EVERYBODY:
        for compared in (None, LAST_YEAR):
            given = {"by": ["AGENCY", "YEAR"], "c": compared, "y": 2025}
            assert await answered(province, who, AWARDS if who in STAFF else IN_PUBLIC, given) == []
        assert await answered(province, who, DOSSIERS, {"by": ["STATUS"]}) == []


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2025-02-01", "2025-02-28", [date(2024, 2, 28), date(2024, 2, 29)]),
        ("2025-02-01", "2025-02-27", []),
        ("2025-03-01", "2025-03-01", [date(2024, 3, 1)]),
        ("2024-02-01", "2024-02-28", [date(2023, 2, 28)]),
        ("2024-02-01", "2024-02-29", [date(2023, 2, 28)]),
        ("2024-02-29", "2024-02-29", []),
        ("2024-02-29", "2024-03-01", [date(2023, 3, 1)]),
        ("2024-12-15", "2025-03-01", [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 12, 31)]),
    ],
)
async def test_the_same_period_last_year_is_made_of_the_same_days(
    province: Province, counted: Counted, first: str, last: str, days: list[date]
) -> None:
    async with province.sessions.begin() as session:
        for award, day in zip(counted.awards, [*DAYS, date(2024, 3, 1), date(2023, 12, 31)], strict=False):
            found = await session.get_one(type(award), award.id)
            found.awarded_on, found.status = day, type(award.status).IN_FORCE
        for award in counted.awards[len(DAYS) + 2 :]:
            await session.delete(await session.get_one(type(award), award.id))
    given = {"by": ["LEVEL"], "f": {"awardedFrom": first, "awardedTo": last}, "c": LAST_YEAR}
    groups = await answered(province, "chairman", AWARDS, given)
    assert sum(group["previous"]["count"] for group in groups) == len(days)


async def test_without_a_period_this_year_to_today_is_compared(province: Province, counted: Counted) -> None:
    today = calendar.today()
    period = {"awardedFrom": date(today.year, 1, 1).isoformat(), "awardedTo": today.isoformat()}
    given = {"by": ["AGENCY", "MONTH"], "c": LAST_YEAR}
    left_out = await answered(province, "chairman", AWARDS, given)
    assert left_out == await answered(province, "chairman", AWARDS, {**given, "f": period})
    assert left_out


async def test_a_period_may_last_to_the_last_day_there_is_but_before_the_first_year_is_none(
    province: Province, counted: Counted
) -> None:
    later, asked = date(calendar.today().year, 12, 31), {"by": ["LEVEL"], "c": LAST_YEAR}
    this_year = {"awardedFrom": date(later.year, 1, 1).isoformat()}
    ends = [{**asked, "f": {**this_year, "awardedTo": day.isoformat()}} for day in (later, date.max)]
    to_this, to_ever = [await answered(province, "chairman", AWARDS, given) for given in ends]
    assert sum(group["count"] for group in to_ever) >= sum(group["count"] for group in to_this) > 0
    told = await province.ask("chairman", AWARDS, {**asked, "f": {"awardedFrom": date.min.isoformat()}})
    assert [error["extensions"]["code"] for error in told["errors"]] == ["BAD_VALUE"]


@pytest.mark.parametrize("by", [[], ["YEAR", "YEAR"], ["YEAR", "MONTH", "QUARTER", "LEVEL", "AGENCY"]])
async def test_rows_are_grouped_by_one_to_four_different_dimensions(province: Province, by: list[str]) -> None:
    answer = await province.ask("officer", AWARDS, {"by": by})
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("BAD_GROUPING", ["awardStatistics"])
    assert "1 đến 4" in error["message"]


@pytest.fixture(scope="module")
async def demo(demo_url: str) -> AsyncIterator[Engine]:
    """The engine over the demo's data."""
    pool = patient_pool(dsn(demo_url), size=2)
    yield Engine(schema, pool)
    await pool.close()


OVER_ALL = Viewer(audience=Audience.STAFF, proposes_in=("H37",), handles_in=("H37",))
TOLD = """query($f: AwardFilter) { awardStatistics(groupBy: [AGENCY, AWARD_TYPE], filter: $f,
  comparedWith: SAME_PERIOD_LAST_YEAR) { agency { name } awardType { code }
  current { collectives individuals } previous { collectives individuals } difference { collectives individuals } } }"""


async def told(demo: Engine, viewer: Viewer, text: str, variables: dict[str, Any] | None = None) -> Any:
    body = await demo.answer(demo.document(text), variables or {}, None, viewer)
    assert body is not None
    return orjson.loads(body)["data"]


async def test_the_department_of_culture_has_the_figures_that_were_told(demo: Engine) -> None:
    period = {"awardedFrom": "2025-01-01", "awardedTo": this_far(2025).isoformat()}
    given = {"f": {"agencyWithin": "H37.07", "awardType": "BK_T", **period}}
    assert (await told(demo, OVER_ALL, TOLD, given))["awardStatistics"] == [
        {
            "agency": {"name": "Sở Văn hóa, Thể thao và Du lịch"},
            "awardType": {"code": "BK_T"},
            "current": {"collectives": 14, "individuals": 54},
            "previous": {"collectives": 1, "individuals": 10},
            "difference": {"collectives": 13, "individuals": 44},
        }
    ]


async def test_the_province_has_given_nearly_3300_awards_since_2024(demo: Engine) -> None:
    text = '{ awardStatistics(groupBy: [LEVEL], filter: {awardedFrom: "2024-01-01"}) { level count } }'
    levels = {group["level"]: group["count"] for group in (await told(demo, OVER_ALL, text))["awardStatistics"]}
    assert levels["PROVINCE"] == 3287


async def test_the_demo_prepares_a_dossier_in_days_and_decides_most_in_time(demo: Engine) -> None:
    text = "{ dossierStatistics(groupBy: [YEAR]) { year count early onTime late medianPreparationDays } }"
    groups = (await told(demo, OVER_ALL, text))["dossierStatistics"]
    assert sum(group["early"] + group["onTime"] for group in groups) > sum(group["late"] for group in groups) > 0
    assert all(0 < group["medianPreparationDays"] < 10 for group in groups if group["medianPreparationDays"])


async def test_the_awards_of_a_unit_in_a_period_are_found_by_an_index(demo: Engine) -> None:
    week = calendar.today() - timedelta(days=7)
    period = {"awardedFrom": week.isoformat(), "awardedTo": calendar.today().isoformat()}
    for given in (period, {"agencyWithin": "H37.07", "awardType": "BK_T"}):
        plan = demo.plan_of(demo.document(TOLD), {"f": given}, None, OVER_ALL)
        assert plan is not None
        said = await demo.explain(plan, coerced(demo, given), OVER_ALL)
        assert "Seq Scan on award\n" not in said + "\n", said
        assert " dossier" not in said, "a join that nothing asked for"


async def test_the_day_of_a_decision_is_looked_up_once_and_only_where_it_is_asked_for(demo: Engine) -> None:
    for figures, times in (("count overdue early onTime late daysSaved", 0), ("medianProcessingCalendarDays", 1)):
        document = demo.document(f"{{ dossierStatistics(groupBy: [AGENCY]) {{ {figures} }} }}")
        plan = demo.plan_of(document, {}, None, OVER_ALL)
        assert plan is not None
        said = await demo.explain(plan, {}, OVER_ALL)
        assert (said.count("ix_journal_decided_on"), said.count(" on journal")) == (times, times), said


async def test_every_agency_by_every_status_is_one_list(demo: Engine) -> None:
    text = "{ dossierStatistics(groupBy: [AGENCY, STATUS]) { agency { name } status count } }"
    groups = (await told(demo, OVER_ALL, text))["dossierStatistics"]
    assert sum(group["count"] for group in groups) == 2000
    assert len({(group["agency"]["name"], group["status"]) for group in groups}) == len(groups) > 500


def coerced(demo: Engine, given: dict[str, Any]) -> dict[str, Any]:
    """The variables of TOLD as plans take them."""
    operation = demo.document(TOLD).operation()
    assert operation is not None
    made = operation.coerce({"f": given})
    assert not isinstance(made, list)
    return made.coerced


async def test_no_dimension_has_more_values_than_its_groups_are_priced_by(demo: Engine) -> None:
    kinds = {"dossierStatistics": DossierDimension, "awardStatistics": AwardDimension}
    asked = [(field, dimension.name) for field, kind in kinds.items() for dimension in kind]
    parts = [f"{field}_{name}: {field}(groupBy: [{name}]) {{ count }}" for field, name in asked]
    groups = await told(demo, OVER_ALL, f"{{ {' '.join(parts)} }}")
    assert {f"{field}_{name}" for field, name in asked if len(groups[f"{field}_{name}"]) > 1 + HOLDS[name]} == set()
