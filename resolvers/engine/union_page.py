"""A page of a mixed list: each kind is found by its own Select, their keys are merged, the page's rows made JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import Integer, Select, literal_column, union_all

from .bind import Computed, binding_of
from .coerce import bare, inner
from .connection import FORWARD
from .mixed import Kind, Mixed, Mixes
from .page import Page
from .record import Level, table
from .refused import Unbound
from .selects import Key, Place, in_order, keys_of, lawful, row_of
from .splice import MARK, Spliced, projector
from .text import Sql, as_text, core, literal, members, scalar, subquery, text, whether
from .values import Row
from .window import Window
from .written import BREAK, filled, written

if TYPE_CHECKING:
    from .statement import Statement

PAGED = {parameter.name for parameter in FORWARD}


def union_page(work: Statement, gtype: GraphQLObjectType, details: FieldDetailsList, binding: Mixes) -> str:
    """The object of this root field's connection: its hits are found once, however much of it is asked."""
    node = details[0].node
    field = gtype.fields[node.name.value]
    given = work.arguments.of(field, node)
    arguments = {name: value for name, value in given.symbols.items() if name not in PAGED}
    found = binding.fn(work.viewer, **arguments)
    if not isinstance(found, Mixed):
        raise Unbound(f"{binding.fn.__name__} returns a Mixed")
    for kind in found.kinds:
        lawful(kind.chosen, binding.fn.__name__, True)
    window = work.window(f"{gtype.name}.{node.name.value}", given)
    return UnionPage(work, bare(field.type), details, found, window).text()


class UnionPage(Page):
    """One connection of several kinds of rows in one selection."""

    work: Statement

    def __init__(
        self, work: Statement, gtype: GraphQLObjectType, details: FieldDetailsList, found: Mixed, window: Window
    ) -> None:
        self.found, self.hits, self.cut = found, work.trace.alias(), work.trace.alias()
        self.begins, keys = merged(work, found.kinds, self.hits)
        super().__init__(work, gtype, details, keys, window)
        self.among = "" if found.among is None else f"{self.hits}.kind_ = ANY ({work.expression(found.among)[0]})"

    def text(self) -> Sql:
        """The connection's JSON object, the hits found before it."""
        return subquery(f"{self.begins} SELECT {super().text()}")

    def item(self, gtype: Any, details: FieldDetailsList) -> Sql:
        """The JSON object selected of one hit, read by its key."""

        def made(kind: Kind, level: Level, entity: Row) -> Sql:
            return self.work.record(self.work.kind(gtype, row_of(kind.chosen)), level, entity, details)

        return self._of_each(made)

    def key(self, n: int) -> str:
        """The n-th key of one hit."""
        return f"{self.cut}.{self.keys[n].said.rpartition('.')[2]}"

    def rows(self, *columns: str) -> str:
        """The hits cut to the page."""
        where = [each for each in (self.among, *self.work.past(self.keys, self.window)) if each]
        said = f"SELECT * FROM {self.hits}{' WHERE ' if where else ''}{' AND '.join(where)}"
        first = f"{said} ORDER BY {in_order(self.keys)} LIMIT {self.window.size + 1}"
        # numbered when they are few: PostgreSQL keeps the first of many hits without sorting all
        order = in_order(
            [Place(f"first_.{key.said.rpartition('.')[2]}", key.kind, key.descending) for key in self.keys]
        )
        numbered = f"SELECT *, row_number() OVER (ORDER BY {order}) AS rn_ FROM ({first}) AS first_"
        return f"SELECT {', '.join([f'{self.cut}.rn_', *columns])} FROM ({numbered}) AS {self.cut}"

    def count(self) -> Sql:
        """How many hits there are of the kinds that are listed."""
        some = f"SELECT 1 FROM {self.hits}{' WHERE ' if self.among else ''}{self.among}"
        return as_text(subquery(f"SELECT count(*) FROM ({some}) AS {self.work.trace.alias()}"))

    def more(self, gtype: Any, details: FieldDetailsList) -> str:
        """The connection's facets, an edge's score and computed fields."""
        name = details[0].node.name.value
        if name == "facets":
            return self._facets(inner(gtype.fields[name].type), details)
        if name == "score":
            return as_text(self.key(0))
        binding = binding_of(gtype, name) if name in gtype.fields else None
        if isinstance(binding, Computed):
            return self._computed(gtype, binding, details)
        return super().more(gtype, details)

    def _facets(self, gtype: Any, details: FieldDetailsList) -> Sql:
        asked = {key: group[0].node.name.value for key, group in self.work.fields(gtype, details).items()}
        parts: list[str] = []
        for kind in self.found.kinds:
            hits = f"count(*) FILTER (WHERE {self.hits}.kind_ = {literal(kind.name.name)})"
            said = {
                "kind": f'"{kind.name.name}"',
                "count": as_text(hits),
                "__typename": f'"{gtype.name}"',
            }
            parts += ["," if parts else "", members([(key, said[name]) for key, name in asked.items()])]
        made = text("[", *parts, "]")
        # of counts alone it is one row, however many hits there are
        return subquery(f"SELECT {made} FROM {self.hits}") if "count" in asked.values() else made

    def _computed(self, gtype: Any, binding: Computed, details: FieldDetailsList) -> Sql:
        place = len(self.work.spliced)
        declared = gtype.fields[details[0].node.name.value].type
        project = projector(self.work.operation, self.work.variables, declared, details, self.work.permissions)
        self.work.spliced.append(Spliced(binding.fn, project, gtype, details))

        def made(kind: Kind, _: Level, entity: Row) -> Sql:
            parts: list[str] = [f'{MARK}[{place},"{kind.name.name}"']
            for read in (*self.found.reads, *kind.reads(entity)):
                parts += [",", scalar(*self.work.expression(read), True)]
            return text(*parts, f"]{MARK}")

        return self._of_each(made)

    def _of_each(self, make: Callable[[Kind, Level, Row], Sql]) -> Sql:
        """A CASE over the kinds, of which PostgreSQL runs the one that a hit is of: its row, by its key."""
        whens = []
        for kind in self.found.kinds:
            entity = Row(row_of(kind.chosen), self.work.trace.alias())
            level = Level(entity, table)
            made = f"{level.select(make(kind, level, entity))} WHERE {entity.key_()} = {self.cut}.id_"
            whens.append((f"{self.cut}.kind_ = {literal(kind.name.name)}", subquery(made)))
        return whether(*whens)


