"""A version of the workflow is published only if it is sound: each planted fault is said, with its row."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from models.catalogue.deadline import SaidClock, Stage, clocks, deadlines
from models.catalogue.entry import FILES, CatalogueError
from models.catalogue.law import read
from models.rule_set import CommendationType
from models.workflow import TABLES, Clock, DossierStatus, Lead, Step, Workflow, workflows
from models.workflow_check import must_be_sound

S = DossierStatus
NOW = workflows()["2024-1"]
CLOCKS = clocks(FILES / "clocks.toml")
LIMITS = deadlines(FILES / "deadlines.toml")
DAYS = {"VN-2026": 15}


def spoilt(step: Step, **more: Any) -> Workflow:
    """The version with one row changed."""
    return replace(NOW, steps=MappingProxyType({**NOW.steps, step: replace(NOW.steps[step], **more)}))


def without(step: Step, *statuses: DossierStatus) -> frozenset[DossierStatus]:
    return NOW.steps[step].before - set(statuses)


def test_every_published_version_is_sound() -> None:
    law = read()
    for version in workflows().values():
        own = {said.code: said.processing_days for said in law.rule_sets if said.workflow == version.code}
        must_be_sound(version, CLOCKS, LIMITS, own)
        assert own, f"{version.code} is named by no rule set"


def no_way_out_of(status: DossierStatus) -> Workflow:
    """The version in which no step leaves a state."""
    steps = {step: replace(rule, before=rule.before - {status}) for step, rule in NOW.steps.items()}
    return replace(NOW, steps=MappingProxyType(steps))


def going_round(status: DossierStatus, into: DossierStatus) -> Workflow:
    """The version in which two states lead only to each other."""
    steps = dict(no_way_out_of(status).steps)
    steps = {step: replace(rule, before=rule.before - {into}) for step, rule in steps.items()}
    steps[Step.RETURN] = replace(NOW.steps[Step.RETURN], before=frozenset({status}), after=into)
    steps[Step.ASSIGN] = replace(NOW.steps[Step.ASSIGN], before=frozenset({into}), after=status)
    return replace(NOW, steps=MappingProxyType(steps))


FAULTS: dict[str, tuple[Callable[[], Workflow], str]] = {
    "a state nobody reaches": (lambda: spoilt(Step.STOP, after=S.HELD), "no way leads to STOPPED"),
    "a dead end": (lambda: no_way_out_of(S.SUBMITTED), "SUBMITTED is a dead end"),
    "a dead end after the result": (lambda: no_way_out_of(S.CANCELLED), "CANCELLED is a dead end"),
    "a way without an end": (lambda: going_round(S.SIGNING, S.ASSIGNED), "from SIGNING no way ends in an answer"),
    "a wait nobody ends": (
        lambda: spoilt(Step.END_POSTING, before=frozenset({S.CONSULTING})),
        "[step.POST]: no step leads BACK from POSTED",
    ),
    "a way back to nowhere": (
        lambda: spoilt(Step.HOLD, returns=False),
        "[step.HOLD]: RESUME leads BACK from HELD: write `returns = true`",
    ),
    "a wait in no state": (lambda: spoilt(Step.AMEND, returns=True), "[step.AMEND]: it `returns` from SAME"),
    "who drafts receives": (lambda: spoilt(Step.RECEIVE, apart=frozenset({Step.SUBMIT})), "[step.RECEIVE]"),
    "who drafts appraises": (lambda: spoilt(Step.APPRAISE, apart=frozenset()), "could take DRAFT, SUBMIT and this"),
    "who appraises decides": (
        lambda: spoilt(Step.DECIDE, apart=frozenset({Step.DRAFT})),
        "[step.DECIDE]: one person could take APPRAISE, PASS_APPRAISAL and this",
    ),
    "nobody may": (lambda: spoilt(Step.ARCHIVE, roles=frozenset()), "[step.ARCHIVE]: `roles` is empty"),
    "never": (lambda: spoilt(Step.ENDORSE, before=frozenset()), "[step.ENDORSE]: `before` is empty"),
    "nothing said in Vietnamese": (lambda: spoilt(Step.SUBMIT, says=" "), "[step.SUBMIT]: `says` is empty"),
    "nothing said in English": (lambda: spoilt(Step.SUBMIT, says_en=""), "[step.SUBMIT]: `says_en` is empty"),
    "no article": (lambda: spoilt(Step.SUBMIT, article=""), "[step.SUBMIT]: `article` is empty"),
    "reception elsewhere": (lambda: spoilt(Step.RECEIVE, after=S.ASSIGNED), "the clock must run from reception"),
    "a draft that is no draft": (lambda: spoilt(Step.DRAFT, after=Lead.SAME), "no way leads to DRAFT"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_said_with_its_row(fault: str) -> None:
    make, said = FAULTS[fault]
    with pytest.raises(CatalogueError) as refused:
        must_be_sound(make(), CLOCKS, LIMITS, DAYS)
    assert said in str(refused.value)
    assert str(refused.value).startswith("workflows/2024-1.toml: ")


@pytest.mark.parametrize(
    ("status", "clock", "stage"),
    [(S.SUBMITTED, Clock.RUNNING, Stage.RECEPTION), (S.ARCHIVED, Clock.PAUSED, None), (S.RECEIVED, Clock.PAUSED, None)],
)
def test_a_clock_that_runs_before_reception_or_after_the_end_is_said(
    status: DossierStatus, clock: Clock, stage: Stage | None
) -> None:
    wrong = SaidClock(clock=clock, stage=stage, result=False, source="province", confirmed=False)
    with pytest.raises(CatalogueError, match="clock"):
        must_be_sound(NOW, {**CLOCKS, status: wrong}, LIMITS, DAYS)


@pytest.mark.parametrize(("days", "sum_"), [(14, 15), (17, 15)])
def test_stages_that_do_not_add_up_to_the_processing_days_are_said(days: int, sum_: int) -> None:
    with pytest.raises(CatalogueError, match=f"the stages of VN-2026 add up to {sum_} days, not {days}"):
        must_be_sound(NOW, CLOCKS, LIMITS, {"VN-2026": days})


def test_a_type_of_commendation_may_take_less_and_not_more_than_the_whole() -> None:
    signing = next(each for each in LIMITS if (each.rule_set, each.stage) == ("VN-2026", Stage.SIGNING))
    swift = replace(signing, commendation_type=CommendationType.UNEXPECTED, half_days=2)
    must_be_sound(NOW, CLOCKS, [*LIMITS, swift], DAYS)
    with pytest.raises(CatalogueError, match="VN-2026 for UNEXPECTED add up to"):
        must_be_sound(NOW, CLOCKS, [*LIMITS, replace(swift, half_days=signing.half_days + 2)], DAYS)


def test_a_stage_without_a_limit_is_said() -> None:
    with pytest.raises(CatalogueError, match="no limit for SIGNING under VN-2026"):
        must_be_sound(NOW, CLOCKS, [each for each in LIMITS if each.stage is not Stage.SIGNING], DAYS)


def test_processing_days_are_the_sum_of_the_stages() -> None:
    for said in read().rule_sets:
        halves = sum(e.half_days for e in LIMITS if e.rule_set == said.code and e.commendation_type is None)
        assert said.processing_days == math.ceil(halves / 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('roles = ["ONE_STOP"]', 'roles = ["KING"]'),
        ('after = "PUBLISHED"', 'after = "NOWHERE"'),
        ('at = "HANDLER"', 'at = "MOON"'),
    ],
)
def test_a_word_that_is_no_role_state_or_desk_is_refused_with_its_file(tmp_path: Path, before: str, after: str) -> None:
    text = (TABLES / "2024-1.toml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "2024-1.toml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"2024-1\.toml: '(KING|NOWHERE|MOON)' is no role, state, step"):
        workflows(tmp_path)
