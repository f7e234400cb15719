"""One list of rows of several kinds: merged by their keys, cut, counted by kind, and read in one statement."""

import enum
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from sqlalchemy import Integer, Text, func, select

from models.access import Viewer
from resolvers.engine import Engine, Kind, Mixed, PageInfo, Pool, Unbound, check, computed, mixed, never_null, through

from . import rows
from .asking import executed, refused, straight
from .conftest import Register
from .schema import Decision, Dossier, Hit
from .schema import schema as register_schema


class HitKind(enum.Enum):
    DECISION = "decision"
    DOSSIER = "dossier"


def loud(viewer: Any, given: list[Any]) -> list[str]:
    """What the edge reads, in one word."""
    return [f"{kind}/{asked}/{title}" for kind, asked, title in given]


@strawberry.type
class HitEdge:
    node: Hit
    cursor: str
    score: int
    loud: str = computed(loud)


@strawberry.type
class HitFacet:
    kind: HitKind
    count: int


@strawberry.type
class HitConnection:
    nodes: list[Hit]
    edges: list[HitEdge]
    page_info: PageInfo
    total_count: int
    facets: list[HitFacet]


def small(text: str) -> str:
    if text == "no":
        raise GraphQLError("no", extensions={"code": "NO"})
    return text.lower()


def hits(viewer: Viewer, text: str, kinds: list[HitKind] | None = None) -> Mixed:
    """Decisions and dossiers whose title holds the text, the shortest title first."""
    said = through(text, small)

    def of(kind: HitKind, row: Any, visible: Any) -> Kind:
        length = never_null(func.char_length(row.title, type_=Integer()))
        found = select(row).where(func.strpos(func.lower(row.title), said) > 0, visible(row, viewer))
        return Kind(kind, found.order_by(length.asc()), lambda entity: [func.left(entity.title, 3, type_=Text())])

    decisions = of(HitKind.DECISION, rows.Decision, rows.visible_decision)
    return Mixed((decisions, of(HitKind.DOSSIER, rows.Dossier, rows.visible_dossier)), kinds, (said,))


@strawberry.type
class Query:
    hits: HitConnection = mixed(hits)


schema = strawberry.Schema(Query, types=[Dossier, Decision], config=register_schema.config)
ASKED = """query($t: String!, $k: [HitKind!], $n: Int! = 100, $a: String) {
  hits(text: $t, kinds: $k, first: $n, after: $a) {
    __typename totalCount facets { kind n: count __typename } pageInfo { hasNextPage endCursor }
    edges { score cursor loud __typename node { __typename
      ... on Dossier { id agency { name } shout } ... on Decision { id number awards(first: 2) { totalCount } } } }
    nodes { ... on Decision { number } } } }"""
PARTS = """{
  a: hits(text: "e", first: 1) { totalCount } b: hits(text: "E", first: 1) { facets { kind n: count __typename } }
  c: hits(text: "e", first: 1) { __typename } d: hits(text: "e", first: 1) { pageInfo { hasNextPage } } }"""


@pytest.fixture(scope="module")
def engine(pool: Pool) -> Engine:
    return Engine(schema, pool)


def meant(register: Register, text: str) -> list[tuple[int, str, str]]:
    """Length, kind and id of what staff find, in order."""
    lists = (("Decision", register.seed.decisions), ("Dossier", register.seed.dossiers))
    found = [
        (len(row.title), place, row.id, kind)
        for place, (kind, held) in enumerate(lists)
        for row in held
        if text.lower() in row.title.lower()
    ]
    return [(length, kind, f"{kind}_{key}") for length, _, key, kind in sorted(found)]


def said(data: Any) -> list[tuple[int, str, str]]:
    return [(edge["score"], edge["node"]["__typename"], edge["node"]["id"]) for edge in data["hits"]["edges"]]


async def test_kinds_are_merged_by_their_keys_and_read_in_one_statement(
    engine: Engine, staff: Viewer, register: Register
) -> None:
    before = engine.pool.sent
    data = await straight(engine, staff, ASKED, {"t": "E"})
    assert engine.pool.sent == before + 1
    assert said(data) == meant(register, "e")
    counts = {facet["kind"]: facet["n"] for facet in data["hits"]["facets"]}
    assert data["hits"]["totalCount"] == sum(counts.values()) == len(said(data)) > 3
    assert {facet["__typename"] for facet in data["hits"]["facets"]} == {"HitFacet"}
    assert [node for node in data["hits"]["nodes"] if node] == [
        {"number": edge["node"]["number"]} for edge in data["hits"]["edges"] if "number" in edge["node"]
    ]


async def test_what_an_edge_computes_knows_the_kind_the_list_and_the_row(engine: Engine, staff: Viewer) -> None:
    for edge in (await straight(engine, staff, ASKED, {"t": "E"}))["hits"]["edges"]:
        kind, asked, _ = edge["loud"].split("/", 2)
        assert (kind, asked) == (edge["node"]["__typename"].upper(), "e")


