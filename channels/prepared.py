"""What is made ready before the first request: the plans of a channel's registered queries, for whom it serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, OperationType, type_from_ast

from channels.admission import Admission
from channels.contract import tier_of
from models.access import Viewer
from resolvers.engine.document import Operation

_PLAINEST: Mapping[str, Any] = {"Int": 1, "Float": 1.0, "Boolean": False}
"""Of each scalar a value that is one; of all others the empty text."""


def prepare(admission: Admission) -> int:
    """Plan the registered queries as they are asked most, with no more than they must be told; gives how many.

    Planning a page's query takes ten milliseconds and more, which its first visitor is spared.
    """
    viewer, engine = Viewer(admission.channel.audience), admission.engine
    limit, planned = admission.gates[tier_of(viewer)].limits.page, 0
    for text, read in sorted(admission.documents.read.items()):
        document = admission.ours[text] = engine.adopted(read)
        for name, operation in document.operations.items():
            usual = usual_variables(operation) if operation.kind is OperationType.QUERY else None
            ready = None if usual is None else engine.ready(document, usual, name)
            planned += ready is not None and engine.plan_ready(ready, viewer, limit) is not None
    return planned


def usual_variables(operation: Operation) -> dict[str, Any]:
    """The variables an operation must be given, each the plainest of its type: they choose its usual plan."""
    said = [
        (definition.variable.name.value, type_from_ast(operation.schema, definition.type))
        for definition in operation.node.variable_definitions or ()
        if definition.default_value is None
    ]
    return {name: plainest(kind.of_type) for name, kind in said if isinstance(kind, GraphQLNonNull)}


def plainest(kind: Any) -> Any:
    """A value of an input type with nothing in it that need not be there."""
    if isinstance(kind, GraphQLList):
        return []
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        needed = {name: field for name, field in kind.fields.items() if isinstance(field.type, GraphQLNonNull)}
        return {name: plainest(field.type.of_type) for name, field in needed.items()}
    return _PLAINEST.get(kind.name, "")
