"""A page whose conditions are met by nearly every row or by almost none, as it turns out: a statement says both ways.

PostgreSQL plans a statement once for all values, so it cannot know. Rows that are many are met soonest by going along
the list's order; rows that are few, by an index on what they must meet. So a page is looked for along the order first,
but only so far. Where that does not fill it and few rows have what is asked for, lie in its range or name one of some
keys, those are found and put in order; else PostgreSQL does what it thinks best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    Column,
    ColumnElement,
    FromClause,
    Select,
    SelectBase,
    and_,
    any_,
    exists,
    func,
    literal_column,
    not_,
    select,
    union_all,
)
from sqlalchemy import inspect as mapped
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BooleanClauseList, CollectionAggregate

from models.base import array_of

from .selects import Key, columns_of, entity_of
from .text import core
from .values import Row

FAR = 40
"""How many rows are looked at along the order for each row of the page: a condition that one row in so many meets."""
RARE = 20_000
"""So many rows are found by their keys and put in order sooner than most of 100,000 are gone along."""
SPREAD = {operators.eq, operators.lt, operators.le, operators.gt, operators.ge}
"""Comparisons that any number of rows may meet: of a value not yet known, what is known of its column tells nothing."""
INDEXED = {operators.like_op, *SPREAD}
"""Comparisons that an index answers."""


class OneOf(BinaryExpression[bool]):
    """A column is one of the keys that a Select finds."""

    inherit_cache = True
    keys: Select[Any]

    @property
    def met(self) -> ColumnElement[bool]:
        """The same, asked of a row that was found in another way."""
        found: ColumnElement[bool] = self.left.in_(self.keys).is_(True)
        return found


def one_of(column: Any, keys: Select[Any]) -> ColumnElement[bool]:
    """The column is one of the keys that this Select finds; where it finds none, no row is looked at."""
    same: Any = column == any_(array_of(keys))
    made = OneOf(same.left, same.right, same.operator, type_=same.type, negate=same.negate)
    made.keys = keys
    return and_(exists(keys), made)


def apart(cut: Select[Any], order: list[Key], entity: Row, size: int) -> FromClause | None:
    """The `size` rows of a page by whichever way is short: what is read of them, and the order's keys as o0_, o1_, ….

    None where one way is enough: nothing is asked that an index other than the order's answers, or rows are looked up
    by their own keys.
    """
    asked = list(_conjuncts(cut._where_criteria))
    along, others = _along(asked, [getattr(key.said, "key", "") for key in order], entity_of(cut))
    own = Key.of(entity_of(cut)).said.key
    if not any(_is_sought(clause, INDEXED, own) for clause in others) or any(_finds(clause, own) for clause in others):
        return None
    base = core(cut.with_only_columns(*columns_of(cut, entity), *(k.said.label(f"o{n}_") for n, k in enumerate(order))))
    turned = [clause.modifier is operators.desc_op for clause in cut._order_by_clauses]
    first = _page(_near(base, along, others, size), turned, size).cte(f"{entity.alias_}_first", nesting=True)
    short = core(select(func.count()).select_from(first)).scalar_subquery() < literal_column(str(size))
    ways = [core(select(*first.c).where(not_(short)))]
    if spread := [clause for clause in others if _is_sought(clause, SPREAD, own)]:
        key = Key.of(entity_of(cut)).said
        keys = _keys(base.with_only_columns(key), spread).cte(f"{entity.alias_}_rare", nesting=True)
        rare = core(select(func.count()).select_from(keys)).scalar_subquery() <= literal_column(str(RARE))
        named = key == any_(array_of(core(select(keys.c[0]))))
        found = _fenced(_where(base, [named, *(c for c in asked if not any(c is one for one in spread))]))
        ways.append(_page(select(*found.c).where(short, rare), turned, size))
        asked = [_met(clause) if any(clause is one for one in spread) else clause for clause in asked]
        asked.append(not_(rare))
    either = union_all(*ways, _where(base, [short, *asked])).subquery()
    made = core(select(*either.c).add_cte(first, nest_here=True))
    return (made.add_cte(keys, nest_here=True) if spread else made).subquery()


def _met(clause: Any) -> Any:
    """A condition asked of a row that was found in another way: no index is offered for it."""
    return clause.met if isinstance(clause, OneOf) else clause.is_(True)


def _fenced(rows: Select[Any]) -> FromClause:
    """All these rows, planned by themselves: that only a page of them is wanted is not to be reckoned with."""
    return rows.order_by(None).limit(None).offset(literal_column("0")).subquery()


def _keys(key: Select[Any], sought: list[Any]) -> Select[Any]:
    """The keys of the rows that meet this, one more than RARE if there are so many; some of them twice.

    Where one of several conditions is enough, the rows that meet each are found by its own index.
    """
    several = next((clause for clause in sought if isinstance(clause, BooleanClauseList)), None)
    rest = [clause for clause in sought if clause is not several]
    each = [[]] if several is None else [[one] for one in several.clauses]
    found = union_all(*(core(select(_fenced(_where(key, [*one, *rest])).c[0])) for one in each)).subquery()
    return core(select(found.c[0]).limit(literal_column(str(RARE + 1))))


def _along(asked: list[Any], names: list[str], entity: Any) -> tuple[list[Any], list[Any]]:
    """What the order's own index answers, with one column before the order's; and everything else."""
    along = [clause for clause in asked if _columns(clause) <= set(names)]
    along += [clause for clause in asked if _leads(clause, names, entity)][:1]
    return along, [clause for clause in asked if not any(clause is taken for taken in along)]


def _near(base: Select[Any], along: list[Any], others: list[Any], size: int) -> Select[Any]:
    """Of the next rows in the order, so many as a page may cost, those that meet everything."""
    met = and_(*(clause.met if isinstance(clause, OneOf) else clause for clause in others)).label("met_")
    rows = _where(base.add_columns(met), along).limit(literal_column(str(FAR * size))).subquery()
    return select(*(column for column in rows.c if column.key != "met_")).where(rows.c.met_)


def _page(rows: Select[Any], turned: list[bool], size: int) -> Select[Any]:
    """The first of these rows in the order."""
    named = {column.key: column for column in rows.selected_columns}
    said = [Key(named[f"o{n}_"], down).ordered() for n, down in enumerate(turned)]
    return core(rows.order_by(*said).limit(literal_column(str(size))))


def over(rows: FromClause, order: Sequence[Key]) -> list[Key]:
    """The keys of the order as these rows hold them."""
    return [replace(key, said=rows.c[f"o{n}_"]) for n, key in enumerate(order)]


def _conjuncts(clauses: Sequence[Any]) -> Iterator[Any]:
    for clause in clauses:
        if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
            yield from _conjuncts(list(clause.clauses))
        else:
            yield clause


def _columns(clause: Any) -> set[str]:
    """The columns of the row that a condition reads; no column's name where it reads other rows."""
    parts = list(visitors.iterate(clause))
    return {part.key if isinstance(part, Column) else "" for part in parts if isinstance(part, Column | SelectBase)}


