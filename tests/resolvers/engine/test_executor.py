"""The engine beside Python: mixed documents, payloads, refusals, errors in graphql-core's words."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import strawberry
from graphql import execute_sync, get_introspection_query, parse
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from strawberry.schema.config import StrawberryConfig

from models.access import Audience, Viewer
from resolvers.engine import Engine, RawJson, Ref, render, row_id

from . import rows
from .asking import Context, executed, refused, straight
from .conftest import Register
from .oracle import SDL
from .schema import Dossier, Query, schema

TOUCH = (
    "mutation($id: ID!, $u: Boolean! = false) { touchDossier(id: $id, unseen: $u) "
    "{ __typename ... on Dossier { id shout agency { name } lines(first: 2) { totalCount } } "
    "... on NotFound { message } } }"
)


async def test_python_fields_stand_beside_rows_in_the_order_asked(engine: Engine, staff: Viewer) -> None:
    text = "{ a: dossiers(first: 2) { nodes { id } } now b: agencies(first: 1) { nodes { code } } __typename }"
    assert await engine.answer(engine.document(text), {}, None, staff) is None
    body = await executed(engine, staff, text)
    assert list(body) == ["data"]
    assert list(body["data"]) == ["a", "now", "b", "__typename"]
    assert body["data"]["now"] == "a Python field"
    alone = await straight(engine, staff, "{ a: dossiers(first: 2) { nodes { id } } }")
    assert body["data"]["a"] == alone["a"]


async def test_both_paths_give_the_same(engine: Engine, viewers: list[Viewer]) -> None:
    text = "query($n: Int!) { dossiers(first: $n) { edges { cursor node { id tags nominee { kind } } } totalCount } }"
    for viewer in viewers:
        body = await executed(engine, viewer, text, {"n": 9})
        assert body["data"] == await straight(engine, viewer, text, {"n": 9})


async def test_a_mutation_payload_is_read_by_the_engine_in_one_statement(
    engine: Engine, staff: Viewer, register: Register
) -> None:
    row = register.seed.dossiers[3]
    before = engine.pool.sent
    body = await executed(engine, staff, TOUCH, {"id": f"Dossier_{row.id}"})
    assert engine.pool.sent == before + 1
    found = body["data"]["touchDossier"]
    assert found["__typename"] == "Dossier"
    assert found["id"] == f"Dossier_{row.id}"
    assert found["shout"] == row.title.upper()


async def test_a_refusal_is_a_plain_object_of_the_union(engine: Engine, staff: Viewer) -> None:
    body = await executed(engine, staff, TOUCH, {"id": "Agency_x"})
    assert body == {"data": {"touchDossier": {"__typename": "NotFound", "message": "There is no such dossier."}}}


async def test_a_row_the_viewer_does_not_see_is_not_found_unless_they_just_wrote_it(
    engine: Engine, register: Register
) -> None:
    row = next(d for d in register.seed.dossiers if d.status is not rows.DossierStatus.DECIDED)
    hidden = await executed(engine, Viewer(), TOUCH, {"id": f"Dossier_{row.id}"})
    assert hidden["data"] is None
    assert [error["extensions"]["code"] for error in hidden["errors"]] == ["NOT_FOUND"]
    assert hidden["errors"][0]["path"] == ["touchDossier"]
    written = await executed(engine, Viewer(), TOUCH, {"id": f"Dossier_{row.id}", "u": True})
    assert written["data"]["touchDossier"]["id"] == f"Dossier_{row.id}"


async def test_a_row_may_hang_in_a_python_payload(engine: Engine, staff: Viewer, register: Register) -> None:
    text = "mutation($id: ID!) { openSession(id: $id) { token dossier { title } } }"
    row = register.seed.dossiers[0]
    body = await executed(engine, staff, text, {"id": f"Dossier_{row.id}"})
    assert body["data"]["openSession"] == {"token": "t", "dossier": {"title": row.title}}
    none = await executed(engine, staff, text, {"id": f"Dossier_{register.seed.agencies[0].id}"})
    assert none == {"data": {"openSession": {"token": "t", "dossier": None}}}


@strawberry.type
class Found:
    dossier: Dossier


@strawberry.type
class Opened:
    found: Found


@strawberry.type
class Closed:
    found: Found


@strawberry.type
class Turning:
    @strawberry.mutation
    async def turn(self, id: strawberry.ID, to: str) -> Opened | Closed:
        found = Found(dossier=Ref(rows.Dossier, row_id(id)))  # type: ignore[arg-type]  # read by the engine
        return Opened(found=found) if to == "open" else Closed(found=found)


async def test_a_row_is_read_as_it_is_asked_for_in_the_member_of_a_union_that_came(
    engine: Engine, staff: Viewer, register: Register
) -> None:
    declared = strawberry.Schema(Query, Turning, config=StrawberryConfig(scalar_map=schema.config.scalar_map))
    own, row = Engine(declared, engine.pool), register.seed.dossiers[0]
    text = """mutation($id: ID!, $to: String!) { turn(id: $id, to: $to) {
        ... on Opened { found { dossier { title } } } ... on Closed { found { dossier { version } } } } }"""
    for to, asked in (("open", {"title": row.title}), ("close", {"version": row.version})):
        body = await executed(own, staff, text, {"id": f"Dossier_{row.id}", "to": to})
        assert body == {"data": {"turn": {"found": {"dossier": asked}}}}


async def test_a_rehearsed_row_is_read_on_its_own_transaction(
    engine: Engine, staff: Viewer, register: Register
) -> None:
    row = register.seed.dossiers[1]
    database = create_async_engine(register.url)
    found: list[RawJson | None] = []

    class Rehearsing(Engine):
        async def read(self, info: Any, return_type: Any, details: Any, ref: Ref, connection: Any = None) -> Any:
            async with AsyncSession(database) as session:
                held = await session.get_one(rows.Dossier, row.id)
                held.title = "only rehearsed"
                found.append(await super().read(info, return_type, details, ref, session))
                await session.rollback()
            return found[-1]

    own = Rehearsing(engine.declared, engine.pool)
    text = "mutation($id: ID!) { openSession(id: $id) { dossier { title createdAt shout } } }"
    result = await own.execute(own.document(text), {"id": f"Dossier_{row.id}"}, None, Context(own, staff))
    shown = orjson.loads(render(result))["data"]["openSession"]["dossier"]
    await database.dispose()
    assert shown["title"] == "only rehearsed"
    assert shown["shout"] == "ONLY REHEARSED"
    assert shown["createdAt"].endswith("+00:00")
    after = await straight(engine, staff, "query($i: ID!) { dossier(id: $i) { title } }", {"i": f"Dossier_{row.id}"})
    assert after["dossier"]["title"] == row.title


WRONG: list[tuple[str, Any]] = [
    ("query($n: Int!) { dossiers(first: $n) { totalCount } }", {}),
    ("query($n: Int!) { dossiers(first: $n) { totalCount } }", {"n": "1"}),
    ("query($n: Int!) { dossiers(first: $n) { totalCount } }", {"n": 2**31}),
    ("query($n: Int!) { dossiers(first: $n) { totalCount } }", {"n": 1.5}),
    ("query($f: DossierFilter) { dossiers(first: 1, filter: $f) { totalCount } }", {"f": {"nope": 1}}),
    ("query($f: DossierFilter) { dossiers(first: 1, filter: $f) { totalCount } }", {"f": {"status": "NOPE"}}),
    ("query($f: DossierFilter) { dossiers(first: 1, filter: $f) { totalCount } }", {"f": []}),
    ("query($o: DossierOrder = null) { dossiers(first: 1, orderBy: $o) { totalCount } }", {}),
    ("query($i: ID!) { node(id: $i) { id } }", {"i": None}),
    ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a", None]}),
]


@pytest.mark.parametrize(("text", "variables"), WRONG)
async def test_what_is_wrong_is_said_as_graphql_core_says_it(
    engine: Engine, staff: Viewer, text: str, variables: dict[str, Any]
) -> None:
    assert await engine.answer(engine.document(text), variables, None, staff) is None
    body = await executed(engine, staff, text, variables)
    expected = execute_sync(SDL, parse(text), variable_values=variables).formatted
    assert body["errors"] == expected["errors"]
    assert body.get("data", 0) == expected.get("data", 0) or "data" not in body


@pytest.mark.parametrize("text", ["", "{", "{ nope }", "{ dossiers { nope } }", "query A { now } query B { now }"])
async def test_no_document_breaks_the_engine(engine: Engine, staff: Viewer, text: str) -> None:
    assert await engine.answer(engine.document(text), {}, None, staff) is None
    body = await executed(engine, staff, text)
    assert body["errors"]
    assert "data" not in body or body["data"] is None


async def test_a_document_nested_beyond_reason_is_refused(engine: Engine, staff: Viewer) -> None:
    document = engine.document("{ a " * 5000 + "}" * 5000)
    assert document.errors
    assert await engine.answer(document, {}, None, staff) is None


async def test_introspection_goes_by_the_executor(engine: Engine, staff: Viewer) -> None:
    assert "errors" not in await executed(engine, staff, get_introspection_query())


async def test_a_value_postgresql_cannot_take_is_a_bad_value(engine: Engine, staff: Viewer) -> None:
    text = "query($c: String!) { dossierByCode(code: $c) { id } }"
    assert await refused(engine, staff, text, {"c": "a\x00b"}) == ["BAD_VALUE"]


async def test_a_field_that_needs_a_permission_is_forbidden_without_it(engine: Engine, staff: Viewer) -> None:
    text = "{ decisions(first: 3) { nodes { awards(first: 2) { nodes { recipient { phone } } } } } }"
    lesser = Viewer(audience=Audience.STAFF, proposes_in=("p",))
    assert await engine.answer(engine.document(text), {}, None, staff) is not None
    assert await refused(engine, lesser, text) == ["FORBIDDEN"]
    assert await engine.answer(engine.document(text), {}, None, staff) is not None
    body = await executed(engine, lesser, text)
    assert "Nominee.phone" in body["errors"][0]["message"]
    assert "READ_PERSONAL_DATA" in body["errors"][0]["message"]


async def test_a_python_field_that_needs_a_permission_is_forbidden_without_it(engine: Engine, staff: Viewer) -> None:
    lesser = Viewer(audience=Audience.STAFF)
    body = await executed(engine, lesser, "{ secret }")
    assert body["data"] is None
    assert body["errors"][0]["path"] == ["secret"]
    assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await executed(engine, staff, "{ secret }") == {"data": {"secret": "for few"}}


PHONE = """query ForFew { dossiers(first: 1) { nodes { nominee { phone } } } }
    mutation Touch($id: ID!, $few: Boolean! = false) { touchDossier(id: $id) { ...Few @include(if: $few) __typename } }
    fragment Few on Dossier { nominee { phone } }"""


async def test_an_act_is_not_refused_for_what_another_operation_of_its_document_asks(
    engine: Engine, register: Register
) -> None:
    lesser, document = Viewer(audience=Audience.STAFF, proposes_in=("p",)), engine.document(PHONE)
    given = {"id": f"Dossier_{register.seed.dossiers[0].id}"}
    result = await engine.execute(document, given, "Touch", Context(engine, lesser))
    assert orjson.loads(render(result)) == {"data": {"touchDossier": {"__typename": "Dossier"}}}


async def test_an_act_is_refused_for_a_field_only_where_that_is_included(engine: Engine, register: Register) -> None:
    lesser, document = Viewer(audience=Audience.STAFF, proposes_in=("p",)), engine.document(PHONE)
    given = {"id": f"Dossier_{register.seed.dossiers[0].id}", "few": True}
    body = orjson.loads(render(await engine.execute(document, given, "Touch", Context(engine, lesser))))
    assert [error["extensions"]["code"] for error in body["errors"]] == ["FORBIDDEN"]
    assert "data" not in body, "the act is not begun"
    wrong = orjson.loads(render(await engine.execute(document, {"id": []}, "Touch", Context(engine, lesser))))
    assert "FORBIDDEN" not in str(wrong["errors"]), "what is wrong with the variables comes first"


async def test_one_wrong_root_field_leaves_the_others_their_answers(engine: Engine, staff: Viewer) -> None:
    text = '{ good: dossierByCode(code: "no") { id } bad: dossierByCode(code: "\\u0000") { id } now }'
    body = await executed(engine, staff, text)
    assert body["data"] == {"good": None, "bad": None, "now": "a Python field"}
    assert [error["path"] for error in body["errors"]] == [["bad"]]


async def test_root_fields_read_from_rows_are_one_statement_beside_python(engine: Engine, staff: Viewer) -> None:
    text = (
        "query($n: Int!) { a: dossiers(first: $n) { nodes { id shout } } now b: dossiers(last: $n) { nodes { shout } } "
        '__typename hits: search(text: "1") { __typename } none: dossierByCode(code: "no") { id } }'
    )
    before = engine.pool.sent
    body = await executed(engine, staff, text, {"n": 7})
    assert engine.pool.sent == before + 1
    want = await straight(engine, staff, text.replace(" now ", " "), {"n": 7})
    assert list(body["data"]) == ["a", "now", "b", "__typename", "hits", "none"]
    assert {key: value for key, value in body["data"].items() if key != "now"} == want
    planned = engine.planned
    await executed(engine, staff, text, {"n": 7})
    assert engine.planned == planned


async def test_a_root_field_that_spoils_the_statement_is_asked_apart_from_the_others(engine: Engine) -> None:
    hit = 'firstHit(text: "7")'
    text = f"{{ now bad: {hit} {{ ... on Dossier {{ nominee {{ phone }} }} }} good: {hit} {{ __typename }} }}"
    before = engine.pool.sent
    body = await executed(engine, Viewer(audience=Audience.STAFF, proposes_in=("p",)), text)
    assert body["data"] == {"now": "a Python field", "bad": None, "good": {"__typename": "Dossier"}}
    assert [(e["path"], e["extensions"]["code"]) for e in body["errors"]] == [(["bad"], "FORBIDDEN")]
    assert engine.pool.sent == before + 1


async def test_nodes_takes_a_hundred_ids(engine: Engine, staff: Viewer) -> None:
    text = "query($i: [ID!]!) { nodes(ids: $i) { id } }"
    assert (await straight(engine, staff, text, {"i": ["x"] * 100}))["nodes"] == [None] * 100
    assert await refused(engine, staff, text, {"i": ["x"] * 101}) == ["BAD_PAGE"]
