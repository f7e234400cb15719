"""How a field is answered from groups of rows: declared beside the field, as `bind` does for rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError, GraphQLField, GraphQLNonNull, GraphQLObjectType, is_list_type
from sqlalchemy import ColumnElement, Integer, func, select
from sqlalchemy.sql.elements import ColumnClause

from models.access import Permission

from .bind import Attribute, arguments_of, asked, binding_of, shown
from .coerce import bare, inner, is_choice
from .described import described
from .needs import demands
from .refused import Unbound, bad_grouping
from .text import core

T = TypeVar("T")

DIMENSIONS = 4
"""By how many dimensions rows may be grouped at once."""


@dataclass(frozen=True)
class Aggregates:
    """A function giving a grouped Select of labelled columns, or several; the field is the list of its groups."""

    fn: Callable[..., Any]


@dataclass(frozen=True)
class Label:
    """A labelled column of the grouped Select; null where the Select was not asked for it."""

    name: str


@dataclass(frozen=True)
class Keyed:
    """The row whose key is in this labelled column, joined to its group."""

    label: str


@dataclass(frozen=True)
class Figures:
    """An object of the same group, from the columns whose labels begin so; null where there are none."""

    prefix: str


class Withheld(ColumnClause[Any]):
    """What stands in a grouped Select for a measure that these viewers may not have: who asks for it is refused."""

    inherit_cache = True

    def __init__(self, refusal: Callable[[], GraphQLError]) -> None:
        super().__init__("NULL", is_literal=True)
        self.refusal = refusal


class Placed(ColumnElement[int]):
    """Where the row that a group has the key of stands among all of its table."""

    inherit_cache, type = False, Integer()

    def __init__(self, said: ColumnElement[Any], key: Any, by: Sequence[Any]) -> None:
        self.said = said
        self.places = core(select(key.label("key_"), func.rank().over(order_by=by).label("place_")))


def placed(said: ColumnElement[Any], key: Any, *by: Any) -> Placed:
    """To order groups by: the place of the row whose `key` this is, where all rows of its table are in this order.

    A small table is put in order once, and numbers are compared: to look up each group's row and compare texts took
    half of what a long list of groups takes.
    """
    return Placed(said, key, by)


def aggregates(fn: Callable[..., Any], *, needs: Permission | None = None, description: str | None = None) -> Any:
    """A list of groups: `fn(viewer, group_by, **arguments)` gives a grouped Select of labelled columns, in order.

    `group_by` is a list of Choices, one to DIMENSIONS different ones, and part of the statement's shape. Only the
    columns that the selection asks for are computed. The list is whole or refused: TOO_MANY_GROUPS. Where some columns
    can be had sooner it gives a tuple of Selects of the same groups, of which the first that has all that is asked for
    is taken; the last has every column.
    """
    return asked(Aggregates(fn), arguments_of(fn), fn, needs, description)


def keyed(label: str, *, needs: Permission | None = None, description: str | None = None) -> Any:
    """The row whose key the grouped Select gives under this label; null where it is not asked for, absent or unseen."""
    return strawberry.field(description=description, **demands(needs, binding=Keyed(label)))


def figures(prefix: str, *, description: str | None = None) -> Any:
    """More figures of the same group: an object of a @grouped type, whose columns' labels begin with `prefix`."""
    return strawberry.field(description=description, **demands(None, binding=Figures(prefix)))


def grouped(cls: type[T]) -> type[T]:
    """Declare a GraphQL type read off a group of rows: a field is a label of the Select, `keyed()` or `figures()`."""
    said = described(cls)
    made = strawberry.type(cls)
    for field in made.__strawberry_definition__.fields:  # type: ignore[attr-defined]  # added by strawberry.type
        if field.base_resolver is not None:
            raise Unbound(f"{cls.__name__}.{field.python_name} has a Python resolver: a group has labels only")
        declared = (field.metadata or {}).get("binding", Label(field.python_name))
        binding = Label(declared.attr or field.python_name) if isinstance(declared, Attribute) else declared
        if not isinstance(binding, Label | Keyed | Figures):
            raise Unbound(f"{cls.__name__}.{field.python_name}: a group has labels, keyed() and figures() only")
        field.metadata = {**(field.metadata or {}), "binding": binding}
        field.description = field.description or said.get(field.python_name)
    made.__grouped__ = True  # type: ignore[attr-defined]  # read back by is_grouped()
    return made


def is_grouped(gtype: Any) -> bool:
    """Whether this GraphQL type is read off a group of rows."""
    definition = (getattr(gtype, "extensions", None) or {}).get("strawberry-definition")
    return hasattr(getattr(definition, "origin", None), "__grouped__")


def must_group(dimensions: Collection[Any]) -> None:
    """Raise BAD_GROUPING unless these are one to DIMENSIONS different dimensions."""
    if not 1 <= len(dimensions) <= DIMENSIONS or len(set(dimensions)) < len(dimensions):
        raise bad_grouping(DIMENSIONS)


def check_groups(gtype: GraphQLObjectType) -> None:
    """Raise Unbound for a field of or over groups that promises more than a group keeps."""
    for name, field in gtype.fields.items():
        binding: object = binding_of(gtype, name)
        if isinstance(binding, Aggregates):
            _check_list(f"{gtype.name}.{name}", field)
        elif isinstance(binding, Keyed | Figures):
            _check_object(f"{gtype.name}.{name}", field, binding)


def _check_list(where: str, field: GraphQLField) -> None:
    if not is_list_type(bare(field.type)) or not is_grouped(inner(field.type)):
        raise Unbound(f"{where}: aggregates() answers a list of a @grouped type")
    dimensions = field.args.get("groupBy")
    if dimensions is None or not is_list_type(bare(dimensions.type)) or not is_choice(inner(dimensions.type)):
        raise Unbound(f"{where}: aggregates() takes group_by, a list of Choices")


def _check_object(where: str, field: GraphQLField, binding: Keyed | Figures) -> None:
    if isinstance(binding, Figures) and not is_grouped(inner(field.type)):
        raise Unbound(f"{where}: figures() are an object of a @grouped type")
    if isinstance(binding, Keyed) and shown(inner(field.type)) is None:
        raise Unbound(f"{where}: keyed() shows a row")
    if isinstance(binding, Keyed) and isinstance(field.type, GraphQLNonNull):
        raise Unbound(f"{where}: a group may have no such row; make it nullable")
