"""Groups of rows: only what is asked is computed, what groups are made by is shape, and a list is whole or refused."""

from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from sqlalchemy import Integer, column, func, select
from strawberry.schema.config import StrawberryConfig

from models.access import Audience, Viewer
from resolvers.engine import (
    Choice,
    Engine,
    Pool,
    Unbound,
    aggregates,
    check,
    computed,
    figures,
    grouped,
    keyed,
    shows,
)
from resolvers.engine.groups import GROUPS

from . import rows
from .asking import executed, refused, straight
from .conftest import Register
from .schema import Agency, AwardType, schema

D = rows.Dossier


class By(Choice):
    AGENCY = "agency"
    STATUS = "status"
    TYPE = "award type"
    URGENT = "urgent"
    VERSION = "version"


COLUMNS: dict[By, Any] = {
    By.AGENCY: D.agency_id.label("agency_id"),
    By.STATUS: D.status.label("status"),
    By.TYPE: D.award_type_id.label("award_type_id"),
    By.URGENT: D.urgent.label("urgent"),
    By.VERSION: D.version.label("version"),
}


def statistics(
    viewer: Viewer, group_by: list[By], min_version: int | None = None, status: rows.DossierStatus | None = None
) -> Any:
    """The viewer's dossiers, counted."""
    columns = [COLUMNS[by] for by in group_by]
    measures = (
        func.count().label("count"),
        func.count().filter(D.sealed).label("sealed_count"),
        func.max(D.title).label("last_title"),
        func.sum(D.version).label("sealed_sum"),
    )
    found = select(*columns, *measures).where(rows.visible_dossier(D, viewer))
    if min_version is not None:
        found = found.where(D.version >= min_version)
    if status is not None:
        found = found.where(D.status == status)
    return found.group_by(*(by.element for by in columns)).order_by(func.count().desc())


@grouped
class Sealed:
    """More of a group."""

    count: int


@grouped
class Statistic:
    """A group of dossiers."""

    agency: Agency | None = keyed("agency_id")
    kind: AwardType | None = keyed("award_type_id")
    status: rows.DossierStatus | None
    """Where they stand."""
    urgent: bool | None
    version: int | None
    count: int
    """How many."""
    last_title: str | None
    sealed: Sealed | None = figures("sealed_")
    missing: Sealed | None = figures("missing_")


def engine_of(pool: Pool, fn: Callable[..., Any], kind: Any = Statistic) -> Engine:
    """An engine whose only field is this function's list of groups."""

    @strawberry.type
    class Query:
        groups: list[kind] = aggregates(fn)

    return Engine(strawberry.Schema(Query, config=StrawberryConfig(scalar_map=schema.config.scalar_map)), pool)


@pytest.fixture
def counting(pool: Pool) -> Engine:
    return engine_of(pool, statistics)


async def test_groups_are_what_python_counts(counting: Engine, staff: Viewer, register: Register) -> None:
    text = (
        "{ groups(groupBy: [AGENCY, STATUS]) { __typename agency { id code parent { code } } kind { code } "
        "status urgent count sealed { count } missing { count } } }"
    )
    before = counting.pool.sent
    groups = (await straight(counting, staff, text))["groups"]
    assert counting.pool.sent == before + 1
    found: dict[Any, list[rows.Dossier]] = {}
    for dossier in register.seed.dossiers:
        found.setdefault((f"Agency_{dossier.agency_id}", dossier.status.name), []).append(dossier)
    assert {(group["agency"]["id"], group["status"]): group["count"] for group in groups} == {
        key: len(dossiers) for key, dossiers in found.items()
    }
    for group in groups:
        dossiers = found[group["agency"]["id"], group["status"]]
        assert group["sealed"]["count"] == sum(d.sealed is True for d in dossiers)
        assert (group["kind"], group["urgent"], group["missing"]) == (None, None, None)
    assert [group["count"] for group in groups] == sorted((group["count"] for group in groups), reverse=True)
    assert groups == (await straight(counting, staff, text))["groups"]
    assert (await executed(counting, staff, text))["data"] == {"groups": groups}


