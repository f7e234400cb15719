"""One object as JSON text: its columns, its to-one rows as joins, its computed fields as marks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLError, GraphQLNonNull, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues
from sqlalchemy import Column
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.types import TypeEngine

from .arguments import Arguments
from .bind import Attribute, Computed, Identity, Many, One, Same, Shows, Told, binding_of, shown
from .coerce import inner, kinds_of
from .document import Operation
from .needs import demand
from .refused import Unbound
from .splice import MARK, Spliced, projector
from .text import Sql, as_text, members, scalar, text, whether
from .values import DIALECT, Row, Trace, shape_of_viewer
from .written import ROW, Kept, Piece, filled, written


@dataclass
class Level:
    """One FROM: a row's table or derived table, and the to-one rows joined to it."""

    entity: Row
    derive: Callable[[Row], str]
    """Makes the FROM, once all that is read of the row is known."""
    joins: list[tuple[Row, str, bool]] = field(default_factory=list)
    loose: set[int] = field(default_factory=set)
    """The rows that may be absent: what is joined below them is joined loosely too."""
    ones: dict[tuple[int, str, bool], tuple[Row, bool]] = field(default_factory=dict)
    """Joins made already, for another alias of the same relationship."""

    def select(self, *what: str) -> str:
        """These expressions from this row and what is joined to it."""
        joins = [f" {'LEFT ' if outer else ''}JOIN {table(target)} ON {on}" for target, on, outer in self.joins]
        return f"SELECT {', '.join(what)} FROM {self.derive(self.entity)}{''.join(joins)}"


def table(row: Row) -> str:
    """The row's own table under its alias."""
    return f"{DIALECT.identifier_preparer.format_table(row.mapper_.local_table)} AS {row.alias_}"


