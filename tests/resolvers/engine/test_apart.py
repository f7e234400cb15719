"""Where a page is looked for by several ways: only where it is read once, and something asks for another index."""

from __future__ import annotations

import pytest

from models.access import Audience, Viewer
from resolvers.engine import Engine, Pool
from schema import schema

STAFF = Viewer(audience=Audience.STAFF, proposes_in=("h37",))
BY_TEXT = 'dossiers(first: 3, filter: {text: "x"}) { nodes { id } }'
ALONG, BY_KEYS = "_first AS (", "_rare AS ("


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (f"{{ {BY_TEXT} }}", True),
        ("{ dossiers(first: 3) { nodes { id } } }", False),
        (f"{{ agencies(first: 3) {{ nodes {{ {BY_TEXT} }} }} }}", False),
    ],
)
async def test_only_a_list_that_is_read_once_is_looked_for_by_several_ways(text: str, ways: bool) -> None:
    engine = Engine(schema, Pool("postgresql+asyncpg://nobody@127.0.0.1:1/none"))  # to plan nothing is asked
    plan = engine.plan_of(engine.document(text), {}, None, STAFF)
    assert plan is not None
    assert (ALONG in plan.sql, BY_KEYS in plan.sql) == (ways, ways)
