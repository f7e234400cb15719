"""Validation by graphql-core's own rules, walked as one: a rule costs something only at nodes that it looks at."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, validate
from graphql.language.visitor import BREAK, EnterLeaveVisitor
from graphql.validation import ValidationContext, ValidationRule, specified_rules

RULES = tuple(specified_rules)
Method = Callable[..., Any]


def validated(schema: GraphQLSchema, ast: DocumentNode) -> list[GraphQLError]:
    """What is wrong with a document, in graphql-core's words and order."""
    return validate(schema, ast, [EveryRule])


class EveryRule(ValidationRule):
    """All rules of the specification as one: for each kind of node, those that look at it."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rules = [rule(context) for rule in RULES]
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
