"""The clock of a dossier: golden histories around Tết and midnight, and what holds of every history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import clock
from models.calendar import ZONE, Calendar, official
from models.catalogue.days import Announcement, announcements, law_days, office_hours
from models.catalogue.deadline import Stage
from models.catalogue.entry import FILES
from models.clock import Count, Dates
from models.rule_set import CommendationType
from models.workflow import Clock, DossierStatus

C = official()
S = DossierStatus
LIMITS = clock.limits("VN-2026", CommendationType.MERIT)


def at(said: str) -> datetime:
    """A moment by Vietnam's clock; with a day only, in its morning."""
    return datetime.fromisoformat(said if " " in said else f"{said} 08:00").replace(tzinfo=ZONE)


def after(history: list[tuple[str, str]]) -> tuple[Count, DossierStatus]:
    """The count after a history: the first of its moments is that of reception."""
    count, status = clock.begun(LIMITS, at(history[0][0]), C), S.RECEIVED
    for moment, name in history[1:]:
        count = clock.moved(count, status, S[name], at(moment), C)
        status = S[name]
    return count, status


def days(history: list[tuple[str, str]]) -> tuple[float, float, str]:
    """Days spent, days left, and the day due."""
    count, status = after(history)
    return count.spent / 2, count.left / 2, clock.dates(count, status, C).due_on.isoformat()


def test_the_limits_are_those_of_the_catalogue_and_add_up() -> None:
    assert LIMITS == {"RECEPTION": 1, "APPRAISAL_AND_COUNCIL": 18, "SIGNING": 10, "RETURN_OF_RESULT": 1}


@pytest.mark.parametrize(
    ("received", "left", "due"),
    [
        ("2026-11-02 07:30", 15.5, "2026-11-23"),  # the day of reception does not count, and is not lost either
        ("2026-11-02 15:00", 15.0, "2026-11-23"),
        ("2026-11-02 16:31", 15.5, "2026-11-25"),  # after the cut-off it counts as received on Tuesday; 24-11 is off
        ("2026-11-01 09:00", 15.5, "2026-11-23"),  # on a Sunday
        ("2026-01-30 09:00", 15.5, "2026-02-27"),  # ten days before Tết, five after
        ("2026-02-13 23:59", 15.5, "2026-03-16"),  # the last minute before Tết counts as the first morning after
        ("2026-02-13 16:30", 15.0, "2026-03-13"),
        ("2026-02-18 09:00", 15.5, "2026-03-16"),  # within Tết
        ("2025-12-19 09:00", 15.5, "2026-01-12"),  # over the year's end, 2 January off for 10 January
        ("2025-12-31 23:59", 15.5, "2026-01-23"),
        ("2026-08-14 09:00", 15.5, "2026-09-08"),  # over a Saturday worked and National Day
    ],
)
def test_the_limit_ends_with_the_day_of_its_last_half_day(received: str, left: float, due: str) -> None:
    assert days([(received, "RECEIVED")]) == (0, left, due)


@pytest.mark.parametrize(
    ("history", "spent", "left", "due"),
    [
        ([("2026-11-02", ""), ("2026-11-02 15:00", "ASSIGNED")], 0.5, 15, "2026-11-23"),
        # asked on the eve of Tết, answered on the first morning after: the one half day between is given back
        (
            [("2026-02-09", ""), ("2026-02-13 15:00", "SUPPLEMENT_REQUESTED"), ("2026-02-23 08:00", "ASSIGNED")],
            4.5,
            11,
            "2026-03-10",
        ),
        ([("2026-02-09", ""), ("2026-02-13 15:00", "HELD"), ("2026-02-13 23:59", "ASSIGNED")], 4.5, 11, "2026-03-09"),
        ([("2026-11-02", ""), ("2026-11-04", "POSTED"), ("2026-11-18", "SIGNING")], 2, 13.5, "2026-12-08"),
        # paused twice, and the clock stands while it lies above
        (
            [
                ("2026-11-02", ""),
                ("2026-11-03", "CONSULTING"),
                ("2026-11-05", "APPRAISING"),
                ("2026-11-06", "FORWARDED_UP"),
            ],
            2,
            13.5,
            "2026-11-26",
        ),
        ([("2026-11-02", ""), ("2026-11-20 23:59", "DECIDED")], 14.5, 1, "2026-11-23"),
        ([("2026-11-02", ""), ("2026-11-21 00:00", "DECIDED")], 15, 0.5, "2026-11-23"),
        ([("2026-11-02", ""), ("2026-11-23 23:59", "DECIDED")], 15.5, 0, "2026-11-23"),
        ([("2026-11-02", ""), ("2026-11-24 00:00", "DECIDED")], 16, -0.5, "2026-11-23"),
        ([("2026-11-02 17:00", ""), ("2026-11-02 17:05", "ASSIGNED")], 0, 15.5, "2026-11-25"),
    ],
)
def test_what_is_awaited_from_others_is_not_spent_and_moves_the_due_date(
    history: list[tuple[str, str]], spent: float, left: float, due: str
) -> None:
    assert days(history) == (spent, left, due)


