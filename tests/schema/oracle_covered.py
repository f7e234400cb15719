"""What random documents make use of, counted: fields, arguments, conditions, directives, and ways to spell the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    InlineFragmentNode,
    NullValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    type_from_ast,
    visit,
)

from resolvers.engine.coerce import kinds_of
from tests.oracle.answer import PAGING

from .oracle import SDL
from .oracle_reach import SKIPPED

PLACES = ("field", "root field", "fragment spread", "inline fragment", "inline fragment without a type")
"""Where a directive may stand."""
DIRECTED = ("@skip(literal)", "@skip(variable)", "@include(literal)", "@include(variable)", "both")
SPELT = (
    "a key of its own name",
    "__typename under an alias",
    "a key twice",
    "a fragment spread twice",
    "a variable twice",
    "a variable at its default",
    "a variable other than its default",
)
"""What is worth being asked in more than one way."""


def to_be_used() -> Iterator[str]:
    """All that the documents of somebody who may ask everything could make use of."""
    yield from SPELT
    yield from (f"{place} {said}" for place in PLACES for said in DIRECTED)
    waiting, known = [SDL.query_type], {SDL.query_type}
    while waiting:
        gtype: Any = waiting.pop()
        for name, field in gtype.fields.items():
            if f"{gtype.name}.{name}" in SKIPPED:
                continue
            yield f"{gtype.name}.{name}"
            yield from _arguments(f"{gtype.name}.{name}", field)
            more = [kind for kind in kinds_of(SDL, get_named_type(field.type)) if kind not in known]
            waiting, known = [*waiting, *more], known.union(more)


def _arguments(field: str, declared: Any) -> Iterator[str]:
    for name, argument in declared.args.items():
        yield f"{field}({name}:)"
        yield from (f"({name}: {said})" for said in ("literal", "variable"))
        named = get_named_type(argument.type)
        if isinstance(named, GraphQLInputObjectType):
            yield from (f"{named.name}.{part}" for part in named.fields)
        if isinstance(named, GraphQLInputObjectType) or name in PAGING:
            yield f"({name}: null)"


class Covered(Visitor):
    """Counts what one document after another makes use of."""

    def __init__(self) -> None:
        super().__init__()
        self.types, self.used = TypeInfo(SDL), Counter[str]()
        self.keys: list[set[str]] = []
        self.spread, self.named = set[str](), set[str]()
        self.given: dict[str, Any] = {}

    def add(self, text: str, variables: dict[str, Any]) -> None:
        """Count what is in a document."""
        self.spread, self.named, self.given = set(), set(), variables
        visit(parse(text), TypeInfoVisitor(self.types, self))

    def seen(self) -> set[str]:
        """What was used at all."""
        return {said for said, times in self.used.items() if times}

    def enter_variable_definition(self, node: Any, *_: Any) -> bool:
        name, preset = node.variable.name.value, node.default_value is not None
        self.used["a variable at its default"] += preset and name not in self.given
        self.used["a variable other than its default"] += preset and name in self.given
        self._conditions(type_from_ast(SDL, node.type), self.given.get(name))
        return False  # what stands in it is no use of the variable

    def _conditions(self, gtype: Any, value: Any) -> None:
        named = get_named_type(gtype)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                self.used.update(f"{named.name}.{name}" for name in each)
                for name, part in each.items():
                    self._conditions(named.fields[name].type, part)

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.used["a variable twice"] += node.name.value in self.named
        self.named.add(node.name.value)

    def enter_selection_set(self, *_: Any) -> None:
        self.keys.append(set())

    def leave_selection_set(self, *_: Any) -> None:
        self.keys.pop()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        gtype: Any = self.types.get_parent_type()
        name, key = node.name.value, (node.alias or node.name).value
        self.used[f"{gtype.name}.{name}"] += 1
        self.used["a key of its own name"] += key == name != "__typename"
        self.used["__typename under an alias"] += name == "__typename" != key
        self.used["a key twice"] += key in self.keys[-1]
        self.keys[-1].add(key)
        self._directed("root field" if gtype is SDL.query_type else "field", node)
        for argument in node.arguments or ():
            self.used[f"{gtype.name}.{name}({argument.name.value}:)"] += 1
            self.used[f"({argument.name.value}: {_said(argument.value)})"] += 1

    def enter_object_field(self, node: Any, *_: Any) -> None:
        self.used[f"{get_named_type(self.types.get_parent_input_type())}.{node.name.value}"] += 1

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        self._directed("inline fragment" if node.type_condition else "inline fragment without a type", node)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self._directed("fragment spread", node)
        self.used["a fragment spread twice"] += node.name.value in self.spread
        self.spread.add(node.name.value)

    def _directed(self, place: str, node: Any) -> None:
        directives = node.directives or ()
        self.used[f"{place} both"] += len(directives) == 2
        for directive in directives:
            self.used[f"{place} @{directive.name.value}({_said(directive.arguments[0].value)})"] += 1


def _said(value: Any) -> str:
    return "variable" if isinstance(value, VariableNode) else "null" if isinstance(value, NullValueNode) else "literal"
