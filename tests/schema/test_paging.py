"""Pages over the real schema: any size gives one list, both ways, in each order, while other rows come and go."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.settings import Settings
from models.access import ANONYMOUS, Audience, Viewer
from resolvers.engine import Engine, Pool
from resolvers.engine.coerce import inner
from schema import schema
from tests.conftest import apart
from tests.pristine import clone, drop, dsn

QUERY = schema._schema.query_type
STAFF = Viewer(audience=Audience.STAFF, proposes_in=("a",))
LISTS: dict[str, tuple[str, ...]] = {
    "dossiers": ("", '{or: [{status: DRAFT}, {dueFrom: "2026-01-03"}]}', '{not: {text: "3"}}', "{or: []}"),
    "nominees": ("", "{kinds: [COLLECTIVE]}", '{not: {text: "3"}}'),
    "decisions": ("", "{statuses: [PUBLISHED]}", "{not: {year: 2026}}"),
    "agencies": ("", '{within: "A"}', '{or: [{text: "1"}, {text: "2"}]}'),
    "movements": ("", "{form: THEMATIC}"),
}
"""Lists with filters of a few kinds."""
TABLES = {"dossiers": "dossier", "nominees": "nominee", "decisions": "decision"}

ROWS = """
create function key(n bigint) returns uuid language sql as $$
  select (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000')::uuid $$;
insert into agency (id, code, name, kind, level, path, valid_from)
  select key(n), chr(64 + n), 'Sở ' || n % 3, 'DEPARTMENT', 'DEPARTMENT', chr(96 + n)::ltree, '2000-01-01'
  from generate_series(1, 20) n;
insert into account (id, username, full_name, password_hash, active, failed_attempts)
  values (key(1), 'drafter', 'Người soạn', '-', true, 0);
insert into movement (id, title, form, scope, stage, aim, launched_by_id, starts_on)
  select key(n), 'Phong trào ' || n % 4, case when n % 2 = 0 then 'REGULAR' else 'THEMATIC' end, 'PROVINCE',
    'RUNNING', '', key(1), date '2026-01-01' + (n % 3)::int from generate_series(1, 12) n;
"""
INSERT = {
    "dossiers": """
insert into dossier (id, code, title, status, version, commendation_type, agency_id, authority_id, handler_id,
    rule_set_id, created_at, submitted_at, received_at, due_on, drafted_by_id)
  select key(n), case when n % 3 > 0 then 'H37.01-260101-' || 10000 + n end, 'Hồ sơ ' || n,
    case when n % 3 = 0 then 'DRAFT' else 'RECEIVED' end, 1, 'MERIT', key(1), key(1), key(1),
    case when n % 3 > 0 then (select id from rule_set limit 1) end, timestamptz '2026-01-01' + n % 5 * interval '1 day',
    timestamptz '2026-01-01', case when n % 3 > 0 then timestamptz '2026-01-02' + n % 2 * interval '1 us' end,
    case when n % 2 = 0 then date '2026-01-01' + (n % 4)::int end, key(1)
  from unnest($1::bigint[]) n""",
    "nominees": """
insert into nominee (id, kind, name, agency_id)
  select key(n), case when n % 2 = 0 then 'INDIVIDUAL' else 'COLLECTIVE' end, 'Đội ' || n % 4, key(1)
  from unnest($1::bigint[]) n""",
    "decisions": """
insert into decision (id, number, title, status, version, agency_id, signed_on, signer_name, signer_title, published_at)
  select key(n), n % 7 || '/QĐ-' || n, 'Quyết định', case when n % 3 = 0 then 'ISSUED' else 'PUBLISHED' end, 1, key(1),
    date '2025-12-30' + (n % 4)::int, 'Người ký', 'Chủ tịch', case when n % 3 > 0 then now() end
  from unnest($1::bigint[]) n""",
}
BORN = range(1, 31)


@pytest.fixture(scope="module")
def url(servers: Settings) -> Iterator[str]:
    made = apart(lambda: clone(servers.database_url, f"laurel_{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}_pages"))
    yield made
    apart(lambda: drop(made))


@pytest.fixture(scope="module")
async def writer(url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """What comes and goes, comes and goes by this."""
    connection = await asyncpg.connect(dsn(url))
    await connection.execute(ROWS)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def engine(url: str, writer: asyncpg.Connection[Any]) -> AsyncIterator[Engine]:
    pool = Pool(dsn(url), size=1)
    yield Engine(schema, pool)
    await pool.close()


async def only(writer: asyncpg.Connection[Any], listed: str, numbers: list[int]) -> None:
    """Let the list have these rows and no other."""
    if listed in INSERT:
        await writer.execute(f"delete from {TABLES[listed]}")
        await writer.execute(INSERT[listed], numbers)


async def page(
    engine: Engine, viewer: Viewer, listed: str, order: str, filter: str, size: int, cursor: str | None, forward: bool
) -> tuple[list[UUID], str | None]:
    """One page's keys, and where the next begins."""
    sized, at = ("first", "after") if forward else ("last", "before")
    narrowed = f", filter: {filter}" if filter else ""
    info = "hasNextPage hasPreviousPage startCursor endCursor"
    text = f"query($n: Int!, $c: String) {{ x: {listed}({sized}: $n, {at}: $c, orderBy: {order}{narrowed})"
    document = engine.document(f"{text} {{ nodes {{ id }} pageInfo {{ {info} }} }} }}")
    assert document.errors == []
    said = await engine.answer(document, {"n": size, "c": cursor}, None, viewer)
    assert said is not None
    found = orjson.loads(said)["data"]["x"]
    keys = [UUID(node["id"].rpartition("_")[2]) for node in found["nodes"]]
    more, end = ("hasNextPage", "endCursor") if forward else ("hasPreviousPage", "startCursor")
    assert len(keys) <= size
    return keys, found["pageInfo"][end] if found["pageInfo"][more] else None


async def walk(
    engine: Engine, viewer: Viewer, listed: str, order: str, filter: str, size: int, forward: bool
) -> list[UUID]:
    """The whole list, page by page."""
    keys, cursor = await page(engine, viewer, listed, order, filter, size, None, forward)
    while cursor is not None:
        more, cursor = await page(engine, viewer, listed, order, filter, size, cursor, forward)
        assert more
        keys = keys + more if forward else more + keys
    return keys


def orders(listed: str) -> list[str]:
    assert QUERY is not None
    return list(inner(QUERY.fields[listed].args["orderBy"].type).values)


@pytest.mark.parametrize(("listed", "order"), [(listed, order) for listed in LISTS for order in orders(listed)])
async def test_any_size_gives_the_same_list_both_ways(
    engine: Engine, writer: asyncpg.Connection[Any], listed: str, order: str
) -> None:
    await only(writer, listed, list(BORN))
    for filter in LISTS[listed]:
        for viewer in (STAFF, ANONYMOUS) if listed == "decisions" else (STAFF,):
            whole = await walk(engine, viewer, listed, order, filter, 100, True)
            assert len(set(whole)) == len(whole)
            for size in (1, 4, 7):
                assert await walk(engine, viewer, listed, order, filter, size, True) == whole
                assert await walk(engine, viewer, listed, order, filter, size, False) == whole


async def test_few_dossiers_are_found_as_many_are(engine: Engine, writer: asyncpg.Connection[Any]) -> None:
    await only(writer, "dossiers", list(BORN))
    some = Viewer(audience=Audience.STAFF, handles_in=("a",), few=True)
    many = Viewer(audience=Audience.STAFF, handles_in=("a",))
    for order in orders("dossiers"):
        for filter in LISTS["dossiers"]:
            expected = await walk(engine, many, "dossiers", order, filter, 5, True)
            assert await walk(engine, some, "dossiers", order, filter, 5, True) == expected
    assert len(expected) < len(BORN)


CHANGES = st.lists(
    st.tuples(st.sets(st.integers(1, 60), max_size=4), st.sets(st.integers(1, 60), max_size=4)), max_size=12
)


@given(st.data(), CHANGES)
@settings(max_examples=40)
@pytest.mark.parametrize("listed", list(INSERT))
async def test_what_stays_is_neither_skipped_nor_doubled_while_rows_come_and_go(
    engine: Engine,
    writer: asyncpg.Connection[Any],
    listed: str,
    data: st.DataObject,
    changes: list[tuple[set[int], set[int]]],
) -> None:
    order, size, forward = data.draw(st.tuples(st.sampled_from(orders(listed)), st.integers(1, 6), st.booleans()))
    filter = data.draw(st.sampled_from(LISTS[listed][:3]))
    await only(writer, listed, list(BORN))
    stayed, present, left = set(BORN), set(BORN), iter(changes)
    before = await walk(engine, STAFF, listed, order, filter, 100, True)
    seen, cursor = await page(engine, STAFF, listed, order, filter, size, None, forward)
    while cursor is not None:
        gone, come = next(left, (set(), set()))
        await writer.execute(
            f"delete from {TABLES[listed]} where id = any(array(select key(n) from unnest($1::bigint[]) n))", gone
        )
        await writer.execute(INSERT[listed], come - (present - gone))
        present, stayed = (present - gone) | come, stayed - gone
        more, cursor = await page(engine, STAFF, listed, order, filter, size, cursor, forward)
        seen = seen + more if forward else more + seen
    kept = {UUID(f"{n:08x}-0000-7000-8000-000000000000") for n in stayed}
    assert [key for key in seen if key in kept] == [key for key in before if key in kept]
