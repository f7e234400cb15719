"""Pages: any size gives the same list, in both directions; what is no page is refused."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from models.access import Audience, Viewer
from resolvers.engine import Engine

from .asking import executed, refused, straight
from .maker import ORDERS

PAGE = "{ nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }"
FORWARD = f"query($n: Int!, $c: String, $o: DossierOrder!) {{ x: dossiers(first: $n, after: $c, orderBy: $o) {PAGE} }}"
BACKWARD = f"query($n: Int!, $c: String, $o: DossierOrder!) {{ x: dossiers(last: $n, before: $c, orderBy: $o) {PAGE} }}"


async def walk(engine: Engine, viewer: Viewer, text: str, size: int, order: str) -> list[str]:
    """All ids, page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await straight(engine, viewer, text, {"n": size, "c": cursor, "o": order}))["x"]
        keys = [node["id"] for node in page["nodes"]]
        info, forward = page["pageInfo"], text is FORWARD
        assert len(keys) <= size
        found = found + keys if forward else keys + found
        if not info["hasNextPage" if forward else "hasPreviousPage"]:
            assert page["totalCount"] == len(found)
            return found
        assert len(keys) == size
        cursor = info["endCursor" if forward else "startCursor"]


@pytest.mark.parametrize("order", ORDERS)
async def test_every_page_size_gives_the_same_list_forward_and_backward(
    engine: Engine, viewers: list[Viewer], order: str
) -> None:
    for viewer in viewers:
        whole = await walk(engine, viewer, FORWARD, 100, order)
        assert len(set(whole)) == len(whole)
        for size in (1, 3, 7):
            assert await walk(engine, viewer, FORWARD, size, order) == whole
            assert await walk(engine, viewer, BACKWARD, size, order) == whole


async def test_a_page_between_two_cursors_is_what_lies_between(engine: Engine, staff: Viewer) -> None:
    edges = (await straight(engine, staff, "{ x: dossiers(first: 30) { edges { cursor node { id } } } }"))["x"]["edges"]
    text = "query($a: String, $b: String) { x: dossiers(first: 50, after: $a, before: $b) { nodes { id } } }"
    found = await straight(engine, staff, text, {"a": edges[4]["cursor"], "b": edges[20]["cursor"]})
    assert [n["id"] for n in found["x"]["nodes"]] == [e["node"]["id"] for e in edges[5:20]]


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "first: 0",
        "first: -1",
        "first: 101",
        "last: 0",
        "first: 1, last: 1",
        "first: null",
        "first: null, last: null",
    ],
)
async def test_a_page_needs_exactly_one_size_within_bounds(engine: Engine, staff: Viewer, arguments: str) -> None:
    asked = f"({arguments})" if arguments else ""
    assert await refused(engine, staff, f"{{ dossiers{asked} {{ totalCount }} }}") == ["BAD_PAGE"]
    assert await refused(
        engine, staff, f"{{ agencies(first: 1) {{ nodes {{ dossiers{asked} {{ totalCount }} }} }} }}"
    ) == ["BAD_PAGE"]


@pytest.mark.parametrize(
    "text",
    [
        "{ wrong: dossiers(first: 0) { totalCount } }",
        "{ agencies(first: 1) { nodes { code wrong: dossiers { totalCount } } } }",
        "{ agencies(first: 1) { nodes { dossiers(first: 1) { nodes { wrong: lines(last: 0) { totalCount } } } } } }",
        "{ agencies(first: 1) { edges { node { ... on Agency { wrong: dossiers(first: 101) { totalCount } } } } } }",
    ],
)
async def test_a_page_that_cannot_be_is_told_with_its_place_in_the_document(
    engine: Engine, staff: Viewer, text: str
) -> None:
    (error,) = (await executed(engine, staff, text))["errors"]
    assert error["extensions"] == {"code": "BAD_PAGE"}
    assert error["locations"] == [{"line": 1, "column": 1 + text.index("wrong")}]
    root = "wrong" if text.startswith("{ wrong") else "agencies"
    assert error["path"] == [root], "no row is read, and the root field is null as a whole"


@pytest.mark.parametrize("size", [None, 0, -5, 101])
async def test_a_size_in_a_variable_is_bounded_too(engine: Engine, staff: Viewer, size: int | None) -> None:
    text = "query($n: Int) { dossiers(first: $n) { totalCount } }"
    assert await refused(engine, staff, text, {"n": size}) == ["BAD_PAGE"]


async def test_a_channel_may_bound_pages_more_closely(engine: Engine, staff: Viewer) -> None:
    text = "{ dossiers(first: 20) { nodes { id } } }"
    document = engine.document(text)
    assert await engine.answer(document, {}, None, staff) is not None
    assert await engine.answer(document, {}, None, staff, 10) is None
    assert await engine.answer(document, {}, None, staff, 20) is not None
    body = await executed(engine, staff, text, limit=10)
    assert body["errors"][0]["extensions"]["code"] == "BAD_PAGE"
    assert "10" in body["errors"][0]["message"]


