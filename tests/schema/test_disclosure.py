"""Public figures: what they answer, what they refuse, and that nobody can tell of one to four by all of them together.

The attacker here knows the rule, every table and comparison there is of all years, and who might have been awarded
what. No number is worked out by them that another world, which they are told the very same of, has otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolvers import disclosure
from tests.province import Province
from tests.schema import counts_public
from tests.schema.counted_rows import plant
from tests.schema.counts import Counted
from tests.schema.counts_public import LEAST, PUBLIC_KEYS, compared_in_public, figures_in_public, told_in_public

from .figures import FIGURES, IN_PUBLIC, LAST_YEAR, answered
from .rights_asked import counted as counting_fields

KEPT_FROM_ALL = {"dossierStatistics"}
"""Figures of what the public sees no row of: there are none."""


@pytest.fixture
async def counted(province: Province) -> Counted:
    """The small province with random awards: of most groups there are few."""
    async with province.sessions.begin() as session:
        return await plant(session, province)


# what is answered


async def test_the_public_is_told_what_plain_python_tells_by_every_table_there_is(
    province: Province, counted: Counted
) -> None:
    folded = apart = 0
    years: list[int | None] = [*range(2022, 2028), None]
    for by, year, compared, who in product(PUBLIC_KEYS, years, (False, True), (None, "nominee")):
        for group_by in [[by], [by, "YEAR"], ["YEAR", by]] if by != "YEAR" else [["YEAR"]]:
            if year is None and (compared or "YEAR" not in group_by):
                continue
            asked = {"by": group_by, "c": LAST_YEAR if compared else None, "y": year}
            groups = await answered(province, who, IN_PUBLIC, asked)
            assert groups == figures_in_public(counted, group_by, year, compared), (who, asked)
            folded += sum(group["suppressed"] for group in groups)
            apart += sum(not group["suppressed"] for group in groups)
    assert min(folded, apart) > 50


async def test_the_staffs_figures_stay_exact(province: Province, counted: Counted) -> None:
    groups = await answered(province, "chairman", IN_PUBLIC, {"by": ["YEAR", "AGENCY"]})
    assert min(group["count"] for group in groups) < 5
    assert not any(group["suppressed"] for group in groups)


REFUSED = {
    "two dimensions": "groupBy: [YEAR, AGENCY, AWARD_TYPE]",
    "all years together": "groupBy: [AGENCY]",
    "a part of a type": "groupBy: [YEAR, LEVEL]",
    "a family of types": "groupBy: [YEAR, AWARD_CLASS]",
    "months within quarters": "groupBy: [YEAR, MONTH]",
    "what the catalogue binds to types": "groupBy: [YEAR, RECIPIENT_KIND]",
    "what only some may read": "groupBy: [YEAR, COMMENDATION_TYPE]",
    "a period of one's own": 'groupBy: [YEAR], filter: {awardedFrom: "2025-03-01"}',
    "one nominee's": 'groupBy: [YEAR], filter: {nominee: "Nominee_00000000-0000-0000-0000-000000000000"}',
    "a filter that lets all through": "groupBy: [YEAR, AGENCY], filter: {}",
    "the part of a year until today": "groupBy: [YEAR, AGENCY], comparedWith: SAME_PERIOD_LAST_YEAR",
}


@pytest.mark.parametrize("who", [None, "nominee"])
@pytest.mark.parametrize("said", REFUSED.values(), ids=REFUSED)
async def test_what_one_might_subtract_is_refused_with_what_to_ask_instead(
    province: Province, who: str | None, said: str
) -> None:
    answer = await province.ask(who, f"{{ awardStatistics({said}) {{ count }} }}")
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("FIGURES_TOO_FINE", ["awardStatistics"])
    vietnamese, english = error["message"].split(" · ")
    assert ("groupBy" in vietnamese, "leave out" in english) == (True, True)
    assert "errors" not in await province.ask("officer", f"{{ awardStatistics({said}) {{ count }} }}")


@pytest.mark.parametrize("figure", [name for name in FIGURES.split() if name != "count"])
@pytest.mark.parametrize("place", ["{0}", "current {{ {0} }}", "previous {{ {0} }}", "difference {{ {0} }}"])
async def test_figures_by_who_was_awarded_are_refused_too(province: Province, figure: str, place: str) -> None:
    text = "awardStatistics(groupBy: [AGENCY], year: 2025, comparedWith: SAME_PERIOD_LAST_YEAR)"
    answer = await province.ask(None, f"{{ {text} {{ count {place.format(figure)} }} }}")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FIGURES_TOO_FINE"]


def test_whatever_counts_is_disclosed_or_of_nothing_in_public() -> None:
    assert set(counting_fields()) == {"awardStatistics"} | KEPT_FROM_ALL, (
        "a new field counts: make its groups by disclosure.disclosed() for all but staff, and try it here"
    )
    assert disclosure.LEAST == LEAST


# what can be worked out


@dataclass(frozen=True)
class Given:
    """An award, as far as anybody counts it."""

    year: int
    AGENCY: int
    AWARD_TYPE: int
    QUARTER: int


World = Sequence[Given]
DIMENSIONS = ("AGENCY", "AWARD_TYPE", "QUARTER")
VALUES = {"AGENCY": range(4), "AWARD_TYPE": range(3), "QUARTER": range(1, 5)}
YEARS = (2024, 2025)


def of(world: World, year: int, by: str) -> dict[Any, list[Any]]:
    """The groups of a year."""
    groups: dict[Any, list[Any]] = {}
    for award in world:
        if award.year == year:
            groups.setdefault(getattr(award, by) if by != "YEAR" else None, []).append((award, 0))
    return groups


def all_told(world: World) -> list[Any]:
    """Every table and comparison there is, as numbers."""
    told: list[Any] = []
    for by in (*DIMENSIONS, "YEAR"):
        tables = [of(world, year, by) for year in YEARS]
        told += [frozenset((key(by, group, folded), len(group)) for group, folded in told_in_public(t)) for t in tables]
        compared = compared_in_public(*reversed(tables))
        told.append(frozenset((key(by, group, folded), *sizes(group)) for group, folded in compared))
    return told


def key(by: str, group: list[Any], folded: bool) -> Any:
    return None if folded or by == "YEAR" else getattr(group[0][0], by)


def sizes(group: list[Any]) -> tuple[int, ...]:
    held = Counter(award.year for award, _ in group)
    return tuple(held[year] for year in YEARS)


def cells(world: World) -> Iterator[tuple[str, ...]]:
    """Whatever one might want to know of: a year, a group of it, and where two of its groups meet."""
    for names in ((), *((name,) for name in DIMENSIONS), *combinations(DIMENSIONS, 2)):
        yield ("year", *names)


def counts(world: World, names: Sequence[str]) -> Counter[Any]:
    return Counter(tuple(getattr(award, name) for name in names) for award in world)


def neighbours(world: World) -> Iterator[World]:
    """Worlds that differ in one award, there or not, or of another group; or in two that change places."""
    for n, award in enumerate(world):
        rest = [*world[:n], *world[n + 1 :]]
        yield rest
        yield [*world, award]
        for by in DIMENSIONS:
            yield from ([*rest, replace(award, **{by: value})] for value in VALUES[by])
    for one, other in combinations(range(len(world)), 2):
        for by in DIMENSIONS:
            if world[one].year == world[other].year and getattr(world[one], by) != getattr(world[other], by):
                swapped = [*world]
                swapped[one] = replace(world[one], **{by: getattr(world[other], by)})
                swapped[other] = replace(world[other], **{by: getattr(world[one], by)})
                yield swapped


def worked_out(world: World) -> set[tuple[Any, ...]]:
    """The numbers from one to four that are the same in all worlds nearby of which the same is told."""
    told = all_told(world)
    found = {(names, place) for names in cells(world) for place, n in counts(world, names).items() if 1 <= n <= 4}
    own = {names: counts(world, names) for names in cells(world)}
    for other in neighbours(world):
        if not found:
            break
        if all_told(other) == told:
            theirs = {names: counts(other, names) for names in cells(world)}
            found = {(names, place) for names, place in found if theirs[names][place] == own[names][place]}
    return found


def in_quarters(*counts: int, before: int = 0) -> World:
    """So many awards in each quarter of a year, all to one agency, and some in the year before."""
    held = [Given(YEARS[1], 0, n % 3, quarter) for quarter, count in enumerate(counts, 1) for n in range(count)]
    return held + [Given(YEARS[0], 0, 0, 1)] * before


AWARD = st.builds(
    Given, year=st.sampled_from(YEARS), **{name: st.sampled_from(values) for name, values in VALUES.items()}
)


@given(st.lists(AWARD, max_size=40))
@example(in_quarters(4, 6, 6, 6))
@example(in_quarters(4, 4, 4, 6))
@example(in_quarters(4, 4, 4, 4))
@example(in_quarters(1, 6, 0, 0, before=4))
@example(in_quarters(2, 3, 0, 0, before=12))
@example(in_quarters(1, 1, 1, 30, before=5))
@settings(max_examples=60, deadline=None)
def test_nothing_from_one_to_four_is_worked_out_of_all_that_is_told(world: World) -> None:
    assert worked_out(world) == set()


def test_a_rule_that_told_more_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control experiment: groups of five told, and few left alone beside a total that is known."""
    alone = (("year", "QUARTER"), (YEARS[1], 1))
    with monkeypatch.context() as planted:
        planted.setattr(counts_public, "LEAST", 5)
        assert alone in worked_out(in_quarters(4, 4, 4, 6))
    with monkeypatch.context() as planted:
        planted.setattr(counts_public, "told_apart", lambda groups: {k for k, g in groups.items() if len(g) >= LEAST})
        assert alone in worked_out(in_quarters(2, 6, 6, 6))
    assert worked_out(in_quarters(2, 6, 6, 6)) == set()
