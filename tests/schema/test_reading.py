"""Every field, order and filter of the schema becomes one statement for every audience, and PostgreSQL takes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    is_leaf_type,
    is_list_type,
    is_object_type,
    is_required_argument,
    is_union_type,
)

from models.access import Audience, Permission, Viewer
from resolvers.engine import Engine
from resolvers.engine.arguments import kind_of
from resolvers.engine.bind import binding_of, shown
from resolvers.engine.coerce import bare, inner
from schema import schema
from tests.unhurried import patient_pool

CORE = schema._schema
KEY = "0190163d-8694-739b-aea5-966c26f8ad91"
LITERALS = {"Int": "1", "Boolean": "true", "Date": '"2026-01-01"', "DateTime": '"2026-01-01T00:00:00+00:00"'}


@pytest.fixture(scope="module")
async def engine(database_url: str) -> AsyncIterator[Engine]:
    pool = patient_pool(database_url, size=2)
    yield Engine(schema, pool)
    await pool.close()


def literal(gtype: Any, kind: str | None = None) -> str:
    """Some value of an input type, as a document writes it."""
    if is_list_type(bare(gtype)):
        return f"[{literal(inner(gtype), kind)}]"
    named = inner(gtype)
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if isinstance(named, GraphQLInputObjectType):  # a filter in a filter: by its first condition
        name, field = next(iter(named.fields.items()))
        return f"{{{name}: {literal(field.type, kind_of(field))}}}"
    if named.name == "ID":
        return f'"{kind or "Agency"}_{KEY}"'
    return LITERALS.get(named.name, '"x"')


def selection(gtype: Any, deep: bool = True) -> str:
    """All that can be selected of a type, its objects by their leaves; of a union what its types have in common."""
    if is_union_type(gtype):
        return "{ __typename ... on Node { id } }"
    fields = [said for name, field in gtype.fields.items() if (said := whole(name, field, deep))]
    return "{ __typename " + " ".join(fields) + " }"


def whole(name: str, field: GraphQLField, deep: bool) -> str | None:
    named = inner(field.type)
    page = "(first: 2)" if "first" in field.args else ""
    if any(is_required_argument(argument) for argument in field.args.values()):
        return None
    if is_leaf_type(named):
        return name
    if not deep:
        return None
    if "pageInfo" in getattr(named, "fields", {}):
        return f"{name}{page} {connection(named, False)}"
    return f"{name} {selection(named, False) if is_object_type(named) else '{ __typename }'}"


def connection(gtype: Any, deep: bool) -> str:
    item = selection(inner(gtype.fields["nodes"].type), deep)
    ends = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    return f"{{ totalCount {ends} nodes {item} edges {{ cursor node {{ __typename }} }} }}"


def documents() -> Iterator[str]:
    """One for each type by id, one for each root field, order and filter."""
    for gtype in CORE.type_map.values():
        if isinstance(gtype, GraphQLObjectType) and shown(gtype) and any(i.name == "Node" for i in gtype.interfaces):
            yield f'{{ node(id: "{gtype.name}_{KEY}") {{ ... on {gtype.name} {selection(gtype)} }} }}'
    assert CORE.query_type is not None
    for name, field in CORE.query_type.fields.items():
        if binding_of(CORE.query_type, name) is not None:
            yield from roots(name, field)


def roots(name: str, field: GraphQLField) -> Iterator[str]:
    required = [f"{n}: {literal(a.type, kind_of(a, field))}" for n, a in field.args.items() if is_required_argument(a)]
    required += ["first: 3"] if "first" in field.args and not is_required_argument(field.args["first"]) else []
    named = inner(field.type)
    below = connection(named, True) if "first" in field.args else "{ __typename }"
    if is_object_type(named) and "first" not in field.args:
        below = selection(named)
    if is_leaf_type(named):
        below = ""
    short = "{ totalCount nodes { id } }" if "first" in field.args else "{ __typename }"
    for more in [None, *optional(field)]:
        arguments = [*required, more] if more else required
        yield f"{{ {name}{'(' + ', '.join(arguments) + ')' if arguments else ''} {short if more else below} }}"


def optional(field: GraphQLField) -> Iterator[str]:
    for name, argument in field.args.items():
        named = inner(argument.type)
        if isinstance(named, GraphQLInputObjectType):
            parts = [f"{n}: {literal(f.type, kind_of(f))}" for n, f in named.fields.items()]
            yield from (f"{name}: {{{part}}}" for part in [*parts, ", ".join(parts)])
        elif name == "orderBy" and isinstance(named, GraphQLEnumType):
            yield from (f"orderBy: {member}" for member in named.values)


@pytest.mark.parametrize("audience", list(Audience))
async def test_every_field_order_and_filter_is_one_statement(engine: Engine, audience: Audience) -> None:
    viewer = Viewer(audience=audience, proposes_in=("x",), handles_in=("x",), permissions=frozenset(Permission))
    for text in documents():
        document = engine.document(text)
        assert document.errors == [], text
        if audience is not Audience.STAFF and "awardStatistics" in text:
            continue  # the public's figures are of whole years: see test_disclosure.py
        before = engine.pool.sent
        assert await engine.answer(document, {}, None, viewer) is not None, text
        assert engine.pool.sent == before + 1, text
