"""Promises checked when the schema is built: what a type says must be kept by its rows, for every viewer."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    is_list_type,
)
from sqlalchemy import BigInteger, Enum, Uuid
from sqlalchemy import inspect as mapped
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeEngine

from models.base import PersonalData

from .aggregate import check_groups
from .arguments import kind_of
from .bind import Attribute, Binding, Computed, Follows, Many, Nodes, One, Same, Shows, Told, binding_of, shown
from .coerce import bare, inner, kinds_of
from .mixed import check_mixed
from .record import may_miss
from .refused import Unbound
from .text import Sql, scalar
from .values import Row


def check(schema: GraphQLSchema) -> None:
    """Raise Unbound for a field that promises more than its row keeps, or a Node whose rows nobody guards."""
    for gtype in schema.type_map.values():
        if isinstance(gtype, GraphQLObjectType) and not gtype.name.startswith("__"):
            _check_type(schema, gtype)
            check_mixed(schema, gtype)
            check_groups(gtype)


def _check_type(schema: GraphQLSchema, gtype: GraphQLObjectType) -> None:
    held = shown(gtype)
    if held is not None and held.visible is None and not held.open and _is_node(gtype):
        raise Unbound(f"{gtype.name} is a Node: give visible=…, or open='why everybody may see all of it'")
    for name, field in gtype.fields.items():
        binding = binding_of(gtype, name)
        if binding is not None:
            _check_field(schema, gtype, held, name, field, binding)
        if binding is not None and not isinstance(binding, Nodes | Follows):
            _check_ids(schema, f"{gtype.name}.{name}", field)


def _check_class(where: str, held: Shows, read: Any) -> None:
    """Raise Unbound for a field of a sensitive column, or of a personal one whose rows are everybody's to see."""
    column = held.row.__table__.columns.get(read) if isinstance(read, str) else None  # type: ignore[attr-defined]  # a mapped row
    kept = None if column is None else column.info.get("class")
    if kept is PersonalData.SENSITIVE:
        raise Unbound(f"{where} shows {held.row.__name__}.{read}, which is sensitive: no field shows that class")
    if kept is PersonalData.PERSONAL and held.visible is None:
        raise Unbound(f"{where} shows {held.row.__name__}.{read}, which is personal: give its type visible=…")


def _check_ids(schema: GraphQLSchema, where: str, field: GraphQLField) -> None:
    """Raise Unbound for an argument, or a part of one, that takes ids without saying whose."""
    asked = [(f"{where}({name}:)", argument.type, kind_of(argument, field)) for name, argument in field.args.items()]
    seen: set[str] = set()
    while asked:
        place, gtype, kind = asked.pop()
        named = inner(gtype)
        if named is GraphQLID and kind not in schema.type_map:
            raise Unbound(f"{place} takes ids of {kind or 'any type'}: say whose, metadata=identifies('…')")
        if isinstance(named, GraphQLInputObjectType) and named.name not in seen:
            seen.add(named.name)
            asked += [(f"{named.name}.{name}", part.type, kind_of(part)) for name, part in named.fields.items()]


def _is_node(gtype: GraphQLObjectType) -> bool:
    return any(interface.name == "Node" for interface in gtype.interfaces)


def _check_field(
    schema: GraphQLSchema,
    gtype: GraphQLObjectType,
    held: Shows | None,
    name: str,
    field: GraphQLField,
    binding: Binding,
) -> None:
    where = f"{gtype.name}.{name}"
    promised = isinstance(field.type, GraphQLNonNull)
    match binding:
        case Attribute(attr) if held:
            _check_class(where, held, attr or name)
            _check_value(where, held.row, attr or name, bare(field.type), promised)
        case Computed(_, names) if held:
            for read in names:
                _check_class(where, held, read)
        case One() if held:
            _check_one(where, held, field.type, binding, promised)
        case Same() if held:
            _check_same(where, held, field.type, promised)
        case Told() if promised:
            raise Unbound(f"{where} is told only now and then: make it nullable")
        case Many():
            _check_many(schema, where, held, field, binding, promised)
        case Follows() if shown(inner(field.type)) is None:
            raise Unbound(f"{where}: {inner(field.type)} shows no row of the journal")
        case _:
            return


