"""Every order and every filter of security events is served by an index where there are 40,000 of them.

Whoever watches over the province, over a department, or over an office whose people did next to nothing: a page of
twenty never reads the record from end to end, nor sorts more than a fraction of it. What is known and allowed, 2 ms at
this size: several rare kinds, or none, for whoever watches over all.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from graphql import GraphQLInputObjectType

from channels.settings import Settings
from models.access import Audience, Permission, Viewer
from resolvers.engine import Engine, Pool
from resolvers.engine.coerce import inner
from schema import schema
from tests.conftest import apart
from tests.pristine import clone, drop, dsn
from tests.schema.explained import work
from tests.schema.offered import QUERY, key, members

MADE = """
set session_replication_role = replica; set synchronous_commit = off;
create function pg_temp.key(kind int, n bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
insert into agency (id, code, name, kind, level, path, valid_from, parent_id)
  select pg_temp.key(1, n), case n when 0 then 'H37' else 'H37.' || n end, 'Cơ quan ' || n, 'OFFICE', 'UNIT',
    case n when 0 then 'h37' else 'h37.d' || n end::ltree, '2000-01-01', case when n > 0 then pg_temp.key(1, 0) end
  from generate_series(0, 120) n;
insert into account (id, username, full_name, password_hash, active)
  select pg_temp.key(2, n), 'staff' || n, 'Cán bộ thứ ' || n, '-', true from generate_series(1, 1000) n;
insert into role_held (id, account_id, role, agency_id, valid_from)
  select pg_temp.key(3, n), pg_temp.key(2, n), 'UNIT_OFFICER', pg_temp.key(1, n % 120), '2020-01-01'
  from generate_series(1, 900) n;
insert into security_event (at, kind, channel, account_id, count)
  select timestamptz '2024-01-01 00:00+00' + n * interval '40 minutes',
    case when n % 5003 = 0 then 'LOCKED' when n % 11 = 0 then 'SIGN_IN_FAILED' else 'SIGNED_IN' end, 'web',
    case when n % 20 > 0 then pg_temp.key(2, case when n % 9973 = 0 then 117 when 1 + n % 950 % 120 = 117 then 1
      else 1 + n % 950 end) end, 1 from generate_series(1, 40000) n;
"""
"""117 is an office whose people came once or twice; a twentieth is nobody's, and fifty accounts have no role."""


SORTED, LOOKED = 3_000, 15_000
"""How many rows a page may sort, and how many it may look at."""


def watcher(n: int, path: str) -> Viewer:
    may = frozenset({Permission.READ_SECURITY_EVENTS})
    account, whole = key(2, n), "." not in path
    return Viewer(Audience.STAFF, account_id=account, permissions=may, watches_in=(path,), watches_all=whole)


VIEWERS = {
    "the province": watcher(1, "h37"),
    "a department": watcher(3, "h37.d2"),
    "an office where little happens": watcher(1000, "h37.d117"),
    "nobody's": watcher(1000, "none.none"),
}
OFFERED = {
    "kind": ("SIGNED_IN", "LOCKED", "ROLE_ENDED"),
    "kinds": ("[SIGN_IN_FAILED, SIGNED_IN]", "[LOCKED, ROLE_ENDED]", "[]"),
    "account": tuple(f'"Account_{key(2, n)}"' for n in (1, 117, 999)),
    "atFrom": ('"2024-01-02"', '"2026-11-01"', '"2030-01-01"'),
    "atTo": ('"2024-01-02"', '"2026-11-01"', '"2020-01-01"'),
    "or": (f'[{{kind: LOCKED}}, {{account: "Account_{key(2, 117)}"}}]',),
    "and": ('[{kind: LOCKED}, {atFrom: "2025-01-01"}]',),
    "not": ("{kind: SIGNED_IN}",),
}
"""Each filter with what many rows meet, what few do, and what none does."""
KNOWN = {("the province", f"filter: {{kinds: {said}}}") for said in ("[LOCKED, ROLE_ENDED]", "[]")}
FILTERS = [f"filter: {{{name}: {value}}}" for name, values in OFFERED.items() for value in values]


@pytest.fixture(scope="module")
async def engine(servers: Settings) -> AsyncIterator[Engine]:
    url = apart(lambda: clone(servers.database_url, f"laurel_{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}_record"))
    connection = await asyncpg.connect(dsn(url))
    await connection.execute(MADE)
    await connection.execute("vacuum analyze")
    await connection.close()
    pool = Pool(dsn(url), size=1)
    yield Engine(schema, pool)
    await pool.close()
    apart(lambda: drop(url))


def test_every_filter_is_tried() -> None:
    assert QUERY is not None
    kind = inner(QUERY.fields["securityEvents"].args["filter"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    assert OFFERED.keys() == kind.fields.keys()


@pytest.mark.parametrize("who", VIEWERS)
async def test_a_page_by_any_filter_in_any_order_looks_at_a_fraction_of_the_record(engine: Engine, who: str) -> None:
    for order in members("securityEvents"):
        for filter in ("", *FILTERS):
            done = await work(engine, VIEWERS[who], "securityEvents", f"orderBy: {order}, {filter}")
            if (who, filter) in KNOWN:
                continue
            assert done.whole == [], (order, filter)
            assert done.looked <= LOOKED, (order, filter)
            assert done.sorted <= SORTED, (order, filter)
