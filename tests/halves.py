"""When a day and its halves end: a test that sees one end in its midst expects what was true when it began."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from models.calendar import ZONE

SHORTLY = 15.0
"""Seconds in which nearly every test is over."""
ENDS = (time(0), time(7), time(11, 30), time(12), time(16, 30))
"""In Vietnam: midnight there and at Greenwich, the halves of a working day, and what is handed in within them."""


def left_of_half_a_day(now: datetime | None = None) -> float:
    """Seconds until something of the day ends."""
    local = (now or datetime.now(UTC)).astimezone(ZONE)
    days = local.date(), local.date() + timedelta(days=1)
    ends = (datetime.combine(day, end, ZONE) for day in days for end in ENDS)
    return min((end - local).total_seconds() for end in ends if end > local)