@pytest.mark.parametrize("audience", list(Audience))
async def test_the_count_is_capped_for_the_public_only(engine: Engine, staff: Viewer, audience: Audience) -> None:
    viewer = Viewer(audience=audience)
    plan = engine.plan_of(engine.document("{ dossiers(first: 1) { totalCount } }"), {}, None, viewer)
    assert plan is not None
    assert ("LIMIT 10001" in plan.sql) == (audience is Audience.PUBLIC)


async def test_the_size_is_a_literal_in_the_statement(engine: Engine, staff: Viewer) -> None:
    text = "query($n: Int!) { dossiers(first: $n) { nodes { id } } }"
    plan = engine.plan_of(engine.document(text), {"n": 7}, None, staff)
    assert plan is not None
    assert "LIMIT 7" in plan.sql


async def test_one_row_more_is_read_only_where_it_is_asked_if_there_is_more(engine: Engine, staff: Viewer) -> None:
    for asked, limit in (("hasNextPage", 8), ("hasPreviousPage", 7), ("endCursor", 7)):
        text = f"{{ dossiers(first: 7) {{ nodes {{ id }} pageInfo {{ {asked} }} }} }}"
        plan = engine.plan_of(engine.document(text), {}, None, staff)
        assert plan is not None
        assert f"LIMIT {limit}" in plan.sql
        assert ("row_number" in plan.sql) == (limit == 8)


async def test_only_what_is_asked_is_read(engine: Engine, staff: Viewer) -> None:
    plan = engine.plan_of(engine.document("{ dossiers(first: 1) { nodes { title } } }"), {}, None, staff)
    assert plan is not None
    assert "note" not in plan.sql
    assert "base64" not in plan.sql
    assert "count(" not in plan.sql


async def test_nested_lists_are_paged_by_their_own_cursors(engine: Engine, staff: Viewer) -> None:
    text = (
        "query($c: String) { agencies(first: 100) { nodes { code "
        "dossiers(first: 1, after: $c) { edges { cursor node { id } } } } } }"
    )
    nodes: list[Any] = (await straight(engine, staff, text))["agencies"]["nodes"]
    first = next(node for node in nodes if node["dossiers"]["edges"])
    again = await straight(engine, staff, text, {"c": first["dossiers"]["edges"][0]["cursor"]})
    same = next(node for node in again["agencies"]["nodes"] if node["code"] == first["code"])
    assert same["dossiers"]["edges"] != first["dossiers"]["edges"]


@pytest.mark.parametrize("asked", ["totalCount", "__typename", "pageInfo { hasPreviousPage }", "nodes { __typename }"])
async def test_a_cursor_that_is_none_is_refused_whatever_is_asked(engine: Engine, staff: Viewer, asked: str) -> None:
    edges = (await straight(engine, staff, "{ dossiers(first: 1) { edges { cursor } } }"))["dossiers"]["edges"]
    text = f"query($c: String) {{ dossiers(first: 1, after: $c) {{ {asked} }} }}"
    nested = f"query($c: String) {{ agencies(first: 2) {{ nodes {{ dossiers(last: 1, before: $c) {{ {asked} }} }} }} }}"
    assert await straight(engine, staff, text, {"c": edges[0]["cursor"]})
    assert await straight(engine, staff, text, {"c": None})
    for wrong in ("", "é", "bnVsbA==", edges[0]["cursor"][:-4]):
        assert await refused(engine, staff, text, {"c": wrong}) == ["BAD_CURSOR"]
        assert await refused(engine, staff, nested, {"c": wrong}) == ["BAD_CURSOR"]
    assert await refused(engine, staff, nested, {"c": edges[0]["cursor"]}) == ["BAD_CURSOR"], "of another list"
    tag, moment, key = orjson.loads(base64.b64decode(edges[0]["cursor"]))
    for forged in ([tag, "soon", key], [tag, moment, "1"]):
        assert await refused(engine, staff, text, {"c": base64.b64encode(orjson.dumps(forged)).decode()}) == [
            "BAD_VALUE"
        ]


async def test_a_plan_made_within_wider_bounds_is_not_taken_within_narrower_ones(engine: Engine, staff: Viewer) -> None:
    document = engine.document("{ dossiers(first: 50) { nodes { id } } }")
    assert await engine.answer(document, {}, None, staff, 50) is not None
    assert await engine.answer(document, {}, None, staff, 49) is None
    assert await engine.answer(document, {}, None, staff, 50) is not None
