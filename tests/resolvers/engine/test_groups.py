"""Groups made once and filled again; and those of which some figures can be had sooner, by another Select."""

from typing import Any

import pytest
from sqlalchemy import Select, func, literal_column, select

from models.access import Viewer
from resolvers.engine import Engine, Pool, placed

from . import rows
from .asking import executed, straight
from .conftest import Register
from .schema import schema
from .test_aggregate import By, engine_of, statistics


def soon_or_whole(viewer: Viewer, group_by: list[By]) -> tuple[Select[Any], Select[Any]]:
    """The viewer's dossiers, counted by another way where only their number is asked for."""
    whole = statistics(viewer, group_by)
    fact = whole.subquery()
    by = [fact.c[column.name] for column in whole.selected_columns if column.name in fact.c][: len(group_by)]
    number = func.sum(fact.c.count)
    soon = select(*by, number.label("count")).group_by(*by).having(number != literal_column("0"))
    return soon.order_by(number.desc()), whole


@pytest.fixture
def engine_of_both(pool: Pool) -> Engine:
    return engine_of(pool, soon_or_whole)


@pytest.mark.parametrize(
    ("asked", "soon"),
    [
        ("status count", True),
        ("count agency { code }", True),
        ("__typename", True),
        ("status count lastTitle", False),
        ("sealed { count }", False),
        ("missing { count } count", True),
    ],
)
async def test_the_first_select_that_has_all_that_is_asked_for_makes_the_groups(
    engine_of_both: Engine, pool: Pool, staff: Viewer, asked: str, soon: bool
) -> None:
    text = f"{{ groups(groupBy: [STATUS, AGENCY]) {{ {asked} }} }}"
    plan = engine_of_both.plan_of(engine_of_both.document(text), {}, None, staff)
    assert plan is not None
    assert ("HAVING" in plan.sql) is soon
    groups = (await straight(engine_of_both, staff, text))["groups"]
    assert len(groups) > 10
    assert groups == (await straight(engine_of(pool, statistics), staff, text))["groups"]


async def test_groups_made_once_take_their_values_wherever_they_stand_later(pool: Pool, staff: Viewer) -> None:
    counting = engine_of(pool, statistics)
    some = "groups(groupBy: [STATUS], minVersion: 3) { status count }"
    alone = await straight(counting, staff, f"{{ {some} }}")
    beside = await straight(counting, staff, f"{{ all: groups(groupBy: [STATUS], minVersion: 1) {{ count }} {some} }}")
    assert beside["groups"] == alone["groups"]
    assert beside["all"] != [{"count": group["count"]} for group in alone["groups"]]


def in_places(viewer: Viewer, group_by: list[By]) -> Select[Any]:
    """The viewer's dossiers by award type and version: of low rank first, in each half the newest version first."""
    kind, dossier = rows.AwardType, rows.Dossier
    whole = statistics(viewer, group_by).order_by(None)
    return whole.order_by(placed(dossier.award_type_id, kind.id, kind.rank > 1), dossier.version.desc())


async def test_groups_come_in_the_places_of_their_rows_and_what_has_no_row_last(
    pool: Pool, staff: Viewer, register: Register
) -> None:
    text = "{ groups(groupBy: [TYPE, VERSION]) { kind { code } version count } }"
    groups = (await straight(engine_of(pool, in_places), staff, text))["groups"]
    half: dict[str | None, int] = {kind.code: kind.rank > 1 for kind in register.seed.types} | {None: 2}
    found = [(half[group["kind"] and group["kind"]["code"]], -group["version"]) for group in groups]
    assert found == sorted(found)
    assert {place for place, _ in found} == {0, 1, 2}
    assert len(set(found)) < len(found) == len({str(group) for group in groups})
    assert sum(group["count"] for group in groups) == len(register.seed.dossiers)


async def test_places_are_looked_up_once_and_not_for_each_group(pool: Pool, staff: Viewer) -> None:
    engine = engine_of(pool, in_places)
    plan = engine.plan_of(engine.document("{ groups(groupBy: [TYPE, VERSION]) { count } }"), {}, None, staff)
    assert plan is not None
    assert plan.sql.count("rank() OVER") == plan.sql.count("FROM register.award_type") == 1
    assert "SubPlan" not in await engine.explain(plan, {}, staff)


@pytest.mark.parametrize(
    ("asked", "once"),
    [("code", True), ("id __typename name", True), ("code parent { code }", False), ("children { code }", False)],
)
async def test_what_a_row_tells_by_its_own_columns_is_made_once_for_all_its_groups(
    pool: Pool, staff: Viewer, register: Register, asked: str, once: bool
) -> None:
    engine = engine_of(pool, statistics)
    text = f"{{ groups(groupBy: [AGENCY, STATUS]) {{ count agency {{ {asked} }} again: agency {{ id }} }} }}"
    plan = engine.plan_of(engine.document(text), {}, None, staff)
    assert plan is not None
    assert plan.sql.count("OFFSET 0") == 1 + once
    groups = (await straight(engine, staff, text))["groups"]
    assert len(groups) > 10
    ids = [group["again"]["id"] for group in groups]
    alone = await straight(
        Engine(schema, pool),
        staff,
        f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Agency {{ {asked} }} }} }}",
        {"ids": ids},
    )
    assert [group["agency"] for group in groups] == alone["nodes"]
    assert (await executed(engine, staff, text))["data"] == {"groups": groups}
