"""Every order and every filter that a list offers is served by an index where there are 100,000 dossiers.

A page of twenty never reads a big table from end to end, nor sorts more than a fraction of one. What is known and
allowed, 20–40 ms at this size: `not` of what nearly every row meets, a range of one date that a third of the rows lie
in, all of them last in the order of another date, and a text of fewer than three letters, which has no trigrams.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import asyncpg
import orjson
import pytest
from graphql import GraphQLInputObjectType

from channels.settings import Settings
from resolvers.engine import Engine
from resolvers.engine.coerce import inner
from schema import schema
from tests.conftest import apart
from tests.pristine import clone, drop, dsn
from tests.schema.explained import work
from tests.schema.multitude import multiply
from tests.schema.offered import OFFERED, QUERY, VIEWERS, filters, key, members
from tests.unhurried import patient_pool

SORTED, LOOKED = 3_000, 6_000
"""How many rows a page may sort, and how many it may look at where nothing was filtered."""
FOUND, GATHERED = 45_000, 15_000
"""How many rows a page in any order may look at to find what a filter asks for, and how many of them it may sort."""


@pytest.fixture(scope="module")
def register(servers: Settings) -> Iterator[str]:
    url = apart(lambda: clone(servers.database_url, f"laurel_{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}_many"))
    apart(lambda: multiply(url))
    yield url
    apart(lambda: drop(url))


@pytest.fixture(scope="module")
async def engine(register: str) -> AsyncIterator[Engine]:
    pool = patient_pool(dsn(register), size=1)
    yield Engine(schema, pool)
    await pool.close()


def test_every_filter_of_a_big_list_is_tried() -> None:
    assert QUERY is not None
    for listed, tried in OFFERED.items():
        kind = inner(QUERY.fields[listed].args["filter"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        untried = kind.fields.keys() - tried.keys() - {"and", "or", "not"}
        assert not untried, f"give {listed} values of {sorted(untried)} in tests/schema/offered.py"
        assert tried.keys() <= kind.fields.keys()


@pytest.mark.parametrize("who", VIEWERS)
async def test_a_page_in_any_order_looks_at_few_rows(engine: Engine, who: str) -> None:
    for listed in OFFERED:
        for order in members(listed):
            done = await work(engine, VIEWERS[who], listed, f"orderBy: {order}")
            assert done.whole == [], (listed, order)
            assert done.sorted <= SORTED, (listed, order)
            assert done.looked <= LOOKED, (listed, order)


@pytest.mark.parametrize("who", ["the province", "an office", "the public"])
@pytest.mark.parametrize("listed", OFFERED)
async def test_every_filter_alone_is_served_by_an_index(engine: Engine, who: str, listed: str) -> None:
    for filter in filters(listed):
        done = await work(engine, VIEWERS[who], listed, filter)
        assert done.whole == [], filter
        assert done.sorted <= GATHERED, filter


@pytest.mark.parametrize("who", ["the province", "an appraiser", "the public"])
@pytest.mark.parametrize("listed", OFFERED)
async def test_every_filter_in_every_order_looks_at_a_fraction_of_the_rows(
    engine: Engine, who: str, listed: str
) -> None:
    """Among them what no row has, and what is last in the order asked for: PostgreSQL would go along all of it."""
    for order in members(listed):
        for filter in filters(listed):
            done = await work(engine, VIEWERS[who], listed, f"orderBy: {order}, {filter}")
            assert done.whole == [], (order, filter)
            assert done.looked <= FOUND, (order, filter)
            assert done.sorted <= GATHERED, (order, filter)


def under(filter: dict[str, str]) -> str:
    return ", ".join(f'{name}: "{code}"' for name, code in filter.items())


SUBTREES = [
    {"agencyWithin": "H37"},
    {"agencyWithin": "H37.7"},
    {"agencyWithin": "none"},
    {"handlerWithin": "H37.7"},
    {"agencyWithin": "H37.7", "handlerWithin": "H37"},
    {"agencyWithin": "H37", "handlerWithin": "H37.7"},
    {"agencyWithin": "H37", "handlerWithin": "H37"},
    {"agencyWithin": "H37.7", "handlerWithin": "H37.7"},
]
"""Of 151 agencies, of five, of none; and two of them together."""
READ = """
select d.id from dossier d join agency a on a.id = d.agency_id join agency h on h.id = d.handler_id
where d.status <> 'DRAFT' and ($1::ltree is null or a.path <@ $1) and ($2::ltree is null or h.path <@ $2)
order by """
PATHS = {"H37": "h37", "H37.7": "h37.d7", "none": "none", None: None}


@pytest.mark.parametrize("asked", SUBTREES, ids=under)
async def test_many_agencies_or_few_a_page_holds_what_reading_all_rows_gives(
    engine: Engine, register: str, asked: dict[str, str]
) -> None:
    connection = await asyncpg.connect(dsn(register))
    paths = [PATHS[asked.get(name)] for name in ("agencyWithin", "handlerWithin")]
    for order, keys in (("NEWEST", "d.created_at desc, d.id desc"), ("DUE", "d.due_order, d.id")):
        expected = [row["id"] for row in await connection.fetch(READ + keys, *paths)]
        listed = f"x: dossiers(%s, filter: {{{under(asked)}}}, orderBy: {order})"
        forward = await pages(engine, listed % "first: 20, after: $c", "endCursor")
        backward = await pages(engine, listed % "last: 20, before: $c", "startCursor")
        assert forward == expected[:40]
        assert sorted(backward) == sorted(expected[-40:])
    await connection.close()


async def test_a_range_that_too_many_rows_to_gather_lie_in_gives_the_page_that_reading_them_all_does(
    engine: Engine, register: str
) -> None:
    connection = await asyncpg.connect(dsn(register))
    lying = (
        "select id from dossier where received_at < '2025-06-01 00:00+07' order by created_at desc, id desc limit 40"
    )
    expected = [row["id"] for row in await connection.fetch(lying)]
    assert await connection.fetchval("select count(*) from dossier where received_at < '2025-06-01'") > 30_000
    listed = 'x: dossiers(first: 20, after: $c, filter: {receivedTo: "2025-05-31"}, orderBy: NEWEST)'
    assert await pages(engine, listed, "endCursor") == expected
    await connection.close()


async def pages(engine: Engine, listed: str, end: str) -> list[UUID]:
    """The keys of two pages, one after the other."""
    document = engine.document(f"query($c: String) {{ {listed} {{ nodes {{ id }} pageInfo {{ {end} }} }} }}")
    assert document.errors == []
    found: list[UUID] = []
    cursor = None
    for _ in range(2):
        said = await engine.answer(document, {"c": cursor}, None, VIEWERS["the province"])
        page = orjson.loads(said or b"")["data"]["x"]
        found += [UUID(node["id"].rpartition("_")[2]) for node in page["nodes"]]
        cursor = page["pageInfo"][end]
    return found


@pytest.mark.parametrize("asked", [{"agencyWithin": "H37"}, {"agencyWithin": "H37", "handlerWithin": "H37"}], ids=under)
async def test_a_page_that_nearly_every_row_may_be_on_is_found_by_looking_at_few(
    engine: Engine, asked: dict[str, str]
) -> None:
    for status in ("ARCHIVED", "APPRAISING"):
        filter = f"filter: {{{under(asked)}, status: {status}}}"
        assert (await work(engine, VIEWERS["the province"], "dossiers", filter)).looked <= 3_000


@pytest.mark.parametrize("who", ["the province", "a department", "an appraiser"])
@pytest.mark.parametrize(
    ("filter", "kept"),
    [
        ("", True),
        ('agencyWithin: "H37", status: ARCHIVED', True),
        ('or: [{authority: "H37.5"}, {not: {handlerWithin: "H37.7"}}], statuses: [HELD, ARCHIVED]', True),
        (f'appraiser: "Account_{key(2, 61)}"', True),
        ('text: "khen"', False),
        ('or: [{status: HELD}, {createdFrom: "2026-06-01"}]', False),
        (f'nominee: "Nominee_{key(4, 77)}"', False),
    ],
)
async def test_a_total_that_kinds_decide_reads_no_dossier_and_equals_counting_them(
    engine: Engine, who: str, filter: str, kept: bool
) -> None:
    document = engine.document(f"{{ dossiers(first: 1, filter: {{{filter}}}) {{ totalCount }} }}")
    plan = engine.plan_of(document, {}, None, VIEWERS[who])
    assert plan is not None
    assert ("FROM dossier_tally" in plan.sql) is kept
    assert bool(re.search(r"FROM dossier\s", plan.sql)) is not kept
    said = orjson.loads(await engine.answer(document, {}, None, VIEWERS[who]) or b"")
    counted = engine.document(f"{{ dossierStatistics(groupBy: [STATUS], filter: {{{filter}}}) {{ count early }} }}")
    groups = orjson.loads(await engine.answer(counted, {}, None, VIEWERS[who]) or b"")
    figures = [group["count"] for group in groups["data"]["dossierStatistics"]]
    assert said["data"]["dossiers"]["totalCount"] == sum(figures)
