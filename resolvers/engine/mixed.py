"""How one list of rows of several kinds is answered: declared beside the field, as `bind` does for rows of one kind."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, is_union_type
from sqlalchemy import ColumnElement, Select

from models.access import Permission

from .bind import arguments_of, asked, binding_of, shown
from .coerce import bare, inner
from .connection import FORWARD
from .refused import Unbound


@dataclass(frozen=True)
class Kind:
    """The rows of one kind in a mixed list."""

    name: enum.Enum
    """What a facet calls it."""
    chosen: Select[Any]
    """Its rows, ordered by keys of the same types and directions as those of the other kinds."""
    reads: Callable[[Any], Sequence[ColumnElement[Any]]] = lambda _: ()
    """What the edge's computed fields read of a row of this kind."""


@dataclass(frozen=True)
class Mixed:
    """What a resolver of `mixed()` returns: where the order's keys are equal, an earlier kind precedes a later one."""

    kinds: tuple[Kind, ...]
    among: Any = None
    """The names of the kinds that are listed and counted, as a bound array; None: all. Facets are of all the same."""
    reads: tuple[ColumnElement[Any], ...] = ()
    """What the edge's computed fields read of the whole list."""


@dataclass(frozen=True)
class Mixes:
    """A function giving a Mixed; the field is a connection of a union, read forward."""

    fn: Callable[..., Any]


def mixed(fn: Callable[..., Any], *, needs: Permission | None = None, description: str | None = None) -> Any:
    """A connection of a union: `fn(viewer, **arguments)` gives a Mixed; the engine merges and cuts the page.

    Beside what every connection has it may have `facets { kind count }`, and its edges `score`, the first key of the
    order, and computed fields: their `fn(viewer, rows)` gets (kind, what the list reads…, what the kind reads…).
    """
    return asked(Mixes(fn), [*arguments_of(fn), *FORWARD], fn, needs, description)


def check_mixed(schema: GraphQLSchema, gtype: GraphQLObjectType) -> None:
    """Raise Unbound for a mixed list that is no connection of a union of types that show rows, or that has a parent."""
    for name, field in gtype.fields.items():
        binding: object = binding_of(gtype, name)
        if isinstance(binding, Mixes):
            _check(schema, f"{gtype.name}.{name}", gtype, field)


def _check(schema: GraphQLSchema, where: str, gtype: GraphQLObjectType, field: GraphQLField) -> None:
    if shown(gtype) is not None:
        raise Unbound(f"{where}: a mixed list is a root field")
    connection = bare(field.type)
    if not isinstance(connection, GraphQLObjectType) or not {"nodes", "edges", "pageInfo"} <= connection.fields.keys():
        raise Unbound(f"{where}: mixed() answers a connection")
    item = inner(connection.fields["nodes"].type)
    if not is_union_type(item) or not all(shown(kind) for kind in schema.get_possible_types(item)):
        raise Unbound(f"{where}: mixed() lists a union of types that show a row")
