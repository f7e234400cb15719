"""What the clock of a demo's dossier has counted: its steps gone through again, as the acts would have taken them."""

from __future__ import annotations

from typing import Any

from models import clock
from models.calendar import official
from models.clock import Count
from models.demo.plan import Case
from models.demo.worktime import WorkTime
from models.timed import kept
from models.workflow import DossierStatus, Place, Step, workflow


def counted(case: Case, rule_set: str, time: WorkTime) -> dict[str, Any]:
    """The columns of a received dossier's time."""
    count: Count | None = None
    place: Place = DossierStatus.DRAFT, ()
    for step, minute in zip(case.steps, case.minutes, strict=True):
        before, place, at = place[0], workflow()[step].lead(*place), time.moment(minute)
        if step is Step.RECEIVE:
            count = clock.begun(clock.limits(rule_set, case.commendation), at, official())
        elif count is not None:
            count = clock.moved(count, before, place[0], at, official())
    return kept(count, case.status) if count is not None else {}
