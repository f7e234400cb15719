"""A page whose conditions are met by nearly every row or by almost none, as it turns out: a statement says both ways.

PostgreSQL plans a statement once for all values, so it cannot know. Rows that are many are met soonest by going along
the list's order; rows that are few, by an index on what they must meet. So a page is looked for along the order first,
but only so far. Where that does not fill it and few rows have what is asked for, lie in its range or name one of some
keys, those are found and put in order; else PostgreSQL does what it thinks best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .selects import Condition, Place, Source, in_order
from .ways import Way

FAR = 40
"""How many rows are looked at along the order for each row of the page: a condition that one row in so many meets."""
RARE = 20_000
"""So many rows are found by their keys and put in order sooner than most of 100,000 are gone along."""


def is_apart(source: Source) -> bool:
    """Whether one way is not enough: something is asked that an index other than the order's answers."""
    return any(condition.way is not Way.ALONG for condition in source.where)


@dataclass(frozen=True)
class Apart:
    """The `size` rows of a page by whichever way is short: the columns, and the order's keys as o0_, o1_, …."""

    source: Source
    columns: Sequence[str]
    """As they are read of the Select's rows, each `… AS name`."""
    beyond: Sequence[str]
    """What the cursors ask."""
    order: Sequence[Place]
    size: int
    name: str
    """Of the derived table that this is; the names of what is in it begin so."""

    def text(self) -> str:
        """The page as a derived table."""
        names = self._names()
        short = f"(SELECT count(*) FROM {self.name}_first) < {self.size}"
        ways = [f"SELECT {names} FROM {self.name}_first WHERE NOT ({short})"]
        asked = [condition.said for condition in self.source.where]
        begins = f"{self.source.begins}, " if self.source.begins else "WITH "
        begins = f"{begins}{self.name}_first AS ({self._first()})"
        if spread := [condition for condition in self.source.where if condition.way is Way.SPREAD]:
            begins = f"{begins}, {self.name}_rare AS ({self._keys(spread)})"
            rare = f"(SELECT count(*) FROM {self.name}_rare) <= {RARE}"
            ways.append(self._found(f"{short} AND {rare}"))
            asked = [c.met if c.way is Way.SPREAD else c.said for c in self.source.where] + [f"NOT ({rare})"]
        best = [short, *asked, *self.beyond]
        order = in_order(self.order)
        ways.append(f"({self.source.rows(self._read(), ' AND '.join(best), order, str(self.size))})")
        either = " UNION ALL ".join(ways)
        return f"({begins} SELECT {names} FROM ({either}) AS {self.name}_ways) AS {self.name}"

    def _read(self) -> list[str]:
        return [*self.columns, *(f"{place.said} AS o{n}_" for n, place in enumerate(self.order))]

    def _names(self) -> str:
        return ", ".join(column.rpartition(" AS ")[2] for column in self._read())

    def _page(self, rows: str, name: str, where: str) -> str:
        """The first of these rows in the order."""
        order = in_order([Place(f"o{n}_", place.kind, place.descending) for n, place in enumerate(self.order)])
        found = f"({rows}) AS {self.name}_{name}"
        return f"SELECT {self._names()} FROM {found} WHERE {where} ORDER BY {order} LIMIT {self.size}"

    def _first(self) -> str:
        """Of the next rows in the order, so many as a page may cost, those that meet everything."""
        along = [condition.said for condition in self.source.where if condition.way is Way.ALONG]
        others = [condition.met for condition in self.source.where if condition.way is not Way.ALONG]
        columns = [*self._read(), f"({' AND '.join(others)}) AS met_"]
        where, far = " AND ".join([*along, *self.beyond]), str(FAR * self.size)
        return self._page(self.source.rows(columns, where, in_order(self.order), far), "near", "met_")

    def _keys(self, spread: list[Condition]) -> str:
        """The keys of the rows that meet this, one more than RARE if there are so many; some of them twice.

        Where one of several conditions is enough, the rows that meet each are found by its own index. Each is planned
        by itself: that only a page of them is wanted is not to be reckoned with.
        """
        several = next((condition for condition in spread if condition.each), None)
        rest = [condition.said for condition in spread if condition is not several]
        each = [[]] if several is None else [[one] for one in several.each]
        own = [f"{self.source.own} AS own_"]
        found = [f"({self.source.rows(own, ' AND '.join([*one, *rest]))} OFFSET 0)" for one in each]
        return f"SELECT own_ FROM ({' UNION ALL '.join(found)}) AS {self.name}_met LIMIT {RARE + 1}"

    def _found(self, when: str) -> str:
        """The page by the keys of what is rare."""
        named = f"{self.source.own} = ANY (ARRAY(SELECT own_ FROM {self.name}_rare))"
        rest = [condition.said for condition in self.source.where if condition.way is not Way.SPREAD]
        rows = self.source.rows(self._read(), " AND ".join([named, *rest, *self.beyond]))
        return f"({self._page(f'{rows} OFFSET 0', 'found', when)})"
