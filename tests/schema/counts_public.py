"""What the public is told of awards, again in plain Python: which groups of a year, and of two that are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from typing import Any, cast

import models as rows
from models.access import ANONYMOUS
from tests.schema.counts import AWARD_FIELDS, AWARD_KEYS, Counted, Part, coded, placed

Fact = tuple[Any, int]
"""An award, and how many years it lies back."""
LEAST = 6
"""So many make a group that is told."""
PUBLIC_KEYS: dict[str, Callable[[rows.Award], Any]] = {
    "AGENCY": lambda award: award.agency_id,
    "AWARD_TYPE": lambda award: award.award_type_id,
    "QUARTER": lambda award: (award.awarded_on.month + 2) // 3,
    "YEAR": lambda _: None,
}
"""By what the public may ask, beside the year."""


def figures_in_public(counted: Counted, group_by: list[str], year: int | None, compared: bool) -> list[dict[str, Any]]:
    """What the field is to answer whoever is not on the staff, rows by their codes."""
    return coded(groups_in_public(counted, group_by, year, compared))


def groups_in_public(counted: Counted, group_by: list[str], year: int | None, compared: bool) -> list[dict[str, Any]]:
    """The groups that whoever is not on the staff is told."""
    (by,) = [name for name in group_by if name != "YEAR"] or ["YEAR"]
    periods: dict[int, dict[Any, list[Fact]]] = {}
    for award in (award for award in counted.awards if counted.counts(ANONYMOUS, award, {})):
        on = award.awarded_on.year
        if year in (None, on) or (compared and on == cast(int, year) - 1):
            fact = (award, 1 if compared and on != year else 0)
            periods.setdefault(on, {}).setdefault(PUBLIC_KEYS[by](award), []).append(fact)
    pairs = [(periods.get(cast(int, year), {}), periods.get(cast(int, year) - 1, {}))] if compared else []
    told = compared_in_public(*pairs[0]) if pairs else [g for p in periods.values() for g in told_in_public(p)]
    found = [public_row(counted, group_by, facts, folded, compared) for facts, folded in told]
    return [row for _, row in sorted(found, key=lambda each: each[0])]


def public_row(
    counted: Counted, group_by: list[str], facts: list[Fact], folded: bool, compared: bool
) -> tuple[Any, Any]:
    """A group and where it stands among others."""
    parts = [
        Part(None, None) if folded and name != "YEAR" else AWARD_KEYS[name](facts[0], counted, ANONYMOUS)
        for name in group_by
    ]
    row: dict[str, Any] = dict.fromkeys(AWARD_FIELDS.values())
    row |= {AWARD_FIELDS[name]: part.value for name, part in zip(group_by, parts, strict=True)}
    this, before = (sum(back == wanted for _, back in facts) for wanted in (0, 1))
    row |= {"suppressed": folded, "count": this, "current": {"count": this}}
    row |= {"previous": {"count": before} if compared else None}
    row |= {"difference": {"count": this - before} if compared else None}
    return placed(parts), row


def told_apart(groups: Mapping[Any, Sized]) -> set[Any]:
    """The groups that the public is told by themselves: six and more, but for the smallest where few would be alone."""
    few = sum(len(group) for group in groups.values() if len(group) < LEAST)
    others = sorted((len(group), key) for key, group in groups.items() if len(group) >= LEAST)
    return {key for _, key in (others[1:] if 0 < few < LEAST else others)}


def told_in_public(groups: Mapping[Any, list[Fact]]) -> list[tuple[list[Fact], bool]]:
    """What the public is told of a year: groups, the last of them perhaps folded."""
    apart = told_apart(groups)
    rest = [fact for key, group in groups.items() if key not in apart for fact in group]
    return [(groups[key], False) for key in apart] + ([(rest, True)] if len(rest) >= LEAST else [])


def compared_in_public(
    this: Mapping[Any, list[Fact]], before: Mapping[Any, list[Fact]]
) -> list[tuple[list[Fact], bool]]:
    """What the public is told of two years: the groups that either tells apart, and all others together."""
    apart = told_apart(this) & told_apart(before)
    others = [[f for key, group in year.items() if key not in apart for f in group] for year in (this, before)]
    enough = any(others) and all(not year or len(year) >= LEAST for year in others)
    return [(this[key] + before[key], False) for key in apart] + ([(others[0] + others[1], True)] if enough else [])
