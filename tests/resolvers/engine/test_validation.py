"""All rules walked as one find what graphql-core's own walk finds, in its words and order."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import BREAK, SKIP, GraphQLError, ValidationRule, parse, validate

from resolvers.engine.validation import MOST_ERRORS, RULES, looking, validated

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
    "{ dossiers(first: 1, what: {" + " ".join(f"x{n}: 1" for n in range(120)) + "}) { totalCount } }",
)


@pytest.mark.parametrize("text", DOCUMENTS)
def test_the_same_is_wrong_with_a_document(text: str) -> None:
    ast = parse(text)
    said = [error.formatted for error in validated(GRAPHQL, ast)]
    assert said == [error.formatted for error in validate(GRAPHQL, ast)][:MOST_ERRORS]
    assert bool(said) == (text != DOCUMENTS[0])


@pytest.mark.parametrize("value", ['"2025-02-29"', "5", '["2025-01-01"]', "{}", "true"])
def test_a_value_that_is_none_of_its_scalar_is_said_to_stand_where_it_does(value: str) -> None:
    ast = parse(f"{{ dossiers(first: 1, filter: {{dueBy: {value}}}) {{ totalCount }} }}")
    found, plain = validated(GRAPHQL, ast), validate(GRAPHQL, ast)
    assert [error.message for error in found] == [error.message for error in plain]
    assert [error.formatted["locations"] for error in found] == [[{"line": 1, "column": 30}]]


def test_every_rule_looks_at_some_kind_of_node() -> None:
    kinds = ("document", "operation_definition", "fragment_definition", "variable_definition", "field", "argument")
    kinds += ("fragment_spread", "inline_fragment", "directive", "named_type", "variable", "object_value", "name")
    kinds += ("selection_set",)
    assert {place for kind in kinds for place, _, _ in looking(kind)} == set(range(len(RULES)))


class Skips(ValidationRule):
    """Reports each field it meets and leaves, and passes over what is in `nodes`."""

    def enter_field(self, node: Any, *_: Any) -> Any:
        self.report_error(GraphQLError(f"enter {node.name.value}", node))
        return SKIP if node.name.value == "nodes" else None

    def leave_field(self, node: Any, *_: Any) -> None:
        self.report_error(GraphQLError(f"leave {node.name.value}", node))


class Ends(ValidationRule):
    """Reports each name it meets and leaves, until it has met an argument's."""

    def enter_name(self, node: Any, *_: Any) -> None:
        self.report_error(GraphQLError(f"enter name {node.value}", node))

    def leave_name(self, node: Any, *_: Any) -> None:
        self.report_error(GraphQLError(f"leave name {node.value}", node))

    def enter_argument(self, *_: Any) -> Any:
        return BREAK


class EndsLate(Ends):
    """The same, until it has left an argument."""

    def enter_argument(self, *_: Any) -> None: ...

    def leave_argument(self, *_: Any) -> Any:
        return BREAK


def test_a_rule_that_passes_over_a_node_or_ends_does_so_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    rules, ast = (Skips, Ends, EndsLate), parse("{ a: dossiers(first: 1) { nodes { id code } totalCount } __typename }")
    monkeypatch.setattr("resolvers.engine.validation.RULES", rules)
    monkeypatch.setattr("resolvers.engine.validation.MOST_ERRORS", 100)
    looking.cache_clear()
    said = [error.message for error in validated(GRAPHQL, ast)]
    looking.cache_clear()
    assert said == [error.message for error in validate(GRAPHQL, ast, rules)]
    assert {"enter nodes", "enter totalCount"} <= set(said)
    assert set(said).isdisjoint({"leave nodes", "enter id", "enter name nodes"})
