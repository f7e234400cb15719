"""Keyset pages: the order's keys, the window a cursor and a size cut out, and what a connection says of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import ColumnElement, Enum, Text, cast
from sqlalchemy.types import TypeEngine

from models.access import Audience

from .apart import Apart, is_apart
from .arguments import Given
from .coerce import inner
from .cursor import encoded, key_getter, tag_getter, tag_of
from .record import Level, Records
from .refused import bad_page
from .selects import Place, Source, in_order
from .text import NULL, Sql, as_text, coalesce, listed, literal, members, subquery, whether
from .values import Getter, Row, quoted
from .window import PAGING, QUICK, Window, beyond
from .written import filled, written

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
        self, gtype: GraphQLObjectType, details: FieldDetailsList, source: Source, window: Window, alone: bool
    ) -> Sql:
        """A connection's object: the whole page in one scalar subquery, the count in its own.

        `alone`: it is read once, not for each row of a list.
        """
        return Listed(self, gtype, details, source, window, alone).text()

    def past(self, keys: Sequence[Place], window: Window) -> list[str]:
        """What the cursors ask of the order's keys."""
        cursors = ((window.after, True), (window.before, False))
        return [beyond(keys, self.keys_at(get, window, keys), past) for get, past in cursors if get is not None]

    def keys_at(self, cursor: Getter, window: Window, keys: Sequence[Place]) -> list[str]:
        """A cursor's key values: bind parameters of text, cast to the keys' types in SQL."""
        getters = [key_getter(cursor, window.tag, len(keys), place) for place in range(len(keys))]
        kinds = [Text() if isinstance(key.kind, Enum) else key.kind for key in keys]
        values = [self.trace.value(get, Text()) for get in getters]
        return [self.expression(cast(value, kind))[0] for value, kind in zip(values, kinds, strict=True)]

    def parameter(self, getter: Getter, kind: TypeEngine[Any]) -> Sql:
        """A new parameter of this type."""
        return self.expression(self.trace.value(getter, kind))[0]

    def expression(self, element: ColumnElement[Any]) -> tuple[Sql, TypeEngine[Any]]:
        """An expression of this statement alone, and its type."""
        piece = written(element)
        return Sql(filled(piece, self.trace, {})[0]), piece.type

    def count(self, source: Source) -> Sql:
        """How many rows the whole list has; for the public only so far."""
        public = self.viewer.audience is Audience.PUBLIC
        if source.tally and not public:
            return as_text(source.tally)
        most = str(COUNTED) if public else ""
        rows = source.select([source.own], limit=most)
        return as_text(subquery(f"SELECT count(*) FROM ({rows}) AS {self.trace.alias()}"))


class Page(ABC):
    """One connection in one selection."""

    def __init__(
        self, work: Pages, gtype: GraphQLObjectType, details: FieldDetailsList, keys: Sequence[Place], window: Window
    ) -> None:
        self.work, self.gtype, self.details, self.keys, self.window = work, gtype, details, keys, window
        self.columns: list[str] = []
        self.name = work.trace.alias()
        """Of the page's rows as a derived table."""
        self.peeks = False
        """Whether it must be known if there is more beyond the page."""

    @abstractmethod
    def item(self, gtype: Any, details: FieldDetailsList) -> Sql:
        """The JSON text of one row of the page."""

    @abstractmethod
    def key(self, n: int) -> str:
        """The n-th key of one row of the page."""

    @abstractmethod
    def rows(self, *columns: str) -> str:
        """The page's rows, one more if it peeks: these columns, and what `order` and `keep` read."""

    @abstractmethod
    def count(self) -> Sql:
        """How many rows the whole list has."""

    def order(self, turned: bool) -> str:
        """The order of the list, or that order turned round."""
        return f"{self.name}.rn_ {'DESC' if self.window.backward != turned else 'ASC'}"

    def keep(self) -> str | None:
        """Which of the rows are on the page."""
        return f"{self.name}.rn_ <= {self.window.size}"

    def more(self, gtype: Any, details: FieldDetailsList) -> str:
        """A field that this connection or its edges have beside those that all have."""
        return f'"{gtype.name}"'

    def text(self) -> Sql:
        """The connection's JSON object."""
        groups = self.work.fields(self.gtype, self.details)
        parts = [(key, self._part(group)) for key, group in groups.items()]
        if not self.columns and not any(callable(part) for _, part in parts):
            return self._unread(members([(key, part) for key, part in parts if not callable(part)]))
        made = members([(key, part() if callable(part) else part) for key, part in parts])
        rows = self.rows(*(f"{column} AS c{n}" for n, column in enumerate(self.columns)))
        return subquery(f"SELECT {made} FROM ({rows}) AS {self.name}")  # of aggregates alone: always one row

    def _unread(self, made: Sql) -> Sql:
        """An object for which no row of the page is read: a cursor that is none is refused all the same."""
        cursors = [get for get in (self.window.after, self.window.before) if get is not None]
        keys = [key for get in cursors for key in self.work.keys_at(get, self.window, self.keys)]
        return whether((f"ROW({', '.join(keys)}) IS NOT NULL", made)) if keys else made

    def _part(self, group: FieldDetailsList) -> Any:
        """A field of the connection: its text, or a function that gives it when all that is read is known."""
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

    def _edge(self, group: FieldDetailsList) -> Sql:
        edge = inner(self.gtype.fields["edges"].type)
        item = inner(edge.fields["node"].type)
        pairs: list[tuple[str, str]] = []
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
        return lambda: members([(key, self._said(name, place)) for key, name in asked.items()])

    def _said(self, name: str, place: str | None) -> str:
        if name in ("startCursor", "endCursor"):
            return self._end(str(place), name == "endCursor")
        if name == ("hasPreviousPage" if self.window.backward else "hasNextPage"):
            return as_text(f"count(*) > {self.window.size}")
        return self._known(name)

    def _known(self, name: str) -> str:
        """A field of pageInfo that needs no look at the rows: there is something on the side of the cursor."""
        if name == "__typename":
            return '"PageInfo"'
        return "true" if (self.window.before if self.window.backward else self.window.after) else "false"

    def _end(self, place: str, turned: bool) -> Sql:
        kept = self.keep()
        chosen = "" if kept is None else f" FILTER (WHERE {kept})"
        return coalesce(f"(array_agg({self.name}.{place} ORDER BY {self.order(turned)}){chosen})[1]", NULL)

    def _list(self, item: str) -> Any:
        place = self._column(item)
        return lambda: listed(f"{self.name}.{place}", self.order(False), self.keep())

    def _column(self, said: str) -> str:
        self.columns.append(said)
        return f"c{len(self.columns) - 1}"

    def _cursor(self) -> Sql:
        keys = [self.key(n) for n in range(len(self.keys))]
        tag = self.window.fixed
        return encoded(literal(tag) if tag is not None else self.work.parameter(self.window.tag, Text()), keys)


