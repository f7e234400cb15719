"""Random documents over the whole schema. They name rows by number, and cursors by place: any database can answer them.

`@Dossier:3` stands for the id of the fourth dossier by key, `@cursor:0` for a cursor that `wanted[0]` says how to find.
"""

from __future__ import annotations

import random
import re
import unicodedata
from datetime import date, timedelta
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from models.access import Viewer
from resolvers.engine.coerce import bare
from tests.oracle import maker
from tests.oracle.answer import PAGING
from tests.oracle.maker import Name, Taste

from .library import KINDS as FOUND
from .oracle import NODES, SDL
from .oracle_filters import TESTS
from .oracle_reach import SKIPPED, forbidden, unknown
from .oracle_rows import KINDS, Rows

WORDS = (
    "",
    "duong",
    "ĐƯỜNG",
    "ánh",
    "đề nghị",
    '"',
    "\\",
    "%",
    "_",
    "\u2028",
    "hòa bình",
    "'",
    "2025",
    "h37",
    "z\u0301",
)
SOUGHT = (
    "duong", "ĐƯỜNG", "hoa", "hòa bình", "Hoà Bình", "ánh dương", "a mark tab", "gạch dưới", "de nghi tặng", "ty", "tu",
    "đề nghị", "Đường thủy", " Ủy ban\n", "h37", "qd ubnd", "2025", "uu tu", "ly lạc", "u\u2028v", "🏅", "movement 3",
    "khong co gi", "d", "%", "\\", "z\u0301",
    *(unicodedata.normalize("NFD", said) for said in ("Đường thủy", "đề nghị", "Hòa")),
)  # fmt: skip
"""What is searched for: in parts, in NFD, with and without accents, absent, and without a word."""
NOT_SOUGHT = ("", " \t", "a" * 201, "\0")
"""What cannot be."""
ENDS = ("2023-12-31", "2024-01-01", "2024-02-28", "2024-02-29", "2024-03-01", "2024-12-31", "2025-01-01", "2025-02-28",
    "2025-03-01", "2025-12-31", "2026-01-01", "9999-12-31")  # fmt: skip
"""Days on which years and Februaries end."""
YEARS = (2023, 2024, 2025, 2026)
SIZES = (1, 1, 2, 3, 5, 8)
NAMED = {
    "agency": ("Agency", "code"),
    "dossierByCode": ("Dossier", "code"),
    "decision": ("Decision", "number"),
    "verifyAward": ("Award", "code"),
    "exemplaryModel": ("ExemplaryModel", "slug"),
}
"""Which column a field finds its row by."""
COUNTING = ("search", "dossierStatistics", "awardStatistics")
SELDOM = {"CouncilRule", "AgendaItem", "AgendaItemConnection", "RecusalConnection", "Ballot", "OpinionCaseConnection"}
"""The types that so few fields lead to that they would hardly be met."""
KINDS_OF = dict.fromkeys(("appraiser", "delegator", "delegate"), "Account")
"""Whose id a condition asks for, where it is not called after the type."""


