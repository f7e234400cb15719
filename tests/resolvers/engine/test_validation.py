"""All rules walked as one find what graphql-core's own walk finds, in its words and order."""

from __future__ import annotations

import pytest
from graphql import parse, validate

from resolvers.engine.validation import RULES, looking, validated

from .schema import schema

GRAPHQL = schema._schema
DOCUMENTS = (
    "{ dossiers(first: 1) { nodes { code } } }",
    "{ dossiers(first: 1) { nodes { kode } } } { agency }",
    "query A($x: Int, $x: Nothing, $unused: String) { dossiers(first: $y, first: 2) { nodes } }",
    "query A { ...F ...F } query A { __typename @skip } fragment F on Query { ...G } fragment G on Query { ...F }",
    "fragment Unused on Dossier { code { x } } { a: __typename a: dossiers(first: 1) { totalCount } }",
    'type Mine { x: Int } { ... on Nothing { x } ... on Agency { name } dossiers(first: "x", what: {a: 1, a: 2}) }',
    "subscription { a: __typename b: __typename }",
    "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
    "{ " + " ".join(f"x{n}" for n in range(120)) + " }",
)


@pytest.mark.parametrize("text", DOCUMENTS)
def test_the_same_is_wrong_with_a_document(text: str) -> None:
    ast = parse(text)
    said = [error.formatted for error in validated(GRAPHQL, ast)]
    assert said == [error.formatted for error in validate(GRAPHQL, ast)]
    assert bool(said) == (text != DOCUMENTS[0])


def test_every_rule_looks_at_some_kind_of_node() -> None:
    kinds = ("document", "operation_definition", "fragment_definition", "variable_definition", "field", "argument")
    kinds += ("fragment_spread", "inline_fragment", "directive", "named_type", "variable", "object_value", "name")
    kinds += ("selection_set",)
    assert {place for kind in kinds for place, _, _ in looking(kind)} == set(range(len(RULES)))
