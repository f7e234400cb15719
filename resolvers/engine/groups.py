"""Groups of rows as JSON text: one grouped Select, of which only the asked columns are computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from graphql import GraphQLNonNull, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import Column, Select, literal_column
from sqlalchemy.types import TypeEngine

from .aggregate import Aggregates, Figures, Keyed, Label, Placed, Withheld, must_group
from .arguments import Given
from .bind import Attribute, Identity, binding_of
from .coerce import inner
from .page import Pages
from .record import Level, showing, table
from .refused import Unbound, too_many_groups
from .selects import Key, key_of
from .splice import MARK, Spliced
from .text import NULL, Sql, coalesce, core, listed, literal, scalar, subquery, whether
from .values import Row, quoted
from .written import Piece, filled, written

GROUPS = 10_000
"""How many groups a list may have: every agency by every status, and some."""


Grouping = tuple[Select[Any], dict[str, Any]]
"""A grouped Select, and its columns by their labels."""


def refuse_groups(*_: Any) -> Any:
    """What is spliced in for a list that is too long: TOO_MANY_GROUPS."""
    raise too_many_groups(GROUPS)


class Labels(Row):
    """A group, seen as the labelled columns of the Selects that make it: the last of them gives whatever any gives."""

    def __init__(self, made: Sequence[Grouping], alias: str, prefix: str = "") -> None:
        self.made_, self.columns_, self.alias_, self.prefix_ = made, made[-1][1], alias, prefix
        self.used_: dict[str, Any] = {}
        """The columns read so far."""
        self.beside_: list[str] = []
        """What is joined to the group for what is told of it."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def place_(self, name: str) -> tuple[Sql, TypeEngine[Any]]:
        """A labelled column as text, and its type."""
        label = self.prefix_ + name
        if label not in self.columns_:
            raise Unbound(f"a grouped Select has no column labelled {label}")
        column = self.columns_[label]
        kept = getattr(column, "element", None)
        if isinstance(kept, Withheld):
            raise kept.refusal()
        self.used_[label] = column
        return Sql(f"{self.alias_}.{quoted(label)}"), column.type

    def has(self, name: str) -> bool:
        """Whether the Select gives this column."""
        return self.prefix_ + name in self.columns_

    def under(self, prefix: str) -> Labels | None:
        """The same group by its columns whose labels begin so; None where there are none."""
        made = Labels(self.made_, self.alias_, self.prefix_ + prefix)
        made.used_, made.beside_ = self.used_, self.beside_
        return made if any(label.startswith(made.prefix_) for label in self.columns_) else None

    def derived_(self) -> Piece:
        """The groups: the columns that were read of them and, as o0_, o1_, …, what they are ordered by.

        They are made by the first Select that has all of these. Last they are ordered by all they are grouped by.
        """
        chosen, given = next(one for one in self.made_ if self.used_.keys() <= one[1].keys())
        keys = [*map(key_of, chosen._order_by_clauses), *map(Key, chosen._group_by_clauses)]
        columns = [given[label].label(label) for label in self.used_]
        order = [
            (key.said.said if isinstance(key.said, Placed) else key.said).label(f"o{n}_") for n, key in enumerate(keys)
        ]
        made = chosen.order_by(None).with_only_columns(*columns, *order, maintain_column_froms=True)
        return written(core(made.limit(literal_column(str(GROUPS + 1)))), tuple(map(_ordering, keys)))


class Ordering(NamedTuple):
    """One key of the order of groups."""

    places: str
    """Where it is a place: the SELECT of all places by their rows' keys."""
    descending: bool


def _ordering(key: Key) -> Ordering:
    return Ordering(written(key.said.places).texts[0] if isinstance(key.said, Placed) else "", key.descending)


