"""Random valid documents over an SDL, with the variables they declare."""

from __future__ import annotations

import json
import random
from abc import ABC, abstractmethod
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)


class Name(str):
    """An enum's member: bare in a document, text in variables."""


@dataclass(frozen=True)
class Taste:
    """What random documents are like."""

    depth: int = 3
    """How many rows deep; a connection's own parts do not count."""
    breadth: int = 4
    """How many fields of an object."""
    kinds: int = 3
    """How many types of an interface or a union."""
    again: float = 0.0
    """How often a field is said a second time: under another alias, or under its own to be merged."""
    partly: float = 0.0
    """How often an input object is written in the document with variables inside."""
    default: float = 0.0
    """How often a variable has a default value, which half of the requests leave it at."""


class Maker(ABC):
    """One random document."""

    taste = Taste()

    def __init__(self, sdl: GraphQLSchema, chance: random.Random, skipped: Container[str]) -> None:
        self.sdl, self.chance, self.skipped = sdl, chance, skipped
        self.variables: dict[str, Any] = {}
        self.defined: list[str] = []
        self.declared: dict[str, tuple[Any, Any, bool]] = {}
        """By variable: its type, its value, and whether it has a default."""
        self.fragments: list[str] = []
        self.aliases = 0

    def document(self) -> tuple[str, dict[str, Any]]:
        """The text and its variables."""
        body = self.selection(self.sdl.query_type, 0)
        head = f"query({', '.join(self.defined)})" if self.defined else "query"
        return f"{head} {body} {' '.join(self.fragments)}".rstrip(), self.variables

    @abstractmethod
    def arguments(self, parent: Any, name: str, field: Any) -> dict[str, str]:
        """What is given to a field, as the document writes it."""

    def value(self, gtype: Any, value: Any) -> str:
        """A literal, a variable, or an object with variables inside."""
        named = get_named_type(gtype) if not isinstance(gtype, str) else None
        if isinstance(named, GraphQLInputObjectType) and isinstance(value, dict) and self.luck(self.taste.partly):
            return "{" + ", ".join(f"{k}: {self.value(named.fields[k].type, v)}" for k, v in value.items()) + "}"
        if named is not None and isinstance(value, list) and self.luck(self.taste.partly):
            return "[" + ", ".join(self.value(get_nullable_type(gtype).of_type, v) for v in value) + "]"
        return literal(value) if self.luck(0.5) else self.variable(gtype, value)

    def variable(self, gtype: Any, value: Any) -> str:
        """A new variable with this value; sometimes it is the default, and the request says nothing."""
        name, preset = f"v{len(self.defined)}", self.luck(self.taste.default)
        self.declared[name] = gtype, value, preset
        if not preset:
            self.variables[name] = value
            self.defined.append(f"${name}: {gtype}")
            return f"${name}"
        silent = self.luck(0.5)
        said = value if silent or self.luck(0.5) or str(gtype).endswith("!") else None
        self.defined.append(f"${name}: {gtype} = {literal(said)}")
        if not silent:
            self.variables[name] = value
        return f"${name}"

    def luck(self, chance: float) -> bool:
        """Whether it happens, this time."""
        return self.chance.random() < chance

    def selection(self, gtype: Any, depth: int) -> str:
        """Some fields of a type, in braces."""
        if isinstance(gtype, GraphQLUnionType | GraphQLInterfaceType):
            return self.abstract(gtype, depth)
        names = [name for name in gtype.fields if f"{gtype.name}.{name}" not in self.skipped]
        if depth >= self.taste.depth:
            names = [name for name in names if is_leaf_type(get_named_type(gtype.fields[name].type))]
        count = self.chance.randint(1, self.taste.breadth if depth else 3)
        said = [self.field(gtype, name, depth) for name in self.picked(gtype, names, count)]
        return "{ " + " ".join(["__typename"] * (self.luck(0.2) or not said) + said) + " }"

    def picked(self, gtype: Any, names: list[str], count: int) -> list[str]:
        """So many of these fields, each at most once, the weighty ones more often."""
        drawn = {name: self.chance.random() ** (1 / self.weight(gtype, name)) for name in names}
        return sorted(names, key=drawn.__getitem__, reverse=True)[:count]

    def weight(self, gtype: Any, name: str) -> float:
        """How much more often than others a field is picked."""
        return 1

    def abstract(self, gtype: Any, depth: int) -> str:
        """Some types of an interface or a union, each with fields of its own, and what they share."""
        kinds = list(self.sdl.get_possible_types(gtype))
        picked = self.chance.sample(kinds, min(self.taste.kinds, len(kinds)))
        parts = [f"... on {kind.name} {self.selection(kind, depth)}" for kind in picked]
        shared = "id " if gtype.name == "Node" else "... on Node { id } "
        return "{ __typename " + shared + " ".join(parts) + " }"

    def field(self, gtype: GraphQLObjectType, name: str, depth: int) -> str:
        """A field with its alias, arguments, directives and selection; sometimes twice."""
        below = get_named_type(gtype.fields[name].type)
        given = self.arguments(gtype, name, gtype.fields[name])
        said = self.said(gtype, name, given, below, depth)
        if not self.luck(self.taste.again):
            return self.wrapped(gtype, said)
        if is_leaf_type(below) or self.luck(0.5):  # beside itself, asked for something else
            more = self.said(gtype, name, self.arguments(gtype, name, gtype.fields[name]), below, depth)
        else:  # the same field again: both selections are one
            more = (
                f"{said.partition(':')[0]}: {name}{_bracketed(given)} {self.selection(below, depth + _is_row(below))}"
            )
        return f"{self.wrapped(gtype, said)} {self.wrapped(gtype, more)}"

    def said(self, gtype: GraphQLObjectType, name: str, given: dict[str, str], below: Any, depth: int) -> str:
        """A field under an alias of its own: other arguments, or another member of a union, must not meet it."""
        self.aliases += 1
        alias = f"a{self.aliases}"
        deeper = "" if is_leaf_type(below) else " " + self.selection(below, depth + _is_row(below))
        return f"{alias}: {name}{_bracketed(given)}{self.directive()}{deeper}"

    def directive(self) -> str:
        """Seldom @skip or @include."""
        if not self.luck(0.1):
            return ""
        return f" @{self.chance.choice(['skip', 'include'])}(if: {self.value('Boolean!', self.luck(0.5))})"

    def wrapped(self, gtype: GraphQLObjectType, said: str) -> str:
        """The field itself, or in a fragment."""
        luck = self.chance.random()
        shared = said.endswith(": id") and any("id" in interface.fields for interface in gtype.interfaces)
        kind = gtype.interfaces[0].name if shared and self.luck(0.5) else gtype.name
        if luck < 0.1:
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {kind} {{ {said} }}")
            return f"...{name}"
        return f"... on {kind} {{ {said} }}" if luck < 0.2 else said


def _is_row(gtype: Any) -> bool:
    """Whether a type is no part of a page."""
    return not gtype.name.endswith(("Connection", "Edge", "PageInfo"))


def _bracketed(given: dict[str, str]) -> str:
    return "(" + ", ".join(f"{name}: {value}" for name, value in given.items()) + ")" if given else ""


def literal(value: Any) -> str:
    """A value as a document writes it."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    return json.dumps(value)