def _check_value(where: str, row: type, attr: str, gtype: Any, promised: bool) -> None:
    column: Any = mapped(row).columns.get(attr)
    if promised and column is not None and column.nullable:
        raise Unbound(f"{where} is non-null, its column is not")
    value = getattr(Row(row, "t"), attr)
    scalar(Sql(), value.type, True)
    _check_kind(where, value.type, gtype)


def _check_kind(where: str, kind: TypeEngine[Any], gtype: Any) -> None:
    if isinstance(kind, BigInteger) and gtype is GraphQLInt:
        raise Unbound(f"{where}: a bigint does not fit GraphQL's Int; say it as a string scalar")
    if isinstance(kind, Uuid) and inner(gtype).name == "ID":
        raise Unbound(f"{where}: a bare key is no global id; show the to-one row")
    if isinstance(kind, Enum) != isinstance(gtype, GraphQLEnumType):
        raise Unbound(f"{where}: one of column and field is an enum, the other is not")
    if isinstance(kind, Enum) and not set(kind.enums) <= set(gtype.values):
        raise Unbound(f"{where}: {gtype.name} lacks {sorted(set(kind.enums) - set(gtype.values))}")


def _check_one(where: str, held: Shows, gtype: Any, one: One, promised: bool) -> None:
    relation: RelationshipProperty[Any] = mapped(held.row).relationships[one.attr or ""]
    target = shown(inner(gtype))
    if target is None or target.row is not relation.mapper.class_:
        raise Unbound(f"{where}: {inner(gtype)} does not show {relation.mapper.class_.__name__}")
    if len(relation.local_remote_pairs or ()) != len(list(_conditions(relation.primaryjoin))):
        raise Unbound(f"{where}: the relationship says more than its keys; use reads() with a Select")
    if promised and may_miss(relation):
        raise Unbound(f"{where} is non-null, its foreign key is not")
    if promised and target.visible is not None and one.covered is None:
        raise Unbound(f"{where} is non-null, its row may be unseen: make it nullable or to_one(covered='why')")


def _conditions(on: Any) -> Any:
    return on.clauses if getattr(on, "operator", None) is operators.and_ else [on]


def _check_same(where: str, held: Shows, gtype: Any, promised: bool) -> None:
    target = shown(inner(gtype))
    if target is None or target.row is not held.row:
        raise Unbound(f"{where}: {inner(gtype)} does not show {held.row.__name__}")
    if promised and target.visible not in (None, held.visible):
        raise Unbound(f"{where} is non-null, its row may be unseen")


def _check_many(
    schema: GraphQLSchema, where: str, held: Shows | None, field: GraphQLField, binding: Many, promised: bool
) -> None:
    if (held is not None) != ("parent" in binding.asks):
        raise Unbound(f"{where}: {binding.fn.__name__} takes `parent` exactly where a row has one")
    if binding.paged:
        _check_connection(where, bare(field.type))
        return
    if promised and not is_list_type(bare(field.type)):
        raise Unbound(f"{where} is non-null, but a Select may find no row")
    members = kinds_of(schema, inner(field.type)) or [inner(field.type)]
    if not members or not all(shown(kind) for kind in members):
        raise Unbound(f"{where}: each of {', '.join(kind.name for kind in members) or field.type} must show a row")


def _check_connection(where: str, gtype: Any) -> None:
    if not isinstance(gtype, GraphQLObjectType) or "pageInfo" not in gtype.fields:
        raise Unbound(f"{where}: many() answers a Connection")
    if shown(inner(gtype.fields["nodes"].type)) is None:
        raise Unbound(f"{where}: a Connection is of one type that shows a row")
