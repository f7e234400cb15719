"""Working time as one axis of minutes without nights, weekends and holidays: a timeline is a sum of minutes."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta

from models.calendar import ZONE, is_working

DAY = 450
"""Working minutes of a day: 7:30–11:30 and 13:30–17:00."""

_MORNING, _AFTERNOON, _NOON = time(7, 30), time(13, 30), 240


class WorkTime:
    """The working minutes from one day up to, not with, another."""

    def __init__(self, first: date, end: date) -> None:
        span = (first + timedelta(days=number) for number in range((end - first).days))
        self.days = [day for day in span if is_working(day)]

    @property
    def end(self) -> int:
        """The first minute that is not there any more."""
        return len(self.days) * DAY

    def opening(self, day: date) -> int:
        """The first working minute on or after a day."""
        return bisect_left(self.days, day) * DAY

    def day(self, minute: int) -> date:
        """The day a minute lies in."""
        return self.days[minute // DAY]

    def moment(self, minute: int) -> datetime:
        """The moment a minute begins, in UTC."""
        day, within = self.days[minute // DAY], minute % DAY
        begins, past = (_MORNING, within) if within < _NOON else (_AFTERNOON, within - _NOON)
        local = datetime.combine(day, begins, ZONE) + timedelta(minutes=past)
        return local.astimezone(UTC)
