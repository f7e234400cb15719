"""Lists of input objects and inputs in inputs: each said apart, part of the plan by its shape, within bounds."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from sqlalchemy import and_, any_, false, or_, select

from models.access import Viewer
from resolvers.engine import Connection, Engine, Order, Pool, many
from resolvers.engine.cursor import tag_of
from resolvers.engine.document import PLANS

from . import rows
from .asking import refused, straight
from .schema import Dossier, schema

D = rows.Dossier


class By(Order):
    OLDEST = "oldest"
    TITLE = "title"


@strawberry.input
class Part:
    status: rows.DossierStatus | None = None
    statuses: list[rows.DossierStatus] | None = None
    has_code: bool | None = None
    least: int | None = 0
    any: list[Part] | None = None
    all: list[Part | None] | None = None
    no: Part | None = None


def said(asked: Part) -> Any:
    parts = [] if asked.status is None else [D.status == asked.status]
    if asked.statuses is not None:
        parts.append(D.status == any_(asked.statuses))
    if asked.has_code is not None:
        parts.append(D.code.is_not(None) if asked.has_code else D.code.is_(None))
    if asked.least is not None:
        parts.append(D.version >= asked.least)
    if asked.any is not None:
        parts.append(or_(false(), *map(said, asked.any)))
    parts += [said(part) for part in asked.all or () if part is not None]
    return and_(*parts, ~said(asked.no)) if asked.no is not None else and_(*parts)


def listed(viewer: Viewer, by: Part | None = None, order: By = By.OLDEST) -> Any:
    """Dossiers."""
    found = select(D) if by is None else select(D).where(said(by))
    return found.order_by(D.created_at if order is By.OLDEST else D.title)


@pytest.fixture
def engine(pool: Pool) -> Engine:
    @strawberry.type
    class Query:
        xs: Connection[Dossier] = many(listed)

    return Engine(strawberry.Schema(Query, config=schema.config), pool)


WHOLE = "query($by: Part) { xs(first: 100, by: $by) { totalCount nodes { status version } } }"
ITEMS = "query($any: [Part!]) { xs(first: 100, by: {any: $any}) { totalCount nodes { status version } } }"
ITEM = "query($one: Part!, $n: Int) { xs(first: 100, by: {any: [{status: DRAFT, least: $n}, $one]}) { totalCount } }"


async def counted(engine: Engine, viewer: Viewer, text: str, **variables: Any) -> int:
    count: int = (await straight(engine, viewer, text, variables))["xs"]["totalCount"]
    return count


async def test_a_list_of_objects_is_the_same_by_variable_by_item_and_written_out(engine: Engine, staff: Viewer) -> None:
    parts = [{"status": "DRAFT", "least": 2}, {"statuses": ["DECIDED"], "least": None}]
    expected = await straight(engine, staff, WHOLE, {"by": {"any": parts}})
    assert {node["status"] for node in expected["xs"]["nodes"]} == {"DRAFT", "DECIDED"}
    assert await straight(engine, staff, ITEMS, {"any": parts}) == expected
    written = "{ xs(first: 100, by: {any: [{status: DRAFT, least: 2}, {statuses: [DECIDED], least: null}]}) "
    assert await straight(engine, staff, written + "{ totalCount nodes { status version } } }") == expected
    assert await counted(engine, staff, ITEM, one=parts[1], n=2) == expected["xs"]["totalCount"]


async def test_one_object_stands_for_a_list_of_it(engine: Engine, staff: Viewer) -> None:
    alone = await counted(engine, staff, "{ xs(first: 1, by: {any: {status: DRAFT}}) { totalCount } }")
    assert alone == await counted(engine, staff, WHOLE, by={"any": {"status": "DRAFT"}})
    assert alone == await counted(engine, staff, WHOLE, by={"any": [{"status": "DRAFT"}]})
    assert alone > 0


async def test_an_empty_list_is_a_list(engine: Engine, staff: Viewer) -> None:
    everything = await counted(engine, staff, WHOLE, by={})
    assert await counted(engine, staff, WHOLE, by={"any": []}) == 0
    assert await counted(engine, staff, WHOLE, by={"any": None}) == everything
    assert await counted(engine, staff, WHOLE, by={"all": [None, {"no": {"status": "DRAFT"}}]}) < everything


async def test_length_and_nulls_choose_the_plan_and_values_do_not(engine: Engine, staff: Viewer) -> None:
    for status in ("DRAFT", "DECIDED"):
        await counted(engine, staff, WHOLE, by={"any": [{"status": status}, {"hasCode": True}]})
    assert engine.planned == 1
    await counted(engine, staff, WHOLE, by={"any": [{"status": "DRAFT"}, {"hasCode": False}]})
    await counted(engine, staff, WHOLE, by={"any": [{"status": None}, {"hasCode": True}]})
    await counted(engine, staff, WHOLE, by={"any": [{"status": "DRAFT"}]})
    await counted(engine, staff, WHOLE, by={"all": [{"status": "DRAFT"}, None]})
    assert engine.planned == 5


async def test_plans_of_ever_new_shapes_are_forgotten(engine: Engine, staff: Viewer) -> None:
    document = engine.document(WHOLE)
    for n in range(PLANS + 5):
        parts = [{"status": "DRAFT"} if n >> bit & 1 else {"least": 1} for bit in range(7)]
        assert engine.plan_of(document, {"by": {"any": parts}}, None, staff) is not None
    operation = document.operation()
    assert operation is not None
    assert len(operation.plans.kept) == PLANS


def nested(depth: int) -> dict[str, Any]:
    return {"no": nested(depth - 1)} if depth else {"status": "DRAFT"}


async def test_nesting_is_bounded(engine: Engine, staff: Viewer) -> None:
    assert await counted(engine, staff, WHOLE, by=nested(4)) > 0
    assert await refused(engine, staff, WHOLE, {"by": nested(5)}) == ["BAD_FILTER"]
    written = "{ xs(first: 1, by: {any: {any: {any: {any: {any: {status: DRAFT}}}}}}) { totalCount } }"
    assert await refused(engine, staff, written) == ["BAD_FILTER"]


async def test_the_number_of_parts_is_bounded(engine: Engine, staff: Viewer) -> None:
    assert await counted(engine, staff, WHOLE, by={"any": [{"status": "DRAFT"}] * 49}) > 0
    assert await refused(engine, staff, WHOLE, {"by": {"any": [{"status": "DRAFT"}] * 50}}) == ["BAD_FILTER"]


async def test_a_bottomless_filter_is_refused_in_time(engine: Engine, staff: Viewer) -> None:
    text = "{ xs(first: 1, by: " + "{no: " * 2_000 + "{}" + "}" * 2_000 + ") { totalCount } }"
    assert "nested too deeply" in engine.document(text).errors[0].message


def test_a_cursor_knows_every_part_of_a_filter() -> None:
    filters: list[Any] = [
        {},
        {"no": {}},
        {"any": []},
        {"all": []},
        {"any": [{}]},
        {"any": [{"status": rows.DossierStatus.DRAFT}]},
        {"no": {"status": rows.DossierStatus.DRAFT}},
        {"any": [{"status": rows.DossierStatus.DRAFT}, {}]},
        {"status": rows.DossierStatus.DRAFT},
    ]
    assert len({tag_of("Query.xs", {"by": by}) for by in filters}) == len(filters)
    assert tag_of("Query.xs", {"by": {"no": {"least": None}}}) == tag_of("Query.xs", {"by": {"no": {}}})