@pytest.mark.parametrize(
    ("last", "saved"),
    [
        (("2026-11-12", "DECIDED"), 7.5),
        (("2026-11-23 08:00", "INELIGIBLE"), 0.5),
        (("2026-11-23 23:59", "NOT_PASSED"), 0),
        (("2026-11-25", "DECIDED"), -0.5),
        (("2026-11-25", "WITHDRAWN"), None),
        (("2026-11-25", "HELD"), None),
    ],
)
def test_a_result_is_early_on_time_or_late_by_half_days(last: tuple[str, str], saved: float | None) -> None:
    count, status = after([("2026-11-02", ""), last])
    assert count.saved == (None if saved is None else saved * 2)
    kept = clock.moved(count, status, S.ARCHIVED, at("2027-01-04"), C)
    assert (kept.saved, kept.spent) == (count.saved, count.spent)


def standing(history: list[tuple[str, str]]) -> Dates:
    count, status = after(history)
    return clock.dates(count, status, C)


def test_a_dossier_is_late_from_the_end_of_its_last_half_day() -> None:
    assert standing([("2026-11-02", "")]).late_at == at("2026-11-24 00:00")
    moved = [("2026-11-02", ""), ("2026-11-03", "HELD"), ("2026-11-03 14:00", "ASSIGNED")]
    assert standing(moved).late_at == at("2026-11-25 12:00")  # half a day given back: a morning, with 24-11 off
    assert standing([("2026-11-02", ""), ("2026-11-12", "DECIDED")]).late_at is None
    assert standing([("2026-11-02", ""), ("2026-11-12", "HELD")]).late_at is None
    assert standing([("2026-11-02", ""), ("2026-11-26", "HELD")]).late_at == at("2026-11-24 00:00")


def test_a_dossier_will_miss_its_deadline_once_the_stages_left_no_longer_fit() -> None:
    # received in the morning, half a day is to spare: assigned in time it is at risk after its nine days of appraisal
    assigned = [("2026-11-02", ""), ("2026-11-02 15:00", "ASSIGNED")]
    assert standing(assigned).at_risk_at == at("2026-11-16 12:00")
    # assigned three days late, the appraisal's nine days and the five of signing reach beyond the due date at once
    late = standing([("2026-11-02", ""), ("2026-11-05", "ASSIGNED")])
    assert late.at_risk_at is not None
    assert late.at_risk_at <= at("2026-11-05")
    # a quick appraisal wins the time back
    assert standing([("2026-11-02", ""), ("2026-11-05", "ASSIGNED"), ("2026-11-06", "SIGNING")]).at_risk_at > at(
        "2026-11-17"
    )  # type: ignore[operator]  # it is running, so there is one
    # paused, it is as it was
    assert standing([("2026-11-02", ""), ("2026-11-05", "ASSIGNED"), ("2026-11-06", "HELD")]).at_risk_at is not None
    assert standing([*assigned, ("2026-11-06", "HELD")]).at_risk_at is None


def test_a_stage_entered_again_has_its_whole_limit_and_a_pause_leaves_it() -> None:
    count, _ = after([("2026-11-02", ""), ("2026-11-02 15:00", "ASSIGNED"), ("2026-11-04 15:00", "SIGNING")])
    assert (count.stage, count.stage_left) == (Stage.SIGNING, 10)
    back, _ = after([("2026-11-02", ""), ("2026-11-04", "SIGNING"), ("2026-11-05", "RETURNED_TO_APPRAISAL")])
    assert (back.stage, back.stage_left) == (Stage.APPRAISAL_AND_COUNCIL, 18)
    paused = [("2026-11-02", ""), ("2026-11-02 15:00", "ASSIGNED"), ("2026-11-04 15:00", "SUPPLEMENT_REQUESTED")]
    assert after(paused)[0].stage_left == 14
    assert after([*paused, ("2026-11-20", "APPRAISING")])[0].stage_left == 14


@dataclass
class History:
    """A random life: states at growing moments, the first of them RECEIVED."""

    steps: list[tuple[DossierStatus, datetime]]


MOVING = [status for status in DossierStatus if clock.clock(status) is not Clock.STOPPED]
STEPS = st.lists(st.tuples(st.sampled_from(MOVING), st.integers(0, 12 * 24 * 60)), max_size=9)


@st.composite
def histories(draw: st.DrawFn) -> History:
    moment = at("2025-12-01") + timedelta(minutes=draw(st.integers(0, 400 * 24 * 60)))
    found = [(S.RECEIVED, moment)]
    for status, minutes in draw(STEPS):
        moment += timedelta(minutes=minutes)
        found.append((status, moment))
    return History(found)


