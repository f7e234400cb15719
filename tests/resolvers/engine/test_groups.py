"""Groups made once and filled again; and those of which some figures can be had sooner, by another Select."""

from typing import Any

import pytest
from sqlalchemy import Select, func, literal_column, select

from models.access import Viewer
from resolvers.engine import Engine, Pool

from .asking import straight
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