@pytest.mark.parametrize("size", [1, 2, 5, 100])
async def test_pages_of_any_size_are_the_same_list(
    engine: Engine, staff: Viewer, register: Register, size: int
) -> None:
    found: list[Any] = []
    after = None
    while after is not None or not found:
        page = await straight(engine, staff, ASKED, {"t": "", "n": size, "a": after})
        found += said(page)
        after = page["hits"]["pageInfo"]["endCursor"] if page["hits"]["pageInfo"]["hasNextPage"] else None
    assert found == meant(register, "")


async def test_kinds_choose_what_is_listed_and_counted_but_not_the_facets(engine: Engine, staff: Viewer) -> None:
    whole = await straight(engine, staff, ASKED, {"t": "e"})
    some = await straight(engine, staff, ASKED, {"t": "e", "k": ["DOSSIER"]})
    assert said(some) == [hit for hit in said(whole) if hit[1] == "Dossier"]
    assert some["hits"]["totalCount"] == len(said(some))
    assert some["hits"]["facets"] == whole["hits"]["facets"]
    none = await straight(engine, staff, ASKED, {"t": "e", "k": []})
    assert (said(none), none["hits"]["totalCount"]) == ([], 0)


async def test_each_viewer_finds_and_counts_what_they_see(engine: Engine, viewers: list[Viewer]) -> None:
    found = set()
    for viewer in viewers:
        data = await straight(engine, viewer, ASKED, {"t": ""})
        found.add(len(said(data)))
        assert data["hits"]["totalCount"] == len(said(data)) == sum(facet["n"] for facet in data["hits"]["facets"])
    assert len(found) > 2


async def test_a_part_of_a_connection_is_as_in_the_whole(engine: Engine, staff: Viewer) -> None:
    whole = (await straight(engine, staff, ASKED, {"t": "e"}))["hits"]
    parts = await straight(engine, staff, PARTS)
    assert parts == {
        "a": {"totalCount": whole["totalCount"]},
        "b": {"facets": whole["facets"]},
        "c": {"__typename": "HitConnection"},
        "d": {"pageInfo": {"hasNextPage": True}},
    }


async def test_the_executor_answers_the_same(engine: Engine, staff: Viewer) -> None:
    assert (await executed(engine, staff, ASKED, {"t": "e"}))["data"] == await straight(
        engine, staff, ASKED, {"t": "e"}
    )


async def test_what_an_argument_passes_through_may_refuse_it(engine: Engine, staff: Viewer) -> None:
    assert await refused(engine, staff, ASKED, {"t": "no"}) == ["NO"]
    assert await refused(engine, staff, '{ hits(text: "no", first: 1) { totalCount } }') == ["NO"]
    assert await refused(engine, staff, ASKED, {"t": "e", "n": 101}) == ["BAD_PAGE"]
    assert await refused(engine, staff, ASKED, {"t": "e", "a": "x"}) == ["BAD_CURSOR"]
    assert through("ABC", small) == "abc"


async def test_values_and_kinds_are_no_part_of_the_plan(engine: Engine, staff: Viewer) -> None:
    await straight(engine, staff, ASKED, {"t": "e", "k": ["DOSSIER"]})
    planned = engine.planned
    await straight(engine, staff, ASKED, {"t": "ab", "k": ["DECISION", "DOSSIER"]})
    assert engine.planned == planned


# promises


def faulty(fn: Any, kind: Any = HitConnection) -> strawberry.Schema:
    @strawberry.type
    class Query:
        x: kind = mixed(fn)

    return strawberry.Schema(Query, types=[Dossier, Decision], config=register_schema.config)


def test_a_mixed_list_is_a_connection_of_a_union() -> None:
    for kind in (list[Hit], HitFacet):
        with pytest.raises(Unbound, match="answers a connection"):
            check(faulty(hits, kind)._schema)


async def unlawful(pool: Pool, staff: Viewer, *orders: Any) -> None:
    made = tuple(
        Kind(kind, select(row).order_by(*order) if order else select(row).distinct())
        for kind, row, order in zip(HitKind, (rows.Decision, rows.Dossier), orders, strict=True)
    )
    await straight(Engine(faulty(lambda viewer: Mixed(made)), pool), staff, "{ x(first: 1) { totalCount } }")


async def test_kinds_are_ordered_alike_and_each_row_comes_once(pool: Pool, staff: Viewer) -> None:
    decision, dossier = rows.Decision, rows.Dossier
    alike = [decision.title], [dossier.title]
    await unlawful(pool, staff, *alike)
    for orders in (
        ([decision.signed_on], [dossier.title]),
        ([decision.title.desc()], [dossier.title]),
        ([decision.title.desc(), decision.id], [dossier.title.desc(), dossier.id]),
        ([decision.title], []),
    ):
        with pytest.raises(Unbound):
            await unlawful(pool, staff, *orders)


async def test_a_function_that_returns_no_mixed_list_is_refused(pool: Pool, staff: Viewer) -> None:
    bad = Engine(faulty(lambda viewer: select(rows.Dossier)), pool)
    with pytest.raises(Unbound, match="returns a Mixed"):
        await straight(bad, staff, "{ x(first: 1) { totalCount } }")
