"""What a dossier keeps of its time: a few columns that change with each step, so that lists need no calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Index,
    Text,
    and_,
    any_,
    case,
    func,
    literal,
    literal_column,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column, object_session

from models import calendar, clock
from models.base import closed
from models.catalogue.deadline import Stage
from models.clock import Count, Limits, Timeliness
from models.workflow import Clock, DossierStatus

NOW = "now"
"""Where a session's `info` holds the moment of its transaction, by the database's clock."""


class Timed(MappedAsDataclass, kw_only=True):
    """A row with a time limit. Half days are as they stood when the clock was last looked at, at `clock_since`."""

    if TYPE_CHECKING:
        status: Mapped[DossierStatus]

    due_on: Mapped[date | None] = mapped_column(default=None)
    time_limits: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    """Half days of each stage, bound at reception."""
    stage: Mapped[Stage | None] = mapped_column(closed(Stage), default=None)
    stage_half_days_left: Mapped[int | None] = mapped_column(default=None)
    half_days_spent: Mapped[int | None] = mapped_column(default=None)
    half_days_left: Mapped[int | None] = mapped_column(default=None)
    half_days_saved: Mapped[int | None] = mapped_column(default=None)
    clock_since: Mapped[datetime | None] = mapped_column(default=None)
    late_at: Mapped[datetime | None] = mapped_column(default=None)
    """From when it is overdue; null where it is not and, its clock standing, will not be."""
    at_risk_at: Mapped[datetime | None] = mapped_column(default=None)
    """From when it will miss its deadline if what is left of its stages takes all of its limits; null as above."""

    @property
    def count(self) -> Count | None:
        """The count the columns hold; None before reception."""
        if self.time_limits is None or self.stage is None or self.clock_since is None:
            return None
        return Count(
            limits=self.time_limits,
            stage=self.stage,
            stage_left=self.stage_half_days_left or 0,
            spent=self.half_days_spent or 0,
            left=self.half_days_left or 0,
            saved=self.half_days_saved,
            since=self.clock_since,
        )

    def start_clock(self, limits: Limits, at: datetime) -> None:
        """Begin to count a dossier that is received at a moment, by the limits it is bound to."""
        self.keep(clock.begun(limits, at, calendar.official()))

    def tick(self, before: DossierStatus) -> None:
        """Count the time up to now in the state the dossier has just left, its status being the new one."""
        if self.count is not None:
            self.keep(clock.moved(self.count, before, self.status, self._now(), calendar.official()))

    def keep(self, count: Count) -> None:
        """Write a count, and the dates that follow from it, into the columns."""
        for column, value in kept(count, self.status).items():
            setattr(self, column, value)

    def reschedule(self) -> bool:
        """Work its dates out again by the calendar as it is now; whether any of them moved."""
        if self.count is None:
            return False
        before = self.due_on, self.late_at, self.at_risk_at
        self.keep(self.count)
        return before != (self.due_on, self.late_at, self.at_risk_at)

    def _now(self) -> datetime:
        """The moment of the transaction; of a row that is in none, this process's."""
        session = object_session(self)
        return session.info[NOW] if session is not None and NOW in session.info else datetime.now(UTC)

    @hybrid_property
    def timeliness(self) -> Timeliness | None:
        """How it stands to its limit now; null before reception, and after an end without a result."""
        raise AttributeError("timeliness goes by the database's clock: it is read in SQL")

    @timeliness.inplace.expression
    @classmethod
    def _timeliness(cls) -> ColumnElement[Timeliness | None]:
        saved = cls.half_days_saved
        said = case(
            (saved > literal_column("0"), _said(Timeliness.EARLY)),
            (saved == literal_column("0"), _said(Timeliness.ON_TIME)),
            (saved < literal_column("0"), _said(Timeliness.LATE)),
            (cls.late_at <= func.now(), _said(Timeliness.OVERDUE)),
            (cls.at_risk_at <= func.now(), _said(Timeliness.AT_RISK)),
            (and_(cls.clock_since.is_not(None), cls.status == any_(_in_process())), _said(Timeliness.IN_TIME)),
        )
        return type_coerce(said, closed(Timeliness))


def _said(member: Timeliness) -> ColumnElement[str]:
    return literal_column(f"'{member.name}'", Text)


@cache
def _in_process() -> ColumnElement[list[str]]:
    """The states in which a clock runs or waits."""
    return literal([each.name for each in DossierStatus if clock.clock(each) is not Clock.STOPPED], ARRAY(Text))


def kept(count: Count, status: DossierStatus) -> dict[str, Any]:
    """The columns that hold a count, and the dates that follow from it in a state."""
    return {
        "time_limits": dict(count.limits),
        "stage": count.stage,
        "stage_half_days_left": count.stage_left,
        "half_days_spent": count.spent,
        "half_days_left": count.left,
        "half_days_saved": count.saved,
        "clock_since": count.since,
        **vars(clock.dates(count, status, calendar.official())),
    }


TIMED = (
    CheckConstraint(
        "num_nulls(time_limits, stage, stage_half_days_left, half_days_spent, half_days_left, clock_since) in (0, 6)",
        name="the_clock_is_whole",
    ),
    CheckConstraint("half_days_spent >= 0", name="time_is_spent_forwards"),
    CheckConstraint(
        "clock_since is not null or num_nulls(half_days_saved, late_at, at_risk_at) = 3",
        name="what_has_no_clock_is_never_late",
    ),
    CheckConstraint("at_risk_at <= late_at", name="what_is_late_was_at_risk"),
    Index("ix_dossier_late", "late_at", postgresql_where="late_at is not null"),
    Index("ix_dossier_at_risk", "at_risk_at", postgresql_where="at_risk_at is not null"),
)
"""What the table of a row with a time limit holds to, and how what is late is found."""
