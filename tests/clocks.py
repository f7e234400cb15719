"""Random times of dossiers, and how a dossier stands to its limit in plain Python."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import models as rows
from models.catalogue.deadline import Stage
from models.clock import Count, Timeliness, clock, limits
from models.rule_set import CommendationType
from models.workflow import Clock

LIMITS = limits("VN-2026", CommendationType.MERIT)


def wind(dossier: rows.Dossier, chance: random.Random) -> None:
    """Give a dossier that was received a time somewhere about its due date."""
    left = chance.randint(-6, 12)
    count = Count(
        limits=LIMITS,
        stage=chance.choice(list(Stage)[:3]),
        stage_left=chance.randint(-4, 18),
        spent=chance.randint(0, 60),
        left=left,
        saved=left if clock(dossier.status) is Clock.STOPPED and chance.random() < 0.7 else None,
        since=datetime.now(UTC) - timedelta(minutes=chance.randint(0, 12 * 24 * 60)),
    )
    dossier.keep(count)


def timeliness(dossier: rows.Dossier) -> Timeliness | None:
    """How a dossier stands to its limit now."""
    now, saved = datetime.now(UTC), dossier.half_days_saved
    if saved is not None:
        return Timeliness.EARLY if saved > 0 else Timeliness.LATE if saved < 0 else Timeliness.ON_TIME
    if dossier.clock_since is None or clock(dossier.status) is Clock.STOPPED:
        return None
    if dossier.late_at is not None and dossier.late_at <= now:
        return Timeliness.OVERDUE
    return Timeliness.AT_RISK if dossier.at_risk_at is not None and dossier.at_risk_at <= now else Timeliness.IN_TIME
