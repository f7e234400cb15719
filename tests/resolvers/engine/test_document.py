"""Documents and plans: made once, shared as far as they may be, and forgotten within bounds."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from models.access import Permission, Viewer
from resolvers.engine import Engine
from resolvers.engine.document import PLANS, ROOM, Documents

from .asking import straight
from .schema import schema

TEXT = "query($f: DossierFilter, $n: Int! = 2) { dossiers(first: $n, filter: $f) { nodes { title } } }"


def fresh(engine: Engine) -> Engine:
    return Engine(schema, engine.pool)


async def test_values_scopes_and_accounts_share_one_plan(engine: Engine, staff: Viewer) -> None:
    own = fresh(engine)
    await straight(own, staff, TEXT, {"f": {"titleStarts": "a"}})
    await straight(own, staff, TEXT, {"f": {"titleStarts": "b"}})
    await straight(own, replace(staff, proposes_in=("p.s1",), account_id=uuid4()), TEXT, {"f": {"titleStarts": "c"}})
    await straight(own, replace(staff, permissions=frozenset(Permission)), TEXT, {"f": {"titleStarts": "c"}})
    assert own.planned == 1


async def test_audiences_choices_and_sizes_have_plans_of_their_own(engine: Engine, staff: Viewer) -> None:
    own = fresh(engine)
    await straight(own, staff, TEXT, {"f": {"hasCode": True}})
    await straight(own, staff, TEXT, {"f": {"hasCode": False}})
    await straight(own, staff, TEXT, {"f": None})
    await straight(own, staff, TEXT, {"n": 3})
    await straight(own, Viewer(), TEXT, {"n": 3})
    assert own.planned == 5


async def test_only_a_permission_that_is_asked_for_divides_plans(engine: Engine, staff: Viewer) -> None:
    own = fresh(engine)
    text = "{ decisions(first: 1) { nodes { id } } }"
    await straight(own, staff, text)
    await straight(own, replace(staff, permissions=frozenset()), text)
    assert own.planned == 1


async def test_two_viewers_of_one_plan_see_their_own_rows(engine: Engine, viewers: list[Viewer]) -> None:
    own, text = fresh(engine), "{ dossiers(first: 100) { totalCount nodes { id } } }"
    whole, part = viewers[0], viewers[1]
    first = await straight(own, whole, text)
    second = await straight(own, part, text)
    again = await straight(own, whole, text)
    assert own.planned == 1
    assert first == again
    assert second["dossiers"]["totalCount"] < first["dossiers"]["totalCount"]


async def test_plans_of_one_operation_are_bounded(engine: Engine, staff: Viewer) -> None:
    own, document = fresh(engine), engine.document(TEXT)
    for size in range(1, PLANS + 10):
        await own.answer(document, {"n": size}, None, staff)
    operation = document.operation()
    assert operation is not None
    assert len(operation.plans.kept) == PLANS


def test_documents_are_bounded_by_number_and_length() -> None:
    documents = Documents(schema._schema, bound=2, longest=100)
    first = documents.of("{ a: now }")
    assert documents.of("{ a: now }") is first
    documents.of("{ b: now }")
    documents.of("{ c: now }")
    assert documents.of("{ a: now }") is not first
    long = "{ now }" + " " * 100
    assert documents.of(long) is not documents.of(long)


def test_a_document_with_errors_is_kept_too() -> None:
    documents = Documents(schema._schema)
    assert documents.of("{ nope }").errors
    assert documents.of("{ nope }") is documents.of("{ nope }")


def test_long_documents_are_kept_in_smaller_number() -> None:
    documents = Documents(schema._schema)
    for n in range(100):
        documents.of(f"{{ a{n}: now }}" + " " * 20_000)
    assert 0 < len(documents.kept.kept) * 20_000 <= ROOM


def test_an_operation_is_found_by_name_or_alone(engine: Engine) -> None:
    document = engine.document("query A { now } query B { now }")
    assert document.operation() is None
    assert document.operation("A") is not document.operation("B")
    assert document.operation("C") is None


async def test_an_executed_operation_keeps_its_plans(engine: Engine, staff: Viewer) -> None:
    from .asking import executed

    own, text = fresh(engine), "{ now dossiers(first: 1) { nodes { id } } }"
    await executed(own, staff, text)
    await executed(own, staff, text)
    assert own.planned == 1


async def test_a_plan_can_be_explained(engine: Engine, staff: Viewer) -> None:
    plan = engine.plan_of(engine.document(TEXT), {"n": 1}, None, staff)
    assert plan is not None
    said = await engine.explain(plan, {"n": 1}, staff)
    assert "register" in plan.sql
    assert "dossier" in said
    assert "actual rows" in await engine.explain(plan, {"n": 1}, staff, analyze=True)
