"""A random document asked again with other variables: nothing of the first request may have stayed in its plan."""

from __future__ import annotations

from typing import Any

from graphql import get_named_type

from resolvers.engine.coerce import bare
from tests.oracle.maker import Name

from .oracle_maker import NAMED, SIZES, SOUGHT, WORDS, Maker
from .oracle_rows import KINDS

SIZE = ("Int", "Int!")
"""How the maker writes the type of a page's size, which can be neither null nor left out."""
CURSOR = "String"
"""How it writes a cursor's."""


class Again:
    """Other variables for the document that a maker has made, mostly of the same shape."""

    def __init__(self, maker: Maker) -> None:
        self.maker, self.chance, self.luck = maker, maker.chance, 0.0
        rows = [(maker.found.all(KINDS[kind]), column) for kind, column in (*NAMED.values(), ("AwardType", "code"))]
        self.pools = [WORDS, SOUGHT, *(sorted({getattr(row, column) or "" for row in found}) for found, column in rows)]

    def variables(self, luck: float) -> dict[str, Any]:
        """Another value for each variable; with this luck what may be null or left out is."""
        made: dict[str, Any] = {}
        self.luck = luck
        for name, (gtype, value, preset) in self.maker.declared.items():
            silent = name not in self.maker.variables
            loose = gtype not in SIZE and (preset or not str(gtype).endswith("!"))
            if self._lucky(loose) or (silent and not self._lucky()):
                continue
            made[name] = self.other(gtype, value)
        return made

    def other(self, gtype: Any, value: Any) -> Any:
        """Another value of this type, or null: an object with the same fields or fewer, as many objects in a list."""
        kind = bare(gtype)
        if kind is gtype and not str(gtype).endswith("!") and self._lucky(gtype not in (*SIZE, CURSOR), 0.5):
            return None
        if isinstance(value, dict):
            fields = get_named_type(gtype).fields
            return {n: self.other(fields[n].type, part) for n, part in value.items() if not self._lucky()}
        if isinstance(value, list):
            of = getattr(kind, "of_type", gtype)
            same = any(isinstance(item, dict) for item in value)
            again = value if same else self.chance.choices(value, k=self.chance.randint(0, 4)) if value else []
            made = [self.other(of, item) for item in again]
            return self.differing(gtype, value, made) if value and isinstance(value[0], Name) else made
        return self.leaf(gtype, value)

    def differing(self, gtype: Any, value: list[Any], made: list[Any]) -> list[Any]:
        """Members once each; of what must be given at least one."""
        return list(dict.fromkeys(made)) or (value if str(gtype).endswith("!") else [])

    def _lucky(self, may: bool = True, part: float = 1) -> bool:
        return may and self.maker.luck(self.luck * part)

    def leaf(self, gtype: Any, value: Any) -> Any:
        """Another scalar, or another member of the enum; null and cursors stay."""
        if isinstance(value, bool):
            return self.maker.luck(0.5)
        if gtype in SIZE:
            return self.chance.choice(SIZES)
        if isinstance(value, Name | int) or (isinstance(value, str) and _named(gtype) == "Date"):
            return self.maker.leaf("", get_named_type(gtype))
        if isinstance(value, str) and _named(gtype) == "ID":
            kind = value.replace("_", ":").partition(":")[0].lstrip("@")
            return self.maker.id(kind, kind) if kind in KINDS else self.maker.id()
        return next((self.chance.choice(pool) for pool in self.pools if value in pool), value)


def _named(gtype: Any) -> str:
    """The name of a type, in whatever lists, written or not."""
    return gtype.strip("[]!") if isinstance(gtype, str) else get_named_type(gtype).name