class Maker(maker.Maker):
    """One random document for one viewer, of what the viewer may use."""

    def __init__(self, chance: random.Random, found: Rows, viewer: Viewer) -> None:
        super().__init__(SDL, chance, SKIPPED.keys() | forbidden(viewer) | unknown())
        depth, breadth = chance.choice(((2, 5), (3, 3), (4, 2), (5, 2)))  # wide or deep: both at once is slow to plan
        self.taste = Taste(depth=depth, breadth=breadth, kinds=3, again=0.08, partly=0.3, default=0.2)
        self.found = found
        self.wanted: list[dict[str, Any]] = []

    def weight(self, gtype: Any, name: str) -> float:
        """Objects before leaves, rows below rows, and dossiers before all: who sees what of them is the hardest."""
        if gtype.name == "Query":
            return {"node": 4, "dossier": 4, "dossiers": 4, **dict.fromkeys(COUNTING, 1.5)}.get(name, 1)
        if gtype.name.endswith("Connection"):
            return 3 if name in ("nodes", "edges") else 1
        named = get_named_type(gtype.fields[name].type)
        if named.name in SELDOM:
            return 9
        return 1 if is_leaf_type(named) else 3 if named.name in KINDS else 1.7

    def arguments(self, parent: Any, name: str, field: Any) -> dict[str, str]:
        """What is given to a field."""
        given = {
            n: self.given(name, n, argument.type)
            for n, argument in field.args.items()
            if f"{parent.name}.{name}.{n}" not in self.skipped and self.offered(n, argument)
        }
        if "first" in field.args:
            side = "last" if "last" in field.args and self.luck(0.35) else "first"
            given[side] = self.value(str(field.args[side].type), self.chance.choice(SIZES))
            given |= self.cursors(parent, name, field, given)
            given |= {n: "null" for n in PAGING if n in field.args and n not in given and self.luck(0.03)}
        return dict(self.chance.sample(list(given.items()), len(given)))

    def offered(self, name: str, argument: Any) -> bool:
        """Whether an argument that sizes no page is given: it must be, or might be left out."""
        return name not in PAGING and (is_required_argument(argument) or self.luck(0.6))

    def given(self, field: str, argument: str, gtype: Any) -> str:
        """A value for one argument."""
        if argument == "id":
            return self.value("ID!", self.id(field.capitalize() if field != "node" else None))
        if argument == "ids":
            return self.value("[ID!]!", [self.id() for _ in range(self.chance.randint(0, 6))])
        if argument == "groupBy":
            return self.value(gtype, self.grouping(get_named_type(gtype)))
        if argument == "kinds":
            return self.value(gtype, [Name(kind) for kind in self.chance.sample(FOUND, self.chance.randint(0, 3))])
        if argument == "year":
            return self.value(gtype, self.chance.choice(YEARS))
        if field == "search":
            return self.value(gtype, self.chance.choice(NOT_SOUGHT if self.luck(0.05) else SOUGHT))
        if argument in ("code", "slug", "number"):
            return self.value("String!", self.named(field))
        named = get_named_type(gtype)
        if isinstance(named, GraphQLInputObjectType):
            return self.value(gtype, None if self.luck(0.05) else self.filter(named, 0))
        return self.value(gtype, self.leaf(argument, named))

    def grouping(self, kind: Any) -> list[Name]:
        """By what is counted: seldom by nothing, by too much, or twice by the same."""
        known = [Name(member) for member in kind.values]
        if self.luck(0.05):
            return self.chance.choice([[], known[:5], known[:1] * 2])
        by = self.chance.sample(known, self.chance.choice([1, 1, 2, 3]))
        return [Name("YEAR"), *(name for name in by[:1] if name != "YEAR")] if self.luck(0.3) else by

    def id(self, kind: str | None = None, surely: str | None = None) -> str:
        """The id of some row, of this kind if one is given; rarely, unless it must be, of one that does not exist."""
        if surely is None and self.luck(0.1):
            none = ["", "x", "Dossier_", "Dossier_1"] if kind is None else []
            return self.chance.choice([*none, f"{kind or 'Agency'}_00000000-0000-0000-0000-000000000000"])
        kind = surely or kind or self.chance.choice(NODES)
        return f"@{kind}:{self.chance.randrange(len(self.found.all(KINDS[kind])))}"

    def named(self, field: str) -> str:
        """A code, slug or number: of a row that has one, or nobody's."""
        kind, column = NAMED[field]
        known = sorted({said for row in self.found.all(KINDS[kind]) if (said := getattr(row, column))})
        said: str = self.chance.choice(known) if self.luck(0.9) else "H37.99"
        return said.lower() if column == "number" and self.luck(0.3) else said

    def filter(self, kind: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        """Some conditions, now and then combined by and, or, not."""
        known = [name for name in TESTS[kind.name] if name in kind.fields]
        names = self.chance.sample(known, self.chance.choice([0, 1, 1, 2]))
        made: dict[str, Any] = {name: self.condition(kind, name) for name in names}
        for name in ("and", "or", "not"):
            if name in kind.fields and depth < 2 and self.luck(0.3):
                made[name] = self.combined(kind, name, depth)
        return made

    def combined(self, kind: GraphQLInputObjectType, name: str, depth: int) -> Any:
        """Filters inside a filter; one alone stands for a list of it."""
        if self.luck(0.1):
            return None
        if name == "not" or self.luck(0.1):
            return self.filter(kind, depth + 1)
        return [self.filter(kind, depth + 1) for _ in range(self.chance.randint(0, 3))]

    def condition(self, kind: GraphQLInputObjectType, name: str) -> Any:
        """A value for one condition, or null; one value alone stands for a list of it."""
        gtype = kind.fields[name].type
        if self.luck(0.1):
            return None
        if is_list_type(bare(gtype)) and self.luck(0.9):
            return [self.leaf(name, get_named_type(gtype)) for _ in range(self.chance.randint(0, 3))]
        return self.leaf(name, get_named_type(gtype))

    def leaf(self, name: str, gtype: Any) -> Any:
        """A value of a scalar or an enum."""
        if isinstance(gtype, GraphQLEnumType):
            return Name(self.chance.choice(list(gtype.values)))
        if gtype.name == "Date" and self.luck(0.3):
            return self.chance.choice(ENDS)
        if gtype.name == "Date":
            return (date(2025, 7, 1) + timedelta(days=self.chance.randint(-6, 6))).isoformat()
        if gtype.name == "Boolean":
            return self.luck(0.5)
        if gtype.name == "Int":
            return self.chance.choice([2020, 2021, 2022, *YEARS, 9])
        if gtype.name == "ID":
            return self.id(KINDS_OF.get(name, name.capitalize()), KINDS_OF.get(name, name.capitalize()))
        return self.words(name)

    def words(self, name: str) -> str:
        """Text to look for, an agency's code or an award's."""
        if name == "text":
            return self.chance.choice(WORDS)
        if name.startswith("awardType"):
            used = {line.award_type_id for line in self.found.all(KINDS["DossierLine"])}
            return self.chance.choice([*sorted(self.found.one(KINDS["AwardType"], key).code for key in used), "NONE"])
        return self.chance.choice([*sorted(agency.code for agency in self.found.all(KINDS["Agency"])), "H37", "none"])

    def cursors(self, parent: Any, name: str, field: Any, given: dict[str, str]) -> dict[str, str]:
        """Cursors of this list, asked as it is asked here; those of a nested one from some parent, mostly another."""
        made: dict[str, str] = {}
        own = ", ".join(f"{n}: {said}" for n, said in given.items() if n not in PAGING)
        for side in ("after", "before"):
            if side in field.args and self.luck(0.2):
                made[side] = self.value("String", f"@cursor:{len(self.wanted)}")
                self.wanted.append({"text": self.harvest(parent, name, own), "place": self.chance.randrange(12)})
        return made

    def harvest(self, parent: Any, name: str, own: str) -> str:
        """A document that gives the cursors of a list."""
        used = set(re.findall(r"\$v\d+", own))
        defined = [said for said in self.defined if said.partition(":")[0] in used]
        found = f"{name}({own}{', ' if own else ''}first: 100) {{ edges {{ cursor }} }}"
        if parent.name != "Query":
            found = f'node(id: "{self.id(parent.name, parent.name)}") {{ ... on {parent.name} {{ {found} }} }}'
        return f"query{'(' + ', '.join(defined) + ')' if defined else ''} {{ {found} }}"