def merged(work: Statement, kinds: tuple[Kind, ...], name: str) -> tuple[str, list[Place]]:
    """All hits of all kinds as keys alone, under this name, and the total order they come in."""
    orders = [keys_of(kind.chosen) for kind in kinds]
    shapes = {tuple((key.descending, type(key.said.type)) for key in keys) for keys in orders}
    if len(shapes) != 1 or len({key.descending for key in orders[0]}) != 1:
        raise Unbound("the kinds of a mixed list are ordered by keys of the same types, all in the same direction")
    down = orders[0][0].descending
    parts = [
        _keys(kind, keys, len(kinds) - n if down else n)
        for n, (kind, keys) in enumerate(zip(kinds, orders, strict=True))
    ]
    hits = core(
        union_all(*parts).cte(name).select().with_only_columns(literal_column(BREAK), maintain_column_froms=True)
    )
    begins = filled(written(hits), work.trace, {})[0].partition(f"SELECT {BREAK}")[0].rstrip()
    *order, last = orders[0]
    named = [
        *((f"k{n}_", key.said.type) for n, key in enumerate(order)),
        ("place_", Integer()),
        ("id_", last.said.type),
    ]
    return begins, [Place(f"{name}.{column}", kind, down) for column, kind in named]


def _keys(kind: Kind, keys: list[Key], place: int) -> Select[Any]:
    *order, last = keys
    columns: list[Any] = [key.said.label(f"k{n}_") for n, key in enumerate(order)]
    columns.append(literal_column(literal(kind.name.name)).label("kind_"))
    columns.append(literal_column(str(place)).label("place_"))
    return core(kind.chosen.order_by(None).with_only_columns(*columns, last.said.label("id_")))
