"""Validation by graphql-core's own rules, walked as one: a rule costs something only at nodes that it looks at.

It ends with the fifth error: each may repeat a whole value of the document, so a thousand wrong keys in one object
were seconds of work and a megabyte of words. Fields of one name are compared two by two, and two that differ cost
twenty times as much as two that do not: of those comparisons there are fewer than graphql-core has by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, ValueNode, validate
from graphql.language.visitor import BREAK, EnterLeaveVisitor
from graphql.validation import (
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    ValidationRule,
    ValuesOfCorrectTypeRule,
    specified_rules,
)
from graphql.validation.validate import ValidationAbortedError

from .refused import too_complex


class PlacedValues(ValuesOfCorrectTypeRule):
    """Says of a wrong value where it is written, too, where its scalar says only what is wrong with it."""

    place: ValueNode | None = None

    def is_valid_value_node(self, node: ValueNode, input_type: Any) -> Any:
        """Look at a value."""
        self.place = node
        return super().is_valid_value_node(node, input_type)

    def report_error(self, error: GraphQLError) -> None:
        """Report an error, by its own place or by that of the value."""
        known = error if error.nodes else GraphQLError(error.message, self.place, extensions=error.extensions)
        super().report_error(known)


RULES = tuple(PlacedValues if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules)
MOST_ERRORS = 5
"""Errors of one document that are looked for: a short one can be wrong in a hundred places."""
MERGING = 30_000
"""Steps of comparing fields that bear one name: fifty fragments of five fields in one place are 24,000."""
Method = Callable[..., Any]


def validated(schema: GraphQLSchema, ast: DocumentNode) -> list[GraphQLError]:
    """What is wrong with a document, in graphql-core's words and order; TOO_COMPLEX where it gave up before it knew."""
    found = validate(schema, ast, [EveryRule], max_errors=MOST_ERRORS)[:MOST_ERRORS]
    return [too_complex(error) if isinstance(error, ValidationAbortedError) else error for error in found]


class EveryRule(ValidationRule):
    """All rules of the specification as one: for each kind of node, those that look at it."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rules = [rule(context) for rule in RULES]
        for rule in self.rules:
            if isinstance(rule, OverlappingFieldsCanBeMergedRule):
                rule.rule_context.remaining_complexity_budget = MERGING
        self.skipping: list[Any] = [None] * len(RULES)

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        """What the rules do on entering and leaving a node of this kind, one after another."""
        known = self.enter_leave_map.get(kind)
        if known is None:
            known = self.enter_leave_map[kind] = EnterLeaveVisitor(self._entering(kind), self._leaving(kind))
        return known

    def _entering(self, kind: str) -> Method | None:
        skipping = self.skipping
        methods = [(place, getattr(self.rules[place], name)) for place, name, _ in looking(kind) if name]

        def enter(node: Any, *rest: Any) -> None:
            for place, method in methods:
                if skipping[place] is None and (said := method(node, *rest)) is not None:
                    skipping[place] = BREAK if said is BREAK or said is True else node

        return enter if methods else None

    def _leaving(self, kind: str) -> Method | None:
        skipping = self.skipping
        methods = [(place, name and getattr(self.rules[place], name)) for place, _, name in looking(kind)]

        def leave(node: Any, *rest: Any) -> None:
            for place, method in methods:
                if skipping[place] is node:
                    skipping[place] = None
                elif method and skipping[place] is None and method(node, *rest) is BREAK:
                    skipping[place] = BREAK

        return leave if methods else None


@cache
def looking(kind: str) -> tuple[tuple[int, str | None, str | None], ...]:
    """The rules that look at nodes of this kind, by their places, with the names of their methods."""
    found = []
    for place, rule in enumerate(RULES):
        enter, leave = (_named(rule, when, kind) for when in ("enter", "leave"))
        if enter or leave:
            found.append((place, enter, leave))
    return tuple(found)


def _named(rule: type, when: str, kind: str) -> str | None:
    return next((name for name in (f"{when}_{kind}", when) if hasattr(rule, name)), None)
