"""What the catalogue's files say of asking others about a dossier: agencies for opinions, the public for comments."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from models.award_type import AwardClass
from models.catalogue.entry import CatalogueError, Entry, entries
from models.rule_set import CommendationType


class Silence(enum.Enum):
    """What it means that an agency has not answered by its last day."""

    AGREES = "im lặng là đồng ý"
    NO_ANSWER = "im lặng là không có ý kiến"


@dataclass(frozen=True, kw_only=True)
class SaidOpinionRule:
    """How long an agency has for its opinion under a rule set, in working days, and what its silence means."""

    rule_set: str
    working_days: int
    most_days: int
    silence: Silence
    article: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class SaidPostingRule:
    """Which awards must be posted under a rule set, and for how many working days."""

    rule_set: str
    award_classes: frozenset[AwardClass]
    commendation_types: frozenset[CommendationType]
    working_days: int
    article: str
    days_article: str
    confirmed: bool

    def covers(self, award: AwardClass, commendation: CommendationType) -> bool:
        """Whether awards of this family, given in this way, must be posted."""
        return award in self.award_classes and commendation in self.commendation_types


Said = TypeVar("Said", SaidOpinionRule, SaidPostingRule)


def opinion_rules(file: Path) -> Mapping[str, SaidOpinionRule]:
    """The rules by rule set. Raises CatalogueError for one said twice, or for a time that is more than the most."""
    return _once(file, (said for entry in entries(file, "opinion_rule") for said in _opinion_rules(entry)))


def posting_rules(file: Path) -> Mapping[str, SaidPostingRule]:
    """The rules by rule set. Raises CatalogueError for one said twice."""
    return _once(file, (said for entry in entries(file, "posting_rule") for said in _posting_rules(entry)))


def _once(file: Path, rules: Iterator[Said]) -> Mapping[str, Said]:
    found: dict[str, Said] = {}
    for said in rules:
        if said.rule_set in found:
            raise CatalogueError(f"{file.name}: {said.rule_set} has two entries: write one")
        found[said.rule_set] = said
    return found


def _opinion_rules(entry: Entry) -> Iterator[SaidOpinionRule]:
    confirmed, _ = entry.confirmed()
    days, most = _days(entry, "working_days"), _days(entry, "most_days")
    silence, article, rule_sets = entry.member("silence", Silence), entry.text("article"), entry.texts("rule_sets")
    entry.done()
    if days > most:
        raise entry.refusal("working_days", f"`working_days` is {days}: write at most `most_days`, {most}")
    for rule_set in rule_sets:
        yield SaidOpinionRule(
            rule_set=rule_set, working_days=days, most_days=most, silence=silence, article=article, confirmed=confirmed
        )


def _posting_rules(entry: Entry) -> Iterator[SaidPostingRule]:
    confirmed, _ = entry.confirmed()
    classes, types = (
        entry.members("award_classes", AwardClass),
        entry.members("commendation_types", CommendationType),
    )
    days, article, days_article = _days(entry, "working_days"), entry.text("article"), entry.text("days_article")
    rule_sets = entry.texts("rule_sets")
    entry.done()
    for rule_set in rule_sets:
        yield SaidPostingRule(
            rule_set=rule_set,
            award_classes=frozenset(classes),
            commendation_types=frozenset(types),
            working_days=days,
            article=article,
            days_article=days_article,
            confirmed=confirmed,
        )


def _days(entry: Entry, key: str) -> int:
    days = entry.number(key)
    if not days.is_integer():
        raise entry.refusal(key, f"`{key}` is {days}: write whole days")
    return int(days)