class Groups(Pages):
    """Makes the text of lists of groups, and of what is selected of each."""

    def groups(self, gtype: GraphQLObjectType, details: FieldDetailsList, binding: Aggregates) -> str:
        """The list of groups of a root field; TOO_MANY_GROUPS, when it is answered, where they are more than GROUPS."""
        node = details[0].node
        field = gtype.fields[node.name.value]
        given = self.arguments.of(field, node)
        must_group(given.now["groupBy"])
        piece, names = self.kept.piece(
            (binding.fn, self.shape), given.symbols, lambda: self.traced_groups(binding, given)
        )
        group = Labels(piece.known, self.trace.alias())
        level = Level(group, lambda _: self.derived(group, names))
        made = self.record(inner(field.type), level, group, details)
        name = self.trace.alias()
        order = self.grouped(group).known
        rows = level.select(f"{made} AS j_", *(f"{_key(group, n, key)} AS o{n}_" for n, key in enumerate(order)))
        by = ", ".join(f"{name}.o{n}_{' DESC' if key.descending else ''}" for n, key in enumerate(order))
        whole = whether((f"count(*) > {GROUPS}", self.refusal(details)), otherwise=listed(f"{name}.j_", by))
        return subquery(f"SELECT {whole} FROM ({rows}) AS {name}")

    def grouped(self, group: Labels) -> Piece:
        """The Select that makes the groups, with the columns read by now."""
        return self.kept.piece((group.made_[-1][0], tuple(group.used_)), (), group.derived_)[0]

    def derived(self, group: Labels, names: dict[str, str]) -> str:
        """The groups as a derived table, and beside it the places that they are ordered by."""
        piece, alias = self.grouped(group), group.alias_
        places = [
            f" LEFT JOIN ({key.places}) AS {alias}_{n} ON {alias}_{n}.key_ = {alias}.o{n}_"
            for n, key in enumerate(piece.known)
            if key.places
        ]
        return f"({filled(piece, self.trace, names)[0]}) AS {alias}{''.join([*places, *group.beside_])}"

    def traced_groups(self, binding: Aggregates, given: Given) -> Piece:
        """The function's grouped Selects, made while it sees bind parameters for values."""
        found = binding.fn(viewer=self.viewer, **given.symbols)
        chosen = found if isinstance(found, tuple) else (found,)
        for one in chosen:
            lawful(one, binding.fn.__name__)
        return Piece((), {}, {}, tuple((one, dict(one.selected_columns)) for one in chosen))

    def refusal(self, details: FieldDetailsList) -> Sql:
        """A mark in place of the list: what is spliced in for it is the refusal."""
        self.spliced.append(Spliced(refuse_groups, lambda value: value, self.operation.root, details))
        return literal(f"{MARK}[{len(self.spliced) - 1}]{MARK}")

    def value(self, gtype: GraphQLObjectType, level: Level, entity: Row, details: FieldDetailsList) -> str:
        """The JSON text of one field: of a group by its label, of a row as ever."""
        name = details[0].node.name.value
        if not isinstance(entity, Labels) or name == "__typename":
            return super().value(gtype, level, entity, details)
        declared = gtype.fields[name].type
        binding: object = binding_of(gtype, name)
        match binding:
            case Keyed(label):
                return self.keyed(inner(declared), level, entity, label, details)
            case Figures(prefix):
                below = entity.under(prefix)
                return "null" if below is None else self.record(inner(declared), level, below, details)
            case Label(label) if entity.has(label) or isinstance(declared, GraphQLNonNull):
                return scalar(*entity.place_(label), not isinstance(declared, GraphQLNonNull))
            case Label():
                return "null"
        raise Unbound(f"{gtype.name}.{name} is not answered from groups")

    def keyed(self, gtype: Any, level: Level, group: Labels, label: str, details: FieldDetailsList) -> str:
        """The row whose key the group holds: joined once, null where it is absent or unseen."""
        if not group.has(label):
            return "null"
        if self.is_plain(gtype, details):
            return self.told_once(gtype, group, label, details)
        place = (id(level), group.prefix_ + label, True)
        if place not in level.ones:
            level.ones[place] = self.beside(gtype, level, group.place_(label)[0]), True
        target, _ = level.ones[place]
        made = self.record(gtype, level, target, details)
        return whether((f"{target.key_()} IS NOT NULL", made))

    def is_plain(self, gtype: Any, details: FieldDetailsList) -> bool:
        """Whether nothing is selected but a row's own columns."""
        columns = Row(showing(gtype).row, "").mapper_.columns
        for group in self.fields(gtype, details).values():
            name = group[0].node.name.value
            match None if name == "__typename" else binding_of(gtype, name):
                case None | Identity():
                    continue
                case Attribute(attr) if isinstance(columns.get(attr or name), Column):
                    continue
            return False
        return True

    def told_once(self, gtype: Any, group: Labels, label: str, details: FieldDetailsList) -> Sql:
        """The object of a row as `keyed` gives it, its text made once for each row of its table, not for each group."""
        held, alias = showing(gtype), self.trace.alias()
        target = Row(held.row, self.trace.alias())
        level = Level(target, table)
        made = level.select(f"{target.key_()} AS key_", f"{self.record(gtype, level, target, details)} AS j_")
        seen = "" if held.visible is None else f" WHERE {self.seen(held.visible, target)}"
        on = f"{alias}.key_ = {group.place_(label)[0]}"
        group.beside_.append(f" LEFT JOIN ({made}{seen} OFFSET 0) AS {alias} ON {on}")
        return coalesce(f"{alias}.j_", NULL)

    def beside(self, gtype: Any, level: Level, key: Sql) -> Row:
        """Join the row with this key, where the viewer sees it."""
        held = showing(gtype)
        target = Row(held.row, self.trace.alias())
        on = f"{target.key_()} = {key}"
        if held.visible is not None:
            on = f"{on} AND {self.seen(held.visible, target)}"
        level.loose.add(id(target))
        level.joins.append((target, on, True))
        return target


def _key(group: Labels, place: int, key: Ordering) -> str:
    return f"{group.alias_}_{place}.place_" if key.places else f"{group.alias_}.o{place}_"


def lawful(chosen: Any, name: str) -> None:
    """Raise Unbound unless this is a grouped Select that leaves the number of groups to the engine."""
    if not isinstance(chosen, Select) or not chosen._group_by_clauses:
        raise Unbound(f"{name} returns a Select with group_by(…) and labelled columns")
    if chosen._limit_clause is not None or chosen._offset_clause is not None or chosen._distinct:
        raise Unbound(f"{name}: the engine bounds the groups; leave limit, offset and distinct out")
