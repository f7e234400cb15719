"""What the catalogue's file of council rules says, read whole: values, not yet rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

from models.award_type import AwardClass
from models.catalogue.entry import Entry, entries
from models.council_ballot import BallotKind
from models.council_rule import VoteBase
from models.rule_set import CommendationType

_FRACTION = "[1-9][0-9]?/[1-9][0-9]?"


@dataclass(frozen=True, kw_only=True)
class SaidCouncilRule:
    """What a council's vote on some awards needs under a rule set (art 90); None stands for any."""

    rule_set: str
    award_class: AwardClass | None
    award_code: str | None
    commendation_type: CommendationType | None
    needed: bool
    ballot: BallotKind
    threshold: str
    more_than: bool
    base: VoteBase
    quorum: str
    chair_breaks_ties: bool
    party_opinion: bool
    article: str
    confirmed: bool
    note: str | None


def council_rules(file: Path, awards: set[str], rule_sets: set[str]) -> Iterator[SaidCouncilRule]:
    """The rules of a file. Raises CatalogueError for what is unknown, a share above one, a case said twice."""
    seen: set[tuple[object, ...]] = set()
    for entry in entries(file, "council_rule"):
        for said in _rules(entry, awards, rule_sets):
            case = (said.rule_set, said.award_class, said.award_code, said.commendation_type)
            if case in seen:
                raise entry.refusal("awards", f"the case {case} is said twice: leave it in one entry")
            seen.add(case)
            yield said


def _rules(entry: Entry, awards: set[str], rule_sets: set[str]) -> Iterator[SaidCouncilRule]:
    sets = _known(entry, "rule_sets", rule_sets)
    codes: list[str | None] = [*_known(entry, "awards", awards)] if entry.has("awards") else [None]
    classes = entry.members_or_any("award_classes", AwardClass)
    types = entry.members_or_any("commendation_types", CommendationType)
    confirmed, note = entry.confirmed()
    threshold, more_than = _threshold(entry)
    values: dict[str, Any] = {
        "threshold": threshold,
        "more_than": more_than,
        "confirmed": confirmed,
        "note": note,
        "needed": entry.flag("needed"),
        "ballot": entry.member("ballot", BallotKind),
        "base": entry.member("base", VoteBase),
        "quorum": _share(entry, "quorum"),
        "chair_breaks_ties": _breaks_ties(entry, threshold, more_than=more_than),
        "party_opinion": entry.flag("party_opinion"),
        "article": entry.text("article"),
    }
    entry.done()
    for rule_set, code, award_class, commendation in product(sets, codes, classes, types):
        yield SaidCouncilRule(
            rule_set=rule_set, award_class=award_class, award_code=code, commendation_type=commendation, **values
        )


def _known(entry: Entry, key: str, known: set[str]) -> list[str]:
    said = entry.texts(key)
    if unknown := [text for text in said if text not in known]:
        raise entry.refusal(key, f"`{key}` has {unknown[0]!r}, which the catalogue does not have")
    return said


def _threshold(entry: Entry) -> tuple[str, bool]:
    """The share, and whether it must be exceeded; `at_least` of an entry goes before the `more_than` of every entry."""
    more = _share(entry, "more_than") if entry.has("more_than") else None
    if entry.has("at_least"):
        return _share(entry, "at_least"), False
    return more or _share(entry, "more_than"), True


def _share(entry: Entry, key: str) -> str:
    """A fraction above nought, at most one."""
    value = entry.code(key, _FRACTION)
    if Fraction(value) > 1:
        raise entry.refusal(key, f"`{key}` is {value}: write a share of at most one, like 2/3")
    return value


def _breaks_ties(entry: Entry, threshold: str, *, more_than: bool) -> bool:
    breaks = entry.flag("chair_breaks_ties")
    if breaks and not (threshold == "1/2" and more_than):
        raise entry.refusal(
            "chair_breaks_ties", '`chair_breaks_ties` goes with `more_than = "1/2"` only: a tie is a half'
        )
    return breaks
