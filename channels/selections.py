"""Walking a parsed document without recursion and without following its fragment spreads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

Selection: TypeAlias = FieldNode | FragmentSpreadNode | InlineFragmentNode


def level(selections: SelectionSetNode) -> tuple[Selection, ...]:
    """The selections of one level, as the three kinds there are."""
    return selections.selections  # type: ignore[return-value]  # graphql-core names only their common base


def selections_within(selections: SelectionSetNode) -> Iterator[Selection]:
    """The selections of every level."""
    waiting = [*level(selections)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, FragmentSpreadNode) and node.selection_set is not None:
            waiting.extend(level(node.selection_set))
