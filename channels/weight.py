"""How heavy a parsed document is, in one linear pass: each fragment is weighed once, however often it is spread.

The well-known limiters walk every path through fragments, so twenty chained fragments cost them seconds. Here
fragments are first put in the order of their spreads (a circle ends it), then each is weighed from those it spreads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from channels.absent import Sought, sought_by
from channels.contract import Limits
from channels.cost import ABSENT, Cost, Sizes, cost_of, measured, sizing
from channels.introspection import A_POINT, ASKED, LISTED, MOST, resolved
from channels.logs import safe
from channels.refusals import Refusal, Refused, over
from channels.selections import Selection, level, selections_within

_REMEMBERED = 512


class Size(NamedTuple):
    """What a selection set comes to, fragments counted at every spread."""

    depth: int = 0
    """Levels of fields; what the schema tells of itself is bounded by `listed` instead."""
    fields: int = 0
    aliases: int = 0
    listed: int = 0
    """Lists of the schema's parts in one another."""
    told: float = 0.0
    """Fields resolved where all of it is of the schema's parts."""
    schema: float = 0.0
    """Those that are."""


_NOTHING = Size()


@dataclass(frozen=True)
class Weight:
    """What a document asks: its operations by name, their roots, and its counts. Costs follow from variables."""

    document: DocumentNode
    """What was weighed, for whoever is to read it next: to parse it once more would be a third of the work."""
    operations: Mapping[str | None, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]
    order: tuple[str, ...]
    """Fragment names, each after those it spreads."""
    size: Size
    directives: int
    fragment_uses: int
    introspects: bool
    roots: Mapping[str | None, tuple[FieldNode, ...]]
    sizing: tuple[str, ...]
    """The variables that say how many: page sizes, lists of ids, and what is grouped by."""
    costs: dict[tuple[Any, ...], int] = field(default_factory=dict)
    """Costs known by now, by operation, page limit and how many were asked for."""
    chosen: dict[str | None, Operation] = field(default_factory=dict)
    """Operations by the name, or none, that they were asked by."""

    def check(self, limits: Limits) -> None:
        """Raise the first limit passed, one error."""
        roots = max((len(fields) for fields in self.roots.values()), default=0)
        for refusal, asked, limit in (
            (Refusal.TOO_MANY_FRAGMENTS, self.fragment_uses, limits.fragments),
            (Refusal.TOO_MANY_DIRECTIVES, self.directives, limits.directives),
            (Refusal.TOO_DEEP, self.size.depth, limits.depth),
            (Refusal.TOO_DEEP, self.size.listed * self.introspects, limits.introspection_depth),
            (Refusal.TOO_COSTLY, int(min(self.size.schema, 1e9)), MOST),
            (Refusal.TOO_MANY_ALIASES, self.size.aliases, limits.aliases),
            (Refusal.TOO_MANY_ROOT_FIELDS, roots, limits.root_fields),
            (Refusal.TOO_MANY_FIELDS, self.size.fields, limits.fields),
        ):
            if asked > limit:
                raise over(refusal, min(asked, 10**9), limit, reveal=limits.reveal)

    def operation(self, name: str | None) -> Operation:
        """The operation of this name, or the only one. Raises OPERATION_AMBIGUOUS, which does not repeat the name."""
        known = self.chosen.get(name)
        if known is not None:
            return known
        only = name is None and len(self.operations) == 1
        node = next(iter(self.operations.values())) if only else self.operations.get(name) if name else None
        if node is None:
            raise Refused(Refusal.OPERATION_AMBIGUOUS)
        known = self.chosen[name] = Operation(node, self)
        return known

    def check_cost(self, name: str | None, variables: Mapping[str, Any], limits: Limits) -> int:
        """What an operation costs with these variables. Raises TOO_COSTLY."""
        key = (name, limits.page, *[measured(variables.get(variable, ABSENT), limits.page) for variable in self.sizing])
        cost = self.costs.get(key)
        if cost is None:
            if len(self.costs) >= _REMEMBERED:
                self.costs.clear()
            cost = self.costs[key] = self.cost(name, variables, limits.page)
        if cost > limits.cost:
            raise over(Refusal.TOO_COSTLY, min(cost, 10**9), limits.cost, reveal=limits.reveal)
        return cost

    def cost(self, name: str | None, variables: Mapping[str, Any], page: int) -> int:
        """Objects an operation builds at most with these variables, where a page holds at most `page`."""
        sizes = Sizes.of(self.operations[name], variables, page)
        known: dict[str, Cost] = {}
        for fragment in self.order:
            known[fragment] = cost_of(self.fragments[fragment].selection_set, sizes, known)
        return sum(cost_of(self.operations[name].selection_set, sizes, known)) + int(self.size.schema / A_POINT)


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation of a document, with the document's weight."""

    node: OperationDefinitionNode
    weight: Weight

    @cached_property
    def name(self) -> str | None:
        """The name it is written with."""
        return self.node.name.value if self.node.name else None

    @cached_property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The names of its root fields."""
        return tuple(node.name.value for node in self.weight.roots[self.name])

    @cached_property
    def sought(self) -> tuple[Sought, ...]:
        """Its root fields that look something up by its id."""
        return sought_by(self.weight.roots[self.name])

    @cached_property
    def facts(self) -> Mapping[str, str | None]:
        """What the log tells of it."""
        return {"operation": safe(self.name), "kind": self.kind.value}


class _Seen(NamedTuple):
    """What one definition holds, as written."""

    directives: int
    fragment_uses: int
    introspects: bool
    spreads: tuple[str, ...]
    sizing: tuple[str, ...]


def weigh(document: DocumentNode) -> Weight:
    """Weigh a parsed document. Raises FRAGMENT_CYCLE; anything else that is wrong with it is left to validation."""
    fragments: dict[Any, FragmentDefinitionNode] = {}
    operations: dict[Any, OperationDefinitionNode] = {}
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            fragments[_place(definition, fragments)] = definition
        elif isinstance(definition, OperationDefinitionNode):
            operations[_place(definition, operations)] = definition
    seen = {name: _look(fragment) for name, fragment in fragments.items()}
    everything = [*seen.values(), *map(_look, operations.values())]
    order = tuple(_ordered({name: said.spreads for name, said in seen.items()}))
    known: dict[str, Size] = {}
    for name in order:
        known[name] = _size(fragments[name].selection_set, known)
    asked = [_size(operation.selection_set, known) for operation in operations.values()]
    return Weight(
        document=document,
        operations=operations,
        fragments=fragments,
        order=order,
        size=_largest([*known.values(), *asked])._replace(depth=_largest(asked).depth),
        directives=sum(said.directives for said in everything),
        fragment_uses=len(fragments) + sum(said.fragment_uses for said in everything),
        introspects=any(said.introspects for said in everything),
        sizing=tuple({name for said in everything for name in said.sizing}),
        roots={name: tuple(_roots(operation.selection_set, fragments)) for name, operation in operations.items()},
    )


def _place(definition: Any, among: Mapping[Any, Any]) -> str | None:
    """Its name. A second one of a name is wrong, but what it holds has to be weighed before that is found."""
    name = definition.name.value if definition.name else None
    return f"{name} {len(among)}" if name in among else name


def _largest(sizes: Sequence[Size]) -> Size:
    return Size(*(max(column) for column in zip(*sizes, strict=True))) if sizes else _NOTHING


def _look(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Seen:
    """Count what a definition holds, without following its spreads."""
    nodes = list(selections_within(definition.selection_set))
    variables = definition.variable_definitions or ()
    spreads = tuple(node.name.value for node in nodes if isinstance(node, FragmentSpreadNode))
    return _Seen(
        directives=sum(len(node.directives or ()) for node in (definition, *variables, *nodes)),
        fragment_uses=len(spreads) + sum(isinstance(node, InlineFragmentNode) for node in nodes),
        introspects=any(isinstance(node, FieldNode) and node.name.value in ASKED for node in nodes),
        spreads=spreads,
        sizing=tuple(sizing(definition)),
    )


def _ordered(spreads: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Fragment names, each after those it spreads; without recursion, since chains may be long."""
    done: set[str] = set()
    for start in spreads:
        path = {} if start in done else {start: iter(spreads[start])}
        while path:
            name, rest = next(reversed(path.items()))
            following = next((n for n in rest if n in spreads and n not in done), None)
            if following is None:
                del path[name]
                done.add(name)
                yield name
            elif following in path:
                raise Refused(Refusal.FRAGMENT_CYCLE)
            else:
                path[following] = iter(spreads[following])


