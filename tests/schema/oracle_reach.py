"""How far the oracle reaches: what it knows of the schema, what it leaves out and why."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from models.access import Viewer
from resolvers.engine.needs import needed
from schema import schema
from tests.oracle.answer import PAGING, in_python

from .oracle import KINDS, SDL, Oracle
from .oracle_filters import TESTS

SKIPPED = {
    "Query.viewer": "answered in Python; see test_account.py",
    "Dossier.allowedSteps": "compared with what each act does, in test_allowed_steps.py",
}
"""Fields, arguments and conditions that random documents leave out, and why."""
COMBINED = ("and", "or", "not")


@cache
def unknown() -> frozenset[str]:
    """What the schema has and the oracle does not know: `Type.field`, `Type.field.argument`, `Filter.condition`."""
    found: list[str] = []
    for name in ("Query", *KINDS):
        for field, declared in SDL.type_map[name].fields.items():
            if f"{name}.{field}" not in SKIPPED:
                found += _unknown(name, field, declared)
    return frozenset(found)


def _unknown(kind: str, field: str, declared: Any) -> Iterator[str]:
    answers = getattr(Oracle, f"{kind}_{field}", None)
    if answers is None:
        row = KINDS.get(kind)
        named = get_named_type(declared.type).name in KINDS or hasattr(row, in_python(field))
        if not named:
            yield f"{kind}.{field}"
        return
    parameters = inspect.signature(answers).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        parameters = inspect.signature(getattr(Oracle, f"Query_{field}")).parameters
    for name, argument in declared.args.items():
        if name not in parameters and name not in PAGING:
            yield f"{kind}.{field}.{name}"
        named_type = get_named_type(argument.type)
        if isinstance(named_type, GraphQLInputObjectType):
            yield from (
                f"{named_type.name}.{part}"
                for part in named_type.fields
                if part not in COMBINED and part not in TESTS.get(named_type.name, {})
            )


def forbidden(viewer: Viewer) -> set[str]:
    """The fields for which a viewer lacks a permission: test_access.py tells what they are answered."""
    core = schema._schema
    pairs = [(core.type_map[kind], field) for kind in ("Query", *KINDS) for field in core.type_map[kind].fields]
    needs = {f"{kind.name}.{field}": needed(kind, field) for kind, field in pairs}
    return {name for name, permission in needs.items() if permission and permission not in viewer.permissions}