@dataclass
class Records(ABC):
    """Makes the text of objects for one statement; lists are made by those who inherit: Pages, Groups, Statement."""

    operation: Operation
    variables: VariableValues
    viewer: Any
    """Who asks; once made, as resolvers see them while tracing: bind parameters, and what may not be looked at."""
    permissions: frozenset[Any]
    page_limit: int
    kept: Kept
    """Pieces of other statements."""
    trace: Trace = field(default_factory=Trace)
    spliced: list[Spliced] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shape = type(self.viewer), shape_of_viewer(self.viewer)
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

    # what is made by SQLAlchemy, once for all statements

    def said(self, key: Hashable, make: Callable[[Row], Any], entity: Row | None = None) -> tuple[Sql, Piece]:
        """What this makes of a row, and the piece it is of: `key` tells it from what others make."""
        about = (entity.row_, entity.unseen_) if entity is not None else None
        piece, _ = self.kept.piece((key, about, self.shape), (), lambda: self._piece(make, entity))
        if entity is not None:
            for name in piece.reads:
                entity.place_(name)
        return Sql(filled(piece, self.trace, {}, entity.alias_ if entity is not None else "")[0]), piece

    def _piece(self, make: Callable[[Row], Any], entity: Row | None) -> Piece:
        about = hole(entity) if entity is not None else None
        made = written(make(about))  # type: ignore[arg-type]  # it asks for no row where there is none
        return replace(made, reads=tuple(about.touched_)) if about is not None else made

    def seen(self, visible: Callable[[Any, Any], Any], entity: Row) -> Sql:
        """That the viewer sees this row."""
        return self.said(visible, lambda row: visible(row, self.viewer), entity)[0]

    def attribute(self, entity: Row, name: str) -> tuple[Sql, TypeEngine[Any]]:
        """A column or hybrid of a row, and its type."""
        if isinstance(entity.mapper_.columns.get(name), Column):
            return entity.place_(name)
        said, piece = self.said(name, lambda row: getattr(row, name), entity)
        return said, piece.type

    def record(self, gtype: GraphQLObjectType, level: Level, entity: Row, details: FieldDetailsList) -> Sql:
        """The JSON object selected of this row."""
        groups = self.fields(gtype, details)
        return members([(key, self.entry(gtype, level, entity, group)) for key, group in groups.items()])

    def entry(self, gtype: GraphQLObjectType, level: Level, entity: Row, details: FieldDetailsList) -> str:
        """The JSON text of one field of this row; what is wrong with it is told with its place in the document.

        Its path is the root field's, which is null as a whole: no row is read, so none is the first to have it.
        """
        try:
            return self.value(gtype, level, entity, details)
        except GraphQLError as error:
            raise _placed(error, [detail.node for detail in details]) from error

    def value(self, gtype: GraphQLObjectType, level: Level, entity: Row, details: FieldDetailsList) -> str:
        """The JSON text of one field of this row."""
        name = details[0].node.name.value
        if name == "__typename":
            return f'"{gtype.name}"'
        declared = gtype.fields[name]
        match binding_of(gtype, name):
            case Identity():
                return self.identity(gtype, entity)
            case Attribute(attr):
                return scalar(*self.attribute(entity, attr or name), not isinstance(declared.type, GraphQLNonNull))
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

    def identity(self, gtype: GraphQLObjectType, entity: Row) -> str:
        """The row's global id."""
        return text(f'"{gtype.name}_', as_text(entity.place_(showing(gtype).key)[0]), '"')

    def one(self, gtype: Any, level: Level, entity: Row, one: One, details: FieldDetailsList) -> str:
        """A to-one object: joined; null where its row is absent or unseen."""
        attr = one.attr or ""
        place = (id(entity), attr, one.covered is None)
        if place not in level.ones:
            level.ones[place] = self.join(gtype, level, entity, one)
        target, absent = level.ones[place]
        made = self.record(gtype, level, target, details)
        # not coalesce(…, 'null'): NULL || text would do for most selections, not for { __typename } alone
        return whether((f"{target.key_()} IS NOT NULL", made)) if absent else made

    def join(self, gtype: Any, level: Level, entity: Row, one: One) -> tuple[Row, bool]:
        """Join a to-one row; loosely where it may be absent or unseen, or hangs below one that may."""
        relation = entity.mapper_.relationships[one.attr or ""]
        seen = showing(gtype).visible if one.covered is None else None
        target = Row(relation.mapper.class_, self.trace.alias())
        target.unseen_ = entity.unseen_ and seen is None
        pairs = relation.local_remote_pairs or ()
        on = " AND ".join([f"{_key(entity, near)} = {_key(target, far)}" for near, far in pairs])
        absent = seen is not None or may_miss(relation)
        if seen is not None:
            on = f"{on} AND {self.seen(seen, target)}"
        outer = absent or id(entity) in level.loose  # an inner join below an outer one would take the row away
        if outer:
            level.loose.add(id(target))
        level.joins.append((target, on, outer))
        return target, absent

    def same(self, parent: Any, gtype: Any, level: Level, entity: Row, details: FieldDetailsList) -> str:
        """This very row as another type, null where that type's rows are not all for this viewer."""
        made = self.record(gtype, level, entity, details)
        seen = showing(gtype).visible
        if seen is None or seen is showing(parent).visible:
            return made
        return whether((self.seen(seen, entity), made))

    def compute(self, gtype: GraphQLObjectType, entity: Row, computed: Computed, details: FieldDetailsList) -> str:
        """A mark holding what the function reads; its value is spliced in when the answer has come."""
        columns = [self.read(entity, each) for each in computed.reads]
        declared = gtype.fields[details[0].node.name.value].type
        project = projector(self.operation, self.variables, declared, details, self.permissions)
        self.spliced.append(Spliced(computed.fn, project, gtype, details))
        parts: list[str] = []
        for column in columns:
            parts += [",", scalar(*column, True)]
        return text(f"{MARK}[{len(self.spliced) - 1}", *parts, f"]{MARK}")

    def read(self, entity: Row, what: str | Callable[[Any], Any]) -> tuple[Sql, TypeEngine[Any]]:
        """What a computed field reads of a row, and its type."""
        if isinstance(what, str):
            return self.attribute(entity, what)
        said, piece = self.said(what, what, entity)
        return said, piece.type

    @abstractmethod
    def many(self, gtype: GraphQLObjectType, details: FieldDetailsList, binding: Many, parent: Row | None) -> str:
        """A connection, a list or one row, from the Select its function gives."""


def showing(gtype: Any) -> Shows:
    """The row this type shows; Unbound if it shows none."""
    found = shown(gtype)
    if found is None:
        raise Unbound(f"{gtype.name} shows no row")
    return found


def type_showing(schema: GraphQLSchema, gtype: Any, row: type) -> GraphQLObjectType:
    """The object type that shows this row where a field of this type is asked for; Unbound unless just one does."""
    named = inner(gtype)
    found = [kind for kind in kinds_of(schema, named) if (held := shown(kind)) is not None and held.row is row]
    if len(found) != 1:
        raise Unbound(f"{named.name} has {len(found)} types that show {row.__name__}")
    return found[0]


def may_miss(relation: RelationshipProperty[Any]) -> bool:
    """Whether a to-one relationship may find no row: its key may be null, or no foreign key vouches for it."""
    columns: Any = relation.local_columns
    return any(column.nullable or not column.foreign_keys for column in columns)


def hole(entity: Row) -> Row:
    """Such a row in a piece that any may be put into."""
    made = Row(entity.row_, ROW)
    made.unseen_ = entity.unseen_
    return made


def _key(row: Row, column: Any) -> Sql:
    return row.place_(row.mapper_.get_property_by_column(column).key)[0]


def _placed(error: GraphQLError, nodes: Any) -> GraphQLError:
    """The same error at these places of the document, unless it knows its own."""
    if error.nodes:
        return error
    return GraphQLError(error.message, nodes, original_error=error.original_error, extensions=error.extensions)