def _leads(clause: Any, names: list[str], entity: Any) -> bool:
    """Whether an index holds the order of the rows in which one column has the value asked for."""
    if not _compares(clause, {operators.eq}) or isinstance(clause.right, CollectionAggregate):
        return False
    wanted = [clause.left.key, *names]
    return any([column.key for column in index.columns] == wanted for index in _indexes(entity))


def _is_sought(clause: Any, how: set[Any], own: str) -> bool:
    """Whether an index finds the rows that meet this: by one of these comparisons, by keys, or by each of several."""
    if isinstance(clause, BooleanClauseList):
        parts = [_is_sought(part, INDEXED, own) for part in clause.clauses]
        return any(parts) if clause.operator is operators.and_ else all(parts)
    if isinstance(clause, OneOf):
        return True
    if _compares(clause, {operators.in_op}):
        return bool(clause.left.key == own)
    if not _compares(clause, how):
        return False
    return any(next(iter(index.columns)).key == clause.left.key for index in clause.left.table.indexes)


def _finds(clause: Any, own: str) -> bool:
    """Whether this looks rows up by their primary keys."""
    return _compares(clause, {operators.eq}) and clause.left.key == own


def _compares(clause: Any, how: set[Any]) -> bool:
    return isinstance(clause, BinaryExpression) and clause.operator in how and isinstance(clause.left, Column)


def _indexes(entity: Any) -> Any:
    return mapped(entity).mapper.local_table.indexes


def _where(base: Select[Any], conditions: list[Any]) -> Select[Any]:
    """The same Select with these conditions instead of its own."""
    made = base._generate()
    made._where_criteria = tuple(conditions)
    return made
