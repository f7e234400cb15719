"""The right to use a field: declared beside it, printed in the SDL, checked before anything is read."""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import GraphQLObjectType
from strawberry.schema_directive import Location

from models.access import Permission

from .refused import forbidden


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="needs",
    description="Cần có quyền này để đọc hoặc gọi trường. · Reading or calling the field needs this permission.",
)
class Needs:
    """The permission a field asks for."""

    permission: Permission


def demands(permission: Permission | None, **metadata: Any) -> dict[str, Any]:
    """Keyword arguments for `strawberry.field` and `strawberry.mutation` that make a field need a permission."""
    if permission is None:
        return {"metadata": metadata}
    return {"metadata": {**metadata, "needs": permission}, "directives": [Needs(permission=permission)]}


def needed(parent: GraphQLObjectType, field: str) -> Permission | None:
    """The permission this field of this type asks for."""
    definition = parent.fields[field].extensions.get("strawberry-definition") if field in parent.fields else None
    return (definition.metadata or {}).get("needs") if definition else None


def demand(parent: GraphQLObjectType, field: str, permissions: frozenset[Permission], nodes: Any = None) -> None:
    """Raise FORBIDDEN unless these permissions cover the field."""
    permission = needed(parent, field)
    if permission is not None and permission not in permissions:
        raise forbidden(f"{parent.name}.{field}", permission, nodes)
