"""The calendar: golden cases around Tết, swaps, midnight in Vietnam and the end of a year; halves have numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import ZONE, Calendar, day_of, official
from models.catalogue.days import announcements, law_days, office_hours
from models.catalogue.entry import FILES, CatalogueError
from tests import law_days as by_library

C = official()


def at(said: str) -> datetime:
    """A moment by Vietnam's clock."""
    return datetime.fromisoformat(said).replace(tzinfo=ZONE)


def half(said: str) -> int:
    """The half day `2026-02-13 morning` or `2026-02-13 afternoon`."""
    day, part = said.split()
    return C.half_of(at(f"{day} {'08:00' if part == 'morning' else '15:00'}"))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-02-07", True),  # the last day before Tết Giáp Thìn: 28 tháng Chạp
        ("2024-02-08", False),
        ("2024-02-14", False),
        ("2024-02-15", True),
        ("2024-04-29", False),  # a Monday off …
        ("2024-05-04", True),  # … for a Saturday worked
        ("2025-01-24", True),
        ("2025-01-27", False),  # Tết Ất Tỵ
        ("2025-01-31", False),
        ("2025-02-03", True),
        ("2025-04-26", True),
        ("2025-05-02", False),
        ("2026-01-02", False),
        ("2026-01-10", True),
        ("2026-02-13", True),
        ("2026-02-16", False),  # Tết Bính Ngọ
        ("2026-02-20", False),
        ("2026-02-23", True),
        ("2026-04-27", False),  # the Hùng Kings' day fell on a Sunday: art 111.3
        ("2026-08-22", True),
        ("2026-08-31", False),
        ("2026-09-01", False),
        ("2026-09-03", True),
        ("2026-11-24", False),
        ("2028-12-30", False),
        ("2028-01-03", False),  # New Year's Day fell on a Saturday
    ],
)
def test_offices_work_on_the_days_that_were_announced(day: str, works: bool) -> None:
    assert C.is_working(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-02-12", 1, "2026-02-13"),
        ("2026-02-13", 1, "2026-02-23"),  # over Tết
        ("2026-02-13", 15, "2026-03-13"),
        ("2026-02-18", 1, "2026-02-23"),  # from within Tết
        ("2026-02-14", 2, "2026-02-24"),  # from the Saturday before it
        ("2025-04-25", 1, "2025-04-26"),  # onto a Saturday worked
        ("2025-04-28", 2, "2025-05-05"),
        ("2026-08-21", 6, "2026-08-28"),
        ("2026-08-28", 1, "2026-09-03"),
        ("2025-12-31", 1, "2026-01-05"),  # over the year's end
        ("2025-12-31", 6, "2026-01-10"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2026-11-23", 1, "2026-11-25"),
        ("2026-11-22", 0, "2026-11-22"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    assert C.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("moment", "lies_in", "received_in"),
    [
        ("2026-11-20 00:00", "2026-11-20 morning", "2026-11-20 morning"),
        ("2026-11-20 11:30", "2026-11-20 morning", "2026-11-20 morning"),
        ("2026-11-20 11:31", "2026-11-20 morning", "2026-11-20 afternoon"),
        ("2026-11-20 12:00", "2026-11-20 afternoon", "2026-11-20 afternoon"),
        ("2026-11-20 16:30", "2026-11-20 afternoon", "2026-11-20 afternoon"),
        ("2026-11-20 16:31", "2026-11-20 afternoon", "2026-11-23 morning"),
        ("2026-11-20 23:59", "2026-11-20 afternoon", "2026-11-23 morning"),
        ("2026-11-21 00:00", "2026-11-23 morning", "2026-11-23 morning"),
        ("2026-11-22 23:59", "2026-11-23 morning", "2026-11-23 morning"),
        ("2026-02-13 23:59", "2026-02-13 afternoon", "2026-02-23 morning"),
        ("2026-02-17 00:00", "2026-02-23 morning", "2026-02-23 morning"),
        ("2025-12-31 23:59", "2025-12-31 afternoon", "2026-01-05 morning"),
        ("2026-01-01 00:00", "2026-01-05 morning", "2026-01-05 morning"),
        ("2026-08-22 16:45", "2026-08-22 afternoon", "2026-08-24 morning"),
    ],
)
def test_a_moment_lies_in_a_half_day_and_what_comes_late_counts_in_the_next(
    moment: str, lies_in: str, received_in: str
) -> None:
    assert C.half_of(at(moment)) == half(lies_in)
    assert C.received_half(at(moment)) == half(received_in)


def test_the_day_is_vietnams_whatever_zone_a_moment_is_told_in() -> None:
    assert day_of(datetime(2026, 12, 31, 17, tzinfo=UTC)) == date(2027, 1, 1)
    assert day_of(datetime(2026, 12, 31, 16, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert C.half_of(datetime(2026, 11, 20, 16, 59, tzinfo=UTC)) == half("2026-11-20 afternoon")
    assert C.half_of(datetime(2026, 11, 20, 17, tzinfo=UTC)) == half("2026-11-23 morning")


MOMENTS = st.integers(0, 41 * 366 * 24 * 60).map(lambda minutes: at("1999-01-01 00:00") + timedelta(minutes=minutes))


@given(MOMENTS, MOMENTS)
def test_halves_follow_one_another_as_moments_do(one: datetime, other: datetime) -> None:
    first, last = sorted((one, other))
    assert C.half_of(first) <= C.half_of(last)
    assert C.received_half(first) <= C.received_half(last)
    assert 0 <= C.received_half(one) - C.half_of(one) <= 1


@given(st.integers(-500, 20_000))
def test_every_half_day_has_its_number_its_day_and_its_end(number: int) -> None:
    begins, ends = C.begins(number), C.ends(number)
    assert C.is_working(C.day_of_half(number))
    assert C.half_of(begins) == C.half_of(ends - timedelta(microseconds=1)) == number
    assert C.half_of(ends) == number + 1
    assert day_of(begins) == C.day_of_half(number)


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 60))
def test_adding_working_days_is_going_through_them_one_by_one(start: date, count: int) -> None:
    day, left = start, count
    while left > 0:
        day += timedelta(days=1)
        left -= C.is_working(day)
    assert C.add_working_days(start, count) == day


def test_a_year_that_was_not_announced_has_the_laws_days_off_and_is_provisional() -> None:
    assert C.announced == {2024, 2025, 2026}
    assert C.is_provisional(date(2027, 1, 4))
    assert not C.is_provisional(date(2026, 12, 31))
    bare = Calendar(law_days(FILES / "law_days.toml"), [], office_hours(FILES / "office_hours.toml"))
    assert not bare.is_working(date(2026, 9, 2))
    assert bare.is_working(date(2026, 8, 31))
    assert not bare.is_working(date(2026, 8, 22))


def test_each_swap_that_the_library_knows_of_an_announced_year_is_in_our_file() -> None:
    for said in announcements(FILES / "calendar.toml"):
        known = holidays.country_holidays("VN", years=said.year)
        worked = {day for day in known.weekend_workdays if day.year == said.year}
        assert worked <= said.days_worked
        assert all(C.is_working(day) is False for day in known)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        file = tmp_path / "said.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


ONE = '[[announcement]]\nyear = "2027"\nsource = "A"\nconfirmed = true\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ONE + "days_off = [2026-12-31]\ndays_worked = []", "2026-12-31 lies in another year than 2027"),
        (ONE + "days_off = [2027-02-05]\ndays_worked = [2027-02-05]", "is both off and worked"),
        (ONE + "days_off = [2027-02-05, 2027-02-05]\ndays_worked = []", "a list of different days"),
        (ONE + "days_off = []\ndays_worked = []\n" + ONE + "days_off = []\ndays_worked = []", "has two entries"),
        (ONE + "days_off = []", "`days_worked` is missing"),
    ],
)
def test_an_announcement_that_cannot_be_is_refused(written: Callable[[str], Path], text: str, problem: str) -> None:
    with pytest.raises(CatalogueError, match=problem):
        announcements(written(text))


