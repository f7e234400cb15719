"""Keyset pages: the order's keys, the window a cursor and a size cut out, and what a connection says of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import (
    ColumnElement,
    Enum,
    FromClause,
    Select,
    Text,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.access import Audience

from .apart import apart, over
from .arguments import Given
from .coerce import inner
from .cursor import encoded, key_getter, tag_getter, tag_of
from .record import Level, Records, Said
from .refused import bad_page
from .selects import Key, derived, keys_of
from .text import First, Literal, core, listed, members
from .values import Getter, Row
from .window import PAGING, QUICK, Window, beyond, ordered

COUNTED = 10_001
"""How far the public's totalCount goes."""


class Pages(Records):
    """Makes the text of connections."""

    def window(self, field: str, given: Given) -> Window:
        """What the paging arguments ask for; BAD_PAGE unless exactly one of first and last is given, within bounds."""
        first, last = given.now.get("first"), given.now.get("last")
        size = first if last is None else last
        if (first is None) == (last is None) or size is None or not 1 <= size <= self.page_limit:
            raise bad_page(self.page_limit)
        getters = {name: get for name, get in given.getters.items() if name not in PAGING}
        now = {name: value for name, value in given.now.items() if name in getters}
        after, before = (given.getters[n] if given.now.get(n) is not None else None for n in ("after", "before"))
        fixed = tag_of(field, now) if given.fixed >= getters.keys() else None
        return Window(size, first is None, after, before, tag_getter(field, getters), fixed)

    def page(
        self, gtype: GraphQLObjectType, details: FieldDetailsList, chosen: Select[Any], window: Window, alone: bool
    ) -> ColumnElement[str]:
        """A connection's object: the whole page in one scalar subquery, the count in its own.

        `alone`: it is read once, not for each row of a list.
        """
        return Listed(self, gtype, details, chosen, window, alone).text()

    def cut(
        self, chosen: Select[Any], keys: list[Key], window: Window, peeks: bool = True
    ) -> tuple[Select[Any], list[Any]]:
        """The Select bounded by the cursors and the size, one row more if it peeks, and the order its rows come in."""
        made = chosen.order_by(None)
        for cursor, past in ((window.after, True), (window.before, False)):
            if cursor is not None:
                made = made.where(beyond(keys, self.keys_at(cursor, window, keys), past))
        order = ordered(keys, window.backward)
        return made.order_by(*order).limit(literal_column(str(window.size + peeks))), order

    def keys_at(self, cursor: Getter, window: Window, keys: list[Key]) -> list[Any]:
        """A cursor's key values: bind parameters of text, cast to the keys' types in SQL."""
        getters = [key_getter(cursor, window.tag, len(keys), place) for place in range(len(keys))]
        values = [self.trace.value(get, Text()) for get in getters]
        return [
            cast(v, Text if isinstance(k.said.type, Enum) else k.said.type) for v, k in zip(values, keys, strict=True)
        ]

    def count(self, chosen: Select[Any]) -> ColumnElement[str]:
        """How many rows the whole list has; for the public only so far."""
        row = chosen.column_descriptions[0]["entity"]
        whole = chosen.with_only_columns(Key.of(row).said).order_by(None)
        if self.viewer.audience is Audience.PUBLIC:
            whole = whole.limit(literal_column(str(COUNTED)))
        return cast(core(select(func.count()).select_from(core(whole).subquery())).scalar_subquery(), Text)


