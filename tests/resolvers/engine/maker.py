"""Random valid documents over the register's SDL, with the variables they declare."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from tests.oracle import maker
from tests.oracle.maker import Name

from .oracle import SDL

ORDERS = ("NEWEST", "OLDEST", "DUE", "TITLE")
PYTHON = {"Query.now", "Query.secret", "Nominee.phone"}
"""Fields answered in Python, or refused to some: other tests have them."""
FAILING = {"Agency.motto", "Dossier.frail", "Dossier.brittle", "Dossier.pieces", "Dossier.parts"}
"""Computed fields that fail for some rows."""
Cursors = dict[tuple[str, str | None], list[str]]


class Maker(maker.Maker):
    """One random document."""

    def __init__(self, chance: random.Random, ids: list[str], cursors: Cursors, failing: bool = False) -> None:
        super().__init__(SDL, chance, PYTHON if failing else PYTHON | FAILING)
        self.ids, self.cursors = ids, cursors

    def weight(self, gtype: Any, name: str) -> float:
        return 3 if f"{gtype.name}.{name}" in FAILING else 1

    def arguments(self, parent: Any, name: str, field: Any) -> dict[str, str]:
        page = self.page(parent.name, name, field)
        whole = not page.keys() & {"after", "before"}  # the cursors were given by the unfiltered list
        return {**page, **self.others(name, field, whole)}

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
            some = [i for i in self.ids if name == "node" or i.startswith("Dossier_")]
            none = ["x", "Dossier_1", f"Agency_{some[0][-36:]}"] if name == "node" else [f"Dossier_{UUID(int=1)}"]
            made["id"] = self.value("ID!", chance.choice([*some, *none]))
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
