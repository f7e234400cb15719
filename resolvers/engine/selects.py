"""What a reading resolver returned: its total order, the rules it must keep, and the text it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, literal_column
from sqlalchemy import inspect as mapped
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.functions import coalesce
from sqlalchemy.types import TypeEngine

from .refused import Unbound
from .tallied import tallied
from .text import NeverNull, core
from .values import Row, Value, quoted
from .ways import Sought, Way, alternatives, ways_of
from .written import BREAK, Piece, Pieces, written


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
    keys = [key_of(clause) for clause in chosen._order_by_clauses]
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


def key_of(clause: Any) -> Key:
    """One clause of an ORDER BY; Unbound where it says where nulls go."""
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
    if chosen._offset_clause is not None or (paged and chosen._limit_clause is not None):
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


@dataclass(frozen=True)
class Place:
    """One key of an order, as text."""

    said: str
    kind: TypeEngine[Any]
    descending: bool = False

    def ordered(self, turned: bool = False) -> str:
        """The key as ORDER BY says it, or the other way round."""
        return f"{self.said} {'DESC' if self.descending != turned else 'ASC'}"


class Condition(NamedTuple):
    """One of the conditions that a Select's rows all meet."""

    said: str
    met: str
    """The same, asked of a row that was found in another way: no index is offered for it."""
    way: Way
    each: tuple[str, ...] = ()
    """The conditions of which one is enough to meet it, where it is SPREAD and consists of such."""


@dataclass(frozen=True)
class Source:
    """A Select as text: what stands in each of its clauses."""

    row: type
    own: str
    """The first column of its row's primary key."""
    begins: str
    """What stands before it: WITH."""
    froms: str
    where: tuple[Condition, ...]
    order: tuple[Place, ...]
    """A total one: the Select's own keys, and its primary key."""
    keys: int
    """How many of them are the Select's own."""
    limit: str
    tally: str
    """How many rows it gives, where that is kept."""

    def columns(self, entity: Row) -> list[str]:
        """The columns that were read of its row."""
        if not entity.touched_:
            entity.key_()
        names = [quoted(column.name) for column in entity.touched_.values()]
        table = self.own.rpartition(".")[0]
        return [f"{table}.{name} AS {name}" for name in names]

    def select(self, columns: Sequence[str], more: Sequence[str] = (), order: str = "", limit: str = "") -> str:
        """These columns of its rows that meet these conditions too."""
        where = " AND ".join([*(condition.said for condition in self.where), *more])
        return f"{self.begins}{' ' if self.begins else ''}{self.rows(columns, where, order, limit)}"

    def rows(self, columns: Sequence[str], where: str, order: str = "", limit: str = "") -> str:
        """These columns of its rows that meet this instead of its own conditions."""
        said = f"SELECT {', '.join(columns)} FROM {self.froms}{' WHERE ' if where else ''}{where}"
        return f"{said}{' ORDER BY ' if order else ''}{order}{' LIMIT ' if limit else ''}{limit}"

    def whole(self, columns: Sequence[str], limit: str) -> str:
        """The Select itself, with these columns, cut to so many rows."""
        return self.select(columns, (), in_order(self.order[: self.keys]), limit)


def in_order(places: Sequence[Place], turned: bool = False) -> str:
    """ORDER BY these keys, or the other way round."""
    return ", ".join([place.ordered(turned) for place in places])


_EMPTY = "''"
_NOTHING: Any = literal_column(_EMPTY)


def piece_of(chosen: Select[Any], listed: bool) -> Piece:
    """A Select as a piece, which `source` reads; `listed` in a total order, else in its own."""
    entity = entity_of(chosen)
    keys = keys_of(chosen) if listed else [key_of(clause) for clause in chosen._order_by_clauses]
    own = Key.of(entity).said
    ways = ways_of(chosen._where_criteria, [getattr(key.said, "key", "") for key in keys], entity, own.key)
    kept = tallied(chosen)
    said = [own, _limit(chosen), _NOTHING if kept is None else kept, *(key.said for key in keys)]
    for clause, way in ways:
        said += [clause.self_group(against=operators.and_), clause.met if isinstance(clause, Sought) else _NOTHING]
        said += [part.self_group(against=operators.and_) for part in _each(clause, way)]
    bare: Select[Any] = (
        chosen.order_by(None).limit(None).with_only_columns(literal_column(BREAK), maintain_column_froms=True)
    )
    carrier = core(bare)
    carrier._where_criteria = (Pieces(*said),)
    order = [Place("", key.said.type, key.descending) for key in keys]
    counts = [(way, len(_each(clause, way))) for clause, way in ways]
    return written(carrier, (row_of(chosen), order, len(chosen._order_by_clauses), counts))


def _each(clause: Any, way: Way) -> list[Any]:
    return alternatives(clause) if way is Way.SPREAD else []


def source(piece: Piece, texts: tuple[str, ...]) -> Source:
    """The Select that a piece is, as it stands in one statement."""
    row, order, given, ways = piece.known
    whole, own, limit, tally, *said = texts
    rest = iter(said)
    begins, _, after = whole.partition(f"SELECT {BREAK} ")
    froms = after.strip().removeprefix("FROM ").rpartition("WHERE ")[0].rstrip()
    keys = tuple([replace(place, said=next(rest)) for place in order])
    where = tuple([_condition(way, [next(rest) for _ in range(2 + count)]) for way, count in ways])
    limit, tally = ("" if text == _EMPTY else text for text in (limit, tally))
    return Source(row, own, begins.rstrip(), froms, where, keys, given, limit, tally)


def _condition(way: Way, texts: list[str]) -> Condition:
    said, met, *each = texts
    return Condition(said, f"({said}) IS true" if met == _EMPTY else met, way, tuple(each))


def _limit(chosen: Select[Any]) -> Any:
    """A constant limit is written into the text: PostgreSQL plans `LIMIT $1` anew each time."""
    limit = chosen._limit_clause
    if isinstance(limit, BindParameter) and not isinstance(limit, Value) and isinstance(limit.value, int):
        return literal_column(str(limit.value))
    return _NOTHING if limit is None else limit
