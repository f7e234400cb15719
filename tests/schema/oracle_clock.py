"""The time of dossiers, in Python's words: half days are gone through one by one."""

# ruff: noqa: N802  the methods are found by the names of the fields they answer

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models import calendar
from models.access import Viewer
from models.clock import clock
from models.workflow import Clock
from tests.clocks import timeliness


class Clocks:
    """What a dossier answers of its time."""

    def Dossier_clock(self, dossier: Any, viewer: Viewer) -> str:
        return clock(dossier.status).name

    def Dossier_daysLeft(self, dossier: Any, viewer: Viewer) -> float | None:
        stopped = clock(dossier.status) is Clock.STOPPED
        return None if stopped else self._days(dossier, dossier.half_days_left, -1)

    def Dossier_daysSpent(self, dossier: Any, viewer: Viewer) -> float | None:
        return self._days(dossier, dossier.half_days_spent, 1)

    def Dossier_stageDaysLeft(self, dossier: Any, viewer: Viewer) -> float | None:
        stopped = clock(dossier.status) is Clock.STOPPED
        return None if stopped else self._days(dossier, dossier.stage_half_days_left, -1)

    def _days(self, dossier: Any, half_days: int | None, sign: int) -> float | None:
        """Half days, and those that have run since, one by one, as days."""
        if half_days is None:
            return None
        moment, gone, days = dossier.clock_since, 0, calendar.official()
        while clock(dossier.status) is Clock.RUNNING and days.ends(days.half_of(moment)) <= datetime.now(UTC):
            moment, gone = days.ends(days.half_of(moment)), gone + 1
        return (half_days + sign * gone) / 2

    def Dossier_daysSaved(self, dossier: Any, viewer: Viewer) -> float | None:
        return None if dossier.half_days_saved is None else dossier.half_days_saved / 2

    def Dossier_stageDueOn(self, dossier: Any, viewer: Viewer) -> str | None:
        if dossier.clock_since is None or clock(dossier.status) is not Clock.RUNNING:
            return None
        days = calendar.official()
        return days.day_of_half(days.half_of(dossier.clock_since) + dossier.stage_half_days_left).isoformat()

    def Dossier_dueIsProvisional(self, dossier: Any, viewer: Viewer) -> bool:
        return dossier.due_on is not None and dossier.due_on.year > 2026

    def Dossier_timeliness(self, dossier: Any, viewer: Viewer) -> str | None:
        return said.name if (said := timeliness(dossier)) else None
