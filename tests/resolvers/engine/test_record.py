"""One object in a statement: what is joined to it is joined once, however often and wherever it is asked for."""

from __future__ import annotations

import pytest

from models.access import Viewer
from resolvers.engine import Engine

from .asking import straight

ASKED = {
    "under other keys": ("{ dossiers(first: 5) { nodes { agency { code } again: agency { id } } } }", 1),
    "in fragments": (
        "{ dossiers(first: 5) { nodes { agency { code } ...A ... { b: agency { name } } } } } "
        "fragment A on Dossier { a: agency { id } }",
        1,
    ),
    "as nodes and as edges": (
        "{ dossiers(first: 5) { nodes { agency { code } } edges { node { agency { id } } } } }",
        1,
    ),
    "below each other": (
        "{ dossiers(first: 5) { nodes { agency { parent { code } } b: agency { c: parent { id } } } } }",
        2,
    ),
    "in two lists": (
        "{ a: dossiers(first: 5) { nodes { agency { code } } } b: dossiers(last: 5) { nodes { agency { code } } } }",
        2,
    ),
}
"""What is asked, and how many agencies are joined for it."""


@pytest.mark.parametrize(("text", "joins"), ASKED.values(), ids=ASKED)
async def test_a_row_is_joined_once_however_often_it_is_asked_for(
    engine: Engine, staff: Viewer, text: str, joins: int
) -> None:
    plan = engine.plan_of(engine.document(text), {}, None, staff)
    assert plan is not None
    assert plan.sql.count("JOIN register.agency AS") == joins


async def test_what_is_asked_for_twice_is_the_same_row(engine: Engine, staff: Viewer) -> None:
    text = """{ dossiers(first: 50) { edges { node { agency { id } } } nodes {
        agency { id parent { id } } b: agency { id c: parent { id } d: parent { code } } } } }"""
    found = (await straight(engine, staff, text))["dossiers"]
    for node, edge in zip(found["nodes"], found["edges"], strict=True):
        assert node["agency"]["id"] == node["b"]["id"] == edge["node"]["agency"]["id"]
        above = node["agency"]["parent"]
        assert above == node["b"]["c"]
        assert (above is None) == (node["b"]["d"] is None)
    assert len({node["agency"]["id"] for node in found["nodes"]}) > 1
