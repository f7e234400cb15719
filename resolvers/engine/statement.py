"""A selection and its Selects as one statement in which PostgreSQL builds the JSON text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphql import GraphQLObjectType, is_list_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import ARRAY, Text

from .aggregate import Aggregates
from .bind import Many, Nodes, binding_of, shown
from .coerce import bare, inner
from .expressed import Expressed
from .groups import Groups
from .mixed import Mixes
from .record import Level, hole, showing, table, type_showing
from .refused import Unbound, too_many_ids
from .selects import Source, in_order, lawful, piece_of, source
from .splice import PIECE
from .text import NULL, Sql, as_text, coalesce, listed, literal, members, scalar, subquery, text, whether
from .union_page import union_page
from .values import Getter, Row, quoted
from .window import PAGING
from .written import Piece, filled

IDS = 100
"""How many ids `nodes` takes."""
REF = "\0ref"
"""Where a row's key travels among the coerced variables; no GraphQL name can be this."""


class Statement(Groups):
    """Makes the text of lists, root fields and whole answers."""

    def document(self) -> str:
        """The whole response: all root fields in one statement, in the order asked."""
        roots = self.operation.roots(self.variables)
        pairs = [(key, self.root(self.operation.root, details)) for key, details in roots.items()]
        return "SELECT " + text('{"data":', members(pairs), "}")

    def pieces(self, roots: Mapping[str, FieldDetailsList]) -> str:
        """The texts of these root fields one after another, PIECE between them."""
        said = [self.root(self.operation.root, details) for details in roots.values()]
        return f"SELECT {text(*[part for one in said for part in (PIECE, one)][1:])}"

    def alone(self, gtype: GraphQLObjectType, details: FieldDetailsList) -> str:
        """The text of one root field."""
        return f"SELECT {text(self.root(gtype, details))}"

    def root(self, gtype: GraphQLObjectType, details: FieldDetailsList) -> str:
        """The JSON text of one root field."""
        name = details[0].node.name.value
        if name == "__typename":
            return f'"{gtype.name}"'
        self.demand(gtype, details)
        binding: object = binding_of(gtype, name)
        if isinstance(binding, Aggregates):
            return self.groups(gtype, details, binding)
        if isinstance(binding, Mixes):
            return union_page(self, gtype, details, binding)
        if isinstance(binding, Nodes):
            return self.nodes(gtype, details)
        if isinstance(binding, Expressed):
            said, piece = self.said(binding.fn, lambda _: binding.fn(self.viewer))
            return scalar(said, piece.type, not is_non_null_type(gtype.fields[name].type))
        if not isinstance(binding, Many):
            raise Unbound(f"{gtype.name}.{name} is not answered from rows")
        return self.many(gtype, details, binding, None)

    def one_row(self, gtype: GraphQLObjectType, details: FieldDetailsList, unguarded: bool = False) -> str:
        """The row with the primary key in REF: none where it is absent or (unless `unguarded`) unseen."""
        entity = Row(showing(gtype).row, self.trace.alias())
        entity.unseen_ = unguarded
        level = Level(entity, table)
        made = self.record(gtype, level, entity, details)
        key = entity.mapper_.primary_key[0].type
        chosen = level.select(made) + f" WHERE {entity.key_()} = {self.parameter(lambda given, _: given[REF], key)}"
        seen = showing(gtype).visible
        return chosen if seen is None or unguarded else f"{chosen} AND {self.seen(seen, entity)}"

    def events(self) -> str:
        """The responses of subscription events, the rows whose keys are in REF and that are seen: each its key and its
        response with the row as the only root field, PIECE between all."""
        ((key, details),) = self.operation.roots(self.variables).items()
        self.demand(self.operation.root, details)
        gtype = inner(self.operation.root.fields[details[0].node.name.value].type)
        entity = Row(showing(gtype).row, self.trace.alias())
        level, name = Level(entity, table), self.trace.alias()
        made = self.record(gtype, level, entity, details)
        among = self.parameter(lambda given, _: given[REF], ARRAY(entity.mapper_.primary_key[0].type))
        chosen = level.select(f"{as_text(entity.key_())} AS key_", f"{made} AS said_")
        chosen = f"{chosen} WHERE {entity.key_()} = ANY ({among})"
        seen = showing(gtype).visible
        rows = chosen if seen is None else f"{chosen} AND {self.seen(seen, entity)}"
        each = text(Sql(f"{name}.key_"), f'{PIECE}{{"data":{{"{key}":', Sql(f"{name}.said_"), "}}")
        return f"SELECT string_agg({each}, {literal(PIECE)}) FROM ({rows}) AS {name}"

    def many(self, gtype: GraphQLObjectType, details: FieldDetailsList, binding: Many, parent: Row | None) -> str:
        """A connection, a list or one row, from the Select its function gives."""
        node = details[0].node
        field = gtype.fields[node.name.value]
        given = self.arguments.of(field, node)
        whole = is_list_type(bare(field.type))
        sources = self.traced(binding, given.symbols, parent, binding.paged or whole)
        if binding.paged:
            window = self.window(f"{gtype.name}.{node.name.value}", given)
            return self.page(bare(field.type), details, sources[0], window, alone=parent is None)
        if whole:
            return self.plain(inner(field.type), details, sources)
        return self.single(inner(field.type), details, sources)

    def traced(self, binding: Many, symbols: Mapping[str, Any], parent: Row | None, many: bool) -> list[Source]:
        """What the function returns when it sees bind parameters for values and columns for its parent.

        `many`: it is put in a total order, as what comes in a list must be.
        """
        given = {name: value for name, value in symbols.items() if not (binding.paged and name in PAGING)}
        about = (parent.row_, parent.unseen_) if parent is not None else None
        made: list[Piece] = []

        def make(place: int) -> Piece:
            made[:] = made or self._traced(binding, given, parent, many)
            return replace(made[place], count=len(made))

        sources, place, count = [], 0, 1
        while place < count:
            key = binding.fn, many, place, about, self.shape
            piece, names = self.kept.piece(key, given, lambda place=place: make(place))  # type: ignore[misc]  # mypy infers no lambda with defaults
            for name in piece.reads:
                parent.place_(name)  # type: ignore[union-attr]  # only what has a parent reads columns of it
            texts = filled(piece, self.trace, names, parent.alias_ if parent is not None else "")
            sources.append(source(piece, texts))
            place, count = place + 1, piece.count
        return sources

    def _traced(self, binding: Many, given: Mapping[str, Any], parent: Row | None, many: bool) -> list[Piece]:
        about = hole(parent) if parent is not None else None
        own = {"viewer": self.viewer, "parent": about}
        found = binding.fn(**{name: own[name] for name in binding.asks & own.keys()}, **given)
        if about is not None and not about.uses_:
            raise Unbound(f"{binding.fn.__name__} does not use its parent")
        chosen = found if isinstance(found, tuple) else (found,)
        for one in chosen:
            lawful(one, binding.fn.__name__, binding.paged)
        reads = tuple(about.touched_) if about is not None else ()
        return [replace(piece_of(one, many), reads=reads) for one in chosen]

    def single(self, gtype: Any, details: FieldDetailsList, sources: Sequence[Source]) -> str:
        """The first row found, or null."""
        made = []
        for one in sources:
            entity = Row(one.row, self.trace.alias())
            level = Level(entity, _first(one))
            made.append(subquery(level.select(self.record(self.kind(gtype, one.row), level, entity, details))))
        return coalesce(*made, NULL)

    def plain(self, gtype: Any, details: FieldDetailsList, sources: Sequence[Source]) -> str:
        """A whole list, or one of a union: one SELECT for each member with its own columns, met as text."""
        parts = [self.part(self.kind(gtype, one.row), details, one, n) for n, one in enumerate(sources)]
        name = self.trace.alias()
        made = listed(f"{name}.j_", f"{name}.part_, {name}.rn_")
        return subquery(f"SELECT {made} FROM ({' UNION ALL '.join(parts)}) AS {name}")

    def part(self, gtype: Any, details: FieldDetailsList, one: Source, place: int) -> str:
        """One member of a list: the text of each row, and where it stands."""
        entity = Row(one.row, self.trace.alias())
        number = f"row_number() OVER (ORDER BY {in_order(one.order)}) AS rn_"
        level = Level(entity, lambda row: f"({one.whole([*one.columns(row), number], one.limit)}) AS {row.alias_}")
        made = self.record(gtype, level, entity, details)
        return level.select(f"{made} AS j_", f"{place} AS part_", f"{entity.alias_}.rn_ AS rn_")

    def kind(self, gtype: Any, row: type) -> Any:
        """The object type that shows this row where a field of this type is asked for."""
        return type_showing(self.operation.schema, gtype, row)

    # rows of any kind by id

    def nodes(self, gtype: GraphQLObjectType, details: FieldDetailsList) -> str:
        """Rows of any kind by global id: a CASE over the kinds, of which PostgreSQL runs only the one met."""
        node = details[0].node
        field = gtype.fields[node.name.value]
        get = next(iter(self.arguments.of(field, node).getters.values()))
        asked, ids, name = self.parameter(_ids(get), ARRAY(Text)), self.trace.alias(), self.trace.alias()
        kinds = [k for k in self.operation.schema.get_possible_types(inner(field.type)) if shown(k)]
        item = whether(*(self.when(kind, details, ids) for kind in kinds))
        rows = (
            f"SELECT {coalesce(item, NULL)} AS j_, {ids}.rn_ FROM unnest({asked}) WITH ORDINALITY AS {ids}(said, rn_)"
        )
        is_list = is_list_type(bare(field.type))
        made = listed(f"{name}.j_", f"{name}.rn_") if is_list else f"{name}.j_"
        return subquery(f"SELECT {made} FROM ({rows}) AS {name}")

    def when(self, gtype: Any, details: FieldDetailsList, ids: str) -> tuple[str, str]:
        """The branch for ids of one kind: what is not seen costs the look whether it is, whatever is asked of it."""
        held = showing(gtype)
        entity = Row(held.row, self.trace.alias())
        prefix = f"{gtype.name}_"
        where = f"{entity.place_(held.key)[0]} = CAST(substr({ids}.said, {len(prefix) + 1}) AS UUID)"
        if held.visible is not None:
            where = f"{where} AND {self.seen(held.visible, entity)}"
        level = Level(entity, lambda row: _met(row, where) if level.joins else f"{table(row)} WHERE {where}")
        made = level.select(self.record(gtype, level, entity, details))
        pattern = f"^{prefix}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$"
        return f"{ids}.said ~ {literal(pattern)}", subquery(made)


def _first(one: Source) -> Callable[[Row], str]:
    """The first row of a Select, as a derived table."""
    return lambda row: f"({one.whole(one.columns(row), '1')}) AS {row.alias_}"


def _met(row: Row, where: str) -> str:
    """The one row that meets this, before anything is joined to it: OFFSET 0 keeps PostgreSQL from joining sooner."""
    columns = ", ".join(f"{row.alias_}.{quoted(column.name)}" for column in row.touched_.values())
    return f"(SELECT {columns} FROM {table(row)} WHERE {where} OFFSET 0) AS {row.alias_}"


def _ids(get: Getter) -> Getter:
    def ids(variables: Mapping[str, Any], viewer: Any) -> list[str]:
        said = get(variables, viewer)
        asked = said if isinstance(said, list) else [said]
        if len(asked) > IDS:
            raise too_many_ids(IDS)
        return asked

    return ids
