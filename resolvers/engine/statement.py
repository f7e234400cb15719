"""A selection and its Selects as one SQLAlchemy statement in which PostgreSQL builds the JSON text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLObjectType, is_abstract_type, is_list_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    union_all,
)

from .aggregate import Aggregates
from .bind import Many, Nodes, binding_of, shown
from .coerce import bare, inner
from .expressed import Expressed
from .groups import Groups
from .mixed import Mixes
from .record import Level, Said, showing, table
from .refused import Unbound, too_many_ids
from .selects import derived, keys_of, lawful, row_of
from .splice import PIECE
from .text import Literal, listed, members, scalar, text
from .union_page import union_page
from .values import Getter, Row
from .window import PAGING

IDS = 100
"""How many ids `nodes` takes."""
REF = "\0ref"
"""Where a row's key travels among the coerced variables; no GraphQL name can be this."""


class Statement(Groups):
    """Makes the text of lists, root fields and whole answers."""

    def document(self) -> Select[Any]:
        """The whole response: all root fields in one statement, in the order asked."""
        roots = self.operation.roots(self.variables)
        pairs = [(key, self.root(self.operation.root, details)) for key, details in roots.items()]
        return select(text('{"data":', members(pairs), "}"))

    def pieces(self, roots: Mapping[str, FieldDetailsList]) -> Select[Any]:
        """The texts of these root fields one after another, PIECE between them."""
        said = [self.root(self.operation.root, details) for details in roots.values()]
        return select(text(*[part for one in said for part in (PIECE, one)][1:]))

    def root(self, gtype: GraphQLObjectType, details: FieldDetailsList) -> Said:
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
            return scalar(binding.fn(self.viewer), not is_non_null_type(gtype.fields[name].type))
        if not isinstance(binding, Many):
            raise Unbound(f"{gtype.name}.{name} is not answered from rows")
        return self.many(gtype, details, binding, None)

    def one_row(self, gtype: GraphQLObjectType, details: FieldDetailsList, unguarded: bool = False) -> Select[Any]:
        """The row with the primary key in REF: none where it is absent or (unless `unguarded`) unseen."""
        entity = Row(showing(gtype).row, self.trace.alias())
        entity.unseen_ = unguarded
        level = Level(entity, table)
        made = self.record(gtype, level, entity, details)
        chosen = level.select(made).where(entity.key_() == self.trace.value(lambda variables, _: variables[REF]))
        seen = showing(gtype).visible
        return chosen if seen is None or unguarded else chosen.where(seen(entity, self.viewer))

    def events(self) -> Select[Any]:
        """The responses of subscription events, the rows whose keys are in REF and that are seen: each its key and its
        response with the row as the only root field, PIECE between all."""
        ((key, details),) = self.operation.roots(self.variables).items()
        self.demand(self.operation.root, details)
        gtype = inner(self.operation.root.fields[details[0].node.name.value].type)
        entity = Row(showing(gtype).row, self.trace.alias())
        level = Level(entity, table)
        made = self.record(gtype, level, entity, details).label("said_")
        among = self.trace.value(lambda variables, _: variables[REF], ARRAY(entity.key_().type))
        chosen = level.select(cast(entity.key_(), Text).label("key_"), made).where(entity.key_() == any_(among))
        seen = showing(gtype).visible
        rows = (chosen if seen is None else chosen.where(seen(entity, self.viewer))).subquery()
        each = text(rows.c.key_, f'{PIECE}{{"data":{{"{key}":', rows.c.said_, "}}")
        return select(func.string_agg(each, Literal(PIECE))).select_from(rows)

    def many(self, gtype: GraphQLObjectType, details: FieldDetailsList, binding: Many, parent: Row | None) -> Said:
        """A connection, a list or one row, from the Select its function gives."""
        node = details[0].node
        field = gtype.fields[node.name.value]
        given = self.arguments.of(field, node)
        chosen = self.traced(binding, given.symbols, parent)
        if binding.paged:
            window = self.window(f"{gtype.name}.{node.name.value}", given)
            return self.page(bare(field.type), details, chosen[0], window, alone=parent is None)
        if is_list_type(bare(field.type)):
            return self.plain(inner(field.type), details, chosen)
        return self.single(inner(field.type), details, chosen)

    def traced(self, binding: Many, symbols: Mapping[str, Any], parent: Row | None) -> tuple[Select[Any], ...]:
        """What the function returns when it sees bind parameters for values and columns for its parent."""
        own = {"viewer": self.viewer, "parent": parent}
        given = {name: value for name, value in symbols.items() if not (binding.paged and name in PAGING)}
        uses = parent.uses_ if parent else 0
        made = binding.fn(**{name: own[name] for name in binding.asks & own.keys()}, **given)
        if parent is not None and parent.uses_ == uses:
            raise Unbound(f"{binding.fn.__name__} does not use its parent")
        chosen = made if isinstance(made, tuple) else (made,)
        for one in chosen:
            lawful(one, binding.fn.__name__, binding.paged)
        return chosen

    def single(self, gtype: Any, details: FieldDetailsList, chosen: tuple[Select[Any], ...]) -> Said:
        """The first row found, or null."""
        made = []
        for one in chosen:
            entity = Row(row_of(one), self.trace.alias())
            level = Level(entity, lambda row, one=one: derived(one.limit(literal_column("1")), row))  # type: ignore[misc]  # mypy infers no lambda with defaults
            made.append(level.select(self.record(self.kind(gtype, one), level, entity, details)).scalar_subquery())
        return func.coalesce(*made, Literal("null"))

    def plain(self, gtype: Any, details: FieldDetailsList, chosen: tuple[Select[Any], ...]) -> Said:
        """A whole list, or one of a union: one SELECT for each member with its own columns, met as text."""
        parts = [self.part(self.kind(gtype, one), details, one, n) for n, one in enumerate(chosen)]
        rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
        return select(listed(rows.c.j_, rows.c.part_, rows.c.rn_)).scalar_subquery()

    def part(self, gtype: Any, details: FieldDetailsList, chosen: Select[Any], place: int) -> Select[Any]:
        """One member of a list: the text of each row, and where it stands."""
        entity = Row(row_of(chosen), self.trace.alias())
        order = [key.ordered() for key in keys_of(chosen)]
        number = func.row_number().over(order_by=order).label("rn_")
        level = Level(entity, lambda row: derived(chosen, row, number))
        made = self.record(gtype, level, entity, details).label("j_")
        at = literal_column(f"{entity.alias_}.rn_", type_=Integer()).label("rn_")
        return level.select(made, literal_column(str(place)).label("part_"), at)

    def kind(self, gtype: Any, chosen: Select[Any]) -> Any:
        """The object type that shows this Select's row where a field of this type is asked for."""
        row = row_of(chosen)
        kinds = self.operation.schema.get_possible_types(gtype) if is_abstract_type(gtype) else [gtype]
        found = [kind for kind in kinds if (held := shown(kind)) and held.row is row]
        if len(found) != 1:
            raise Unbound(f"{gtype.name} has {len(found)} types that show {row.__name__}")
        return found[0]

    # rows of any kind by id

    def nodes(self, gtype: GraphQLObjectType, details: FieldDetailsList) -> Said:
        """Rows of any kind by global id: a CASE over the kinds, of which PostgreSQL runs only the one met."""
        node = details[0].node
        field = gtype.fields[node.name.value]
        get = next(iter(self.arguments.of(field, node).getters.values()))
        asked = self.trace.value(_ids(get), ARRAY(Text))
        ids = func.unnest(asked).table_valued(column("said", Text), with_ordinality="rn_", name="ids").render_derived()
        kinds = [k for k in self.operation.schema.get_possible_types(inner(field.type)) if shown(k)]
        item = func.coalesce(case(*(self.when(kind, details, ids) for kind in kinds)), Literal("null"))
        rows = select(item.label("j_"), ids.c.rn_).select_from(ids).subquery()
        is_list = is_list_type(field.type.of_type if is_non_null_type(field.type) else field.type)
        return select(listed(rows.c.j_, rows.c.rn_) if is_list else rows.c.j_).scalar_subquery()

    def when(self, gtype: Any, details: FieldDetailsList, ids: FromClause) -> tuple[ColumnElement[bool], Any]:
        """The branch for ids of one kind."""
        held = showing(gtype)
        entity = Row(held.row, self.trace.alias())
        level = Level(entity, table)
        prefix = f"{gtype.name}_"
        made = level.select(self.record(gtype, level, entity, details))
        made = made.where(getattr(entity, held.key) == cast(func.substr(ids.c.said, len(prefix) + 1), Uuid))
        if held.visible is not None:
            made = made.where(held.visible(entity, self.viewer))
        pattern = f"^{prefix}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$"
        return ids.c.said.op("~")(Literal(pattern)), made.correlate(ids).scalar_subquery()


def _ids(get: Getter) -> Getter:
    def ids(variables: Mapping[str, Any], viewer: Any) -> list[str]:
        said = get(variables, viewer)
        asked = said if isinstance(said, list) else [said]
        if len(asked) > IDS:
            raise too_many_ids(IDS)
        return asked

    return ids
