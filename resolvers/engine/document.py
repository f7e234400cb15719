"""Documents and their operations: parsed and validated once, kept within bounds, with the plans made for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    VariableNode,
    parse,
    separate_operations,
    type_from_ast,
)
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_variable_values
from graphql.type import GraphQLNonNull

from models.access import Permission

from .bind import Follows, binding_of
from .coerce import Doubt, inner, kinds_of, quick, shape_of
from .needs import needed
from .recent import Recent
from .refused import forbidden, too_complex
from .validation import validated

PLANS = 64
"""Plans kept for one operation: each is a shape of its variables for one audience."""
SIZING = {"first", "last"}

ROOM = 300_000
"""Characters of all documents kept together: their syntax trees weigh a hundred bytes and more for each."""


def _surveyed(schema: GraphQLSchema, ast: DocumentNode) -> tuple[set[str], frozenset[Permission]]:
    """What a document says that decides plans: the variables that size pages, and the permissions its fields need.

    By a walk of its own: graphql-core's visitor took six times as long.
    """
    sizes, needs = set[str](), set[Permission]()
    parts: tuple[Any, ...] = tuple(ast.definitions)
    waiting = [(_type_of(schema, part), part.selection_set) for part in parts]
    while waiting:
        gtype, within = waiting.pop()
        for node in within.selections:
            if isinstance(node, FieldNode):
                name = node.name.value
                sizes |= _sizing(node)
                if isinstance(gtype, GraphQLObjectType) and (permission := needed(gtype, name)) is not None:
                    needs.add(permission)
                if node.selection_set is not None:
                    field: Any = schema.get_field(gtype, name)
                    waiting.append((inner(field.type), node.selection_set))
            elif isinstance(node, InlineFragmentNode):
                waiting.append((_type_of(schema, node) or gtype, node.selection_set))
    return sizes, frozenset(needs)


def _type_of(schema: GraphQLSchema, node: Any) -> Any:
    """The type whose fields an operation or a fragment selects; None where it leaves that to what it stands in."""
    if isinstance(node, OperationDefinitionNode):
        return schema.get_root_type(node.operation)
    return schema.get_type(node.type_condition.name.value) if node.type_condition else None


def _sizing(field: FieldNode) -> set[str]:
    """The variables that size this field's page."""
    said = (argument.value for argument in field.arguments or () if argument.name.value in SIZING)
    return {value.name.value for value in said if isinstance(value, VariableNode)}