HOURS = '[[office_hours]]\nconfirmed = true\nmorning_until = "11:30"\nafternoon_until = "16:30"\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HOURS + 'noon = "11:00"\nvalid_from = 2000-01-01', "must follow"),
        (HOURS + 'noon = "24:00"\nvalid_from = 2000-01-01', "write a code like"),
        (HOURS + 'noon = "12:00"\nvalid_from = 2000-01-01\nvalid_to = 2001-01-01', "no hours hold from now on"),
        (
            HOURS + 'noon = "12:00"\nvalid_from = 2000-01-01\nvalid_to = 2001-01-01\n'
            + HOURS + 'noon = "12:00"\nvalid_from = 2001-01-02',
            "the hours before end on 2001-01-01",
        ),
    ],
)  # fmt: skip
def test_hours_that_leave_a_day_without_any_are_refused(
    written: Callable[[str], Path], text: str, problem: str
) -> None:
    with pytest.raises(CatalogueError, match=problem):
        office_hours(written(text))


def test_hours_change_on_the_day_they_say(written: Callable[[str], Path]) -> None:
    new = HOURS.replace("16:30", "15:00") + 'noon = "12:30"\nvalid_from = 2027-01-01'
    hours = office_hours(written(HOURS + 'noon = "12:00"\nvalid_from = 2000-01-01\nvalid_to = 2027-01-01\n' + new))
    changed = Calendar({}, [], hours)
    before, after = date(2026, 12, 31), date(2027, 1, 4)
    for day, noon, last in ((before, time(12), time(16, 30)), (after, time(12, 30), time(15))):
        morning = changed.half_of(datetime.combine(day, time(8), ZONE))
        assert changed.begins(morning + 1).time() == noon
        assert changed.received_half(datetime.combine(day, last, ZONE)) == morning + 1
        late = datetime.combine(day, last, ZONE) + timedelta(minutes=1)
        assert changed.received_half(late) == morning + 2


def test_the_laws_days_off_are_those_that_the_library_works_out() -> None:
    assert (FILES / "law_days.toml").read_text("utf-8") == by_library.written()
