"""What may be read, and so asked by: each right is stated beside its type, field or column, and nothing goes round it.

These look at declarations alone. What they hold is tried on rows in test_rights.py and test_rights_unseen.py.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import strawberry
from graphql import GraphQLObjectType
from sqlalchemy import Column, Table
from sqlalchemy.sql import visitors

import models as rows
from models.access import Audience, Viewer
from models.base import PersonalData
from models.search import SEARCHED
from resolvers.engine import Order
from resolvers.engine.bind import Attribute, Computed, One, shown
from resolvers.filters import Filter
from schema import schema

CORE = schema._schema
GUARDED = {PersonalData.PERSONAL, PersonalData.SENSITIVE}
WORKED_OUT = {
    "agency.path": "where an agency lies in the tree: `parent` tells it",
    "dossier.late_at": "`timeliness` tells it",
    "dossier.at_risk_at": "`timeliness` tells it",
    "dossier.came_from": "`events` tell it; a request or a posted list tells by its status whether it still stands",
}
"""Columns that a filter or an order asks and no field shows under their own name, and what does."""
NAMES = re.compile(
    "full_name|^name$|author_|phone|address|birth|ethnic|female|e_?mail|personal_number|password|religion"
)
"""What columns that may be personal are called."""
UNCLASSED = {
    "access_token.name": "a program's token",
    "reference_change.name": "a table",
    "agency.name": "an agency",
    "award_type.name": "an award of the catalogue",
    "council.name": "a council",
    "document_file.name": "a file, seen where its paper is",
    "rule_set.name": "a rule set",
}
"""Columns called so that are nobody's name."""


def test_every_type_that_shows_rows_says_who_sees_them() -> None:
    """A Node that does not stops the build, as does a field of a sensitive column: see test_check.py."""
    silent = [
        kind.name
        for kind in CORE.type_map.values()
        if (held := shown(kind)) is not None and held.visible is None and not held.open
    ]
    assert silent == [], "give @shows(…, visible=…), a predicate beside the table, or open='why everybody may see all'"


def test_every_column_called_like_personal_data_has_a_class() -> None:
    missing = [
        f"{table.name}.{column.name}"
        for table in rows.Base.metadata.sorted_tables
        for column in table.columns
        if NAMES.search(column.name)
        and column.computed is None
        and not column.foreign_keys
        and "class" not in column.info
    ]
    assert set(missing) - UNCLASSED.keys() == set(), (
        "say info={'class': PersonalData.…} on the column, or above why not"
    )


def shown_columns() -> dict[str, list[str]]:
    """By table and column, the fields that show it, or whose value is worked out from it."""
    found: dict[str, list[str]] = {}
    for kind in CORE.type_map.values():
        held = shown(kind)
        if held is None or not isinstance(kind, GraphQLObjectType):
            continue
        table = held.row.__table__
        for name, binding in held.fields.items():
            for column in read_by(table, held.row, name, binding):
                found.setdefault(f"{table.name}.{column}", []).append(f"{kind.name}.{name}")
    return found


def read_by(table: Table, row: Any, name: str, binding: Any) -> Iterator[str]:
    if isinstance(binding, Attribute):
        yield binding.attr or name
    elif isinstance(binding, One):
        yield from (column.name for column in row.__mapper__.relationships[binding.attr or name].local_columns)
    elif isinstance(binding, Computed):
        yield from (read for read in binding.reads if isinstance(read, str) and read in table.columns)


def test_no_field_shows_what_is_sensitive_and_what_is_personal_is_shown_under_a_predicate() -> None:
    """N-L05: nobody reads what is sensitive, so there is no reading of it to be recorded."""
    for place, fields in shown_columns().items():
        table, _, name = place.partition(".")
        column = rows.Base.metadata.tables[table].columns.get(name)
        kept = column.info.get("class") if column is not None else None
        assert kept is not PersonalData.SENSITIVE, (place, fields, "no field shows this class")
        if kept is PersonalData.PERSONAL:
            for field in fields:
                held = shown(CORE.type_map[field.partition(".")[0]])
                assert held is not None
                assert held.visible is not None, f"{field} shows personal data: give @shows visible=…"


def test_what_is_searched_is_shown_by_a_field_and_personal_to_nobody() -> None:
    seen = shown_columns()
    for kind, where in SEARCHED.items():
        table = where.row.__table__
        for name in where.fields:
            assert table.columns[name].info.get("class") not in GUARDED, (kind, name)
            assert f"{table.name}.{name}" in seen, f"{kind.name}: {name} is searched, and no field shows it"


