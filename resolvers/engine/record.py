"""One object as JSON text: its columns, its to-one rows as joins, its computed fields as marks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLNonNull, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues
from sqlalchemy import ColumnElement, FromClause, Select, Text, and_, case, cast, select
from sqlalchemy.orm import RelationshipProperty

from .arguments import Arguments
from .bind import Attribute, Computed, Identity, Many, One, Same, Shows, Told, binding_of, shown
from .coerce import inner
from .document import Operation
from .needs import demand
from .refused import Unbound
from .splice import MARK, Spliced, projector
from .text import Literal, core, members, scalar, text
from .values import Row, Trace

Said = str | ColumnElement[Any]


@dataclass
class Level:
    """One FROM: a row's table or derived table, and the to-one rows joined to it."""

    entity: Row
    derive: Callable[[Row], FromClause]
    """Makes the FROM, once all that is read of the row is known."""
    joins: list[tuple[Row, ColumnElement[bool], bool]] = field(default_factory=list)
    loose: set[int] = field(default_factory=set)
    """The rows that may be absent: what is joined below them is joined loosely too."""
    ones: dict[tuple[int, str, bool], tuple[Row, bool]] = field(default_factory=dict)
    """Joins made already, for another alias of the same relationship."""

    def select(self, *what: Any) -> Select[Any]:
        """These expressions from this row and what is joined to it."""
        made = select(*what).select_from(self.derive(self.entity))
        for target, on, outer in self.joins:
            made = made.join(table(target), on, isouter=outer)
        return core(made)


def table(row: Row) -> FromClause:
    """The row's own table under its alias."""
    made: FromClause = row.mapper_.local_table.alias(row.alias_)
    return made


@dataclass
class Records(ABC):
    """Makes the text of objects for one statement; lists are made by the classes below."""

    operation: Operation
    variables: VariableValues
    viewer: Any
    """Who asks; once made, as resolvers see them while tracing: bind parameters, and what may not be looked at."""
    permissions: frozenset[Any]
    page_limit: int
    trace: Trace = field(default_factory=Trace)
    spliced: list[Spliced] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.viewer = self.trace.viewer(self.viewer)
        self.arguments = Arguments(self.trace, self.variables)

    def fields(self, gtype: GraphQLObjectType, details: FieldDetailsList) -> dict[str, FieldDetailsList]:
        """The fields selected of this type, by response key; FORBIDDEN where one needs what the viewer lacks."""
        found = self.operation.fields(self.variables, gtype, details)
        for group in found.values():
            self.demand(gtype, group)
        return found

    def demand(self, gtype: GraphQLObjectType, group: FieldDetailsList) -> None:
        """Raise FORBIDDEN where this field needs what the viewer lacks."""
        demand(gtype, group[0].node.name.value, self.permissions, [detail.node for detail in group])

    def record(
        self, gtype: GraphQLObjectType, level: Level, entity: Row, details: FieldDetailsList
    ) -> ColumnElement[str]:
        """The JSON object selected of this row."""
        groups = self.fields(gtype, details)
        return members([(key, self.value(gtype, level, entity, group)) for key, group in groups.items()])

    def value(self, gtype: GraphQLObjectType, level: Level, entity: Row, details: FieldDetailsList) -> Said:
        """The JSON text of one field of this row."""
        name = details[0].node.name.value
        if name == "__typename":
            return f'"{gtype.name}"'
        declared = gtype.fields[name]
        match binding_of(gtype, name):
            case Identity():
                return self.identity(gtype, entity)
            case Attribute(attr):
                return scalar(getattr(entity, attr or name), not isinstance(declared.type, GraphQLNonNull))
            case One() as one:
                return self.one(inner(declared.type), level, entity, one, details)
            case Same():
                return self.same(gtype, inner(declared.type), level, entity, details)
            case Told():
                return "null"
            case Computed() as computed:
                return self.compute(gtype, entity, computed, details)
            case Many() as many:
                return self.many(gtype, details, many, entity)
        raise Unbound(f"{gtype.name}.{name} is not answered from rows")

    def identity(self, gtype: GraphQLObjectType, entity: Row) -> Said:
        """The row's global id."""
        return text(f'"{gtype.name}_', cast(getattr(entity, showing(gtype).key), Text), '"')

    def one(self, gtype: Any, level: Level, entity: Row, one: One, details: FieldDetailsList) -> Said:
        """A to-one object: joined; null where its row is absent or unseen."""
        attr = one.attr or ""
        place = (id(entity), attr, one.covered is None)
        if place not in level.ones:
            level.ones[place] = self.join(gtype, level, entity, one)
        target, absent = level.ones[place]
        made = self.record(gtype, level, target, details)
        # not coalesce(…, 'null'): NULL || text would do for most selections, not for { __typename } alone
        return case((target.key_().is_not(None), made), else_=Literal("null")) if absent else made

    def join(self, gtype: Any, level: Level, entity: Row, one: One) -> tuple[Row, bool]:
        """Join a to-one row; loosely where it may be absent or unseen, or hangs below one that may."""
        relation = entity.mapper_.relationships[one.attr or ""]
        seen = showing(gtype).visible if one.covered is None else None
        target = Row(relation.mapper.class_, self.trace.alias())
        target.unseen_ = entity.unseen_ and seen is None
        on = and_(*(_key(entity, near) == _key(target, far) for near, far in relation.local_remote_pairs or ()))
        absent = seen is not None or may_miss(relation)
        if seen is not None:
            on = and_(on, seen(target, self.viewer))
        outer = absent or id(entity) in level.loose  # an inner join below an outer one would take the row away
        if outer:
            level.loose.add(id(target))
        level.joins.append((target, on, outer))
        return target, absent

    def same(self, parent: Any, gtype: Any, level: Level, entity: Row, details: FieldDetailsList) -> Said:
        """This very row as another type, null where that type's rows are not all for this viewer."""
        made = self.record(gtype, level, entity, details)
        seen = showing(gtype).visible
        if seen is None or seen is showing(parent).visible:
            return made
        return case((seen(entity, self.viewer), made), else_=Literal("null"))

    def compute(self, gtype: GraphQLObjectType, entity: Row, computed: Computed, details: FieldDetailsList) -> Said:
        """A mark holding what the function reads; its value is spliced in when the answer has come."""
        columns = [getattr(entity, each) if isinstance(each, str) else each(entity) for each in computed.reads]
        declared = gtype.fields[details[0].node.name.value].type
        project = projector(self.operation, self.variables, declared, details, self.permissions)
        self.spliced.append(Spliced(computed.fn, project, gtype, details))
        parts: list[Said] = []
        for column in columns:
            parts += [",", scalar(column, True)]
        return text(f"{MARK}[{len(self.spliced) - 1}", *parts, f"]{MARK}")

    @abstractmethod
    def many(self, gtype: GraphQLObjectType, details: FieldDetailsList, binding: Many, parent: Row | None) -> Said:
        """A connection, a list or one row, from the Select its function gives."""


def showing(gtype: Any) -> Shows:
    """The row this type shows; Unbound if it shows none."""
    found = shown(gtype)
    if found is None:
        raise Unbound(f"{gtype.name} shows no row")
    return found


def may_miss(relation: RelationshipProperty[Any]) -> bool:
    """Whether a to-one relationship may find no row: its key may be null, or no foreign key vouches for it."""
    columns: Any = relation.local_columns
    return any(column.nullable or not column.foreign_keys for column in columns)


def _key(row: Row, column: Any) -> Any:
    return getattr(row, row.mapper_.get_property_by_column(column).key)
