"""A field's arguments as its resolver sees them: choices as themselves, values as bind parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLObjectType,
    GraphQLString,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    VariableNode,
    value_from_ast,
)
from graphql.execution.values import VariableValues, get_argument_values
from sqlalchemy import ARRAY, BigInteger, Date, DateTime, Float, Integer, Numeric, Text, Uuid
from sqlalchemy.types import TypeEngine

from .coerce import bare, inner, is_choice
from .nested import bounded
from .refused import bad_id
from .values import Getter, Trace

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPES: dict[str, TypeEngine[Any]] = {
    GraphQLInt.name: Integer(),
    GraphQLString.name: Text(),
    GraphQLFloat.name: Float(),
    "Date": Date(),
    "DateTime": DateTime(timezone=True),
    "UUID": Uuid(),
    "Decimal": Numeric(),
    "BigInt": BigInteger(),
}
"""Bind types by GraphQL scalar; another scalar takes the type of the column it meets."""


def identifies(kind: str) -> dict[str, Any]:
    """Metadata of an argument or input field that takes ids: of objects of this type only, else BAD_ID."""
    return {"identifies": kind}


def kind_of(argument: Any, field: GraphQLField | None = None) -> str | None:
    """Whose ids an argument or input field takes; `id` of a field that gives one type of object takes its own."""
    definition = argument.extensions["strawberry-definition"]
    said: str | None = (definition.metadata or {}).get("identifies")
    own = field is not None and definition.python_name == "id" and isinstance(inner(field.type), GraphQLObjectType)
    return inner(field.type).name if own and field is not None else said


def row_id(text: Any, kind: str | None = None) -> UUID | None:
    """The UUID in `<Type>_<uuid>` (of this type, if given); None for what is no such id: it finds no row."""
    said, _, key = str(text).rpartition("_")
    if not said or (kind and said != kind) or not _UUID.fullmatch(key):
        return None
    return UUID(key)


Whose = tuple[str, str | None]
"""An argument's name, and the type whose ids it takes."""
NOBODYS: Whose = "", None


def python_name(definition: Any) -> str:
    """The Python name of an argument or input field."""
    name: str = definition.extensions["strawberry-definition"].python_name
    return name


@dataclass
class Given:
    """The arguments of one field in one selection."""

    symbols: dict[str, Any]
    """By Python name, what the resolver sees; absent ones are left out."""
    getters: dict[str, Getter]
    """By GraphQL name, where the whole coerced value is found in a request."""
    now: dict[str, Any]
    """By GraphQL name, the coerced value while planning; only choices and page sizes may be looked at."""
    fixed: set[str]
    """The GraphQL names of those in which the document leaves no variable."""


