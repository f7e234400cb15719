"""How the rows that meet a condition are found: along the list's order, or by an index of the condition's own."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    BinaryExpression,
    Column,
    ColumnElement,
    Select,
    SelectBase,
    and_,
    any_,
    exists,
    false,
    func,
    literal_column,
    true,
)
from sqlalchemy import inspect as mapped
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BooleanClauseList, CollectionAggregate, Grouping, True_

from models.base import array_of

SOUGHT = {operators.eq, operators.lt, operators.le, operators.gt, operators.ge, operators.like_op}
"""Comparisons that an index answers, and that any number of rows may meet: of a value not yet known, what is known of
its column tells nothing."""


class Way(enum.Enum):
    """How the rows that meet a condition are found."""

    ALONG = "by the order's own index, or no other way is worth looking for"
    SPREAD = "by an index, where few or many may be found"
    BESIDE = "by a look at each row"


S = TypeVar("S", bound="Sought")


class Sought(BinaryExpression[bool]):
    """A column is one of the keys that a Select finds; it is said in another way of a row that was found without it."""

    inherit_cache = True
    keys: Select[Any]

    @property
    def met(self) -> ColumnElement[bool]:
        """The same, asked of a row that was found in another way."""
        found: ColumnElement[bool] = self.left.in_(self.keys).is_(True)
        return found


class Named(Sought):
    """The same, where there may be very many keys."""

    inherit_cache = True
    one: Select[Any]

    @property
    def met(self) -> ColumnElement[bool]:
        """The same by one look: never by all keys in a hash, which PostgreSQL thinks cheap for a few hundred rows."""
        (key,) = self.one.selected_columns
        one = self.one.with_only_columns(true()).where(key == self.left).limit(literal_column("1"))
        return func.coalesce(one.correlate(self.left.table).scalar_subquery(), false())


def named(column: Any, keys: Select[Any], one: Select[Any]) -> ColumnElement[bool]:
    """The column is one of the keys that this Select finds; `one` is the same, as it soonest tells of one key.

    Rows whose own key it is are joined; others are looked up by the column's index, key by key.
    """
    own = column.expression.primary_key
    made = _sought(Named, column.in_(keys) if own else column == any_(array_of(keys)), keys)
    made.one = one
    return made


def _sought(kind: type[S], same: Any, keys: Select[Any]) -> S:
    made = kind(same.left, same.right, same.operator, type_=same.type, negate=same.negate)
    made.keys = keys
    return made


def one_of(column: Any, keys: Select[Any]) -> ColumnElement[bool]:
    """The column is one of the keys that this Select finds; where it finds none, no row is looked at."""
    return and_(exists(keys), _sought(Sought, column == any_(array_of(keys)), keys))


def ways_of(clauses: Sequence[Any], names: list[str], entity: Any, own: str) -> list[tuple[Any, Way]]:
    """The conditions one by one, each with its way, in a list whose order's keys are columns of these names.

    All are ALONG where that way is enough: nothing is asked that another index answers, or rows are looked up by their
    own keys, which are in the column `own`.
    """
    asked = list(_conjuncts(clauses))
    along = _along(asked, names, entity)
    others = [clause for clause in asked if not any(clause is taken for taken in along)]
    if not any(_is_sought(clause, own) for clause in others) or any(_finds(clause, own) for clause in asked):
        return [(clause, Way.ALONG) for clause in asked]
    return [(clause, _way(clause, own) if any(clause is one for one in others) else Way.ALONG) for clause in asked]


def _way(clause: Any, own: str) -> Way:
    return Way.SPREAD if _is_sought(clause, own) else Way.BESIDE


def alternatives(clause: Any) -> list[Any]:
    """The conditions of which one is enough, where the rows that meet each are found by an index of its own."""
    return list(clause.clauses) if isinstance(clause, BooleanClauseList) else []


def _along(asked: list[Any], names: list[str], entity: Any) -> list[Any]:
    """What the order's own index answers, with one column before the order's."""
    along = [clause for clause in asked if _columns(clause) <= set(names)]
    return along + [clause for clause in asked if _leads(clause, names, entity)][:1]


def _conjuncts(clauses: Sequence[Any]) -> Iterator[Any]:
    for clause in map(_bare, clauses):
        if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
            yield from _conjuncts(list(clause.clauses))
        elif not isinstance(clause, True_):
            yield clause


def _bare(clause: Any) -> Any:
    """A condition without the brackets that one has among others."""
    return clause.element if isinstance(clause, Grouping) else clause


def _columns(clause: Any) -> set[str]:
    """The columns of the row that a condition reads; no column's name where it reads other rows."""
    parts = list(visitors.iterate(clause))
    return {part.key if isinstance(part, Column) else "" for part in parts if isinstance(part, Column) or _reads(part)}


def _reads(part: Any) -> bool:
    """Whether this is a SELECT of rows, not one that only has something worked out once."""
    return isinstance(part, SelectBase) and not (isinstance(part, Select) and not part.get_final_froms())


def _leads(clause: Any, names: list[str], entity: Any) -> bool:
    """Whether an index holds the order of the rows in which one column has the value asked for."""
    if not _compares(clause, {operators.eq}) or isinstance(clause.right, CollectionAggregate):
        return False
    wanted = [clause.left.key, *names]
    return any([column.key for column in index.columns] == wanted for index in _indexes(entity))


def _is_sought(clause: Any, own: str) -> bool:
    """Whether an index finds the rows that meet this: by a comparison, by keys, or by each of several."""
    clause = _bare(clause)
    if isinstance(clause, BooleanClauseList):
        parts = [_is_sought(part, own) for part in clause.clauses]
        return any(parts) if clause.operator is operators.and_ else all(parts)
    if isinstance(clause, Sought) and not isinstance(clause, Named):
        return True
    if _compares(clause, {operators.in_op}) and clause.left.key == own:
        return True
    return (isinstance(clause, Named) or _compares(clause, SOUGHT)) and _is_indexed(clause.left)


def _is_indexed(column: Column[Any]) -> bool:
    return any(next(iter(index.columns)).key == column.key for index in column.table.indexes)


def _finds(clause: Any, own: str) -> bool:
    """Whether this looks rows up by their primary keys."""
    return _compares(clause, {operators.eq}) and clause.left.key == own


def _compares(clause: Any, how: set[Any]) -> bool:
    return isinstance(clause, BinaryExpression) and clause.operator in how and isinstance(clause.left, Column)


def _indexes(entity: Any) -> Any:
    return mapped(entity).mapper.local_table.indexes
