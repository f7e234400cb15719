"""What the catalogue's files say of time limits: how long each stage may take, and in which states a clock runs."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

from models.catalogue.entry import CatalogueError, Entry, entries
from models.rule_set import CommendationType
from models.workflow import Clock, DossierStatus


class Stage(enum.Enum):
    """A part of the procedure with a time limit of its own, in the order they follow one another."""

    RECEPTION = "tiếp nhận"
    APPRAISAL_AND_COUNCIL = "thẩm định, lấy ý kiến và họp Hội đồng"
    SIGNING = "trình ký"
    RETURN_OF_RESULT = "trả kết quả"


@dataclass(frozen=True, kw_only=True)
class SaidDeadline:
    """How many half days a rule set leaves a stage; for one type of commendation only, or (None) for all the others."""

    rule_set: str
    stage: Stage
    commendation_type: CommendationType | None
    half_days: int
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class SaidClock:
    """What the clock does in a state, which stage that is of, and whether it is an answer to the proposer."""

    clock: Clock
    stage: Stage | None
    result: bool
    source: str
    confirmed: bool


def deadlines(file: Path) -> tuple[SaidDeadline, ...]:
    """The time limits. Raises CatalogueError where a rule set gives a stage two, or none for the other types."""
    found: dict[tuple[str, Stage, CommendationType | None], SaidDeadline] = {}
    for entry in entries(file, "deadline"):
        for said in _deadlines(entry):
            place = said.rule_set, said.stage, said.commendation_type
            if place in found:
                raise entry.refusal("stage", f"{said.stage.name} has two limits in {said.rule_set}: leave one")
            found[place] = said
    for rule_set in {said.rule_set for said in found.values()}:
        if missing := [stage.name for stage in Stage if (rule_set, stage, None) not in found]:
            raise CatalogueError(f"{file.name}: {rule_set} has no limit for {missing[0]}: write a [[deadline]]")
    return tuple(found.values())


def _deadlines(entry: Entry) -> list[SaidDeadline]:
    entry.text("name")
    entry.text("name_en")
    confirmed, _ = entry.confirmed()
    stage, half_days = entry.member("stage", Stage), 2 * entry.number("working_days")
    types = entry.members_or_any("commendation_types", CommendationType)
    rule_sets = entry.texts("rule_sets")
    entry.done()
    if not half_days.is_integer():
        raise entry.refusal("working_days", f"`working_days` is {half_days / 2}: write whole or half days")
    return [
        SaidDeadline(
            rule_set=rule_set,
            stage=stage,
            commendation_type=commendation_type,
            half_days=int(half_days),
            confirmed=confirmed,
        )
        for rule_set in rule_sets
        for commendation_type in types
    ]


def clocks(file: Path) -> dict[DossierStatus, SaidClock]:
    """What the clock does in every state. Raises CatalogueError where a state is said twice, or not at all."""
    found: dict[DossierStatus, SaidClock] = {}
    for entry in entries(file, "clock"):
        said, statuses = _clock(entry), entry.members("statuses", DossierStatus)
        entry.done()
        if twice := [status.name for status in statuses if status in found]:
            raise entry.refusal("statuses", f"{twice[0]} is said twice: leave it in one entry")
        found |= dict.fromkeys(statuses, said)
    if missing := [status.name for status in DossierStatus if status not in found]:
        raise CatalogueError(f"{file.name}: nothing is said of {missing[0]}: add it to the `statuses` of an entry")
    return found


def _clock(entry: Entry) -> SaidClock:
    clock = entry.member("clock", Clock)
    if entry.has("stage") is not (clock is Clock.RUNNING):
        raise entry.refusal("stage", f"a clock that is {clock.name} is of no stage, one that is RUNNING of one")
    confirmed, _ = entry.confirmed()
    return SaidClock(
        clock=clock,
        stage=entry.member("stage", Stage) if clock is Clock.RUNNING else None,
        result=entry.has("result") and entry.flag("result"),
        source=entry.text("source"),
        confirmed=confirmed,
    )
