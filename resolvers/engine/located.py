"""Where computed values failed: each error at its field's path, null there or in the nearest ancestor that may be."""

from __future__ import annotations

import inspect
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLObjectType, located_error
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from .coerce import bare, inner, kinds_of
from .document import Operation
from .splice import MARK, Failed


class Shape:
    """What is selected under one response key, whichever types the objects there are of.

    GraphQL's validation has it that all of them answer the key by fields alike in lists and nullability.
    """

    def __init__(
        self, operation: Operation, variables: VariableValues, found: list[tuple[GraphQLObjectType, FieldDetailsList]]
    ) -> None:
        self.operation, self.variables, self.found = operation, variables, found
        self.parent, self.details = found[0]
        self.kept: dict[str, Shape] = {}

    @property
    def type(self) -> Any:
        """The field's declared type."""
        return self.parent.fields[self.details[0].node.name.value].type

    def below(self, key: str) -> Shape:
        """What is selected under a key of the objects here."""
        if key not in self.kept:
            fields = ((kind, self.operation.fields(self.variables, kind, group)) for kind, group in self._kinds())
            found = [(kind, groups[key]) for kind, groups in fields if key in groups]
            self.kept[key] = Shape(self.operation, self.variables, found)
        return self.kept[key]

    def _kinds(self) -> list[tuple[GraphQLObjectType, FieldDetailsList]]:
        """The types that the objects here may be of, each with what selects of it."""
        made: list[tuple[GraphQLObjectType, FieldDetailsList]] = []
        for parent, group in self.found:
            named = inner(parent.fields[group[0].node.name.value].type)
            made += [(kind, group) for kind in kinds_of(self.operation.schema, named)]
        return made


class Located:
    """Completes one answer inside an execution: its computed values as graphql-core does, all the rest as it is."""

    def __init__(self, execution: Any, failed: Failed) -> None:
        self.execution, self.failed = execution, failed

    async def value(self, gtype: Any, shape: Shape, said: Any, path: Path) -> Any:
        """A part of the answer, errors below it noted in the execution; raises one that makes it null."""
        if isinstance(said, list):
            item = bare(gtype).of_type
            return [await self._guarded(item, shape, part, Path(path, n, None)) for n, part in enumerate(said)]
        if not isinstance(said, dict):
            return said
        if MARK in said:
            return await self._computed(said[MARK], path)
        return {key: await self._field(shape, key, part, path) for key, part in said.items()}

    async def _field(self, shape: Shape, key: str, said: Any, path: Path) -> Any:
        if not isinstance(said, dict | list):
            return said
        below = shape.below(key)
        return await self._guarded(below.type, below, said, Path(path, key, below.parent.name))

    async def _guarded(self, gtype: Any, shape: Shape, said: Any, path: Path) -> Any:
        """A field or a list's item: null where it failed and may be null."""
        try:
            return await self.value(gtype, shape, said, path)
        except GraphQLError as error:
            self.execution.handle_field_error(error, gtype, shape.details, path)
            return None

    async def _computed(self, place: int, path: Path) -> Any:
        spliced, value = self.failed.values[place]
        nodes = [detail.node for detail in spliced.details]
        field = spliced.parent.fields[nodes[0].name.value]
        info = self.execution.build_resolve_info(field, nodes, spliced.parent, path)
        try:
            made = self.execution.complete_value(field.type, spliced.details, info, path, value, None)
            made = await made if inspect.isawaitable(made) else made
            orjson.dumps(made)  # what JSON has no words for is this field's error, not the whole answer's
        except Exception as error:  # a computed field may raise anything
            raise located_error(error, nodes, path.as_list()) from error
        return made
