"""Plans: what stands in a statement several times is asked once."""

from __future__ import annotations

from models.access import Audience, Permission, Viewer
from resolvers.engine import Engine, Pool
from resolvers.engine.plan import asked_once
from schema import schema


def test_a_closed_select_that_stands_in_several_places_is_made_once() -> None:
    said = "SELECT a IN (\5SELECT 1\6), b IN (\5SELECT 2\6), c IN (\5SELECT 1\6)"
    made = "WITH once0 AS MATERIALIZED (SELECT 1) SELECT a IN (TABLE once0), b IN (SELECT 2), c IN (TABLE once0)"
    assert asked_once(said) == made


def test_what_stands_once_stays_where_it_is() -> None:
    assert asked_once("SELECT a IN (\5SELECT 1\6)") == "SELECT a IN (SELECT 1)"
    assert asked_once("SELECT 1") == "SELECT 1"


def test_a_list_asks_for_the_viewers_agencies_and_for_those_of_a_filter_once() -> None:
    engine = Engine(schema, Pool())
    viewer = Viewer(Audience.STAFF, permissions=frozenset(Permission), handles_in=("H37",), proposes_in=("H37.07",))
    text = '{ dossiers(first: 20, filter: {agencyWithin: "H37"}) { totalCount nodes { code } } }'
    plan = engine.plan_of(engine.document(text), {}, None, viewer)
    assert plan
    assert plan.sql.startswith("WITH once0 AS MATERIALIZED (")
    assert plan.sql.count("<@ ANY") == 2
    assert plan.sql.count("agency.code = ") == 1
    assert "\5" not in plan.sql
    assert "\6" not in plan.sql