def replayed(history: History) -> list[tuple[Count, DossierStatus, datetime]]:
    """The count after each step."""
    (status, moment), *rest = history.steps
    count = clock.begun(LIMITS, moment, C)
    found = [(count, status, moment)]
    for following, later in rest:
        count = clock.moved(count, status, following, later, C)
        status = following
        found.append((count, status, later))
    return found


@given(histories())
def test_what_is_spent_and_what_is_paused_is_what_has_elapsed(history: History) -> None:
    told = replayed(history)
    first, last = told[0][0], told[-1][0]
    paused = sum(
        C.half_of(after.since) - C.half_of(before.since)
        for (before, status, _), (after, _, _) in pairwise(told)
        if clock.clock(status) is Clock.PAUSED
    )
    assert last.spent + paused == C.half_of(last.since) - C.half_of(first.since)
    assert last.spent + last.left == first.left
    assert C.day_of_half(C.half_of(first.since) + first.left + paused) == clock.dates(last, told[-1][1], C).due_on


@given(histories(), st.sampled_from(MOVING), st.integers(0, 60 * 24 * 60))
def test_a_pause_never_lowers_what_is_left_and_never_brings_the_due_date_nearer(
    history: History, back: DossierStatus, minutes: int
) -> None:
    count, status, moment = replayed(history)[-1]
    held = clock.moved(count, status, S.HELD, moment, C)
    resumed = clock.moved(held, S.HELD, back, moment + timedelta(minutes=minutes), C)
    assert held.left == count.left
    assert resumed.left == held.left
    assert clock.dates(resumed, back, C).due_on >= clock.dates(count, status, C).due_on


@given(histories(), st.integers(0, 60 * 24 * 60))
def test_being_late_is_having_less_than_nothing_left(history: History, minutes: int) -> None:
    count, status, moment = replayed(history)[-1]
    now = moment + timedelta(minutes=minutes)
    left = count.left - clock.ran(status, count.since, now, C)
    dates = clock.dates(count, status, C)
    assert (dates.late_at is not None and dates.late_at <= now) == (left < 0)
    assert dates.late_at is None or dates.at_risk_at is not None
    assert dates.late_at is None or dates.at_risk_at <= dates.late_at  # type: ignore[operator]  # the line above


@given(histories(), st.integers(0, 60 * 24 * 60))
def test_being_at_risk_is_having_less_left_than_the_stages_left_may_take(history: History, minutes: int) -> None:
    count, status, moment = replayed(history)[-1]
    now = moment + timedelta(minutes=minutes)
    gone = clock.ran(status, count.since, now, C)
    stages = list(Stage)
    later = sum(count.limits[stage.name] for stage in stages[stages.index(count.stage) + 1 :])
    needed = max(0, count.stage_left - gone) + later
    dates = clock.dates(count, status, C)
    assert (dates.at_risk_at is not None and dates.at_risk_at <= max(now, count.since)) == (count.left - gone < needed)


@given(histories())
def test_a_step_that_changes_nothing_changes_no_sum(history: History) -> None:
    count, status, moment = replayed(history)[-1]
    later = moment + timedelta(days=3)
    whole = clock.moved(count, status, S.DECIDED, later, C)
    halfway = clock.moved(count, status, status, moment + timedelta(days=1), C)
    assert (halfway.spent, halfway.left) == (
        count.spent + clock.ran(status, count.since, moment + timedelta(days=1), C),
        count.left - clock.ran(status, count.since, moment + timedelta(days=1), C),
    )
    parts = clock.moved(halfway, status, S.DECIDED, later, C)
    assert (parts.spent, parts.left, parts.saved) == (whole.spent, whole.left, whole.saved)


def test_a_year_still_to_be_announced_is_told_and_its_announcement_moves_the_due_date() -> None:
    new = Announcement(
        year=2027,
        days_off=frozenset({date(2027, 1, 4)}),
        days_worked=frozenset({date(2027, 1, 9)}),
        source="A",
        confirmed=True,
    )
    announced, hours = [*announcements(FILES / "calendar.toml"), new], office_hours(FILES / "office_hours.toml")
    said = Calendar(law_days(FILES / "law_days.toml"), announced, hours)
    count, status = after([("2026-12-28", ""), ("2026-12-28 15:00", "ASSIGNED")])
    assert clock.dates(count, status, C).due_on == date(2027, 1, 19)
    assert clock.dates(count, status, said).due_on == date(2027, 1, 19)
    early, status = after([("2026-12-15", ""), ("2026-12-15 15:00", "ASSIGNED")])
    assert clock.dates(early, status, C).due_on == date(2027, 1, 6)
    assert clock.dates(early, status, said).due_on == date(2027, 1, 7)