class Page(ABC):
    """One connection in one selection."""

    def __init__(
        self, work: Pages, gtype: GraphQLObjectType, details: FieldDetailsList, keys: list[Key], window: Window
    ) -> None:
        self.work, self.gtype, self.details, self.keys, self.window = work, gtype, details, keys, window
        self.columns: list[ColumnElement[Any]] = []
        self.peeks = False
        """Whether it must be known if there is more beyond the page."""

    @abstractmethod
    def item(self, gtype: Any, details: FieldDetailsList) -> ColumnElement[str]:
        """The JSON text of one row of the page."""

    @abstractmethod
    def key(self, n: int) -> ColumnElement[Any]:
        """The n-th key of one row of the page."""

    @abstractmethod
    def rows(self, *columns: ColumnElement[Any]) -> FromClause:
        """The page's rows, one more if it peeks: these columns, and what `order` and `keep` read."""

    @abstractmethod
    def count(self) -> ColumnElement[str]:
        """How many rows the whole list has."""

    def order(self, rows: FromClause, turned: bool) -> list[ColumnElement[Any]]:
        """The order of the list, or that order turned round."""
        number = rows.c.rn_
        return [number.desc() if self.window.backward != turned else number.asc()]

    def keep(self, rows: FromClause) -> ColumnElement[bool] | None:
        """Which of the rows are on the page."""
        kept: ColumnElement[bool] = rows.c.rn_ <= literal_column(str(self.window.size))
        return kept

    def more(self, gtype: Any, details: FieldDetailsList) -> Said:
        """A field that this connection or its edges have beside those that all have."""
        return f'"{gtype.name}"'

    def text(self) -> ColumnElement[str]:
        """The connection's JSON object."""
        groups = self.work.fields(self.gtype, self.details)
        parts = [(key, self._part(group)) for key, group in groups.items()]
        if not self.columns and not any(callable(part) for _, part in parts):
            return members([(key, part) for key, part in parts if not callable(part)])
        rows = self.rows(*(column.label(f"c{n}") for n, column in enumerate(self.columns)))
        made = members([(key, part(rows) if callable(part) else part) for key, part in parts])
        return core(select(made).select_from(rows)).scalar_subquery()  # of aggregates alone: always one row

    def _part(self, group: FieldDetailsList) -> Any:
        """A field of the connection: its text, or a function of the page's rows that gives it."""
        match group[0].node.name.value:
            case "nodes":
                return self._list(self.item(inner(self.gtype.fields["nodes"].type), group))
            case "edges":
                return self._list(self._edge(group))
            case "pageInfo":
                return self._info(group)
            case "totalCount":
                return self.count()
            case _:
                return self.more(self.gtype, group)

    def _edge(self, group: FieldDetailsList) -> ColumnElement[str]:
        edge = inner(self.gtype.fields["edges"].type)
        item = inner(edge.fields["node"].type)
        pairs: list[tuple[str, Said]] = []
        for key, below in self.work.fields(edge, group).items():
            match below[0].node.name.value:
                case "node":
                    pairs.append((key, self.item(item, below)))
                case "cursor":
                    pairs.append((key, self._cursor()))
                case _:
                    pairs.append((key, self.more(edge, below)))
        return members(pairs)

    def _info(self, group: FieldDetailsList) -> Any:
        info = inner(self.gtype.fields["pageInfo"].type)
        asked = {key: below[0].node.name.value for key, below in self.work.fields(info, group).items()}
        peeking = "hasPreviousPage" if self.window.backward else "hasNextPage"
        if not {"startCursor", "endCursor", peeking} & set(asked.values()):
            return members([(key, self._known(name)) for key, name in asked.items()])
        self.peeks = self.peeks or peeking in asked.values()
        place = self._column(self._cursor()) if {"startCursor", "endCursor"} & set(asked.values()) else None
        return lambda rows: members([(key, self._said(rows, name, place)) for key, name in asked.items()])

    def _said(self, rows: FromClause, name: str, place: str | None) -> Said:
        if name in ("startCursor", "endCursor"):
            return self._end(rows, str(place), name == "endCursor")
        if name == ("hasPreviousPage" if self.window.backward else "hasNextPage"):
            return cast(func.count() > literal_column(str(self.window.size)), Text)
        return self._known(name)

    def _known(self, name: str) -> str:
        """A field of pageInfo that needs no look at the rows: there is something on the side of the cursor."""
        if name == "__typename":
            return '"PageInfo"'
        return "true" if (self.window.before if self.window.backward else self.window.after) else "false"

    def _end(self, rows: FromClause, place: str, turned: bool) -> ColumnElement[str]:
        made: Any = func.array_agg(aggregate_order_by(rows.c[place], *self.order(rows, turned)))
        kept = self.keep(rows)
        return func.coalesce(First(made if kept is None else made.filter(kept)), Literal("null"))

    def _list(self, item: ColumnElement[str]) -> Any:
        place = self._column(item)

        def made(rows: FromClause) -> ColumnElement[str]:
            return listed(rows.c[place], *self.order(rows, False), keep=self.keep(rows))

        return made

    def _column(self, said: ColumnElement[Any]) -> str:
        self.columns.append(said)
        return f"c{len(self.columns) - 1}"

    def _cursor(self) -> ColumnElement[str]:
        keys = [self.key(n) for n in range(len(self.keys))]
        tag = self.window.fixed
        return encoded(Literal(tag) if tag is not None else self.work.trace.value(self.window.tag, Text()), keys)


