"""Every way to every field, made of the schema itself: a document for each type by id, each list and each look-up."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import get_named_type, is_leaf_type, is_required_argument

from .oracle import NODES, SDL
from .oracle_maker import NAMED
from .oracle_rows import KINDS, Rows, called

PAGE = 50
"""How many items of a list below a row."""
MOST = 100
"""How many rows a document may ask for by their ids, and a list at the root give."""
ABSENT = UUID(int=0)


@dataclass
class Ways:
    """Documents of what one viewer may ask for, and which fields they reach."""

    found: Rows
    left_out: Collection[str]
    """Fields that are not asked for, as `Type.field`."""
    reached: set[str] = field(default_factory=set)

    def documents(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each with its variables: all rows of a type by their ids, seen or not, and an id that is nobody's."""
        for kind in NODES:
            assert kind in KINDS, f"say in oracle_rows.py which rows {kind} shows (KINDS) and who sees them (SIGHT)"
            whole = self.whole(kind, 1)
            held = [self.id(kind, row) for row in self.found.all(KINDS[kind])] + [f"{kind}_{ABSENT}"]
            text = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename id ... on {kind} {whole} }} }}"
            for start in range(0, len(held), MOST):
                yield text, {"ids": held[start : start + MOST]}
        for name, declared in SDL.type_map["Query"].fields.items():
            if f"Query.{name}" not in self.left_out and name not in ("node", "nodes"):
                self.reached.add(f"Query.{name}")
                yield from self.root(name, declared)

    def root(self, name: str, declared: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        """A root field: a list whole, a look-up by whatever it looks up by."""
        required = [n for n, argument in declared.args.items() if is_required_argument(argument)]
        if not required:
            yield f"{{ {self.said('Query', name, declared, 1, MOST)} }}", {}
            return
        (argument,) = required
        gtype = declared.args[argument].type
        text = f"query($said: {gtype}) {{ {name}({argument}: $said) {self.below(declared, 1)} }}"
        for said in self.looked_up(name):
            yield text, {"said": said}

    def looked_up(self, name: str) -> Iterator[str]:
        """What a look-up may look for: of every row, and of none."""
        kind, column = NAMED.get(name, (name.capitalize(), "id"))
        for row in self.found.all(KINDS[kind]):
            said = getattr(row, column)
            if said is not None:
                yield self.id(kind, row) if column == "id" else said
        yield f"{kind}_{ABSENT}" if column == "id" else "H37.99"

    def whole(self, kind: str, depth: int) -> str:
        """All of a type: its leaves, and so many objects below it."""
        fields = SDL.type_map[kind].fields.items()
        said = [self.said(kind, name, declared, depth, PAGE) for name, declared in fields]
        return "{ __typename " + " ".join(part for part in said if part) + " }"

    def said(self, kind: str, name: str, declared: Any, depth: int, page: int) -> str:
        """One field with what is below it; nothing where it is left out or too deep."""
        named = get_named_type(declared.type)
        leaf = is_leaf_type(named)
        if f"{kind}.{name}" in self.left_out or not (leaf or depth > 0):
            return ""
        self.reached.add(f"{kind}.{name}")
        return (
            name
            if leaf
            else f"{name}{f'(first: {page})' if 'first' in declared.args else ''} {self.below(declared, depth)}"
        )

    def below(self, declared: Any, depth: int) -> str:
        """What is asked for below a field: of a list by nodes and by edges, with its total and its ends."""
        named = get_named_type(declared.type)
        listed = "pageInfo" in named.fields
        item = get_named_type(named.fields["nodes"].type) if listed else named
        # what has no id of its own is reached by no other way, so it is asked for to the end
        whole = self.whole(item.name, depth - 1 if item.name in NODES else max(depth - 1, 1))
        if not listed:
            return whole
        ends = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        self.reached |= {f"{named.name}.{part}" for part in ("totalCount", "pageInfo", "nodes", "edges")}
        return f"{{ totalCount {ends} nodes {whole} edges {{ cursor node {whole} }} }}"

    @staticmethod
    def id(kind: str, row: Any) -> str:
        """A row's id."""
        return f"{kind}_{called(row)}"
