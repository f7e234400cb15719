"""A failing example made smaller: whatever can be left out of its document while it still fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from .oracle_example import Court, Example

TRIES = 400
"""How often a smaller document is asked."""
LOOSE = (SelectionNode, DirectiveNode, ObjectFieldNode)
"""What may be left out."""


async def shrunk(court: Court, example: Example) -> Example:
    """The example without what its failure does not need."""
    place = 0
    for _ in range(TRIES):
        smaller = without(example.text, place)
        if smaller is None:
            break
        tried = replace(example, text=smaller)
        if await _differs(court, tried):
            example = tried  # what stood behind it is now at this place
        else:
            place += 1
    used = example.text + "".join(wanted["text"] for wanted in example.wanted)
    return replace(example, variables={name: v for name, v in example.variables.items() if f"${name}" in used})


async def _differs(court: Court, example: Example) -> bool:
    try:
        return await court.judge(example) is not None
    except AssertionError:  # no longer valid
        return False


def without(text: str, place: int) -> str | None:
    """The document without the part at this place, and without the fragments and variables nobody uses then."""
    cut = _Cut(place)
    made = visit(parse(text), cut)
    return print_ast(_tidied(made)) if cut.at >= place else None


class _Cut(Visitor):
    def __init__(self, place: int) -> None:
        super().__init__()
        self.place, self.at = place, -1

    def enter(self, node: Node, *_: Any) -> Any:
        if isinstance(node, LOOSE):
            self.at += 1
            return REMOVE if self.at == self.place else None
        return None


class _Names(Visitor):
    """The fragments and variables in use."""

    def __init__(self) -> None:
        super().__init__()
        self.fragments: set[str] = set()
        self.variables: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.fragments.add(node.name.value)

    def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
        if not isinstance(parent, VariableDefinitionNode):
            self.variables.add(node.name.value)


def _tidied(document: DocumentNode) -> DocumentNode:
    names = _Names()
    visit(document, names)
    kept = tuple(d for d in document.definitions if not _unused(d, names.fragments))
    if len(kept) < len(document.definitions):
        return _tidied(DocumentNode(definitions=kept))
    return DocumentNode(definitions=tuple(_declaring(definition, names.variables) for definition in kept))


def _declaring(definition: Any, used: set[str]) -> Any:
    """The definition without variables nobody uses."""
    if not isinstance(definition, OperationDefinitionNode):
        return definition
    declared = definition.variable_definitions or ()
    return replace(definition, variable_definitions=tuple(d for d in declared if d.variable.name.value in used))


def _unused(definition: Node, fragments: set[str]) -> bool:
    return isinstance(definition, FragmentDefinitionNode) and definition.name.value not in fragments
