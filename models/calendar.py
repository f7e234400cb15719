"""Days as the province counts them: Vietnam's date, its public holidays, its working days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def day_of(moment: datetime) -> date:
    """The Vietnamese date of a moment: 23:30 UTC belongs to the next day."""
    return moment.astimezone(ZONE).date()


def today() -> date:
    """Vietnam's date now, for what is shown; what is decided goes by the database's clock."""
    return datetime.now(ZONE).date()


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("VN", years=year))


def is_working(day: date) -> bool:
    """Whether the offices work on this day."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def add_working_days(start: date, count: int) -> date:
    """The working day that lies `count` working days after `start`; `start` itself does not count."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and with `end`; negative when `end` has passed."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
