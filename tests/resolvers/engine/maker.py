"""Random valid documents over the register's SDL, with the variables they declare."""

from __future__ import annotations

import json
import random
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, is_leaf_type

from resolvers.engine.coerce import inner

from .oracle import SDL

ORDERS = ("NEWEST", "OLDEST", "DUE", "TITLE")
PYTHON = {"now", "secret", "phone"}
"""Fields answered in Python, or refused to some: other tests have them."""
Cursors = dict[tuple[str, str | None], list[str]]


class Name(str):
    """An enum's member: bare in a document, text in variables."""


class Maker:
    """One random document."""

    def __init__(self, chance: random.Random, ids: list[str], cursors: Cursors) -> None:
        self.chance, self.ids, self.cursors = chance, ids, cursors
        self.variables: dict[str, Any] = {}
        self.defined: list[str] = []
        self.fragments: list[str] = []
        self.aliases = 0

    def document(self) -> tuple[str, dict[str, Any]]:
        body = self.selection(SDL.query_type, 0)
        head = f"query({', '.join(self.defined)})" if self.defined else "query"
        return f"{head} {body} {' '.join(self.fragments)}", self.variables

    def value(self, gtype: str, value: Any) -> str:
        """A literal, or as often a variable."""
        if self.chance.random() < 0.5:
            return literal(value)
        name = f"v{len(self.variables)}"
        self.variables[name] = value
        self.defined.append(f"${name}: {gtype}")
        return f"${name}"

    def arguments(self, parent: str, name: str, field: Any) -> str:
        page = self.page(parent, name, field)
        whole = not page.keys() & {"after", "before"}  # the cursors were given by the unfiltered list
        args = {**page, **self.others(name, field, whole)}
        return "(" + ", ".join(f"{n}: {v}" for n, v in args.items()) + ")" if args else ""

    def page(self, parent: str, name: str, field: Any) -> dict[str, str]:
        if "first" not in field.args:
            return {}
        chance, size = self.chance, self.chance.choice([1, 2, 3, 7, 100])
        side = "last" if chance.random() < 0.3 else "first"
        made = {side: self.value("Int", size)}
        order = chance.choice(ORDERS) if "orderBy" in field.args else None
        if order is not None and (order != "NEWEST" or chance.random() < 0.5):
            made["orderBy"] = self.value("DossierOrder!", Name(order))
        known = self.cursors.get((name, order), []) if parent == "Query" else []
        if known and chance.random() < 0.4:
            after, before = sorted(chance.choices(range(len(known)), k=2))
            if chance.random() < 0.7:
                made["after"] = self.value("String", known[after])
            if chance.random() < 0.5:
                made["before"] = self.value("String", known[before])
        return made

    def others(self, name: str, field: Any, whole: bool) -> dict[str, str]:
        chance, made = self.chance, {}
        if "filter" in field.args and whole and chance.random() < 0.5:
            made["filter"] = self.value("DossierFilter", self.filter())
        if "act" in field.args and chance.random() < 0.5:
            made["act"] = self.value("String", chance.choice(["NOTE", None, "zz"]))
        if "id" in field.args:
            some = [i for i in self.ids if name == "node" or i.startswith("Dossier")]
            made["id"] = self.value("ID!", chance.choice([*some, "x", "Dossier_1", f"Agency_{some[0][-36:]}"]))
        if "ids" in field.args:
            made["ids"] = self.value("[ID!]!", [chance.choice([*self.ids, "zz"]) for _ in range(chance.randint(0, 4))])
        if "code" in field.args:
            made["code"] = self.value("String!", chance.choice(["H37.01-000001", "H37.01-000004", "no"]))
        if "text" in field.args:
            made["text"] = self.value("String!", chance.choice(["1", "\x01", "'", "7", "zz", '"']))
        return made

    def filter(self) -> dict[str, Any]:
        chance = self.chance
        statuses = [Name(s) for s in chance.sample(["DRAFT", "DECIDED", "REFUSED"], chance.randint(0, 2))]
        parts = {
            "status": Name(chance.choice(["DRAFT", "DECIDED"])),
            "statuses": statuses,
            "hasCode": chance.random() < 0.5,
            "titleStarts": 'Hồ sơ "',
            "minVersion": chance.choice([None, 2]),
            "agency": chance.choice([i for i in self.ids if i.startswith("Agency")]),
            "createdFrom": "2025-01-01T05:00:00+00:00",
            "dueBy": "2025-03-05",
        }
        kept = {k: v for k, v in parts.items() if chance.random() < 0.3}
        made = {k: None if chance.random() < 0.15 else v for k, v in kept.items()}
        return made if "minVersion" in made else {**made, "minVersion": 0}

    def selection(self, gtype: Any, depth: int) -> str:
        if isinstance(gtype, GraphQLUnionType | GraphQLInterfaceType):
            return self.abstract(gtype, depth)
        names = [n for n in gtype.fields if n not in PYTHON]
        if depth >= 4:
            leaves = [n for n in names if is_leaf_type(inner(gtype.fields[n].type))]
            names = names if gtype.name.endswith(("Connection", "Edge")) and depth < 7 else leaves
        picked = self.chance.sample(names, min(len(names), self.chance.randint(1, 4 if depth else 3)))
        said = [self.field(gtype, name, depth) for name in picked]
        typename = self.chance.random() < 0.2 or not said
        return "{ " + ("__typename " if typename else "") + " ".join(said) + " }"

    def abstract(self, gtype: Any, depth: int) -> str:
        kinds = list(SDL.get_possible_types(gtype))
        picked = self.chance.sample(kinds, min(3, len(kinds)))
        parts = [f"... on {kind.name} {self.selection(kind, depth + 1)}" for kind in picked]
        shared = "id " if gtype.name == "Node" else "... on Node { id } "
        return "{ __typename " + shared + " ".join(parts) + " }"

    def field(self, gtype: GraphQLObjectType, name: str, depth: int) -> str:
        field = gtype.fields[name]
        below = "" if is_leaf_type(inner(field.type)) else " " + self.selection(inner(field.type), depth + 1)
        # one alias each: two uses of a field with other arguments, or in two members of a union, must not meet
        self.aliases += 1
        alias = f"a{self.aliases}: "
        said = f"{alias}{name}{self.arguments(gtype.name, name, field)}{self.directive()}{below}"
        return self.wrapped(gtype, said)

    def directive(self) -> str:
        if self.chance.random() >= 0.1:
            return ""
        return f" @{self.chance.choice(['skip', 'include'])}(if: {self.value('Boolean!', self.chance.random() < 0.5)})"

    def wrapped(self, gtype: GraphQLObjectType, said: str) -> str:
        luck = self.chance.random()
        if luck < 0.1:
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {gtype.name} {{ {said} }}")
            return f"...{name}"
        return f"... on {gtype.name} {{ {said} }}" if luck < 0.2 else said


def literal(value: Any) -> str:
    """A value as a document writes it."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    return json.dumps(value)
