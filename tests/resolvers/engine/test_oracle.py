"""The engine's bytes against an independent answer, on documents by hand and at random, for every kind of viewer."""

from __future__ import annotations

import os
import random
from typing import Any

import orjson
import pytest

from models.access import Viewer
from resolvers.engine import Engine
from tests.oracle.answer import difference

from .asking import executed, straight
from .conftest import Register
from .maker import ORDERS, Cursors, Maker
from .oracle import Oracle

RANDOM = int(os.environ.get("ENGINE_DOCUMENTS", "250"))
"""How many random documents a run compares."""
FILTERED = (
    "query($f: DossierFilter, $n: Int!) { dossiers(first: $n, filter: $f) { totalCount nodes { status version } } }"
)
PARTS = (
    "query($s: DossierStatus, $v: Int = 3) { dossiers(first: 3, filter: {status: $s, minVersion: $v}) "
    "{ totalCount nodes { status version } } }"
)
BY_ORDER = "query($o: DossierOrder! = TITLE) { dossiers(first: 3, orderBy: $o) { nodes { title } } }"
DIRECTED = (
    "query($x: Boolean!) { dossiers(first: 2) { nodes { id @skip(if: $x) title @include(if: $x) "
    "... @include(if: $x) { code } } totalCount @include(if: $x) } }"
)
BY_HAND: list[tuple[str, dict[str, Any]]] = [
    ("{ __typename }", {}),
    ("{ dossiers(first: 1) { pageInfo { hasNextPage endCursor startCursor hasPreviousPage } totalCount } }", {}),
    ("{ dossiers(first: 2) { pageInfo { hasPreviousPage } } }", {}),
    ("{ dossiers(first: 2) { __typename } }", {}),
    (
        "{ a: dossiers(first: 3) { edges { cursor node { id } } } "
        "b: dossiers(last: 2, orderBy: DUE) { x: nodes { __typename dueOn } y: nodes { z: id } n: __typename } }",
        {},
    ),
    ("{ dossiers(first: 100) { nodes { id code title label status version urgent sealed budget share reference "
     "tags createdAt dueOn note lineCount shout odd } } }", {}),
    (FILTERED, {"f": {"status": "DRAFT"}, "n": 2}),
    (FILTERED, {"f": {"statuses": ["DRAFT", "DECIDED"], "minVersion": None, "hasCode": False}, "n": 2}),
    (FILTERED, {"f": {"statuses": []}, "n": 2}),
    (FILTERED, {"f": None, "n": 3}),
    (FILTERED, {"f": {"createdFrom": "2025-01-01T09:00:00+07:00"}, "n": 3}),
    (PARTS, {}),
    (PARTS, {"s": "DECIDED", "v": None}),
    (BY_ORDER, {}),
    (BY_ORDER, {"o": "OLDEST"}),
    (DIRECTED, {"x": True}),
    (DIRECTED, {"x": False}),
    (
        '{ search(text: "1") { __typename ... on Dossier { code t: title agency { name } } '
        "... on Decision { number signedOn } ... on Node { id } } }",
        {},
    ),
    ('{ search(text: "zzz") { __typename } firstHit(text: "7") { __typename } none: firstHit(text: "zzz") '
     "{ ... on Node { id } } }", {}),
    (
        "fragment D on Dossier { id ...E } fragment E on Dossier { events(first: 2) { nodes { seq } } } "
        "{ dossiers(last: 3) { nodes { ...D events(first: 2) { nodes { act } } } "
        "pageInfo { hasPreviousPage hasNextPage } } }",
        {},
    ),
    (
        "{ agencies(first: 9) { nodes { name children { code dossiers(first: 2) "
        "{ totalCount nodes { shout allowedSteps { step __typename because } } } } } } }",
        {},
    ),
    ("{ dossiers(first: 9) { nodes { lastEvent { __typename dossier { __typename } } decision { number } } } }", {}),
    ("{ dossiers(first: 9) { nodes { a: agency { name } b: agency { code parent { name } } } } }", {}),
    (
        "{ decisions(first: 20) { nodes { number agency { name } awards(first: 10) "
        "{ nodes { recipient { fullName } awardType { label } decision { __typename number } } } } } }",
        {},
    ),
    ("{ agencies(first: 2) { nodes { parent { __typename } } } }", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def oracle(register: Register) -> Oracle:
    return Oracle(register.seed)


@pytest.mark.parametrize(("text", "variables"), BY_HAND)
async def test_documents_by_hand_are_answered_as_the_oracle_does(
    engine: Engine, oracle: Oracle, viewers: list[Viewer], text: str, variables: dict[str, Any]
) -> None:
    for viewer in viewers:
        await agree(engine, oracle, viewer, text, variables)
        body = await executed(engine, viewer, text, variables)
        assert body["data"] == await straight(engine, viewer, text, variables)


@pytest.mark.parametrize("part", range(5))
async def test_random_documents_are_answered_as_the_oracle_does(
    engine: Engine, oracle: Oracle, viewers: list[Viewer], register: Register, part: int
) -> None:
    seed = int(os.environ.get("ENGINE_SEED", "1"))
    harvest = [await cursors(engine, viewer) for viewer in viewers]
    for number in range(part, RANDOM, 5):
        chance = random.Random(f"{seed}:{number}")
        which = chance.randrange(len(viewers))
        text, variables = Maker(chance, ids(register), harvest[which]).document()
        await agree(engine, oracle, viewers[which], text, variables, f"ENGINE_SEED={seed}, document {number}")


async def agree(
    engine: Engine, oracle: Oracle, viewer: Viewer, text: str, variables: dict[str, Any], said: str = ""
) -> None:
    document = engine.document(text)
    assert document.errors == [], f"{document.errors}\n{text}"
    before = engine.pool.sent
    got = await engine.answer(document, variables, None, viewer)
    shown = f"{said}\n{text}\n{variables}\n{viewer}"
    assert got is not None, f"not straight: {shown}"
    assert engine.pool.sent == before + 1, f"{engine.pool.sent - before} statements: {shown}"
    found = difference(orjson.loads(got), oracle.answer(text, variables, viewer))
    assert found is None, f"{found}\n{shown}"


def ids(register: Register) -> list[str]:
    seed = register.seed
    lists = {"Agency": seed.agencies, "Dossier": seed.dossiers, "Decision": seed.decisions, "Award": seed.awards}
    made = [f"{kind}_{row.id}" for kind, rows in lists.items() for row in rows[:20]]
    return [*made, *(f"Event_{entry.key}" for entry in seed.entries[:20]), *(f"DossierLine_{r.id}" for r in seed.lines)]


async def cursors(engine: Engine, viewer: Viewer) -> Cursors:
    """Every cursor of the root lists, as this viewer is given them."""
    asked: list[tuple[str, str | None]] = [("agencies", None), ("decisions", None), *(("dossiers", o) for o in ORDERS)]
    found: Cursors = {}
    for name, order in asked:
        argument = f", orderBy: {order}" if order else ""
        text = f"{{ x: {name}(first: 100{argument}) {{ edges {{ cursor }} }} }}"
        body = await engine.answer(engine.document(text), {}, None, viewer)
        found[name, order] = [edge["cursor"] for edge in orjson.loads(body or b"")["data"]["x"]["edges"]]
    return found
