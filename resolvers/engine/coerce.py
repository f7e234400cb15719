"""Variables made ready for a plan: quick coercion of plainly right values, and what of them shapes the statement."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    is_abstract_type,
)

Coercer = Callable[[Any], Any]
INT = range(-(2**31), 2**31)


class Choice(enum.Enum):
    """An enum of this kind chooses the statement; the members of all other enums are values in it."""


class Order(Choice):
    """How a list is ordered."""


class Doubt(Exception):
    """A value the quick way does not know: graphql-core decides, in its own words."""


def bare(gtype: Any) -> Any:
    """A type without its outermost `!`."""
    return gtype.of_type if isinstance(gtype, GraphQLNonNull) else gtype


def inner(gtype: Any) -> Any:
    """The named type inside all lists and `!`."""
    while hasattr(gtype, "of_type"):
        gtype = gtype.of_type
    return gtype


def kinds_of(schema: GraphQLSchema, gtype: Any) -> list[GraphQLObjectType]:
    """The types that an object of this type may be of: itself, or an interface's or union's; none for a leaf."""
    if isinstance(gtype, GraphQLObjectType):
        return [gtype]
    return list(schema.get_possible_types(gtype)) if is_abstract_type(gtype) else []


def is_choice(gtype: Any) -> bool:
    """Whether a type is an enum whose members choose the statement."""
    definition = gtype.extensions.get("strawberry-definition") if isinstance(gtype, GraphQLEnumType) else None
    return definition is not None and issubclass(definition.wrapped_cls, Choice)


def quick(gtype: Any) -> Coercer:
    """Coerce plainly right values of this type as graphql-core does; whatever else raises Doubt."""
    if isinstance(gtype, GraphQLNonNull):
        return _required(_of(gtype.of_type))
    return _nullable(_of(gtype))


def _required(coerce: Coercer) -> Coercer:
    def required(value: Any) -> Any:
        if value is None:
            raise Doubt
        return coerce(value)

    return required


def _nullable(coerce: Coercer) -> Coercer:
    return lambda value: None if value is None else coerce(value)


def _of(gtype: Any) -> Coercer:
    if isinstance(gtype, GraphQLList):
        return _list(quick(gtype.of_type))
    if isinstance(gtype, GraphQLEnumType):
        return _member({name: gtype.coerce_input_value(name) for name in gtype.values})
    if isinstance(gtype, GraphQLInputObjectType):
        return _unknown if gtype.is_one_of else _object(gtype)
    return _scalar(gtype)


def _scalar(gtype: GraphQLScalarType) -> Coercer:
    if gtype is GraphQLInt:
        return _integer
    if gtype is GraphQLString or gtype is GraphQLID:
        return _exactly(str)
    if gtype is GraphQLBoolean:
        return _exactly(bool)
    return _unknown if gtype is GraphQLFloat else _parsed(gtype)


def _unknown(_: Any) -> Any:
    raise Doubt


def _exactly(kind: type) -> Coercer:
    def exact(value: Any) -> Any:
        if type(value) is not kind:
            raise Doubt
        return value

    return exact


def _integer(value: Any) -> int:
    if type(value) is not int or value not in INT:
        raise Doubt
    return value


def _parsed(gtype: GraphQLScalarType) -> Coercer:
    def parsed(value: Any) -> Any:
        try:
            made = gtype.coerce_input_value(value)
        except Exception as error:  # a scalar's parser may raise anything; graphql-core words it
            raise Doubt from error
        if made is Undefined:
            raise Doubt
        return made

    return parsed


def _member(known: dict[str, Any]) -> Coercer:
    def member(value: Any) -> Any:
        if type(value) is not str or value not in known:
            raise Doubt
        return known[value]

    return member


def _list(each: Coercer) -> Coercer:
    def items(value: Any) -> list[Any]:
        if type(value) is not list:
            raise Doubt
        return [each(item) for item in value]

    return items


def _object(gtype: GraphQLInputObjectType) -> Coercer:
    # field coercers are made at first use: an input type may hold itself
    parts: dict[str, tuple[str, Coercer]] = {}
    preset = {f.out_name or name: f.default_value for name, f in gtype.fields.items() if _has_default(f)}
    must = {n for n, f in gtype.fields.items() if isinstance(f.type, GraphQLNonNull) and not _has_default(f)}

    def whole(value: Any) -> dict[str, Any]:
        if type(value) is not dict or not must <= value.keys():
            raise Doubt
        if not parts:
            parts.update({name: (f.out_name or name, quick(f.type)) for name, f in gtype.fields.items()})
        made = dict(preset)
        for name, said in value.items():
            if name not in parts:
                raise Doubt
            key, coerce = parts[name]
            made[key] = coerce(said)
        return made

    return whole


def _has_default(field: Any) -> bool:
    return field.default_value is not Undefined


def shape_of(gtype: Any, exact: bool) -> Callable[[Any], Any]:
    """What of a coerced value of this type belongs to the plan key: choices, nulls, and (`exact`) page sizes."""
    gtype = bare(gtype)
    if exact or gtype is GraphQLBoolean:
        return lambda value: value
    if isinstance(gtype, GraphQLEnumType):
        return lambda value: value if isinstance(value, Choice) else value is None
    if isinstance(gtype, GraphQLInputObjectType):
        return _object_shape(gtype)
    if isinstance(gtype, GraphQLList) and (isinstance(inner(gtype), GraphQLInputObjectType) or is_choice(inner(gtype))):
        return _list_shape(gtype)
    return lambda value: value is None


def _list_shape(gtype: GraphQLList[Any]) -> Callable[[Any], Any]:
    """A list of objects or Choices is part of the statement by its length and by the shape of each."""
    part = shape_of(gtype.of_type, False)
    return lambda value: None if value is None else tuple([part(item) for item in value])


def _object_shape(gtype: GraphQLInputObjectType) -> Callable[[Any], Any]:
    parts: list[tuple[str, Callable[[Any], Any]]] = []

    def shape(value: Any) -> Any:
        if value is None:
            return None
        if not parts:
            parts.extend((f.out_name or name, shape_of(f.type, False)) for name, f in gtype.fields.items())
        return tuple([(key, part(value[key])) for key, part in parts if key in value])

    return shape
