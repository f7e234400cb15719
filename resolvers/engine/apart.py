"""A page of rows that name one of some keys: a few keys are looked up one by one, many are met on the way.

PostgreSQL plans a statement once for all values and takes ten keys for granted. Rows of few keys are found soonest by
an index on the keys; those of nearly all keys by the list's own order, which meets a page of them soon. So a statement
says both, and how many keys there are decides which of the two is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    ColumnElement,
    FromClause,
    Select,
    and_,
    any_,
    exists,
    func,
    literal_column,
    not_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList, CollectionAggregate, Grouping

from models.base import array_of

from .selects import Key, columns_of, entity_of
from .text import core
from .values import Row

FEW = 20
"""So many keys are looked up one by one: a page's rows are read for each."""
CHOICES = 2
"""How many conditions on keys a page is looked up by; what a third one says is only asked of each row."""


class OneOf(BinaryExpression[bool]):
    """A column is one of the keys that a Select finds."""

    inherit_cache = True
    keys: Select[Any]
    some: ColumnElement[bool]

    @property
    def met(self) -> ColumnElement[bool]:
        """The same, asked of a row that was found in another way: no index is offered for it."""
        found: ColumnElement[bool] = self.left.in_(self.keys).is_(true())
        return found

    @property
    def few(self) -> ColumnElement[bool]:
        """Whether there are FEW keys or fewer."""
        counted = select(func.count()).select_from(self.keys.limit(literal_column(str(FEW + 1))).subquery())
        return core(counted).scalar_subquery() <= literal_column(str(FEW))


def one_of(column: Any, keys: Select[Any]) -> ColumnElement[bool]:
    """The column is one of the keys that this Select finds, each once; where it finds none, no row is looked at."""
    same: Any = column == any_(array_of(keys))
    made = OneOf(same.left, same.right, same.operator, type_=same.type, negate=same.negate)
    made.keys, made.some = keys, exists(keys)
    return and_(made.some, made)


def apart(cut: Select[Any], order: list[Key], entity: Row) -> FromClause | None:
    """A page's rows by whichever way is short: what is read of them, and the keys of the order as o0_, o1_, ….

    None where there is but one way: no condition on keys, or rows that are looked up by their own.
    """
    asked = list(_conjuncts(cut._where_criteria))
    ones = [clause for clause in asked if isinstance(clause, OneOf)]
    if not ones or any(_is_own_key(clause, cut) for clause in asked):
        return None
    known = {id(one.some) for one in ones}
    rest = [
        c for c in asked if not isinstance(c, OneOf) and id(c.element if isinstance(c, Grouping) else c) not in known
    ]
    said = [key.said.label(f"o{n}_") for n, key in enumerate(order)]
    base = core(cut.with_only_columns(*columns_of(cut, entity), *said))
    ways = [_each(base, order, rest, ones, n, entity.alias_) for n in range(min(len(ones), CHOICES))]
    on_the_way = _where(base, [*rest, *(one.met for one in ones), *(not_(one.few) for one in ones[:CHOICES])])
    return union_all(*ways, on_the_way).subquery()


def _each(base: Select[Any], order: list[Key], rest: list[Any], ones: list[OneOf], n: int, name: str) -> Select[Any]:
    """A page's rows of each key apart, and of all those the page; nothing where the keys are many."""
    keys = ones[n].keys.subquery(f"{name}_{n}")
    key: Any = literal_column(f"{keys.name}.{keys.c[0].name}")
    others = [one.met for one in ones if one is not ones[n]]
    rows = _where(base, [*rest, *others, ones[n].left == key]).lateral(f"{name}_{n}_rows")
    here = and_(ones[n].few, *(not_(one.few) for one in ones[:n]))
    found = select(*rows.c).select_from(keys.join(rows, true())).where(here)
    turned = [clause.modifier is operators.desc_op for clause in base._order_by_clauses]
    said = [Key(rows.c[f"o{place}_"], down).ordered() for place, down in enumerate(turned)]
    return core(found.order_by(*said).limit(base._limit_clause))


def over(rows: FromClause, order: Sequence[Key]) -> list[Key]:
    """The keys of the order as these rows hold them."""
    return [replace(key, said=rows.c[f"o{n}_"]) for n, key in enumerate(order)]


def _conjuncts(clauses: Sequence[Any]) -> Iterator[Any]:
    for clause in clauses:
        if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
            yield from _conjuncts(list(clause.clauses))
        else:
            yield clause


def _is_own_key(clause: Any, cut: Select[Any]) -> bool:
    """Whether this looks rows up by their primary keys."""
    if not isinstance(clause, BinaryExpression) or not isinstance(clause.right, CollectionAggregate):
        return False
    own = Key.of(entity_of(cut)).said
    return bool(clause.left.compare(own.__clause_element__()))


def _where(base: Select[Any], conditions: list[Any]) -> Select[Any]:
    """The same Select with these conditions instead of its own."""
    made = base._generate()
    made._where_criteria = tuple(conditions)
    return made