@dataclass
class Arguments:
    """Reads arguments off a selection for one statement."""

    trace: Trace
    variables: VariableValues

    def of(self, field: GraphQLField, node: FieldNode) -> Given:
        """What is given to this field; graphql-core's own error where an argument is wrong."""
        now = get_argument_values(field, node, self.variables)  # its errors depend on the plan's shape alone
        nodes = {a.name.value: a.value for a in node.arguments or ()}
        given = Given({}, {}, {}, set())
        for name, argument in field.args.items():
            out = argument.out_name or name
            if out not in now:
                continue
            bounded(now[out])
            given.now[name] = now[out]
            given.getters[name] = self._getter(argument.type, nodes.get(name), now[out])
            if name not in nodes or not _has_variable(nodes[name]):
                given.fixed.add(name)
            whose = name, kind_of(argument, field)
            given.symbols[python_name(argument)] = self._symbol(argument.type, nodes.get(name), now[out], whose)
        return given

    def _getter(self, gtype: Any, node: Any, now: Any) -> Getter:
        if isinstance(node, VariableNode) and node.name.value in self.variables.coerced:
            name = node.name.value
            return lambda variables, _: variables[name]
        if node is not None and _has_variable(node):
            return lambda variables, _: value_from_ast(node, gtype, dict(variables))
        return lambda *_: now

    def _symbol(self, gtype: Any, node: Any, now: Any, whose: Whose = NOBODYS) -> Any:
        gtype = bare(gtype)
        if isinstance(gtype, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
            return self._literal(gtype, node)
        if _lists_objects(gtype) and isinstance(node, ListValueNode | ObjectValueNode):
            return self._listed(gtype.of_type, node, now)
        return self._known(gtype, now, self._getter(gtype, node, now), whose)

    def _literal(self, gtype: GraphQLInputObjectType, node: ObjectValueNode) -> Any:
        """An input object written in the document, whose parts may be variables."""
        nodes = {f.name.value: f.value for f in node.fields or ()}
        now = value_from_ast(node, gtype, self.variables.coerced) or {}
        parts = {}
        for name, field in gtype.fields.items():
            key = field.out_name or name
            if key in now:
                whose = name, kind_of(field)
                parts[python_name(field)] = self._symbol(field.type, nodes.get(name), now[key], whose)
        return _made(gtype, parts)

    def _listed(self, gtype: Any, node: ListValueNode | ObjectValueNode, now: list[Any]) -> list[Any]:
        """A list of input objects written in the document; one object alone stands for a list of it."""
        nodes = (node.values or ()) if isinstance(node, ListValueNode) else (node,)
        return [self._symbol(gtype, part, value) for part, value in zip(nodes, now, strict=True)]

    def _known(self, gtype: Any, value: Any, get: Getter, whose: Whose = NOBODYS) -> Any:
        """A bind parameter for this value, or the value itself where it chooses: null, Boolean, Choice, lists of it."""
        gtype = bare(gtype)
        if value is None or value is Undefined or gtype is GraphQLBoolean or is_choice(inner(gtype)):
            return value
        if isinstance(gtype, GraphQLInputObjectType):
            return _made(gtype, self._parts(gtype, value, get))
        if _lists_objects(gtype):
            return [self._known(gtype.of_type, part, _item(get, place)) for place, part in enumerate(value)]
        if isinstance(gtype, GraphQLList):
            return self._array(inner(gtype), get, whose)
        if gtype is GraphQLID:
            return self.trace.value(lambda v, w: _key(get(v, w), whose), Uuid())
        if isinstance(gtype, GraphQLEnumType):
            return self.trace.value(lambda v, w: get(v, w).name, Text())  # closed sets are kept as their members' names
        return self.trace.value(get, _TYPES.get(gtype.name))

    def _parts(self, gtype: GraphQLInputObjectType, value: Mapping[str, Any], get: Getter) -> dict[str, Any]:
        def part(key: str) -> Getter:
            return lambda variables, viewer: get(variables, viewer)[key]

        keys = {f.out_name or name: (name, f) for name, f in gtype.fields.items()}
        return {
            python_name(f): self._known(f.type, value[k], part(k), (name, kind_of(f)))
            for k, (name, f) in keys.items()
            if k in value
        }

    def _array(self, item: Any, get: Getter, whose: Whose) -> Any:
        if item is GraphQLID:
            return self.trace.value(lambda v, w: [i and _key(i, whose) for i in get(v, w)], ARRAY(Uuid))
        if isinstance(item, GraphQLEnumType):
            return self.trace.value(lambda v, w: [i and i.name for i in get(v, w)], ARRAY(Text))
        return self.trace.value(get, ARRAY(_TYPES.get(item.name, Text())))


def _key(said: str, whose: Whose) -> UUID | None:
    """The key in an id; BAD_ID where it is not of the type that is asked for."""
    argument, kind = whose
    key = row_id(said, kind)
    if key is None and kind is not None:
        raise bad_id(argument, kind)
    return key


def _made(gtype: GraphQLInputObjectType, parts: dict[str, Any]) -> Any:
    return gtype.extensions["strawberry-definition"].origin(**parts)


def _lists_objects(gtype: Any) -> bool:
    """Whether this is a list of input objects: its length is part of the statement, each object says its own part."""
    return isinstance(gtype, GraphQLList) and isinstance(inner(gtype), GraphQLInputObjectType)


def _item(get: Getter, place: int) -> Getter:
    return lambda variables, viewer: get(variables, viewer)[place]


def _has_variable(node: Any) -> bool:
    if isinstance(node, VariableNode):
        return True
    below = [*(getattr(node, "values", None) or ()), *(f.value for f in getattr(node, "fields", None) or ())]
    return any(_has_variable(part) for part in below)