def filters(kind: type[Filter] = Filter) -> Iterator[type[Filter]]:
    for each in kind.__subclasses__():
        yield each
        yield from filters(each)


OURS = sorted((each for each in filters() if each.__module__.startswith("resolvers.")), key=lambda each: each.__name__)
CONDITIONS = [
    (kind, field) for kind in OURS for field in dataclasses.fields(kind) if field.name not in ("and_", "or_", "not_")
]


def some(kind: type[Filter], name: str) -> Any:
    """A value of a condition: an enum's first member, a day, a number, a key, a word; one of it for a list."""
    said = kind.__annotations__[name] if isinstance(kind.__annotations__[name], str) else ""
    hints = {each.name: each for each in kind.__strawberry_definition__.fields}  # type: ignore[attr-defined]  # strawberry's
    of = hints[name].type
    listed = "list" in said
    while not isinstance(of, type) and of is not strawberry.ID:
        of = of.of_type if hasattr(of, "of_type") else of.wrapped_cls
    return [plain(of)] if listed else plain(of)


def plain(of: Any) -> Any:
    if of is strawberry.ID:
        return UUID(int=1)
    if issubclass(of, enum.Enum):
        return next(iter(of))
    if of is date:
        return date(2026, 1, 5)
    return {bool: True, int: 2026, str: "x"}[of]


@pytest.mark.parametrize(("kind", "field"), CONDITIONS, ids=[f"{kind.__name__}.{f.name}" for kind, f in CONDITIONS])
@pytest.mark.parametrize("audience", [Audience.STAFF, Audience.PUBLIC])
def test_a_filter_asks_only_what_a_field_shows(kind: type[Filter], field: Any, audience: Audience) -> None:
    """N-A07: what may not be read may not be asked for; there is no such condition, whoever writes the document."""
    asked = kind(**{field.name: some(kind, field.name)})
    held_back = forbidden_columns(asked.predicate(Viewer(audience=audience)))
    assert held_back == [], f"{kind.__name__}.{field.name} asks for what no field shows, or for personal data"


def forbidden_columns(said: Any) -> list[str]:
    """The columns in an expression that are personal, or that nothing shows."""
    seen = shown_columns()
    found = {f"{column.table.name}.{column.name}": column for column in columns_of(said)}
    return sorted(place for place, column in found.items() if not readable(place, column, seen))


def columns_of(said: Any) -> Iterator[Column[Any]]:
    for each in visitors.iterate(said):
        table = getattr(each, "table", None)
        if isinstance(each, Column) and isinstance(table, Table):
            yield each
        elif getattr(each, "__visit_name__", "") == "column" and table is not None:
            origin = getattr(table, "element", None)
            if isinstance(origin, Table):
                yield origin.columns[each.name]


def readable(place: str, column: Column[Any], seen: dict[str, list[str]]) -> bool:
    """Whether some field shows a column, or what it is worked out from, and it is nobody's personal data."""
    if column.info.get("class") in GUARDED or column.table.name == rows.NomineePersonal.__tablename__:
        return False
    if column.primary_key or column.foreign_keys or place in seen or place in WORKED_OUT:
        return True
    made_of = [other for other in column.table.columns if other is not column and _is_in(other.name, column)]
    return bool(made_of) and all(readable(f"{column.table.name}.{other.name}", other, seen) for other in made_of)


def _is_in(name: str, column: Column[Any]) -> bool:
    return column.computed is not None and re.search(rf"\b{name}\b", str(column.computed.sqltext)) is not None


def test_the_filters_are_all_looked_at() -> None:
    named = {name for name, kind in CORE.type_map.items() if name.endswith("Filter")}
    assert {kind.__name__ for kind in OURS} == named


ORDERS = [order for order in Order.__subclasses__() if order.__module__.startswith("resolvers.")]


def test_an_order_is_by_what_a_field_shows() -> None:
    """N-A07: a cursor carries the keys of its order, so they must be such as the list's own rows show."""
    core = CORE.query_type
    assert core is not None
    tried = set()
    for name, declared in core.fields.items():
        binding = declared.extensions["strawberry-definition"].metadata.get("binding")
        order = getattr(declared.args.get("orderBy"), "type", None)
        if order is None or binding is None:
            continue
        kind = next(each for each in ORDERS if each.__name__ == str(order).rstrip("!"))
        tried.add(kind)
        for member in kind:
            made = binding.fn(Viewer(), order_by=member)
            for clause in made._order_by_clauses:
                assert forbidden_columns(clause) == [], (name, member)
    assert tried == set(ORDERS)
