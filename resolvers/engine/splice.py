"""Computed values put where SQL left their marks: each function is called once for the whole answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLObjectType, is_abstract_type, is_leaf_type, is_list_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues

from .document import Operation
from .needs import demand
from .refused import Unanswered

MARK = "\x01"
"""Never raw inside JSON, so it surrounds what a computed field reads."""

PIECE = "\x02"
"""Never raw inside JSON either, so it stands between root fields that are read together."""

Projector = Callable[[Any], Any]


MOST_SHARED = 2000
"""So many shared values are remembered at a place of a plan."""


class Shared:
    """A computed value that never changes and is given for many rows: a selection is cut from it once."""


@dataclass(frozen=True)
class Spliced:
    """A computed field of a plan: its function, and how its values are cut to the selection."""

    fn: Callable[..., Any]
    project: Projector
    parent: GraphQLObjectType
    """The type whose field it is."""
    details: FieldDetailsList

    async def values(self, viewer: Any, rows: list[list[Any]]) -> Sequence[Any]:
        """The function's value for each of these rows (as JSON says them), an exception where it has none."""
        given = [tuple(row) for row in rows]
        try:
            made = self.fn(viewer, given)
            if inspect.isawaitable(made):
                made = await made
            return [value for _, value in zip(given, made, strict=True)]
        except Unanswered:
            raise
        except Exception as error:
            return [error] * len(given)


Value = tuple[Spliced, Any]
"""What a field's function gave for one row."""


class Failed(GraphQLError):
    """An answer in which something computed failed: the executor locates the errors and keeps all the rest."""

    def __init__(self, said: bytes, values: Sequence[Value], cause: Exception) -> None:
        super().__init__(str(cause), original_error=cause)
        self.said = said
        """The answer, with `{"\\u0001":n}` in place of the n-th value."""
        self.values = values

    def pieces(self) -> list[Failed]:
        """The same of each part of an answer that is in parts."""
        cause = self.original_error or self
        return [Failed(part, self.values, cause) for part in self.said.split(PIECE.encode())]


async def splice(said: bytes, spliced: Sequence[Spliced], viewer: Any) -> bytes:
    """The answer with every mark replaced by its computed value; Failed where one cannot be had."""
    parts = said.split(MARK.encode())
    if len(parts) == 1:
        return said
    asked: list[list[Any]] = orjson.loads(b"[" + b",".join(parts[1::2]) + b"]")
    values: list[Any] = [None] * len(asked)
    for n, field in enumerate(spliced):
        places = [i for i, mark in enumerate(asked) if mark[0] == n]
        if not places:
            continue
        for i, value in zip(places, await field.values(viewer, [asked[i][1:] for i in places]), strict=True):
            values[i] = value
    computed = [(spliced[mark[0]], value) for mark, value in zip(asked, values, strict=True)]
    try:
        for value in values:
            if isinstance(value, Exception):  # not _sound(): a call for each value would cost more than the look
                raise value
        parts[1::2] = [orjson.dumps(field.project(value)) for field, value in computed]
    except Exception as error:
        parts[1::2] = [b'{"\\u0001":%d}' % i for i in range(len(computed))]
        raise Failed(b"".join(parts), computed, error) from error
    return b"".join(parts)


def projector(
    operation: Operation, variables: VariableValues, gtype: Any, details: FieldDetailsList, permissions: frozenset[Any]
) -> Projector:
    """How a Python value of this type is cut down to what was selected of it, as graphql-core would say it."""

    def of(gtype: Any) -> Projector:
        if is_non_null_type(gtype):
            return _present(gtype, of(gtype.of_type))
        if is_list_type(gtype):
            return _items(of(gtype.of_type))
        if is_leaf_type(gtype):
            return lambda value: None if value is None else gtype.coerce_output_value(value)
        if is_abstract_type(gtype):
            kinds = {kind.name: of(kind) for kind in operation.schema.get_possible_types(gtype)}
            return lambda value: None if value is None else kinds[_kind(value)](value)
        groups = operation.fields(variables, gtype, details)
        cuts = {key: part_of(operation, variables, gtype, group, permissions) for key, group in groups.items()}
        return _once(lambda value: None if value is None else {key: cut(value) for key, cut in cuts.items()})

    return of(gtype)


def part_of(
    operation: Operation,
    variables: VariableValues,
    gtype: GraphQLObjectType,
    group: FieldDetailsList,
    permissions: frozenset[Any],
) -> Projector:
    """How one field of an object is read off its Python value: the attribute, or null where it has none."""
    name = group[0].node.name.value
    if name == "__typename":
        return lambda _: gtype.name
    demand(gtype, name, permissions, [detail.node for detail in group])
    field = gtype.fields[name]
    attr = field.extensions["strawberry-definition"].python_name
    project = projector(operation, variables, field.type, group, permissions)
    return lambda value: project(_sound(getattr(value, attr, None)))


def _items(each: Projector) -> Projector:
    return lambda value: None if value is None else [each(_sound(item)) for item in value]


def _once(project: Projector) -> Projector:
    """The same, but that a Shared value is projected when it is first met, and its text kept."""
    known: dict[int, tuple[Shared, orjson.Fragment]] = {}

    def projected(value: Any) -> Any:
        if not isinstance(value, Shared):
            return project(value)
        kept = known.get(id(value))
        if kept is None:
            if len(known) >= MOST_SHARED:
                known.clear()
            kept = known[id(value)] = value, orjson.Fragment(orjson.dumps(project(value)))
        return kept[1]

    return projected


def _present(gtype: Any, project: Projector) -> Projector:
    def present(value: Any) -> Any:
        made = project(value)
        if made is None:
            raise GraphQLError(f"Cannot return null for a field of type {gtype}.")
        return made

    return present


def _sound(value: Any) -> Any:
    """The value, unless it is an exception: as anywhere in GraphQL, that is the error of its place."""
    if isinstance(value, Exception):
        raise value
    return value


def _kind(value: Any) -> str:
    name: str = type(value).__strawberry_definition__.name
    return name
