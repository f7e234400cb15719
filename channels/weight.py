"""How heavy a parsed document is, in one linear pass: each fragment is weighed once, however often it is spread.

The well-known limiters walk every path through fragments, so twenty chained fragments cost them seconds. Here
fragments are first put in the order of their spreads (a circle ends it), then each is weighed from those it spreads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from channels.contract import Limits
from channels.refusals import Refusal, Refused, over

_INTROSPECTION = frozenset({"__schema", "__type"})
_PAGING = frozenset({"first", "last"})
_LISTING = frozenset({"ids"})
_ITEMS = frozenset({"nodes", "edges"})
"""What a page repeats; the rest of a connection is there once."""
_NONE = object()
_REMEMBERED = 512
_DEAR = {"totalCount": 20}
"""Fields that cost more than an object, by name."""


class Size(NamedTuple):
    """What a selection set comes to, fragments counted at every spread."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0


class Cost(NamedTuple):
    """Objects a selection set builds: those there once, and those there for each item of the page it lies in."""

    once: int = 0
    each: int = 0


_NOTHING, _FREE = Size(), Cost()


@dataclass(frozen=True)
class Weight:
    """What a document asks: its operations by name, their roots, and its counts. Costs follow from variables."""

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
    """The variables that say how many: page sizes and lists of ids."""
    costs: dict[tuple[Any, ...], int] = field(default_factory=dict)
    """Costs known by now, by operation, page limit and how many were asked for."""

    def check(self, limits: Limits) -> None:
        """Raise the first limit passed, one error."""
        roots = max((len(fields) for fields in self.roots.values()), default=0)
        for refusal, asked, limit in (
            (Refusal.TOO_MANY_FRAGMENTS, self.fragment_uses, limits.fragments),
            (Refusal.TOO_MANY_DIRECTIVES, self.directives, limits.directives),
            (Refusal.TOO_DEEP, self.size.depth, limits.depth),
            (Refusal.TOO_MANY_ALIASES, self.size.aliases, limits.aliases),
            (Refusal.TOO_MANY_ROOT_FIELDS, roots, limits.root_fields),
            (Refusal.TOO_MANY_FIELDS, self.size.fields, limits.fields),
        ):
            if asked > limit:
                raise over(refusal, min(asked, 10**9), limit, reveal=limits.reveal)

    def check_cost(self, name: str | None, variables: Mapping[str, Any], limits: Limits) -> None:
        """Raise TOO_COSTLY for an operation with these variables."""
        asked = (_said(variables.get(variable, _NONE), limits.page) for variable in self.sizing)
        key = (name, limits.page, *asked)
        cost = self.costs.get(key)
        if cost is None:
            if len(self.costs) >= _REMEMBERED:
                self.costs.clear()
            cost = self.costs[key] = self.cost(name, variables, limits.page)
        if cost > limits.cost:
            raise over(Refusal.TOO_COSTLY, min(cost, 10**9), limits.cost, reveal=limits.reveal)

    def cost(self, name: str | None, variables: Mapping[str, Any] | None, page: int) -> int:
        """Objects an operation builds at most. Without variables every page they size is taken as the largest."""
        operation = self.operations[name]
        defaults = {v.variable.name.value: v.default_value for v in operation.variable_definitions or ()}
        known: dict[str, Cost] = {}

        def times(node: FieldNode, names: frozenset[str]) -> int:
            said = [a.value for a in node.arguments or () if a.name.value in names]
            return max((_count(value, variables, defaults, page) for value in said), default=1)

        def total(selections: SelectionSetNode) -> Cost:
            parts = [one(node) for node in _each(selections)]
            return Cost(sum(part.once for part in parts), sum(part.each for part in parts))

        def one(node: FieldNode | FragmentSpreadNode | InlineFragmentNode) -> Cost:
            if isinstance(node, FragmentSpreadNode):
                return known.get(node.name.value, _FREE)
            if isinstance(node, InlineFragmentNode):
                return total(node.selection_set)
            field_name = node.name.value
            if node.selection_set is None:
                return Cost(_DEAR.get(field_name, 0), 0)
            under = total(node.selection_set)
            cost = 1 + times(node, _LISTING) * (under.once + times(node, _PAGING) * under.each)
            return Cost(0, cost) if field_name in _ITEMS else Cost(cost, 0)

        for fragment in self.order:
            known[fragment] = total(self.fragments[fragment].selection_set)
        return sum(total(operation.selection_set))


class _Seen(NamedTuple):
    """What one definition holds, as written."""

    directives: int
    fragment_uses: int
    introspects: bool
    spreads: tuple[str, ...]


