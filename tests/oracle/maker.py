"""Random valid documents over an SDL, with the variables they declare."""

from __future__ import annotations

import json
import random
import re
from abc import ABC, abstractmethod
from collections.abc import Container, Iterator, Sequence
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
    shared: float = 0.2
    """How often a value is that of a variable which stands elsewhere too."""
    plain: float = 0.3
    """How often a field has no alias, where nothing else may be of its name."""
    wrapped: float = 0.25
    """How often a field stands in a fragment, named or not, with or without a type."""
    directed: float = 0.1
    """How often a field or a fragment is skipped or included by a directive, or by both."""


class Maker(ABC):
    """One random document."""

    taste = Taste()

    def __init__(self, sdl: GraphQLSchema, chance: random.Random, skipped: Container[str]) -> None:
        self.sdl, self.chance, self.skipped = sdl, chance, skipped
        self.variables: dict[str, Any] = {}
        self.defined: list[str] = []
        self.declared: dict[str, tuple[Any, Any, bool]] = {}
        """By variable: its type, its value, and whether it has a default."""
        self.fragments: list[tuple[str, str]] = []
        """The type that each is on, and how it is written."""
        self.aliases = 0

    def document(self) -> tuple[str, dict[str, Any]]:
        """The text and its variables."""
        body = self.selection(self.sdl.query_type, 0)
        head = f"query({', '.join(self.defined)})" if self.defined else "query"
        return " ".join([head, body, *(said for _, said in self.fragments)]), self.variables

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
        """A variable of this value, or an older one; sometimes it is the default, and the request says nothing."""
        known = [name for name, (kind, *_) in self.declared.items() if _alike(kind, gtype)]
        if known and self.luck(self.taste.shared):
            return f"${self.chance.choice(known)}"
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

    def selection(self, gtype: Any, depth: int, alone: bool = True) -> str:
        """Some fields of a type, in braces; `alone` unless other types stand beside it whose names may be the same."""
        if isinstance(gtype, GraphQLUnionType | GraphQLInterfaceType):
            return self.abstract(gtype, depth)
        names = [name for name in gtype.fields if f"{gtype.name}.{name}" not in self.skipped]
        if depth >= self.taste.depth:
            names = [name for name in names if is_leaf_type(get_named_type(gtype.fields[name].type))]
        count = self.chance.randint(1, self.taste.breadth if depth else 3)
        said = [self.field(gtype, name, depth, alone) for name in self.picked(gtype, names, count)]
        if self.luck(0.2) or not said:
            said.insert(self.chance.randint(0, len(said)), self.typename())
        if alone and (spread := self.spread_again(gtype)):
            said.append(spread)
        return "{ " + " ".join(said) + " }"

    def typename(self) -> str:
        """`__typename`, under an alias or not."""
        if self.luck(0.5):
            return f"__typename{self.directives()}"
        self.aliases += 1
        return f"a{self.aliases}: __typename{self.directives()}"

    def spread_again(self, gtype: Any) -> str:
        """Now and then a fragment on this type that stands elsewhere too, perhaps beside this very one."""
        known = [place for place, (kind, _) in enumerate(self.fragments) if kind == gtype.name]
        return f"...F{self.chance.choice(known)}{self.directives()}" if known and self.luck(0.15) else ""

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
        picked += self.chance.choices(picked, k=self.luck(0.3))  # one of them twice: both selections are one
        parts = [f"... on {kind.name}{self.directives()} {self.selection(kind, depth, False)}" for kind in picked]
        shared = "id" if gtype.name == "Node" else "... on Node { id }"
        parts = [self.typename(), shared, *self.namesakes(kinds), *parts]
        if self.luck(0.2):
            parts = [f"...{self.directives()} {{ {' '.join(parts)} }}", "__typename"]
        return "{ " + " ".join(self.chance.sample(parts, len(parts))) + " }"

    def namesakes(self, kinds: Sequence[GraphQLObjectType]) -> Iterator[str]:
        """Now and then two fields of two types under one alias, which answers alike whichever it is."""
        if len(kinds) < 2 or self.luck(0.6):
            return
        one, other = self.chance.sample(list(kinds), 2)
        pairs = [
            (a, b)
            for a, first in one.fields.items()
            for b, second in other.fields.items()
            if is_leaf_type(get_named_type(first.type)) and str(first.type) == str(second.type)
            if f"{one.name}.{a}" not in self.skipped and f"{other.name}.{b}" not in self.skipped
            if not first.args and not second.args
        ]
        if pairs:
            self.aliases += 1
            for kind, name in zip((one, other), self.chance.choice(pairs), strict=True):
                yield f"... on {kind.name} {{ a{self.aliases}: {name} }}"

    def field(self, gtype: GraphQLObjectType, name: str, depth: int, alone: bool) -> str:
        """A field with its alias, arguments, directives and selection; sometimes twice."""
        below = get_named_type(gtype.fields[name].type)
        given = self.arguments(gtype, name, gtype.fields[name])
        said = self.said(gtype, name, given, depth, alone)
        if not self.luck(self.taste.again):
            return self.wrapped(gtype, said)
        if self.luck(0.5):  # beside itself, asked for something else
            more = self.said(gtype, name, self.arguments(gtype, name, gtype.fields[name]), depth, alone)
        else:  # the same field again: both selections are one
            more = self.asked(_key(said), name, given, below, depth)
        return f"{self.wrapped(gtype, said)} {self.wrapped(gtype, more)}"

    def said(self, gtype: GraphQLObjectType, name: str, given: dict[str, str], depth: int, alone: bool) -> str:
        """A field, mostly under an alias of its own: other arguments, or another type's field, must not meet it."""
        below = get_named_type(gtype.fields[name].type)
        if alone and not gtype.fields[name].args and self.luck(self.taste.plain):
            return self.asked(name, name, given, below, depth)
        self.aliases += 1
        return self.asked(f"a{self.aliases}", name, given, below, depth)

    def asked(self, key: str, name: str, given: dict[str, str], below: Any, depth: int) -> str:
        """A field under this key."""
        deeper = "" if is_leaf_type(below) else " " + self.selection(below, depth + _is_row(below))
        alias = "" if key == name else f"{key}: "
        return f"{alias}{name}{_bracketed(given)}{self.directives()}{deeper}"

    def directives(self) -> str:
        """Seldom @skip or @include, in either order if both."""
        if not self.luck(self.taste.directed):
            return ""
        picked = self.chance.sample(["skip", "include"], 1 + self.luck(0.2))
        return "".join(f" @{name}(if: {self.value('Boolean!', self.luck(0.5))})" for name in picked)

    def wrapped(self, gtype: GraphQLObjectType, said: str) -> str:
        """The field itself, or in a fragment."""
        if not self.luck(self.taste.wrapped):
            return said
        shared = said.endswith(": id") and any("id" in interface.fields for interface in gtype.interfaces)
        kind = gtype.interfaces[0].name if shared and self.luck(0.5) else gtype.name
        if self.luck(0.4):
            place = len(self.fragments)
            self.fragments.append((kind, f"fragment F{place} on {kind} {{ {said} }}"))
            return f"...F{place}{self.directives()}"
        return f"...{f' on {kind}' if self.luck(0.7) else ''}{self.directives()} {{ {said} }}"


def _alike(known: Any, gtype: Any) -> bool:
    """Whether a variable of one type says in another place what is meant there: an id or a cursor hardly would."""
    return known == gtype == "Boolean!" or not (isinstance(known, str) or isinstance(gtype, str) or known != gtype)


def _key(said: str) -> str:
    """Under which key a field is said."""
    return re.split(r"\W", said, maxsplit=1)[0]


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