async def test_a_group_without_a_row_has_none(counting: Engine, staff: Viewer) -> None:
    groups = (await straight(counting, staff, "{ groups(groupBy: [TYPE]) { kind { code } count } }"))["groups"]
    assert sum(group["kind"] is None for group in groups) == 1
    assert sum(group["count"] for group in groups) > len(groups)


async def test_only_what_is_asked_is_computed(counting: Engine, staff: Viewer) -> None:
    plan = counting.plan_of(counting.document("{ groups(groupBy: [STATUS]) { status count } }"), {}, None, staff)
    assert plan is not None
    assert "max(" not in plan.sql
    assert "FILTER" not in plan.sql
    assert "agency AS" not in plan.sql


async def test_lists_below_a_row_beside_a_group_are_paged_as_anywhere(counting: Engine, staff: Viewer) -> None:
    text = "{ groups(groupBy: [AGENCY]) { count agency { dossiers(first: 2) { totalCount nodes { title } } } } }"
    groups = (await straight(counting, staff, text))["groups"]
    assert all(group["agency"]["dossiers"]["totalCount"] == group["count"] for group in groups)
    assert max(len(group["agency"]["dossiers"]["nodes"]) for group in groups) == 2


async def test_a_viewer_counts_what_they_may_read(counting: Engine, viewers: list[Viewer]) -> None:
    text = "{ groups(groupBy: [STATUS]) { status count } }"
    counts = [(await straight(counting, viewer, text))["groups"] for viewer in viewers]
    assert {group["status"] for group in counts[3]} == {"DECIDED"}
    assert sum(group["count"] for group in counts[1]) < sum(group["count"] for group in counts[0])
    nobody = Viewer(audience=Audience.STAFF)
    assert (await straight(counting, nobody, text))["groups"] == []


async def test_what_groups_are_made_by_chooses_the_plan_and_values_do_not(counting: Engine, staff: Viewer) -> None:
    text = (
        "query($by: [By!]!, $v: Int, $s: DossierStatus) { groups(groupBy: $by, minVersion: $v, status: $s) { count } }"
    )
    for by in (["STATUS"], ["AGENCY"], ["STATUS", "AGENCY"], ["STATUS"]):
        for version in (1, 2, 99):
            await straight(counting, staff, text, {"by": by, "v": version, "s": "DRAFT"})
    assert counting.planned == 3
    one = "query($one: By!) { groups(groupBy: [$one, VERSION]) { status version count } }"
    for member in ("STATUS", "URGENT", "STATUS"):
        groups = (await straight(counting, staff, one, {"one": member}))["groups"]
        assert (groups[0]["status"] is not None) == (member == "STATUS")
    assert counting.planned == 5


@pytest.mark.parametrize("by", ["[]", "[STATUS, STATUS]", "[STATUS, AGENCY, TYPE, URGENT, VERSION]"])
async def test_groups_are_made_by_one_to_four_different_dimensions(counting: Engine, staff: Viewer, by: str) -> None:
    assert await refused(counting, staff, f"{{ groups(groupBy: {by}) {{ count }} }}") == ["BAD_GROUPING"]


def many_groups(viewer: Viewer, group_by: list[By], n: int = 1) -> Any:
    """As many groups as are asked for."""
    numbers = func.generate_series(1, n).table_valued(column("version", Integer), name="numbers").render_derived()
    version = numbers.c.version
    return select(version.label("version"), func.count().label("count")).group_by(version).order_by(version.desc())


async def test_a_list_of_groups_is_whole_or_refused(pool: Pool, staff: Viewer) -> None:
    engine, text = (
        engine_of(pool, many_groups),
        "query($n: Int!) { groups(groupBy: [VERSION], n: $n) { version count } }",
    )
    groups = (await straight(engine, staff, text, {"n": GROUPS}))["groups"]
    assert [group["version"] for group in groups] == list(range(GROUPS, 0, -1))
    assert await refused(engine, staff, text, {"n": GROUPS + 1}) == ["TOO_MANY_GROUPS"]
    body = await executed(engine, staff, text, {"n": GROUPS + 1})
    assert (body["data"], body["errors"][0]["path"]) == (None, ["groups"])
    assert (await straight(engine, staff, text, {"n": 0}))["groups"] == []