class Operation:
    """One validated operation: coerces variables as graphql-core does, and knows which of them choose the plan."""

    def __init__(self, schema: GraphQLSchema, ast: DocumentNode, node: OperationDefinitionNode) -> None:
        """`ast` holds this operation and the fragments that it uses, and no other."""
        self.schema, self.ast, self.node = schema, ast, node
        definitions = [d for d in ast.definitions if isinstance(d, FragmentDefinitionNode)]
        self.fragments = {d.name.value: FragmentDetails(d, None) for d in definitions}
        self.plans: Recent[Any, Any] = Recent(PLANS)
        sizes, self.needs = _surveyed(schema, ast)
        """The permissions of the fields in it, whether they are asked for with these variables or not."""
        self._prepare(sizes)

    def _prepare(self, sizes: set[str]) -> None:
        defined = list(self.node.variable_definitions or ())
        types = {d.variable.name.value: type_from_ast(self.schema, d.type) for d in defined}
        self.shapes = [(name, shape_of(gtype, name in sizes)) for name, gtype in types.items()]
        self.quick = []
        for definition in defined:
            name = definition.variable.name.value
            strict = definition.default_value is not None or isinstance(types[name], GraphQLNonNull)
            self.quick.append((name, quick(types[name]), strict))

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation

    def refused_act(self, given: Mapping[str, Any], permissions: frozenset[Permission]) -> GraphQLError | None:
        """Why a mutation is not begun: its reply would be refused for a field whose permission is not among these."""
        if self.kind is not OperationType.MUTATION or self.needs <= permissions:
            return None
        variables = self.coerce(given)
        if isinstance(variables, list):  # what is wrong with them comes first, in graphql-core's words
            return None
        return next(self._forbidden(variables, self.root, self.roots(variables), permissions), None)

    def _forbidden(
        self,
        variables: VariableValues,
        gtype: GraphQLObjectType,
        groups: Mapping[str, FieldDetailsList],
        permissions: frozenset[Permission],
    ) -> Iterator[GraphQLError]:
        """What there is to say against each of these fields, and against those below them of whichever type."""
        for details in groups.values():
            name = details[0].node.name.value
            if name.startswith("__"):
                continue
            permission = needed(gtype, name)
            if permission is not None and permission not in permissions:
                yield forbidden(f"{gtype.name}.{name}", permission)
            for kind in kinds_of(self.schema, inner(gtype.fields[name].type)):
                yield from self._forbidden(variables, kind, self.fields(variables, kind, details), permissions)

    @property
    def root(self) -> GraphQLObjectType:
        """The type whose fields the operation selects."""
        root = self.schema.get_root_type(self.kind)
        if root is None:
            raise TypeError(f"this schema has no {self.kind.value}")
        return root

    def straight(self, variables: VariableValues) -> bool:
        """Whether every root field asked for with these variables is answered from rows."""
        names = (details[0].node.name.value for details in self.roots(variables).values())
        return self.kind is OperationType.QUERY and all(name == "__typename" or self._read(name) for name in names)

    def _read(self, name: str) -> bool:
        """Whether a root field is answered from rows."""
        binding = None if name.startswith("__") else binding_of(self.root, name)
        return binding is not None and not isinstance(binding, Follows)

    def bound(self, variables: VariableValues) -> dict[str, FieldDetailsList]:
        """The root fields answered from rows, by response key."""
        return {key: group for key, group in self.roots(variables).items() if self._read(group[0].node.name.value)}

    def roots(self, variables: VariableValues) -> dict[str, FieldDetailsList]:
        """The root fields by response key, in the order asked."""
        found = collect_fields(self.schema, self.fragments, variables, self.root, self.node)
        return found.grouped_field_set

    def fields(
        self, variables: VariableValues, gtype: GraphQLObjectType, details: FieldDetailsList
    ) -> dict[str, FieldDetailsList]:
        """The fields selected of an object of this type, by response key."""
        return collect_subfields(self.schema, self.fragments, variables, self.node, gtype, details).grouped_field_set

    def coerce_quickly(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The coerced variables when all are plainly right, else None."""
        made = {}
        try:
            for name, coerce, strict in self.quick:
                if name in given:
                    made[name] = coerce(given[name])
                elif strict:
                    return None
        except Doubt:
            return None
        return made

    def coerce(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The coerced variables, or what graphql-core has to say against them."""
        return get_variable_values(self.schema, self.node.variable_definitions or (), dict(given), max_errors=50)

    def shape(self, coerced: Mapping[str, Any]) -> tuple[Any, ...]:
        """The part of the coerced variables that chooses the plan."""
        return tuple([shape(coerced[n]) if n in coerced else Undefined for n, shape in self.shapes])


class Document:
    """A document as it was sent: its AST, what is wrong with it, or its operations by name."""

    def __init__(self, schema: GraphQLSchema, text: str, ast: DocumentNode | None = None) -> None:
        self.text, self.ast = text, ast
        self.errors: list[GraphQLError] = []
        self.operations: dict[str | None, Operation] = {}
        try:
            self._read(schema, text)
        except GraphQLError as error:
            self.errors = [error]
        except RecursionError as error:
            self.errors = [too_complex(error)]

    def _read(self, schema: GraphQLSchema, text: str) -> None:
        ast = self.ast = self.ast or parse(text)
        self.errors = validated(schema, ast)
        if self.errors:
            return
        found = [d for d in ast.definitions if isinstance(d, OperationDefinitionNode)]
        if len(found) == 1:
            self.operations = {found[0].name.value if found[0].name else None: Operation(schema, ast, found[0])}
            return
        own = separate_operations(ast)  # what one of them asks for must not be held against another
        self.operations = {d.name.value: Operation(schema, own[d.name.value], d) for d in found if d.name}

    def operation(self, name: str | None = None) -> Operation | None:
        """The operation of this name, or the only one; None where the request does not say which."""
        if name is None:
            return next(iter(self.operations.values())) if len(self.operations) == 1 else None
        return self.operations.get(name)


class Documents:
    """The documents used last, bounded by their number and by their text, each and together."""

    def __init__(self, schema: GraphQLSchema, bound: int = 1000, longest: int = 64_000) -> None:
        self.schema, self.longest = schema, longest
        self.kept: Recent[str, Document] = Recent(bound, ROOM, len)

    def of(self, text: str, ast: DocumentNode | None = None) -> Document:
        """This text parsed, unless its AST is given, and validated; a very long one is not kept."""
        found = self.kept.get(text)
        if found is not None:
            return found
        made = Document(self.schema, text, ast)
        return self.kept.put(text, made) if len(text) <= self.longest else made
