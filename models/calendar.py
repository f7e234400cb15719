"""Days as the province counts them: Vietnam's date, its days off, its working days and their halves.

Working half days bear numbers, one after the other without a gap, whatever nights, weekends and holidays lie between:
time spent is a difference of two numbers. The calendar is read from the catalogue's files when it is first asked for
and kept, as the workflow is: acts and reads count by it without a statement, and a row never holds such a number, for
numbers move when a year is announced; rows hold moments.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from models.catalogue.days import Announcement, OfficeHours, announcements, law_days, office_hours
from models.catalogue.entry import FILES

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_FIRST = 2024
"""Half days are numbered from the first working morning of this year: number 0."""


def day_of(moment: datetime) -> date:
    """The Vietnamese date of a moment: 23:30 UTC belongs to the next day."""
    return moment.astimezone(ZONE).date()


def today() -> date:
    """Vietnam's date now, for what is shown; what is decided goes by the database's clock."""
    return datetime.now(ZONE).date()


class Calendar:
    """Which days are worked, and the numbers of their halves. Of years that `by_law` has not, only weekends are off."""

    def __init__(
        self, by_law: Mapping[int, frozenset[date]], announced: Iterable[Announcement], hours: Iterable[OfficeHours]
    ) -> None:
        said = list(announced)
        self.announced = frozenset(each.year for each in said)
        """The years of which the days off are known; of others only the law's own."""
        self._off = frozenset[date]().union(*by_law.values(), *(each.days_off for each in said))
        self._worked = frozenset[date]().union(*(each.days_worked for each in said))
        self._hours = tuple(hours)
        self._years: dict[int, list[date]] = {}
        self._counts: dict[int, int] = {_FIRST: 0}

    def is_working(self, day: date) -> bool:
        """Whether the offices work on this day."""
        if day in self._worked:
            return True
        return day.weekday() < 5 and day not in self._off

    def is_provisional(self, day: date) -> bool:
        """Whether the days off of this day's year are still to be announced."""
        return day.year not in self.announced

    def add_working_days(self, start: date, count: int) -> date:
        """The working day that lies `count` working days after `start`; `start` itself does not count (Civil Code 147).

        With 0, `start`.
        """
        number = self._number(start) + count - (not self.is_working(start))
        return self._day(number) if count > 0 else start

    def half_of(self, moment: datetime) -> int:
        """The number of the half day that a moment lies in: an evening belongs to its afternoon until midnight, a day
        off to the working morning that follows."""
        day, hour = self._local(moment)
        if not self.is_working(day):
            return 2 * self._number(day)
        return 2 * self._number(day) + (hour >= self._hours_on(day).noon)

    def received_half(self, moment: datetime) -> int:
        """The half day in which something handed in at a moment counts: after the cut-off, the next one."""
        day, hour = self._local(moment)
        half, hours = self.half_of(moment), self._hours_on(day)
        if not self.is_working(day):
            return half
        return half + (hour > (hours.afternoon_until if half % 2 else hours.morning_until))

    def day_of_half(self, half: int) -> date:
        """The day that a half day is of."""
        return self._day(half // 2)

    def begins(self, half: int) -> datetime:
        """When a half day begins: its morning at midnight, its afternoon at noon."""
        day = self.day_of_half(half)
        return datetime.combine(day, self._hours_on(day).noon if half % 2 else time(), ZONE)

    def ends(self, half: int) -> datetime:
        """From when a half day is over: noon, or midnight."""
        if half % 2 == 0:
            return self.begins(half + 1)
        return datetime.combine(self.day_of_half(half) + timedelta(days=1), time(), ZONE)

    def _local(self, moment: datetime) -> tuple[date, time]:
        local = moment.astimezone(ZONE)
        return local.date(), local.time()

    def _hours_on(self, day: date) -> OfficeHours:
        return next((hours for hours in reversed(self._hours) if hours.valid_from <= day), self._hours[0])

    def _working(self, year: int) -> list[date]:
        if year not in self._years:
            first, days = date(year, 1, 1), (date(year, 12, 31) - date(year, 1, 1)).days + 1
            self._years[year] = [day for n in range(days) if self.is_working(day := first + timedelta(days=n))]
        return self._years[year]

    def _before(self, year: int) -> int:
        """How many working days lie between the first of _FIRST and a year; negative for years before."""
        if year not in self._counts:
            if year > _FIRST:
                self._counts[year] = self._before(year - 1) + len(self._working(year - 1))
            else:
                self._counts[year] = self._before(year + 1) - len(self._working(year))
        return self._counts[year]

    def _number(self, day: date) -> int:
        """The number of a working day; of a day off, that of the working day that follows."""
        return self._before(day.year) + bisect_left(self._working(day.year), day)

    def _day(self, number: int) -> date:
        year = _FIRST + number // 261
        while self._before(year + 1) <= number:
            year += 1
        while self._before(year) > number:
            year -= 1
        return self._working(year)[number - self._before(year)]


@cache
def official() -> Calendar:
    """The calendar of the catalogue's files."""
    announced, hours = announcements(FILES / "calendar.toml"), office_hours(FILES / "office_hours.toml")
    return Calendar(law_days(FILES / "law_days.toml"), announced, hours)


def is_working(day: date) -> bool:
    """Whether the offices work on this day."""
    return official().is_working(day)


def add_working_days(start: date, count: int) -> date:
    """The working day that lies `count` working days after `start`; `start` itself does not count."""
    return official().add_working_days(start, count)
