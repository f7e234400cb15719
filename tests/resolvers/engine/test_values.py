"""What a resolver may do with what it sees while it is traced, and what stops with an error instead of a silence."""

from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from sqlalchemy import any_, exists, func, null, select

from models.access import Permission, Viewer
from resolvers.engine import Connection, Engine, Pool, Unbound, many, never_null, reads, shows

from . import rows
from .asking import Context, straight
from .schema import Dossier, Node, schema

D = rows.Dossier
TEXT = "query($t: String!) { xs(first: 9, text: $t) { totalCount nodes { title } } }"
NUMBER = "query($n: Int!) { xs(first: 9, n: $n) { totalCount } }"
LIST = "query($n: [Int!]!) { xs(first: 9, ns: $n) { totalCount } }"
PLAIN = "{ xs(first: 9) { totalCount nodes { id } pageInfo { endCursor } } }"


def engine_of(pool: Pool, fn: Callable[..., Any]) -> Engine:
    """An engine whose only list is this function's."""

    @strawberry.type
    class Query:
        xs: Connection[Dossier] = many(fn)

    return Engine(strawberry.Schema(Query, config=schema.config), pool)


async def traced(pool: Pool, viewer: Viewer, fn: Callable[..., Any], text: str, variables: Any = None) -> Any:
    return (await straight(engine_of(pool, fn), viewer, text, variables))["xs"]


def by_format(viewer: Viewer, text: str) -> Any:
    return select(D).where(D.title.like(f"%{text}%"))


def by_plus(viewer: Viewer, text: str) -> Any:
    return select(D).where(D.title.like("%" + text + "%"))


def by_contains(viewer: Viewer, text: str) -> Any:
    return select(D).where(D.title.contains(text))


def by_lower(viewer: Viewer, text: str) -> Any:
    return select(D).where(func.strpos(D.title, func.lower(text)) > 0)


def by_truth(viewer: Viewer, text: str) -> Any:
    return select(D).where(D.title == text) if text else select(D)


def by_length(viewer: Viewer, text: str) -> Any:
    return select(D) if len(text) > 2 else select(D).where(D.title == text)


def by_equality(viewer: Viewer, n: int) -> Any:
    return select(D).where(D.version == n) if n == 2 else select(D)


def by_difference(viewer: Viewer, n: int) -> Any:
    return select(D).where(D.version == n) if n != 2 else select(D)


def by_comparison(viewer: Viewer, n: int) -> Any:
    return select(D).where(D.version == n) if n > 2 else select(D)


def by_in(viewer: Viewer, ns: list[int]) -> Any:
    return select(D).where(D.version.in_(ns))


def by_any(viewer: Viewer, ns: list[int]) -> Any:
    return select(D).where(D.version == any_(ns))


def by_permission(viewer: Viewer) -> Any:
    return select(D) if Permission.READ_PERSONAL_DATA in viewer.permissions else select(D).limit(1)


def by_holdings(viewer: Viewer) -> Any:
    return select(D) if viewer.holdings else select(D).limit(1)


@pytest.mark.parametrize(
    ("fn", "text", "variables"),
    [
        (by_format, TEXT, {"t": "é"}),
        (by_truth, TEXT, {"t": ""}),
        (by_length, TEXT, {"t": ""}),
        (by_equality, NUMBER, {"n": 2}),
        (by_difference, NUMBER, {"n": 2}),
        (by_comparison, NUMBER, {"n": 3}),
        (by_in, LIST, {"n": [1]}),
        (by_permission, PLAIN, {}),
        (by_holdings, PLAIN, {}),
    ],
)
async def test_looking_into_a_value_is_an_error(
    pool: Pool, staff: Viewer, fn: Callable[..., Any], text: str, variables: Any
) -> None:
    with pytest.raises(TypeError):
        await traced(pool, staff, fn, text, variables)


@pytest.mark.parametrize("fn", [by_plus, by_contains, by_lower])
async def test_a_value_may_be_passed_to_sql(pool: Pool, staff: Viewer, fn: Callable[..., Any]) -> None:
    found = await traced(pool, staff, fn, TEXT, {"t": "tag"})
    assert all("tag" in node["title"] for node in found["nodes"])
    found = await traced(pool, staff, fn, TEXT, {"t": "'"})
    assert found["totalCount"] > 0
    assert all("'" in node["title"] for node in found["nodes"])


async def test_one_plan_serves_lists_of_any_length(pool: Pool, staff: Viewer) -> None:
    engine = engine_of(pool, by_any)
    counts = [(await straight(engine, staff, LIST, {"n": ns}))["xs"]["totalCount"] for ns in ([], [1], [1, 2, 3])]
    assert counts[0] == 0
    assert counts[1] < counts[2]
    assert engine.planned == 1


def by_constants(viewer: Viewer, text: str) -> Any:
    some = [rows.DossierStatus.DRAFT, rows.DossierStatus.DECIDED]
    return select(D).where(D.title != text, D.status.in_(some), D.version.in_([1, 2]), D.code.not_in(["x", "y"]))


async def test_a_resolver_s_own_list_may_be_compared_with_in(pool: Pool, staff: Viewer) -> None:
    text = TEXT.replace("title", "status version")
    found = await traced(pool, staff, by_constants, text, {"t": "none"})
    assert found["totalCount"] > 3
    assert {node["status"] for node in found["nodes"]} <= {"DRAFT", "DECIDED"}
    assert {node["version"] for node in found["nodes"]} <= {1, 2}


