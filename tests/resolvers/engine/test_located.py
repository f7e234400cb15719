"""Errors of computed fields: where graphql-core puts them, and all that they leave standing."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from models.access import Viewer
from resolvers.engine import Engine
from tests.oracle.answer import difference

from .asking import executed
from .conftest import Register
from .maker import Maker
from .oracle import Oracle
from .test_oracle import cursors, ids

RANDOM = int(os.environ.get("ENGINE_DOCUMENTS", "250"))
EVERYTHING = "{ dossiers(first: 100) { nodes { %s } } }"
BY_HAND = [
    EVERYTHING % "id frail",
    EVERYTHING % "id brittle",
    EVERYTHING % "x: frail y: frail title",
    EVERYTHING % "pieces { word weight }",
    EVERYTHING % "pieces { __typename w: weight }",
    EVERYTHING % "parts { word weight }",
    EVERYTHING % "decision { number awards(first: 3) { nodes { decision { agency { motto } } } } }",
    "{ agencies(first: 100) { nodes { code children { code parent { motto } } } } }",
    "{ a: dossiers(first: 3) { nodes { frail } } b: dossiers(last: 3) { edges { node { frail } } } __typename }",
    '{ search(text: "1") { ... on Dossier { frail agency { motto } } ... on Decision { agency { motto } } } }',
    '{ firstHit(text: "7") { ... on Node { id ... on Dossier { frail brittle parts { word } } } } }',
    "fragment F on Dossier { x: frail } { dossiers(first: 9) { nodes { ...F lines(first: 2) { nodes { dossier "
    "{ ...F } } } } } }",
]


@pytest.fixture(scope="module")
def oracle(register: Register) -> Oracle:
    return Oracle(register.seed)


@pytest.mark.parametrize("text", BY_HAND)
async def test_errors_by_hand_are_those_of_graphql_core(
    engine: Engine, oracle: Oracle, viewers: list[Viewer], text: str
) -> None:
    for viewer in viewers:
        await agree(engine, oracle, viewer, text, {})


async def test_one_failing_row_leaves_the_others_their_values(engine: Engine, staff: Viewer) -> None:
    body = await executed(engine, staff, EVERYTHING % "version title frail")
    nodes = body["data"]["dossiers"]["nodes"]
    assert all(node["frail"] == (None if node["version"] % 3 == 0 else node["title"]) for node in nodes)
    wrong = [n for n, node in enumerate(nodes) if node["version"] % 3 == 0]
    assert [error["path"] for error in body["errors"]] == [["dossiers", "nodes", n, "frail"] for n in wrong]
    assert 0 < len(wrong) < len(nodes)


@pytest.mark.parametrize(
    "asked", ["pieces { word weight }", "pieces { w: weight }", "parts { word }", "parts { weight }"]
)
async def test_what_is_wrong_with_one_row_is_seen_where_nothing_else_is_wrong(
    engine: Engine, oracle: Oracle, staff: Viewer, register: Register, asked: str
) -> None:
    each = {dossier.version: dossier for dossier in register.seed.dossiers}
    assert {1, 2, 3, 4} < each.keys()
    for dossier in each.values():
        await agree(engine, oracle, staff, f'{{ dossier(id: "Dossier_{dossier.id}") {{ {asked} }} }}', {})


async def test_random_documents_fail_as_graphql_core_has_them_fail(
    engine: Engine, oracle: Oracle, viewers: list[Viewer], register: Register
) -> None:
    seed = int(os.environ.get("ENGINE_SEED", "1"))
    harvest = [await cursors(engine, viewer) for viewer in viewers]
    failed = 0
    for number in range(RANDOM):
        chance = random.Random(f"failing {seed}:{number}")
        which = chance.randrange(len(viewers))
        text, variables = Maker(chance, ids(register), harvest[which], failing=True).document()
        failed += await agree(engine, oracle, viewers[which], text, variables)
    assert failed > RANDOM / 10


async def agree(engine: Engine, oracle: Oracle, viewer: Viewer, text: str, variables: dict[str, Any]) -> bool:
    """Compare the executor's answer, and the straight one where there is one; whether there were errors."""
    said = f"{text}\n{variables}\n{viewer}"
    want = oracle.result(text, variables, viewer).formatted
    straight = await engine.answer(engine.document(text), variables, None, viewer)
    assert (straight is None) == ("errors" in want), said
    before = engine.pool.sent
    got = await executed(engine, viewer, text, variables)
    assert engine.pool.sent <= before + 1, said
    assert difference(got["data"], want["data"]) is None, f"{difference(got['data'], want['data'])}\n{said}"
    errors = got.get("errors", [])
    if want["data"] is None:  # where nothing is left, what else went wrong in other root fields may be told or not
        errors = [error for error in errors if error in want["errors"]]
    assert errors == want.get("errors", []), said
    return "errors" in want
