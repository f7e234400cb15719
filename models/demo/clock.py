"""What the clock of a demo's dossier has counted: its steps gone through again, as the acts would have taken them."""

from __future__ import annotations

from typing import Any

from models import clock
from models.calendar import official
from models.clock import Taken
from models.demo.plan import Case
from models.demo.worktime import WorkTime
from models.timed import kept
from models.workflow import DossierStatus, Place, Step, workflow


def counted(case: Case, rule_set: str, time: WorkTime) -> dict[str, Any]:
    """The columns of a received dossier's time."""
    taken: list[Taken] = []
    place: Place = DossierStatus.DRAFT, ()
    for step, minute in zip(case.steps, case.minutes, strict=True):
        before, place = place[0], workflow()[step].lead(*place)
        taken.append((before, place[0], time.moment(minute)))
    received = case.steps.index(Step.RECEIVE)
    limits = clock.limits(rule_set, case.commendation)
    count = clock.replayed(limits, taken[received][2], taken[received + 1 :], official())
    return kept(count, case.status)
