"""What the catalogue's files say, read whole and checked against one another: values, not yet rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from models.agency import AgencyKind
from models.award_type import AuthorityRight, AwardClass, AwardLevel, Cadence
from models.catalogue.council import SaidCouncilRule, council_rules
from models.catalogue.deadline import SaidDeadline, clocks, deadlines
from models.catalogue.entry import FILES, CatalogueError, Entry, entries
from models.nominee import NomineeKind
from models.rule_set import CommendationType, DocumentKind
from models.workflow import Step, workflows
from models.workflow_check import must_be_sound

AWARD_CODE = "[A-Z][A-Z0-9_]+"
_LEVELS = list(AwardLevel)
_CLASSES = [
    AwardClass.STATE_HONORARY_TITLE,
    AwardClass.ORDER,
    AwardClass.PRIZE,
    AwardClass.MEDAL,
    AwardClass.EMULATION_TITLE,
    AwardClass.COMMEMORATIVE_MEDAL,
    AwardClass.CERTIFICATE_OF_MERIT,
    AwardClass.CERTIFICATE,
]
"""The order in which a list of awards names their families, within one level."""


@dataclass(frozen=True, kw_only=True)
class SaidAwardType:
    """An award of the catalogue as a file says it (Law 06/2022 arts 19–75)."""

    code: str
    name: str
    name_en: str
    award_class: AwardClass
    level: AwardLevel
    recipients: tuple[NomineeKind, ...]
    posthumous: bool
    cadence: Cadence | None
    article: str
    confirmed: bool
    note: str | None
    valid_from: date
    valid_to: date | None
    rank: int = 0


@dataclass(frozen=True, kw_only=True)
class SaidAuthority:
    """A right of a kind of agency over one version of an award (arts 77–80, 83, 84.3)."""

    award: SaidAwardType
    agency_kind: AgencyKind
    right: AuthorityRight
    article: str
    confirmed: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class SaidDocument:
    """A paper that a dossier must hold under a rule set (arts 84–85); None stands for any."""

    rule_set: str
    kind: DocumentKind
    award_class: AwardClass | None
    award_code: str | None
    commendation_type: CommendationType | None
    due: Step
    article: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class SaidRuleSet:
    """The instruments in force on some days, and the working days they leave from reception to result."""

    code: str
    name: str
    name_en: str
    instruments: tuple[str, ...]
    processing_days: int
    provisional: bool
    workflow: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class Law:
    """The whole catalogue: each part agrees with the others."""

    award_types: tuple[SaidAwardType, ...]
    authorities: tuple[SaidAuthority, ...]
    rule_sets: tuple[SaidRuleSet, ...]
    documents: tuple[SaidDocument, ...]
    council_rules: tuple[SaidCouncilRule, ...]


def read(files: Path = FILES) -> Law:
    """The law as the files of a folder say it.

    Raises CatalogueError with file, line and key for what cannot be: an unknown code, a day that ends before it begins,
    an article the law does not have, two entries of one code on the same day.
    """
    awards = _award_types(files / "award_types")
    limits = deadlines(files / "deadlines.toml")
    days = _processing_days(limits)
    rule_sets = tuple(_rule_set(entry, days) for entry in entries(files / "rule_sets.toml", "rule_set"))
    for version in workflows().values():
        own = {said.code: said.processing_days for said in rule_sets if said.workflow == version.code}
        must_be_sound(version, clocks(files / "clocks.toml"), limits, own)
    return Law(
        award_types=awards,
        authorities=tuple(_authorities(files / "authorities.toml", awards)),
        rule_sets=rule_sets,
        documents=tuple(_documents(files / "required_documents.toml", awards, {said.code for said in rule_sets})),
        council_rules=tuple(
            council_rules(
                files / "council_rules.toml", {said.code for said in awards}, {said.code for said in rule_sets}
            )
        ),
    )


def _award_types(folder: Path) -> tuple[SaidAwardType, ...]:
    found: list[SaidAwardType] = []
    for file in sorted(folder.glob("*.toml")):
        for entry in entries(file, "award_type"):
            award = _award_type(entry)
            if any(_overlap(award, other) for other in found if other.code == award.code):
                raise entry.refusal("code", f"{award.code} has two entries on one day: end the earlier with `valid_to`")
            found.append(award)
    if not found:
        raise CatalogueError(f"{folder}: no award types are there: the catalogue is incomplete")
    ordered = sorted(found, key=lambda said: (_LEVELS.index(said.level), _CLASSES.index(said.award_class)))
    return tuple(replace(said, rank=rank) for rank, said in enumerate(ordered, 1))


def _award_type(entry: Entry) -> SaidAwardType:
    first, end = entry.days()
    confirmed, note = entry.confirmed()
    said = SaidAwardType(
        code=entry.code("code", AWARD_CODE),
        name=entry.text("name"),
        name_en=entry.text("name_en"),
        award_class=entry.member("award_class", AwardClass),
        level=entry.member("level", AwardLevel),
        recipients=tuple(entry.members("recipients", NomineeKind)),
        posthumous=entry.flag("posthumous"),
        cadence=entry.member("cadence", Cadence) if entry.has("cadence") else None,
        article=entry.article(),
        confirmed=confirmed,
        note=note,
        valid_from=first,
        valid_to=end,
    )
    entry.done()
    return said


def _authorities(file: Path, awards: tuple[SaidAwardType, ...]) -> Iterator[SaidAuthority]:
    seen: list[SaidAuthority] = []
    for entry in entries(file, "authority"):
        for said in _authority(entry, awards):
            same = (other for other in seen if (other.award, other.agency_kind, other.right) == _over(said))
            if any(_overlap(said, other) for other in same):
                place = f"{said.award.code} × {said.agency_kind.name} × {said.right.name}"
                raise entry.refusal(
                    "agency_kinds", f"{place} has two entries on one day: end the earlier with `valid_to`"
                )
            seen.append(said)
    yield from seen


def _over(said: SaidAuthority) -> tuple[SaidAwardType, AgencyKind, AuthorityRight]:
    return said.award, said.agency_kind, said.right


def _authority(entry: Entry, awards: tuple[SaidAwardType, ...]) -> Iterator[SaidAuthority]:
    first, end = entry.days()
    confirmed, _ = entry.confirmed()
    right, kinds, article = (
        entry.member("right", AuthorityRight),
        entry.members("agency_kinds", AgencyKind),
        entry.article(),
    )
    chosen = _chosen(entry, awards)
    entry.done()
    for award in chosen:
        begins, ends = max(first, award.valid_from), min(end or date.max, award.valid_to or date.max)
        if begins >= ends:
            continue
        for kind in kinds:
            yield SaidAuthority(
                award=award,
                agency_kind=kind,
                right=right,
                article=article,
                confirmed=confirmed,
                valid_from=begins,
                valid_to=None if ends == date.max else ends,
            )


def _chosen(entry: Entry, awards: tuple[SaidAwardType, ...]) -> list[SaidAwardType]:
    classes = entry.members("award_classes", AwardClass) if entry.has("award_classes") else []
    codes = _award_codes(entry, awards)
    if not classes and not codes:
        raise entry.refusal("awards", "no award is named: write `awards` or `award_classes`")
    return [award for award in awards if award.code in codes or award.award_class in classes]


def _award_codes(entry: Entry, awards: Iterable[SaidAwardType]) -> list[str]:
    codes = entry.texts("awards") if entry.has("awards") else []
    if unknown := [code for code in codes if code not in {award.code for award in awards}]:
        raise entry.refusal("awards", f"`awards` has {unknown[0]!r}, which is no award of award_types/")
    return codes


def _processing_days(deadlines: Iterable[SaidDeadline]) -> dict[str, int]:
    """Working days of each rule set: the sum of its stages, half days rounded up."""
    sums: dict[str, int] = {}
    for said in deadlines:
        if said.commendation_type is None:
            sums[said.rule_set] = sums.get(said.rule_set, 0) + said.half_days
    return {rule_set: math.ceil(half_days / 2) for rule_set, half_days in sums.items()}


def _rule_set(entry: Entry, days: dict[str, int]) -> SaidRuleSet:
    first, end = entry.days()
    code = entry.code("code", r"VN-\d{4}(\+\d+/\d{4})?")
    if code not in days:
        raise entry.refusal("code", f"{code} has no time limits: name it in `rule_sets` of deadlines.toml")
    said = SaidRuleSet(
        code=code,
        name=entry.text("name"),
        name_en=entry.text("name_en"),
        instruments=tuple(entry.texts("instruments")),
        processing_days=days[code],
        provisional=entry.flag("provisional"),
        workflow=_workflow(entry),
        valid_from=first,
        valid_to=end,
    )
    entry.done()
    return said


def _workflow(entry: Entry) -> str:
    code = entry.text("workflow")
    if code not in workflows():
        raise entry.refusal("workflow", f"{code!r} is no version of the workflow: {', '.join(workflows())}")
    return code


def _documents(file: Path, awards: tuple[SaidAwardType, ...], rule_sets: set[str]) -> Iterator[SaidDocument]:
    for entry in entries(file, "required_document"):
        for code in entry.texts("rule_sets"):
            if code not in rule_sets:
                raise entry.refusal("rule_sets", f"`rule_sets` has {code!r}, which is no rule set of rule_sets.toml")
        yield from _document(entry, awards)


def _document(entry: Entry, awards: tuple[SaidAwardType, ...]) -> Iterator[SaidDocument]:
    kind, article, (confirmed, _) = entry.member("kind", DocumentKind), entry.article(), entry.confirmed()
    types = entry.members_or_any("commendation_types", CommendationType)
    classes = entry.members_or_any("award_classes", AwardClass)
    codes: list[str | None] = [*_award_codes(entry, awards)] or [None]
    dues = entry.members("due", Step) if entry.has("due") else [Step.SUBMIT]
    entry.done()
    for rule_set, commendation, award_class, code, due in product(
        entry.texts("rule_sets"), types, classes, codes, dues
    ):
        yield SaidDocument(
            rule_set=rule_set,
            kind=kind,
            award_class=award_class,
            award_code=code,
            commendation_type=commendation,
            due=due,
            article=article,
            confirmed=confirmed,
        )


def _overlap(one: Any, other: Any) -> bool:
    """Whether two things with days hold on a common day."""
    return bool(one.valid_from < (other.valid_to or date.max) and other.valid_from < (one.valid_to or date.max))
