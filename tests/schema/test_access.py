"""Who sees what: every object type × every role, by id and by list, against what each role is meant to see."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLObjectType, is_list_type, is_non_null_type

from models.access import PERMISSIONS, Permission, Role
from resolvers.engine import Engine
from tests.province import ROLES, Province
from tests.schema.journey import awaiting_decision, drafted, issued, stepped

EVERYBODY = (*ROLES, None)
"""Every role, and the public."""

SEES_THE_DRAFT = {"officer", "head"}
SEES_THE_SUBMITTED = SEES_THE_DRAFT | {"desk", "chief", "secretary", "chairman", "auditor", "nominee"}
SEES_THE_APPRAISED = SEES_THE_SUBMITTED | {"appraiser"}
STAFF = set(ROLES) - {"nominee"}


async def seers(province: Province, id: str) -> set[str | None]:
    """Who is shown the object with this id."""
    asked = "query($id: ID!) { node(id: $id) { id } }"
    return {who for who in EVERYBODY if (await province.ask(who, asked, {"id": id}))["data"]["node"]}


async def test_a_draft_is_seen_on_the_proposers_desk_alone(province: Province) -> None:
    assert await seers(province, (await drafted(province))["id"]) == SEES_THE_DRAFT


async def test_a_submitted_dossier_is_seen_by_the_desks_it_concerns_and_by_its_nominee(province: Province) -> None:
    dossier = await stepped(province, "officer", "submitDossier", await drafted(province))
    assert await seers(province, dossier["id"]) == SEES_THE_SUBMITTED


async def test_a_line_an_event_and_a_paper_are_seen_where_their_dossier_is(province: Province) -> None:
    dossier = await awaiting_decision(province)
    parts = "{ lines(first: 1) { nodes { id } } events(first: 1) { nodes { id } } documents { id } }"
    asked = f"query($id: ID!) {{ dossier(id: $id) {parts} }}"
    seen = (await province.ask("officer", asked, {"id": dossier["id"]}))["data"]["dossier"]
    assert await seers(province, seen["lines"]["nodes"][0]["id"]) == SEES_THE_APPRAISED
    assert await seers(province, seen["events"]["nodes"][0]["id"]) == SEES_THE_APPRAISED
    assert await seers(province, seen["documents"][0]["id"]) == SEES_THE_APPRAISED - {"nominee"}


async def test_a_decision_and_its_awards_are_staffs_until_they_are_published(province: Province) -> None:
    decision = await issued(province)
    award = decision["awards"]["nodes"][0]["id"]
    for id in (decision["id"], award):
        assert await seers(province, id) == STAFF
    await stepped(province, "chief", "publishDecision", decision)
    for id in (decision["id"], award):
        assert await seers(province, id) == set(EVERYBODY)


async def test_a_count_tells_nobody_of_what_they_may_not_see(province: Province) -> None:
    await drafted(province)
    asked = "{ dossiers(first: 1) { totalCount pageInfo { hasNextPage } nodes { id } } }"
    nothing = {"totalCount": 0, "pageInfo": {"hasNextPage": False}, "nodes": []}
    for who in EVERYBODY:
        if who not in SEES_THE_DRAFT:
            assert (await province.ask(who, asked))["data"]["dossiers"] == nothing


async def test_the_nominee_and_the_public_do_not_learn_who_on_the_staff_acted(province: Province) -> None:
    await stepped(province, "officer", "submitDossier", await drafted(province))
    asked = "{ dossiers(first: 1) { nodes { events(first: 9) { nodes { act actor { fullName } } } } } }"
    staff, nominee = [
        (await province.ask(who, asked))["data"]["dossiers"]["nodes"][0]["events"]["nodes"]
        for who in ("desk", "nominee")
    ]
    assert all(event["actor"] for event in staff)
    assert [event["actor"] for event in nominee] == [None, None]


GUARDED = {
    ("Nominee", "personal"): (
        Permission.READ_PERSONAL_DATA,
        "{ nominees(first: 1) { nodes { personal { birthYear } } } }",
    ),
    ("Query", "securityEvents"): (Permission.READ_SECURITY_EVENTS, "{ securityEvents(first: 1) { nodes { id } } }"),
}
"""The fields that need a permission: which, and how they are asked for."""


def fields(engine: Engine) -> list[tuple[str, str]]:
    """Every field of every object type that needs a permission."""
    found = []
    for kind in engine.schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                definition = field.extensions.get("strawberry-definition")
                if definition is not None and (definition.metadata or {}).get("needs"):
                    found.append((kind.name, name))
    return found


async def test_each_field_that_needs_a_permission_is_answered_to_whoever_holds_it_and_to_nobody_else(
    province: Province, engine: Engine
) -> None:
    assert set(fields(engine)) == set(GUARDED), "add how to ask for it above"
    for permission, asked in GUARDED.values():
        for who in EVERYBODY:
            answer = await province.ask(who, asked)
            codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
            held = who is not None and permission in PERMISSIONS[ROLES[who][0]]
            assert codes == ([] if held else ["FORBIDDEN"]), (who, asked)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_row_in_the_table_of_permissions(role: Role) -> None:
    assert role in PERMISSIONS


def whole(engine: Engine, kind: Any, depth: int = 2) -> str:
    """A selection of everything below a type, two levels deep, without arguments that must be given."""
    parts = []
    for name, field in kind.fields.items():
        inner, needs_page = field.type, "first" in field.args
        while is_non_null_type(inner) or is_list_type(inner):
            inner = inner.of_type
        given = "(first: 2)" if needs_page else ""
        if not isinstance(inner, GraphQLObjectType):
            parts.append(f"{name}{given}" if not hasattr(inner, "types") else "")
        elif depth and (kind.name, name) not in fields(engine):
            parts.append(f"{name}{given} {{ {whole(engine, inner, depth - 1)} }}")
    return " ".join(parts) or "__typename"


@pytest.mark.parametrize("who", EVERYBODY)
async def test_every_list_of_the_schema_answers_every_role_in_one_statement(
    province: Province, engine: Engine, who: str | None
) -> None:
    decision = await issued(province)
    await stepped(province, "chief", "publishDecision", decision)
    query = engine.schema.query_type
    assert query is not None
    listed = {name: field for name, field in query.fields.items() if "first" in field.args or name == "awardTypes"}
    lists = {name: field for name, field in listed.items() if ("Query", name) not in GUARDED}
    for name, field in lists.items():
        words = 'text: "thi đua", ' if name == "search" else ""
        given = f"({words}first: 2)" if "first" in field.args else ""
        kind = field.type
        while is_non_null_type(kind) or is_list_type(kind):
            kind = kind.of_type
        before = engine.pool.sent
        answer = await province.ask(who, f"{{ {name}{given} {{ {whole(engine, kind, 2)} }} }}")
        assert "errors" not in answer, (name, answer["errors"])
        assert engine.pool.sent - before == 1, name