class Listed(Page):
    """A connection of the rows of one Select."""

    def __init__(
        self,
        work: Pages,
        gtype: GraphQLObjectType,
        details: FieldDetailsList,
        source: Source,
        window: Window,
        alone: bool,
    ) -> None:
        super().__init__(work, gtype, details, source.order, window)
        self.source, self.alone = source, alone
        self.entity = Row(source.row, work.trace.alias())
        self.level = Level(self.entity, self._derive)
        self.cursors = False

    def item(self, gtype: Any, details: FieldDetailsList) -> Sql:
        """The JSON object selected of one row."""
        return self.work.record(gtype, self.level, self.entity, details)

    def key(self, n: int) -> str:
        """The n-th key of one row, as text."""
        self.cursors = True
        return f"{self.entity.alias_}.k{n}_"

    def rows(self, *columns: str) -> str:
        """The Select's rows cut to the page, with what is joined to them."""
        names = [name for name, _ in self._places(self.keys)]
        return self.level.select(*(f"{self.entity.alias_}.{name}" for name in names), *columns)

    def order(self, turned: bool) -> str:
        """By the keys themselves where they are quick to compare and nothing beyond the page is read."""
        if self._numbered:
            return super().order(turned)
        return in_order([replace(key, said=f"{self.name}.o{n}_") for n, key in enumerate(self.keys)], turned)

    def keep(self) -> str | None:
        """All, unless one more was read."""
        return super().keep() if self.peeks else None

    @property
    def _numbered(self) -> bool:
        return self.peeks or not all(isinstance(key.kind, QUICK) for key in self.keys)

    def _places(self, order: Sequence[Place]) -> list[tuple[str, str]]:
        """What the rows are put in order by: their number, or their keys."""
        if not self._numbered:
            return [(f"o{n}_", key.said) for n, key in enumerate(order)]
        return [("rn_", f"row_number() OVER (ORDER BY {in_order(order, self.window.backward)})")]

    def count(self) -> Sql:
        """How many rows the Select gives."""
        return self.work.count(self.source)

    def _derive(self, entity: Row) -> str:
        """The rows of the page, one more if it peeks, under the entity's alias."""
        size = self.window.size + self.peeks
        past, name = self.work.past(self.keys, self.window), f"{entity.alias_}_"
        columns, turned = self.source.columns(entity), self.window.backward
        if not (self.alone and is_apart(self.source)):
            read = [*columns, *self._marks(self.keys)]
            return f"({self.source.select(read, past, in_order(self.keys, turned), str(size))}) AS {entity.alias_}"
        order = [replace(key, descending=key.descending != turned) for key in self.keys]
        ways = Apart(self.source, columns, past, order, size, name)
        over = [replace(key, said=f"{name}.o{n}_") for n, key in enumerate(self.keys)]
        read = [f"{name}.{quoted(column.name)}" for column in entity.touched_.values()]
        return f"(SELECT {', '.join([*read, *self._marks(over)])} FROM {ways.text()}) AS {entity.alias_}"

    def _marks(self, order: Sequence[Place]) -> list[str]:
        """What is read of the page's rows beside their columns: their places, and the keys a cursor is made of."""
        keys = [f"{as_text(key.said)} AS k{n}_" for n, key in enumerate(order)] if self.cursors else []
        return [*(f"{said} AS {name}" for name, said in self._places(order)), *keys]
