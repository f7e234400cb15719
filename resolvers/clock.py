"""The time of dossiers as it stands now: what their columns kept at the last step, and what has run since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from models.access import Viewer
from models.calendar import official
from models.clock import clock, ran
from models.workflow import Clock, DossierStatus

Timed = tuple[str, int | None, str | None]
"""A status, a number of half days, and since when they have stood so; null before reception."""


def clocks(viewer: Viewer, given: list[tuple[str]]) -> list[Clock]:
    """Whether the time limit runs, for each dossier."""
    return [clock(DossierStatus[status]) for (status,) in given]


def days_left(viewer: Viewer, given: list[Timed]) -> list[float | None]:
    """Working days until the result is due, to half a day: of a paused clock as it stands; negative when late; null
    where no limit runs."""
    return _now(given, lambda half_days, gone: half_days - gone)


def days_spent(viewer: Viewer, given: list[tuple[str, int | None, str | None]]) -> list[float | None]:
    """Working days of the limit that are spent, to half a day; what was awaited from others does not count."""
    return _now(given, lambda half_days, gone: half_days + gone, stopped=True)


def stage_days_left(viewer: Viewer, given: list[Timed]) -> list[float | None]:
    """Working days left of the stage's own limit, to half a day; negative once it is overrun."""
    return _now(given, lambda half_days, gone: half_days - gone)


def _now(given: list[Timed], reckon: Callable[[int, int], int], *, stopped: bool = False) -> list[float | None]:
    """Days from half days and those that have run since; null without any, and of stopped clocks unless asked."""
    now, found = datetime.now(UTC), list[float | None]()
    for name, half_days, since in given:
        status = DossierStatus[name]
        if half_days is None or since is None or (clock(status) is Clock.STOPPED and not stopped):
            found.append(None)
        else:
            gone = ran(status, datetime.fromisoformat(since), now, official())
            found.append(reckon(half_days, gone) / 2)
    return found


def stage_due_on(viewer: Viewer, given: list[Timed]) -> list[date | None]:
    """The last day of the stage's own limit; null while its clock does not run."""
    return [
        official().day_of_half(official().half_of(datetime.fromisoformat(since)) + half_days)
        if half_days is not None and since is not None and clock(DossierStatus[name]) is Clock.RUNNING
        else None
        for name, half_days, since in given
    ]


def days_saved(viewer: Viewer, given: list[tuple[int | None]]) -> list[float | None]:
    """Working days that were left when there was a result, to half a day; negative when it was late."""
    return [None if half_days is None else half_days / 2 for (half_days,) in given]


def due_is_provisional(viewer: Viewer, given: list[tuple[str | None]]) -> list[bool]:
    """Whether the days off of the due date's year are still to be announced, so that the date may move."""
    return [due_on is not None and official().is_provisional(date.fromisoformat(due_on)) for (due_on,) in given]
