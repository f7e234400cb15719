"""The time of a dossier: how much of its limit is spent, what is left, and from when it is, or will be, late.

Pure: a `Count` is what is known once a step is taken, the next is made from it, the state before and after, and the
moment. It counts working half days. A whole limit is given in days, so it ends with a day, that of reception not being
counted (Civil Code arts 147, 148); what is awaited from others is given back by the half day.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from models.calendar import Calendar
from models.catalogue.deadline import SaidClock, SaidDeadline, Stage, clocks, deadlines
from models.catalogue.entry import FILES
from models.rule_set import CommendationType
from models.workflow import Clock, DossierStatus

Limits = Mapping[str, int]
"""How many half days each stage may take, by its name."""


Taken = tuple[DossierStatus, DossierStatus, datetime]
"""A step as the clock sees it: the state before and after it, and when."""


class Timeliness(enum.Enum):
    """How a dossier stands to its time limit: before its result, and after."""

    IN_TIME = "còn trong hạn"
    AT_RISK = "có nguy cơ quá hạn"
    OVERDUE = "đã quá hạn, chưa có kết quả"
    EARLY = "xong trước hạn"
    ON_TIME = "xong đúng hạn"
    LATE = "xong quá hạn"


@cache
def _clocks() -> Mapping[DossierStatus, SaidClock]:
    return clocks(FILES / "clocks.toml")


@cache
def _deadlines() -> tuple[SaidDeadline, ...]:
    return deadlines(FILES / "deadlines.toml")


def clock(status: DossierStatus) -> Clock:
    """Whether the time limit runs: not while others are awaited, nor before reception, nor after the result."""
    return _clocks()[status].clock


def limits(rule_set: str, commendation_type: CommendationType) -> Limits:
    """What a rule set leaves each stage of a dossier of this type; bound to the dossier at reception."""
    said = {
        each.stage: each
        for kind in (None, commendation_type)
        for each in _deadlines()
        if (each.rule_set, each.commendation_type) == (rule_set, kind)
    }
    return {stage.name: said[stage].half_days for stage in Stage}


@dataclass(frozen=True, kw_only=True)
class Count:
    """A dossier's time once its last step was taken, in half days."""

    limits: Limits
    stage: Stage
    stage_left: int
    """What is left of the stage's own limit; negative once it is overrun. A stage entered again has all of it."""
    spent: int
    left: int
    """What is left of the whole limit; negative when late."""
    saved: int | None = None
    """What was left when there was a result."""
    since: datetime
    """From when the clock has stood as it stands."""


def begun(limits: Limits, at: datetime, by: Calendar) -> Count:
    """The count of a dossier received at a moment: its limit ends with the day on which the last half day lies."""
    first = by.received_half(at)
    due = first + sum(limits.values())
    return Count(
        limits=limits,
        stage=Stage.RECEPTION,
        stage_left=limits[Stage.RECEPTION.name],
        spent=0,
        left=due - due % 2 + 1 - first,
        since=max(at, by.begins(first)),
    )


def moved(count: Count, before: DossierStatus, after: DossierStatus, at: datetime, by: Calendar) -> Count:
    """The count after a step: running time is spent, paused time is not; a result is early or late by what is left."""
    passed = ran(before, count.since, at, by)
    stage = _clocks()[after].stage or count.stage
    left = count.left - passed
    return replace(
        count,
        stage=stage,
        stage_left=count.stage_left - passed if stage is count.stage else count.limits[stage.name],
        spent=count.spent + passed,
        left=left,
        saved=left if _clocks()[after].result else count.saved,
        since=max(at, count.since),
    )


def replayed(limits: Limits, received: datetime, taken: Iterable[Taken], by: Calendar) -> Count:
    """The count of a dossier after the steps that followed its reception."""
    count = begun(limits, received, by)
    for before, after, at in taken:
        count = moved(count, before, after, at, by)
    return count


def ran(status: DossierStatus, since: datetime, at: datetime, by: Calendar) -> int:
    """How many half days of the limit have run by a moment in a state that the dossier has been in since another."""
    if clock(status) is not Clock.RUNNING:
        return 0
    return max(0, by.half_of(at) - by.half_of(since))


@dataclass(frozen=True, kw_only=True)
class Dates:
    """What follows from a count by the calendar, as long as no further step is taken."""

    due_on: date
    """The day of the last half day; while the clock is paused, as it was when it paused."""
    late_at: datetime | None
    """From when it is overdue; None where it is not and, its clock standing, will not be."""
    at_risk_at: datetime | None
    """From when it will miss its deadline if this stage and those to come take all of their limits; None as above."""


def dates(count: Count, status: DossierStatus, by: Calendar) -> Dates:
    """The dates of a dossier in a state."""
    now = by.half_of(count.since)
    due = now + count.left
    later = sum(count.limits[stage.name] for stage in _after(count.stage))
    last = now - 1 if now + max(0, count.stage_left) + later > due else due - later
    late, at_risk = by.ends(due), by.ends(min(due, last))
    match clock(status):
        case Clock.RUNNING:
            return Dates(due_on=by.day_of_half(due), late_at=late, at_risk_at=at_risk)
        case Clock.PAUSED:
            return Dates(
                due_on=by.day_of_half(due),
                late_at=late if count.left < 0 else None,
                at_risk_at=at_risk if last < now else None,
            )
        case _:
            return Dates(due_on=by.day_of_half(due), late_at=None, at_risk_at=None)


def _after(stage: Stage) -> list[Stage]:
    """The stages that follow one."""
    stages = list(Stage)
    return stages[stages.index(stage) + 1 :]
