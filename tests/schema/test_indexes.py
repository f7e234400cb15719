"""Every order and every filter that a list offers is served by an index where there are 100,000 dossiers.

A page of twenty never reads a big table from end to end, nor sorts more than a fraction of one. What is known and
allowed, 20–40 ms at this size: `not` of what nearly every row meets, a range of one date that a third of the rows lie
in, all of them last in the order of another date, and a text of fewer than three letters, which has no trigrams.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType

from channels.settings import Settings
from models.access import ANONYMOUS, Audience, Viewer
from resolvers.engine import Engine, Pool
from resolvers.engine.coerce import inner
from schema import schema
from tests.conftest import apart
from tests.pristine import clone, drop, dsn
from tests.schema.multitude import multiply

QUERY = schema._schema.query_type
BIG = {"dossier", "dossier_line", "nominee", "decision", "award"}
SORTED, LOOKED = 3_000, 6_000
"""How many rows a page may sort, and how many it may look at where nothing was filtered."""
FOUND, GATHERED = 45_000, 15_000
"""How many rows a page in any order may look at to find what a filter asks for, and how many of them it may sort."""


def key(kind: int, n: int) -> UUID:
    """A row of the multitude."""
    return UUID(f"{kind:08x}-0000-7000-8000-{n:012x}")


def staff(n: int, **more: Any) -> Viewer:
    return Viewer(audience=Audience.STAFF, account_id=key(2, n), **more)


VIEWERS = {
    "the province": staff(1, handles_in=("h37",)),
    "a department": staff(2, proposes_in=("h37.d7",)),
    "an appraiser": staff(61),
    "an office": staff(3, proposes_in=("h37.d8.o7",), few=True),
    "nobody yet": staff(99, few=True),
    "a nominee": Viewer(audience=Audience.NOMINEE, account_id=key(2, 98), nominee_id=key(4, 77)),
    "the public": ANONYMOUS,
}
OFFERED: dict[str, dict[str, tuple[str, ...]]] = {
    "dossiers": {
        "status": ("HELD", "ARCHIVED", "CANCELLED"),
        "statuses": ("[HELD, CANCELLED]", "[ARCHIVED, APPRAISING]"),
        "commendationType": ("EXTERNAL_RELATIONS", "DEVOTION"),
        "commendationTypes": ("[EXTERNAL_RELATIONS, DEVOTION]",),
        "agencyWithin": ('"H37"', '"H37.7"', '"H37.8.107"', '"none"'),
        "handlerWithin": ('"H37"', '"H37.7"'),
        "authority": ('"H37"', '"H37.5"', '"none"'),
        "movement": (f'"Movement_{key(3, 5)}"',),
        "appraiser": (f'"Account_{key(2, 61)}"',),
        "nominee": (f'"Nominee_{key(4, 77)}"',),
        "awardType": ('"BK_T"', '"NONE"'),
        "text": ('"khen"', '"00d2c"', '"zzzzz"'),
        "createdFrom": ('"2026-10-30"',),
        "createdTo": ('"2024-01-02"',),
        "receivedFrom": ('"2026-10-30"', '"2026-06-01"'),
        "receivedTo": ('"2024-01-04"', '"2024-06-04"'),
        "dueFrom": ('"2026-12-01"', '"2027-12-01"'),
        "dueTo": ('"2024-02-01"',),
        "overdue": ("true", "false"),
        "willMissDeadline": ("true", "false"),
        "or": (
            '[{status: HELD}, {agencyWithin: "H37.7"}]',
            '[{status: HELD}, {authority: "none"}, {text: "zzzzz"}]',
            '[{receivedTo: "2024-01-04"}, {awardType: "NONE"}]',
            "[]",
        ),
        "and": ('[{createdFrom: "2025-01-01"}, {createdTo: "2025-01-02"}]',),
        "not": ("{status: ARCHIVED}",),
    },
    "decisions": {
        "kind": ("COMMENDATION", "REVOCATION"),
        "agencyWithin": ('"H37"', '"H37.5"', '"none"'),
        "status": ("CANCELLED", "ISSUED"),
        "statuses": ("[CANCELLED]",),
        "awardType": ('"BK_T"', '"NONE"'),
        "nominee": (f'"Nominee_{key(4, 77)}"',),
        "text": ('"khen"', '"zzzz"'),
        "year": ("2024", "1990"),
        "signedFrom": ('"2026-08-01"',),
        "signedTo": ('"2024-01-03"',),
        "publishedFrom": ('"2026-08-01"',),
        "publishedTo": ('"2024-01-03"',),
    },
    "awards": {
        "awardType": ('"BK_T"', '"NONE"'),
        "awardTypes": ('["BK_T", "NONE"]', "[]"),
        "agencyWithin": ('"H37"', '"H37.8.107"', '"none"'),
        "nominee": (f'"Nominee_{key(4, 77)}"',),
        "recipient": ("INDIVIDUAL", "HOUSEHOLD", "FOREIGN_PARTY"),
        "toReview": ("true", "false"),
        "status": ("IN_FORCE", "CANCELLED", "STRIPPED"),
        "statuses": ("[CANCELLED, STRIPPED]",),
        "year": ("2012", "1990"),
        "awardedFrom": ('"2026-08-01"', '"2027-08-01"'),
        "awardedTo": ('"2024-01-03"',),
    },
    "nominees": {
        "kind": ("INDIVIDUAL", "HOUSEHOLD", "FOREIGN_PARTY"),
        "kinds": ("[HOUSEHOLD, FOREIGN_PARTY]",),
        "recipientClass": ("DIRECT_WORKER", "PROVINCIAL_LEADER"),
        "agencyWithin": ('"H37"', '"H37.8.107"', '"none"'),
        "awardType": ('"BK_T"', '"NONE"'),
        "text": ('"van"', '"abcd"', '"zzzzz"'),
    },
}
"""For each list of big tables, each filter with what many rows meet, what few do, and what none does."""
ONES = {
    "dossiers": "agency { name } handler { name } appraiser { fullName }",
    "decisions": "agency { name }",
    "awards": "recipient { name } awardType { name } decision { number }",
    "nominees": "agency { name }",
}


@pytest.fixture(scope="module")
def register(servers: Settings) -> Iterator[str]:
    url = apart(lambda: clone(servers.database_url, f"laurel_{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}_many"))
    apart(lambda: multiply(url))
    yield url
    apart(lambda: drop(url))


@pytest.fixture(scope="module")
async def engine(register: str) -> AsyncIterator[Engine]:
    pool = Pool(dsn(register), size=1)
    yield Engine(schema, pool)
    await pool.close()


@pytest.fixture(scope="module")
async def generic(register: str) -> AsyncIterator[Engine]:
    """An engine whose statements are planned without a look at their values, as PostgreSQL does after five times."""
    pool = Pool(dsn(register), size=1)
    pool.settings = pool.settings | {"plan_cache_mode": "force_generic_plan"}
    yield Engine(schema, pool)
    await pool.close()


@dataclass(frozen=True)
class Work:
    """What PostgreSQL did for a page."""

    whole: list[str]
    """The big tables it read from end to end."""
    sorted: int
    looked: int


async def work(engine: Engine, viewer: Viewer, listed: str, arguments: str) -> Work:
    page = f"nodes {{ id {ONES[listed]} }} pageInfo {{ hasNextPage endCursor }}"
    text = f"{{ {listed}(first: 20, {arguments}) {{ {page} }} }}"
    document = engine.document(text)
    assert document.errors == [], text
    plan = engine.plan_of(document, {}, None, viewer)
    assert plan is not None
    said = await engine.pool.rows(f"explain (analyze, timing off, format json) {plan.sql}", plan.values({}, viewer))
    nodes = list(within(orjson.loads(said[0][0])[0]["Plan"]))
    scans = [node for node in nodes if "Scan" in node["Node Type"] and node["Actual Loops"]]
    return Work(
        [node["Relation Name"] for node in scans if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG],
        max((int(node["Plans"][0]["Actual Rows"]) for node in nodes if "Sort" in node["Node Type"]), default=0),
        sum(
            int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
            for node in scans
            if "Relation Name" in node
        ),
    )


def within(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from within(below)


def members(listed: str) -> list[str]:
    assert QUERY is not None
    order = inner(QUERY.fields[listed].args["orderBy"].type)
    assert isinstance(order, GraphQLEnumType)
    return list(order.values)


def filters(listed: str) -> Iterator[str]:
    for name, values in OFFERED[listed].items():
        yield from (f"filter: {{{name}: {value}}}" for value in values)


def test_every_filter_of_a_big_list_is_tried() -> None:
    assert QUERY is not None
    for listed, tried in OFFERED.items():
        kind = inner(QUERY.fields[listed].args["filter"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        assert tried.keys() | {"and", "or", "not"} == kind.fields.keys()


@pytest.mark.parametrize("who", VIEWERS)
async def test_a_page_in_any_order_looks_at_few_rows(engine: Engine, generic: Engine, who: str) -> None:
    for listed in OFFERED:
        for order in members(listed):
            for planned in (engine, generic):
                done = await work(planned, VIEWERS[who], listed, f"orderBy: {order}")
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


@pytest.mark.parametrize("listed", OFFERED)
async def test_a_statement_planned_without_its_values_uses_an_index_too(generic: Engine, listed: str) -> None:
    for filter in filters(listed):
        done = await work(generic, VIEWERS["the province"], listed, filter)
        assert done.whole == [], filter
        assert done.sorted <= GATHERED, filter


@pytest.mark.parametrize("who", ["the province", "an appraiser", "the public"])
@pytest.mark.parametrize("listed", OFFERED)
async def test_every_filter_in_every_order_looks_at_a_fraction_of_the_rows(
    generic: Engine, who: str, listed: str
) -> None:
    """Among them what no row has, and what is last in the order asked for: PostgreSQL would go along all of it."""
    for order in members(listed):
        for filter in filters(listed):
            done = await work(generic, VIEWERS[who], listed, f"orderBy: {order}, {filter}")
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
    generic: Engine, register: str
) -> None:
    connection = await asyncpg.connect(dsn(register))
    lying = (
        "select id from dossier where received_at < '2025-06-01 00:00+07' order by created_at desc, id desc limit 40"
    )
    expected = [row["id"] for row in await connection.fetch(lying)]
    assert await connection.fetchval("select count(*) from dossier where received_at < '2025-06-01'") > 30_000
    listed = 'x: dossiers(first: 20, after: $c, filter: {receivedTo: "2025-05-31"}, orderBy: NEWEST)'
    assert await pages(generic, listed, "endCursor") == expected
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
    generic: Engine, asked: dict[str, str]
) -> None:
    for status in ("ARCHIVED", "APPRAISING"):
        filter = f"filter: {{{under(asked)}, status: {status}}}"
        assert (await work(generic, VIEWERS["the province"], "dossiers", filter)).looked <= 3_000


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
    generic: Engine, who: str, filter: str, kept: bool
) -> None:
    document = generic.document(f"{{ dossiers(first: 1, filter: {{{filter}}}) {{ totalCount }} }}")
    plan = generic.plan_of(document, {}, None, VIEWERS[who])
    assert plan is not None
    assert ("FROM dossier_tally" in plan.sql) is kept
    assert bool(re.search(r"FROM dossier\s", plan.sql)) is not kept
    said = orjson.loads(await generic.answer(document, {}, None, VIEWERS[who]) or b"")
    counted = generic.document(f"{{ dossierStatistics(groupBy: [STATUS], filter: {{{filter}}}) {{ count }} }}")
    groups = orjson.loads(await generic.answer(counted, {}, None, VIEWERS[who]) or b"")
    figures = [group["count"] for group in groups["data"]["dossierStatistics"]]
    assert said["data"]["dossiers"]["totalCount"] == sum(figures)
