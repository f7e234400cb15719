"""Counting rows without reading them: by the tally that is kept of their kinds, where that alone decides."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, func, select
from sqlalchemy import inspect as mapped
from sqlalchemy.sql import visitors

from .text import core


def tally_of(chosen: Select[Any]) -> Select[Any] | None:
    """The rows of `tally`, a class whose rows say of which kind how many of a Select's row there are, that sum to it.

    None where its row has none, or where something is asked that kinds do not tell: then rows must be counted.
    """
    row = mapped(chosen.column_descriptions[0]["entity"])
    if not row.is_mapper or not hasattr(row.class_, "tally") or chosen._setup_joins:
        return None
    own, kept = row.local_table, mapped(row.class_.tally).local_table
    if not all(_decided(clause, own, kept) for clause in chosen._where_criteria):
        return None
    asked = [_moved(clause, own, kept) for clause in chosen._where_criteria]
    return core(select(kept).where(*asked))


def tallied(chosen: Select[Any]) -> ColumnElement[Any] | None:
    """How many rows a Select gives, as the sum of its kinds; None where they must be counted."""
    kept = tally_of(chosen)
    if kept is None:
        return None
    return core(kept.with_only_columns(func.coalesce(func.sum(kept.selected_columns.number), 0))).scalar_subquery()


def _decided(clause: Any, own: Table, kept: Table) -> bool:
    """Whether all that a condition reads of the row is its kind."""
    parts = list(visitors.iterate(clause))
    inner = [source for part in parts if isinstance(part, Select) for source in part.get_final_froms()]
    read = [part for part in parts if isinstance(part, Column) and _of(part, own)]
    kind = {column.key for column in kept.c if not column.primary_key and column.key in own.c}
    return kind.issuperset(part.key for part in read) and not any(_named(source) == own.name for source in inner)


def _moved(clause: Any, own: Table, kept: Table) -> Any:
    """The same condition of the tally."""

    def instead(part: Any, **_: Any) -> Any:
        return kept.c[part.key] if isinstance(part, Column) and _of(part, own) else None

    moved: Any = visitors.replacement_traverse(clause, {}, instead)  # type: ignore[call-overload]  # its own protocol of keywords
    return moved


def _of(column: Column[Any], table: Table) -> bool:
    return _named(column.table) == table.name


def _named(source: Any) -> str:
    return str(getattr(source, "name", ""))