def weigh(document: DocumentNode) -> Weight:
    """Weigh a parsed document. Raises FRAGMENT_CYCLE; anything else that is wrong with it is left to validation."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    operations = {
        d.name.value if d.name else None: d for d in document.definitions if isinstance(d, OperationDefinitionNode)
    }
    seen = {name: _look(fragment) for name, fragment in fragments.items()}
    everything = [*seen.values(), *map(_look, operations.values())]
    order = tuple(_ordered({name: said.spreads for name, said in seen.items()}))
    known: dict[str, Size] = {}
    for name in order:
        known[name] = _size(fragments[name].selection_set, known)
    sizes = [*known.values(), *(_size(operation.selection_set, known) for operation in operations.values())]
    return Weight(
        operations=operations,
        fragments=fragments,
        order=order,
        size=Size(*(max(column) for column in zip(*sizes, strict=True))) if sizes else Size(),
        directives=sum(said.directives for said in everything),
        fragment_uses=len(fragments) + sum(said.fragment_uses for said in everything),
        introspects=any(said.introspects for said in everything),
        sizing=tuple(
            {name for definition in [*fragments.values(), *operations.values()] for name in _sizing(definition)}
        ),
        roots={name: tuple(_roots(operation.selection_set, fragments)) for name, operation in operations.items()},
    )


def _look(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Seen:
    """Count what a definition holds, without following its spreads."""
    nodes = list(_selections(definition.selection_set))
    variables = definition.variable_definitions or ()
    spreads = tuple(node.name.value for node in nodes if isinstance(node, FragmentSpreadNode))
    return _Seen(
        directives=sum(len(node.directives or ()) for node in (definition, *variables, *nodes)),
        fragment_uses=len(spreads) + sum(isinstance(node, InlineFragmentNode) for node in nodes),
        introspects=any(isinstance(node, FieldNode) and node.name.value in _INTROSPECTION for node in nodes),
        spreads=spreads,
    )


def _selections(selections: SelectionSetNode) -> Iterator[Any]:
    """Every selection at every level, spreads not followed."""
    waiting = [*selections.selections]
    while waiting:
        node = waiting.pop()
        yield node
        inner = getattr(node, "selection_set", None)
        if inner is not None:
            waiting.extend(inner.selections)


def _each(selections: SelectionSetNode) -> tuple[FieldNode | FragmentSpreadNode | InlineFragmentNode, ...]:
    """The selections of one level, as the three kinds there are."""
    return selections.selections  # type: ignore[return-value]  # graphql-core names only their common base


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
    depth = fields = aliases = 0
    for node in _each(selections):
        if isinstance(node, FragmentSpreadNode):
            inner, own = known.get(node.name.value, _NOTHING), 0
        else:
            inner = _size(node.selection_set, known) if node.selection_set else _NOTHING
            own = int(isinstance(node, FieldNode))
            aliases += isinstance(node, FieldNode) and node.alias is not None
        depth = max(depth, inner.depth + own)
        fields += inner.fields + own
        aliases += inner.aliases
    return Size(depth, fields, aliases)


def _roots(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    """The root fields of an operation, each fragment looked into once, as execution does."""
    waiting, visited = [selections], set[str]()
    while waiting:
        for node in _each(waiting.pop()):
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif node.name.value in fragments and node.name.value not in visited:
                visited.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)


def _sizing(definition: ExecutableDefinitionNode) -> Iterator[str]:
    """The variables that a definition sizes pages and lists by."""
    for node in _selections(definition.selection_set):
        for argument in getattr(node, "arguments", None) or ():
            if argument.name.value in _PAGING | _LISTING and isinstance(argument.value, VariableNode):
                yield argument.value.name.value


def _count(value: Any, variables: Mapping[str, Any] | None, defaults: Mapping[str, Any], page: int) -> int:
    """How many objects a slicing argument lets through, at most a page: what is over it is refused elsewhere."""
    if isinstance(value, VariableNode):
        name = value.name.value
        if variables is None:
            return page
        return _said(variables[name], page) if name in variables else _count(defaults.get(name), {}, {}, page)
    if isinstance(value, ListValueNode):
        return _said(len(value.values), page)
    return _said(int(value.value) if isinstance(value, IntValueNode) and len(value.value) < 10 else None, page)


def _said(value: Any, page: int) -> int:
    """A variable's value as a number of objects: what is no number is refused elsewhere, and counts as a page."""
    if value is _NONE:
        return -1
    number = len(value) if isinstance(value, list) else value
    return min(max(number, 0), page) if isinstance(number, int) else page