async def test_an_enum_s_member_may_be_sought_in_an_array_of_names(pool: Pool, staff: Viewer) -> None:
    def tagged(viewer: Viewer, kind: rows.NomineeKind) -> Any:
        return select(D).where(any_(D.tags) != kind)

    text = "query($k: NomineeKind!) { xs(first: 100, kind: $k) { totalCount nodes { tags } } }"
    found = await traced(pool, staff, tagged, text, {"k": "PERSON"})
    assert found["totalCount"] > 0
    assert all(node["tags"] for node in found["nodes"])


def nullable_order(viewer: Viewer) -> Any:
    return select(D).order_by(D.due_on)


def nullable_expression(viewer: Viewer) -> Any:
    return select(D).order_by(func.coalesce(D.due_on, null()))


def bare_function(viewer: Viewer) -> Any:
    return select(D).order_by(func.lower(D.title))


def nulls_first(viewer: Viewer) -> Any:
    return select(D).order_by(D.title.nulls_first())


def distinct(viewer: Viewer) -> Any:
    return select(D).distinct()


def grouped(viewer: Viewer) -> Any:
    return select(D).group_by(D.id)


def limited(viewer: Viewer) -> Any:
    return select(D).limit(3)


def offset(viewer: Viewer) -> Any:
    return select(D).offset(3)


def locked(viewer: Viewer) -> Any:
    return select(D).with_for_update()


def multiplied(viewer: Viewer) -> Any:
    return select(D).join(rows.DossierLine, rows.DossierLine.dossier_id == D.id)


def crossed(viewer: Viewer) -> Any:
    return select(D).where(rows.Agency.code == "A")


def a_column(viewer: Viewer) -> Any:
    return select(D.id)


def two_rows(viewer: Viewer) -> Any:
    return select(D, rows.Agency).join(rows.Agency, D.agency_id == rows.Agency.id)


def no_select(viewer: Viewer) -> Any:
    return [1]


@pytest.mark.parametrize(
    "fn",
    [
        nullable_order,
        nullable_expression,
        bare_function,
        nulls_first,
        distinct,
        grouped,
        limited,
        offset,
        locked,
        multiplied,
        a_column,
        two_rows,
        no_select,
    ],
)
async def test_a_select_that_cannot_be_paged_is_refused(pool: Pool, staff: Viewer, fn: Callable[..., Any]) -> None:
    with pytest.raises(Unbound):
        await traced(pool, staff, fn, PLAIN)


async def test_a_forgotten_condition_between_tables_is_refused(pool: Pool, staff: Viewer) -> None:
    with pytest.raises(Warning, match="cartesian product"):
        await traced(pool, staff, crossed, PLAIN)


async def test_an_expression_its_author_vouches_for_may_order(pool: Pool, staff: Viewer) -> None:
    def lowered(viewer: Viewer) -> Any:
        return select(D).order_by(never_null(func.lower(D.title)))

    found = await traced(pool, staff, lowered, PLAIN)
    assert found["pageInfo"]["endCursor"]


async def test_a_resolver_that_forgets_its_parent_is_refused(pool: Pool, staff: Viewer) -> None:
    def lines(parent: Any, viewer: Viewer) -> Any:
        return select(rows.DossierLine).where(rows.DossierLine.dossier_id == D.id)

    def dossiers(viewer: Viewer) -> Any:
        return select(D)

    with pytest.raises(Unbound, match="does not use its parent"):
        await straight(nested(pool, lines, dossiers), staff, "{ xs(first: 1) { nodes { lines { position } } } }")


async def test_a_parent_is_seen_from_any_depth(pool: Pool, staff: Viewer) -> None:
    def lines(parent: Any, viewer: Viewer) -> Any:
        line = rows.DossierLine
        deep = exists(select(D.id).where(D.id == parent.id, exists(select(D.id).where(D.title == parent.title))))
        return select(line).where(line.dossier_id == parent.id, deep).order_by(line.position)

    def dossiers(viewer: Viewer) -> Any:
        return select(D)

    text = "{ xs(first: 100) { nodes { lineCount lines { position } } } }"
    nodes = (await straight(nested(pool, lines, dossiers), staff, text))["xs"]["nodes"]
    assert [len(node["lines"]) for node in nodes] == [node["lineCount"] for node in nodes]


def nested(pool: Pool, inside: Callable[..., Any], outside: Callable[..., Any]) -> Engine:
    """An engine with a list in a list, both from these functions."""

    @shows(rows.DossierLine, open="a test")
    class Line:
        position: int

    @shows(D, open="a test")
    class Case:
        line_count: int
        lines: list[Line] = reads(inside)

    @strawberry.type
    class Query:
        xs: Connection[Case] = many(outside)

    return Engine(strawberry.Schema(Query), pool)


async def test_an_error_of_a_resolver_reaches_the_executor_as_a_fault(pool: Pool, staff: Viewer) -> None:
    engine = engine_of(pool, limited)
    result = await engine.execute(engine.document(PLAIN), {}, None, Context(engine, staff))
    assert isinstance((result.errors or [])[0].original_error, Unbound)


def test_node_is_what_every_dossier_is() -> None:
    assert issubclass(Dossier, Node)