class Listed(Page):
    """A connection of the rows of one Select."""

    def __init__(
        self,
        work: Pages,
        gtype: GraphQLObjectType,
        details: FieldDetailsList,
        chosen: Select[Any],
        window: Window,
        alone: bool,
    ) -> None:
        super().__init__(work, gtype, details, keys_of(chosen), window)
        self.chosen, self.alone = chosen, alone
        self.entity = Row(chosen.column_descriptions[0]["entity"], work.trace.alias())
        self.level = Level(self.entity, self._derive)
        self.cursors = False

    def item(self, gtype: Any, details: FieldDetailsList) -> ColumnElement[str]:
        """The JSON object selected of one row."""
        return self.work.record(gtype, self.level, self.entity, details)

    def key(self, n: int) -> ColumnElement[Any]:
        """The n-th key of one row, as text."""
        self.cursors = True
        return literal_column(f"{self.entity.alias_}.k{n}_", type_=Text())

    def rows(self, *columns: ColumnElement[Any]) -> FromClause:
        """The Select's rows cut to the page, with what is joined to them."""
        names = [name for name, _ in self._places(self.keys)]
        places: list[Any] = [literal_column(f"{self.entity.alias_}.{name}").label(name) for name in names]
        return self.level.select(*places, *columns).subquery()

    def order(self, rows: FromClause, turned: bool) -> list[ColumnElement[Any]]:
        """By the keys themselves where they are quick to compare and nothing beyond the page is read."""
        if self._numbered:
            return super().order(rows, turned)
        return [
            rows.c[f"o{n}_"].desc() if key.descending != turned else rows.c[f"o{n}_"].asc()
            for n, key in enumerate(self.keys)
        ]

    def keep(self, rows: FromClause) -> ColumnElement[bool] | None:
        """All, unless one more was read."""
        return super().keep(rows) if self.peeks else None

    @property
    def _numbered(self) -> bool:
        return self.peeks or not all(isinstance(key.said.type, QUICK) for key in self.keys)

    def _places(self, order: list[Key]) -> list[tuple[str, Any]]:
        """What the rows are put in order by: their number, or their keys."""
        if not self._numbered:
            return [(f"o{n}_", key.said) for n, key in enumerate(order)]
        return [("rn_", func.row_number().over(order_by=ordered(order, self.window.backward)))]

    def count(self) -> ColumnElement[str]:
        """How many rows the Select gives."""
        return self.work.count(self.chosen)

    def _derive(self, entity: Row) -> FromClause:
        made, _ = self.work.cut(self.chosen, self.keys, self.window, self.peeks)
        ways = apart(made, self.keys, entity, self.window.size + self.peeks) if self.alone else None
        if ways is None:
            return derived(made, entity, *self._marks(self.keys))
        columns = [ways.c[column.name] for column in entity.touched_.values()]
        return core(select(*columns, *self._marks(over(ways, self.keys)))).subquery(entity.alias_)

    def _marks(self, order: list[Key]) -> list[Any]:
        """What is read of the page's rows beside their columns: their places, and the keys a cursor is made of."""
        keys = [cast(key.said, Text).label(f"k{n}_") for n, key in enumerate(order)] if self.cursors else []
        return [*(said.label(name) for name, said in self._places(order)), *keys]