async def test_two_lists_of_groups_are_one_statement(counting: Engine, staff: Viewer) -> None:
    text = "{ a: groups(groupBy: [STATUS]) { count } b: groups(groupBy: [URGENT]) { urgent count } c: __typename }"
    before = counting.pool.sent
    data = await straight(counting, staff, text)
    assert counting.pool.sent == before + 1
    assert sum(group["count"] for group in data["a"]) == sum(group["count"] for group in data["b"])


def ungrouped(viewer: Viewer, group_by: list[By]) -> Any:
    return select(D.version.label("version"), D.id.label("count"))


def limited(viewer: Viewer, group_by: list[By]) -> Any:
    return statistics(viewer, group_by).limit(3)


def uncounted(viewer: Viewer, group_by: list[By]) -> Any:
    return select(D.version.label("version")).group_by(D.version)


def no_select(viewer: Viewer, group_by: list[By]) -> Any:
    return [1]


@pytest.mark.parametrize("fn", [ungrouped, limited, uncounted, no_select])
async def test_a_select_that_makes_no_groups_is_refused(pool: Pool, staff: Viewer, fn: Callable[..., Any]) -> None:
    with pytest.raises(Unbound):
        await straight(engine_of(pool, fn), staff, "{ groups(groupBy: [VERSION]) { count } }")


async def test_a_row_beside_a_group_is_null_where_it_is_not_for_the_viewer(pool: Pool, staff: Viewer) -> None:
    def hidden(row: Any, viewer: Viewer) -> Any:
        return row.code == "nobody's"

    @shows(rows.Agency, visible=hidden)
    class Unseen:
        code: str

    @grouped
    class Group:
        agency: Unseen | None = keyed("agency_id")
        count: int

    groups = (
        await straight(
            engine_of(pool, statistics, Group), staff, "{ groups(groupBy: [AGENCY]) { agency { code } count } }"
        )
    )["groups"]
    assert len(groups) > 1
    assert all(group["agency"] is None for group in groups)


def fault(kind: Any, fn: Any = statistics, listed: bool = True) -> str:
    """What stands against a schema with such groups."""

    @strawberry.type
    class Query:
        groups: list[kind] if listed else kind = aggregates(fn)

    with pytest.raises(Unbound) as found:
        check(strawberry.Schema(Query, config=StrawberryConfig(scalar_map=schema.config.scalar_map))._schema)
    return str(found.value)


def a_group(annotations: dict[str, Any], bindings: dict[str, Any]) -> Any:
    return grouped(type("Group", (), {"__annotations__": annotations, "__module__": __name__, **bindings}))


def by_values(viewer: Viewer, group_by: list[rows.DossierStatus]) -> Any:
    return statistics(viewer, [])


def by_nothing(viewer: Viewer) -> Any:
    return statistics(viewer, [])


def test_promises_about_groups_are_checked_when_the_schema_is_built() -> None:
    assert "a list of a @grouped type" in fault(Agency)
    assert "a list of a @grouped type" in fault(Statistic | None, listed=False)
    assert "a list of Choices" in fault(Statistic, by_values)
    assert "takes group_by" in fault(Statistic, by_nothing)
    assert "make it nullable" in fault(a_group({"x": Agency}, {"x": keyed("agency_id")}))
    assert "shows a row" in fault(a_group({"x": Sealed | None}, {"x": keyed("agency_id")}))
    assert "a @grouped type" in fault(a_group({"x": Agency | None}, {"x": figures("x_")}))


def test_a_group_is_read_by_labels_only() -> None:
    def x() -> str:
        return "x"

    with pytest.raises(Unbound, match="Python resolver"):
        a_group({"x": str}, {"x": strawberry.field(resolver=x)})
    with pytest.raises(Unbound, match="labels"):
        a_group({"x": str}, {"x": computed(lambda viewer, given: given)})