def _size(selections: SelectionSetNode, known: Mapping[str, Size]) -> Size:
    """The size of a selection set, from the sizes of the fragments it spreads."""
    parts = [_part(node, known) for node in level(selections)]
    if len(parts) == 1:
        return parts[0]
    depths, fields, aliases, listed, told, schema = zip(*parts, strict=True) if parts else ((0,),) * 6
    return Size(max(depths), sum(fields), sum(aliases), max(listed), sum(told), sum(schema))


def _part(node: Selection, known: Mapping[str, Size]) -> Size:
    """The size of one selection."""
    if isinstance(node, FragmentSpreadNode):
        return known.get(node.name.value, _NOTHING)
    inner = _size(node.selection_set, known) if node.selection_set else _NOTHING
    if isinstance(node, InlineFragmentNode):
        return inner
    name, fields = node.name.value, inner.fields + 1
    aliases, listed = inner.aliases + (node.alias is not None), inner.listed + (name in LISTED)
    told = resolved(name, inner.told)
    if name in ASKED:
        return Size(1, fields, aliases, listed, told, told)
    return Size(inner.depth + 1, fields, aliases, listed, told, inner.schema)


def _roots(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    """The root fields of an operation, each fragment looked into once, as execution does."""
    waiting, visited = [selections], set[str]()
    while waiting:
        for node in level(waiting.pop()):
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif node.name.value in fragments and node.name.value not in visited:
                visited.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)
