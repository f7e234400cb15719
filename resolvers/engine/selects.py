"""What a reading resolver returned: its total order, the rules it must keep, and the derived table it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, FromClause, Select, literal_column
from sqlalchemy import inspect as mapped
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.functions import coalesce

from .refused import Unbound
from .text import NeverNull, core
from .values import Row, Value


@dataclass(frozen=True)
class Key:
    """One key of an order."""

    said: Any
    descending: bool = False

    @classmethod
    def of(cls, entity: Any, descending: bool = False) -> Key:
        """The first column of the entity's primary key."""
        mapper = mapped(entity).mapper
        return cls(getattr(entity, mapper.get_property_by_column(mapper.primary_key[0]).key), descending)

    def ordered(self) -> Any:
        """The key as ORDER BY says it."""
        return self.said.desc() if self.descending else self.said.asc()


def entity_of(chosen: Select[Any]) -> Any:
    """The one row a Select gives: its class or an alias of it."""
    described = chosen.column_descriptions
    if len(described) != 1 or described[0]["entity"] is None or described[0]["expr"] is not described[0]["entity"]:
        raise Unbound("a reading resolver returns select(Row) of one whole row")
    return described[0]["entity"]


def row_of(chosen: Select[Any]) -> type:
    """The row class a Select gives."""
    found: type = mapped(entity_of(chosen)).mapper.class_
    return found


def keys_of(chosen: Select[Any]) -> list[Key]:
    """The total order of a Select: its ORDER BY, then its primary key; none of it may be null."""
    entity = entity_of(chosen)
    keys = [_key(clause) for clause in chosen._order_by_clauses]
    mapper = mapped(entity).mapper
    for column in mapper.primary_key:
        last = getattr(entity, mapper.get_property_by_column(column).key)
        if not any(_clause(key.said).compare(_clause(last)) for key in keys):
            keys.append(Key(last, keys[-1].descending if keys else False))
    for key in keys:
        _settled(key.said)
    return keys


def _clause(said: Any) -> Any:
    return said.__clause_element__() if hasattr(said, "__clause_element__") else said


def _key(clause: Any) -> Key:
    if not isinstance(clause, UnaryExpression) or clause.modifier is None:
        return Key(clause)
    if clause.modifier not in (operators.desc_op, operators.asc_op):
        raise Unbound("an order says asc() or desc() only: put nulls in their place with coalesce(…)")
    return Key(clause.element, clause.modifier is operators.desc_op)


def _settled(said: Any) -> None:
    """Raise Unbound for an order key that may be null."""
    if isinstance(said, NeverNull):
        return
    nullable = getattr(said, "nullable", None)
    if nullable is False:
        return
    if nullable is None and isinstance(said, coalesce) and _constant(list(said.clauses)[-1]):
        return
    raise Unbound(f"{said} may be null: order by coalesce(…, a value) with an index on it, or say never_null(…)")


def _constant(said: Any) -> bool:
    if isinstance(said, Value):
        return False
    return (isinstance(said, BindParameter) and said.value is not None) or getattr(said, "nullable", None) is False


def lawful(chosen: Any, name: str, paged: bool) -> None:
    """Raise Unbound unless this is a Select that gives each row once and leaves the page to the engine."""
    if not isinstance(chosen, Select):
        raise Unbound(f"{name} returned {type(chosen).__name__}, not a Select")
    entity_of(chosen)
    if chosen._distinct or chosen._group_by_clauses or chosen._having_criteria:
        raise Unbound(f"{name}: a row comes once; filter by exists(…) instead of distinct or group_by")
    if chosen._for_update_arg is not None:
        raise Unbound(f"{name}: a read takes no locks")
    if paged and (chosen._limit_clause is not None or chosen._offset_clause is not None):
        raise Unbound(f"{name}: the engine cuts the page; leave limit and offset out")
    for joined in chosen._setup_joins:
        _to_one(joined, name)


def _to_one(joined: Any, name: str) -> None:
    """Raise Unbound for a join that does not meet the other row by its whole primary key."""
    target, on = joined[0], joined[1]
    relation = getattr(target, "property", None)
    if isinstance(relation, RelationshipProperty) and not relation.uselist:
        return
    known = getattr(target, "_annotations", {})
    if "parententity" not in known or on is None:
        raise Unbound(f"{name}: join a row class with its ON clause written out, or filter by exists(…)")
    sides = [side for clause in _equations(on) for side in (clause.left, clause.right)]
    met = {side.key for side in sides if side._annotations.get("parententity") is known["parententity"]}
    if not {column.key for column in known["parentmapper"].primary_key} <= met:
        raise Unbound(f"{name}: a join may repeat rows; filter by exists(…)")


def _equations(on: Any) -> list[Any]:
    parts = on.clauses if getattr(on, "operator", None) is operators.and_ else [on]
    return [part for part in parts if getattr(part, "operator", None) is operators.eq]


def derived(chosen: Select[Any], entity: Row, *more: Any) -> FromClause:
    """The Select as a derived table of the columns that were read of its row."""
    columns = columns_of(chosen, entity)
    return core(_literal_limit(chosen).with_only_columns(*columns, *more)).subquery(entity.alias_)


def columns_of(chosen: Select[Any], entity: Row) -> list[Any]:
    """The columns that were read of a Select's row."""
    source = entity_of(chosen)
    if not entity.touched_:
        entity.key_()
    return [getattr(source, key).label(column.name) for key, column in entity.touched_.items()]


def _literal_limit(chosen: Select[Any]) -> Select[Any]:
    """A constant limit written into the text: PostgreSQL plans `LIMIT $1` anew each time."""
    limit = chosen._limit_clause
    if isinstance(limit, BindParameter) and not isinstance(limit, Value) and isinstance(limit.value, int):
        return chosen.limit(literal_column(str(limit.value)))
    return chosen
