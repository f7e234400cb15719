"""A page of a mixed list: each kind is found by its own Select, their keys are merged, the page's rows made JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    any_,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from models.access import Audience

from .bind import Computed, binding_of
from .coerce import bare, inner
from .connection import FORWARD
from .mixed import Kind, Mixed, Mixes
from .page import COUNTED, Page
from .record import Level, Said, table
from .refused import Unbound
from .selects import Key, keys_of, lawful, row_of
from .splice import MARK, Spliced, projector
from .text import Literal, core, members, scalar, text
from .values import Row
from .window import Window

if TYPE_CHECKING:
    from .statement import Statement

PAGED = {parameter.name for parameter in FORWARD}


def union_page(work: Statement, gtype: GraphQLObjectType, details: FieldDetailsList, binding: Mixes) -> Said:
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
        self.found = found
        self.hits, keys = merged(found.kinds, work.trace.alias())
        super().__init__(work, gtype, details, keys, window)
        made, _ = work.cut(self._listed(), keys, window)
        # numbered when they are few: PostgreSQL keeps the first of many hits without sorting all
        first = core(made).subquery()
        order = [Key(first.c[key.said.name], key.descending).ordered() for key in keys]
        number = func.row_number().over(order_by=order).label("rn_")
        self.cut = core(select(*first.c, number)).subquery(work.trace.alias())

    def item(self, gtype: Any, details: FieldDetailsList) -> ColumnElement[str]:
        """The JSON object selected of one hit, read by its key."""

        def made(kind: Kind, level: Level, entity: Row) -> ColumnElement[str]:
            return self.work.record(self.work.kind(gtype, kind.chosen), level, entity, details)

        return self._of_each(made)

    def key(self, n: int) -> ColumnElement[Any]:
        """The n-th key of one hit."""
        found: ColumnElement[Any] = self.cut.c[self.keys[n].said.name]
        return found

    def rows(self, *columns: ColumnElement[Any]) -> FromClause:
        """The hits cut to the page."""
        return core(select(self.cut.c.rn_, *columns)).subquery()

    def count(self) -> ColumnElement[str]:
        """How many hits there are of the kinds that are listed; for the public only so far."""
        whole = self._listed().with_only_columns(self.hits.c.place_)
        whole = whole.limit(literal_column(str(COUNTED))) if self._capped else whole
        return cast(core(select(func.count()).select_from(core(whole).subquery())).scalar_subquery(), Text)

    def more(self, gtype: Any, details: FieldDetailsList) -> Said:
        """The connection's facets, an edge's score and computed fields."""
        name = details[0].node.name.value
        if name == "facets":
            return self._facets(inner(gtype.fields[name].type), details)
        if name == "score":
            return cast(self.key(0), Text)
        binding = binding_of(gtype, name) if name in gtype.fields else None
        if isinstance(binding, Computed):
            return self._computed(gtype, binding, details)
        return super().more(gtype, details)

    @property
    def _capped(self) -> bool:
        return bool(self.work.viewer.audience is Audience.PUBLIC)

    def _listed(self) -> Select[Any]:
        hits = select(*self.hits.c)
        return hits if self.found.among is None else hits.where(self.hits.c.kind_ == any_(self.found.among))

    def _facets(self, gtype: Any, details: FieldDetailsList) -> ColumnElement[str]:
        asked = {key: group[0].node.name.value for key, group in self.work.fields(gtype, details).items()}
        parts: list[Said] = []
        for kind in self.found.kinds:
            hits = func.count().filter(self.hits.c.kind_ == Literal(kind.name.name))
            number = func.least(hits, literal_column(str(COUNTED))) if self._capped else hits
            said: dict[str, Said] = {
                "kind": f'"{kind.name.name}"',
                "count": cast(number, Text),
                "__typename": f'"{gtype.name}"',
            }
            parts += ["," if parts else "", members([(key, said[name]) for key, name in asked.items()])]
        return core(select(text("[", *parts, "]")).select_from(self.hits)).scalar_subquery()

    def _computed(self, gtype: Any, binding: Computed, details: FieldDetailsList) -> ColumnElement[str]:
        place = len(self.work.spliced)
        declared = gtype.fields[details[0].node.name.value].type
        project = projector(self.work.operation, self.work.variables, declared, details, self.work.permissions)
        self.work.spliced.append(Spliced(binding.fn, project, gtype, details))

        def made(kind: Kind, _: Level, entity: Row) -> ColumnElement[str]:
            parts: list[Said] = [f'{MARK}[{place},"{kind.name.name}"']
            for read in (*self.found.reads, *kind.reads(entity)):
                parts += [",", scalar(read, True)]
            return text(*parts, f"]{MARK}")

        return self._of_each(made)

    def _of_each(self, make: Callable[[Kind, Level, Row], ColumnElement[str]]) -> ColumnElement[str]:
        """A CASE over the kinds, of which PostgreSQL runs the one that a hit is of: its row, by its key."""
        whens = []
        for kind in self.found.kinds:
            entity = Row(row_of(kind.chosen), self.work.trace.alias())
            level = Level(entity, table)
            made = level.select(make(kind, level, entity)).where(entity.key_() == self.cut.c.id_).correlate(self.cut)
            whens.append((self.cut.c.kind_ == Literal(kind.name.name), made.scalar_subquery()))
        return case(*whens, else_=Literal("null"))


def merged(kinds: tuple[Kind, ...], name: str) -> tuple[Any, list[Key]]:
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
    hits = union_all(*parts).cte(name)
    names = [*(f"k{n}_" for n in range(len(orders[0]) - 1)), "place_", "id_"]
    return hits, [Key(hits.c[column], down) for column in names]


def _keys(kind: Kind, keys: list[Key], place: int) -> Select[Any]:
    *order, last = keys
    columns = [key.said.label(f"k{n}_") for n, key in enumerate(order)]
    columns += [Literal(kind.name.name).label("kind_"), literal_column(str(place), type_=Integer()).label("place_")]
    return core(kind.chosen.order_by(None).with_only_columns(*columns, last.said.label("id_")))
