"""What an operation costs: the objects it builds at most, each page's size times what lies under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    EnumValueNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from channels.selections import Selection, level, selections_within
from resolvers.dimensions import HOLDS

_PAGING = frozenset({"first", "last"})
_LISTING = frozenset({"ids", "input"})
"""Arguments that list what is read, or acted on: an input of many `items` is as many acts, any other is one."""
_OF_INPUT = "items"
_ITEMS = frozenset({"nodes", "edges"})
"""What a page repeats; the rest of a connection is there once."""
_GROUPING, _WITHIN = "groupBy", "year"
"""A field with the first argument is a list of groups, made from all the rows there may be; with the second they are of
one year."""
_PAGES = 4
"""Groups are taken for some pages of them at most; what more of them there are is paid when they have come."""
_SCAN = 500
"""What reading all those rows costs: a few such fields are a dashboard, dozens an attack."""
_DEAR = {"totalCount": 20, "search": 100, "facets": 20, "highlights": 10}
"""Fields that cost more than an object, by name."""

ABSENT = object()
"""In place of a variable that was not sent."""


class Cost(NamedTuple):
    """Objects a selection set builds: those there once, and those there for each item of the page it lies in."""

    once: int = 0
    each: int = 0


_FREE = Cost()


@dataclass(frozen=True)
class Sizes:
    """How many objects the arguments of a field let through, with these variables; a page at most."""

    variables: Mapping[str, Any]
    defaults: Mapping[str, Any]
    page: int

    @classmethod
    def of(cls, operation: OperationDefinitionNode, variables: Mapping[str, Any], page: int) -> Sizes:
        """The sizes in an operation."""
        defined = operation.variable_definitions or ()
        return cls(variables, {v.variable.name.value: v.default_value for v in defined}, page)

    def times(self, node: FieldNode, names: frozenset[str]) -> int:
        """How often what lies under a field is there, by those of its arguments with these names."""
        said = [argument.value for argument in node.arguments or () if argument.name.value in names]
        return max(map(self._count, said), default=1)

    def groups(self, arguments: Mapping[str, ValueNode]) -> int:
        """How many groups a field with these arguments has, by what its dimensions can hold: some pages at most."""
        names = self._names(arguments[_GROUPING])
        year = self._said(arguments.get(_WITHIN))
        one_year = year is not None and not isinstance(year, NullValueNode)
        return held((name for name in names if name != "YEAR" or not one_year), _PAGES * self.page)

    def _names(self, value: Any) -> Iterator[Any]:
        """The dimensions that a value names, however it is sent."""
        said = self._said(value)
        for part in said.values if isinstance(said, ListValueNode) else said if isinstance(said, list) else [said]:
            one = self._said(part)
            yield one.value if isinstance(one, EnumValueNode) else one

    def _said(self, value: Any) -> Any:
        """A value as it was sent: of a variable what it is, or its default."""
        if not isinstance(value, VariableNode):
            return value
        name = value.name.value
        return self.variables[name] if name in self.variables else self.defaults.get(name)

    def _count(self, value: Any) -> int:
        if isinstance(value, VariableNode):
            name = value.name.value
            sent = name in self.variables
            return number(self.variables[name], self.page) if sent else self._count(self.defaults.get(name))
        if isinstance(value, ObjectValueNode):
            return max(map(self._count, _items_of(value)), default=1)
        if isinstance(value, ListValueNode):
            return number(len(value.values), self.page)
        short = isinstance(value, IntValueNode) and len(value.value) < 10
        return number(int(value.value) if short else None, self.page)


def cost_of(selections: SelectionSetNode, sizes: Sizes, known: Mapping[str, Cost]) -> Cost:
    """The cost of a selection set, from the costs of the fragments it spreads."""
    parts = [_one(node, sizes, known) for node in level(selections)]
    return Cost(sum(part.once for part in parts), sum(part.each for part in parts))


def _one(node: Selection, sizes: Sizes, known: Mapping[str, Cost]) -> Cost:
    if isinstance(node, FragmentSpreadNode):
        return known.get(node.name.value, _FREE)
    if isinstance(node, InlineFragmentNode):
        return cost_of(node.selection_set, sizes, known)
    if node.selection_set is None:
        return Cost(_DEAR.get(node.name.value, 0), 0)
    under = cost_of(node.selection_set, sizes, known)
    if _GROUPING in (said := _arguments(node)):
        return Cost(1 + _SCAN + sizes.groups(said) * (1 + sum(under)), 0)
    own = 1 + _DEAR.get(node.name.value, 0)
    cost = own + sizes.times(node, _LISTING) * (under.once + sizes.times(node, _PAGING) * under.each)
    return Cost(0, cost) if node.name.value in _ITEMS else Cost(cost, 0)


def _arguments(node: Any) -> dict[str, ValueNode]:
    return {argument.name.value: argument.value for argument in getattr(node, "arguments", None) or ()}


def sizing(definition: ExecutableDefinitionNode) -> Iterator[str]:
    """The variables by which a definition sizes pages, lists and groups."""
    for node in selections_within(definition.selection_set):
        arguments = _arguments(node)
        sized = _PAGING | _LISTING | ({_GROUPING, _WITHIN} if _GROUPING in arguments else set())
        for said in (value for name, value in arguments.items() if name in sized):
            counted: Iterable[ValueNode] = _items_of(said) if isinstance(said, ObjectValueNode) else [said]
            counted = said.values if isinstance(said, ListValueNode) else counted
            yield from (value.name.value for value in counted if isinstance(value, VariableNode))


def _items_of(value: ObjectValueNode) -> list[ValueNode]:
    """The list of items in an input that is written out, if it has one."""
    return [part.value for part in value.fields if part.name.value == _OF_INPUT]


def number(value: Any, page: int) -> int:
    """A value as a number of objects, a page at most: what is no number is refused elsewhere, and counts as a page."""
    if value is ABSENT:
        return -1
    if isinstance(value, dict):
        value = value.get(_OF_INPUT, 1)
    said = len(value) if isinstance(value, list) else value
    return min(max(said, 0), page) if isinstance(said, int) else page


def held(names: Iterable[Any], most: int) -> int:
    """How many groups these dimensions have, `most` at most; what is no dimension is refused elsewhere."""
    groups = 1
    for name in names:
        groups *= 1 + HOLDS[name] if isinstance(name, str) and name in HOLDS else most
        if groups >= most:
            return most
    return groups


def measured(value: Any, page: int) -> tuple[int, ...]:
    """What of a variable's value a cost depends on, whatever it sizes."""
    names = value if isinstance(value, list) else [value]
    return number(value, page), held(names, _PAGES * page), value is None or value is ABSENT
