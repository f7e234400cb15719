"""Quick coercion: it agrees with graphql-core or doubts, for every value and type."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLInputField, GraphQLInputObjectType, GraphQLInt, OperationDefinitionNode
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.engine.coerce import shape_of
from resolvers.engine.document import Document

from .schema import schema

TYPES = [
    "Int",
    "Int!",
    "[Int!]",
    "[Int]!",
    "String",
    "ID!",
    "Boolean!",
    "DossierStatus",
    "DossierOrder!",
    "[DossierStatus!]",
    "DossierFilter",
    "DossierFilter!",
    "Date",
    "DateTime",
    "UUID",
    "BigInt",
    "Decimal",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["DRAFT", "NEWEST", "2025-01-01", "2025-01-01T00:00:00+00:00", "2025-02-30", "1"])
)
KEYS = st.sampled_from(["status", "statuses", "agency", "hasCode", "minVersion", "createdFrom", "dueBy", "nope"])
VALUES = (
    LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(KEYS, LEAVES | st.lists(LEAVES, max_size=2), max_size=3)
)


@settings(max_examples=400)
@given(st.sampled_from(TYPES), VALUES, st.booleans())
def test_quick_coercion_gives_what_graphql_core_gives_or_doubts(gtype: str, value: Any, present: bool) -> None:
    document = Document(schema._schema, f"query($v: {gtype}) {{ now }}")
    document.errors = []
    operation = operation_of(document)
    given_ = {"v": value} if present else {}
    quickly, slowly = operation.coerce_quickly(given_), operation.coerce(given_)
    if quickly is not None:
        assert not isinstance(slowly, list)
        assert quickly == slowly.coerced
        assert [type(v) for v in quickly.values()] == [type(v) for v in slowly.coerced.values()]


def operation_of(document: Document) -> Any:
    """The operation, though its variable is not used (which no rule of execution minds)."""
    from resolvers.engine.document import Operation

    assert document.ast is not None
    node = next(d for d in document.ast.definitions if isinstance(d, OperationDefinitionNode))
    return Operation(schema._schema, document.ast, node)


def shape(gtype: str, value: Any) -> Any:
    operation = operation_of(Document(schema._schema, f"query($v: {gtype}) {{ now }}"))
    return operation.shape(operation.coerce({"v": value}).coerced)


def test_values_share_a_shape_and_choices_do_not() -> None:
    assert shape("String", "a") == shape("String", "b") != shape("String", None)
    assert shape("[Int!]", [1]) == shape("[Int!]", [])
    assert shape("DossierStatus", "DRAFT") == shape("DossierStatus", "DECIDED")
    assert shape("DossierOrder", "NEWEST") != shape("DossierOrder", "OLDEST")
    assert shape("Boolean", True) != shape("Boolean", False)
    assert shape("DossierFilter", {"agency": "x"}) == shape("DossierFilter", {"agency": "y"})
    assert shape("DossierFilter", {"agency": "x"}) != shape("DossierFilter", {"agency": None})
    assert shape("DossierFilter", {"hasCode": True}) != shape("DossierFilter", {"hasCode": False})


def test_a_page_size_is_shape_where_it_is_used_as_one() -> None:
    text = "query($n: Int!) { agencies(first: $n) { totalCount } }"
    operation = Document(schema._schema, text).operation()
    assert operation is not None
    assert operation.shape({"n": 1}) != operation.shape({"n": 2})


def test_what_is_left_out_is_another_shape_than_what_is_null() -> None:
    part = GraphQLInputObjectType("Part", {"a": GraphQLInputField(GraphQLInt)})
    shape = shape_of(part, False)
    assert len({shape({}), shape({"a": None}), shape({"a": 1}), shape(None)}) == 4
    assert shape({"a": 1}) == shape({"a": 2})
