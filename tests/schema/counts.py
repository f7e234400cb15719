"""The figures again in plain Python, over rows in memory: it shares no SQL with the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

import models as rows
from models import calendar
from models.access import Audience, Viewer
from models.award import AwardStatus
from models.award_type import AwardClass, AwardLevel
from models.nominee import NomineeKind
from models.outward import PortalStatus, portal_status
from models.workflow import DossierStatus
from tests.clocks import timeliness


@dataclass(frozen=True)
class Period:
    """The days of which awards are counted, and whether those of the year before are beside them."""

    first: date | None
    last: date | None
    compared: bool

    @classmethod
    def of(cls, first: date | None, last: date | None, compared: bool, year: int | None) -> Period:
        """The days from one to another within the year, if there is one; compared, to today from 1 January if open."""
        if year is not None:
            first, last = max(first or date.min, date(year, 1, 1)), min(last or date.max, date(year, 12, 31))
        if compared:
            last = last or calendar.today()
            first = first or date(last.year, 1, 1)
        return cls(first, last, compared)

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return _in(day, self.first, self.last)


@dataclass
class Counted:
    """All rows there are to count, with what they refer to."""

    agencies: dict[UUID, rows.Agency]
    types: dict[UUID, rows.AwardType]
    nominees: dict[UUID, rows.Nominee]
    decisions: dict[UUID, rows.Decision]
    dossiers: dict[UUID, rows.Dossier]
    lines: dict[UUID, rows.DossierLine]
    awards: list[rows.Award]
    decided: dict[UUID, date]

    def under(self, agency: UUID, paths: Iterable[str]) -> bool:
        """Whether an agency lies at or under one of these paths."""
        path = self.agencies[agency].path
        return any(f"{path}.".startswith(f"{top}.") for top in paths)

    def within(self, agency: UUID, code: str) -> bool:
        return self.under(agency, [a.path for a in self.agencies.values() if a.code == code])

    def sees(self, viewer: Viewer, dossier: rows.Dossier) -> bool:
        """Whether a viewer may read a dossier."""
        sent = dossier.status is not DossierStatus.DRAFT
        if viewer.audience is Audience.NOMINEE:
            named = [line for line in self.lines.values() if line.dossier_id == dossier.id]
            return sent and any(line.nominee_id == viewer.nominee_id for line in named)
        if viewer.audience is Audience.PUBLIC:
            return False
        desks = (dossier.handler_id, dossier.authority_id)
        own = self.under(dossier.agency_id, viewer.proposes_in)
        return (
            own
            or (sent and any(self.under(d, viewer.handles_in) for d in desks))
            or dossier.appraiser_id == viewer.account_id
        )

    # awards

    def award_statistics(
        self, viewer: Viewer, group_by: list[str], filter: dict[str, Any], compared: bool, year: int | None
    ) -> Any:
        """What the field is to answer whoever is on the staff, rows by their codes."""
        first, last = _day(filter.get("awardedFrom")), _day(filter.get("awardedTo"))
        awards = [award for award in self.awards if self.counts(viewer, award, filter)]
        return coded(self.award_groups(viewer, group_by, awards, Period.of(first, last, compared, year)))

    def award_groups(
        self, viewer: Viewer, group_by: list[str], awards: Iterable[rows.Award], period: Period
    ) -> list[dict[str, Any]]:
        """The groups of the awards of a period, and of the one a year before where it is compared with that."""
        facts: list[tuple[rows.Award, int]] = []
        for award in awards:
            if award.status in (AwardStatus.CANCELLED, AwardStatus.STRIPPED):
                continue
            facts += [(award, 0)] if period.holds(award.awarded_on) else []
            facts += [(award, 1)] if period.compared and period.holds(_next_year(award.awarded_on)) else []
        groups = _grouped(facts, [AWARD_KEYS[name] for name in group_by], self, viewer)
        return [self._award_row(group_by, key, found, period.compared) for key, found in groups]

    def counts(self, viewer: Viewer, award: rows.Award, filter: dict[str, Any]) -> bool:
        """Whether an award is counted for a viewer, by a filter but for its period."""
        nominee, kind = self.nominees[award.nominee_id], self.types[award.award_type_id]
        return (
            award.status not in (AwardStatus.CANCELLED, AwardStatus.STRIPPED)
            and (viewer.audience is Audience.STAFF or self.decisions[award.decision_id].published_at is not None)
            and filter.get("awardType") in (None, kind.code)
            and filter.get("recipient") in (None, nominee.kind.name)
            and filter.get("status") in (None, award.status.name)
            and ("agencyWithin" not in filter or self.within(award.agency_id, filter["agencyWithin"]))
        )

    def _award_row(self, group_by: list[str], key: Any, facts: Any, compared: bool) -> dict[str, Any]:
        row: dict[str, Any] = dict.fromkeys(AWARD_FIELDS.values())
        row |= {AWARD_FIELDS[name]: value for name, value in zip(group_by, key, strict=True)}
        this, before = (self._figures([award for award, back in facts if back == wanted]) for wanted in (0, 1))
        less = {name: this[name] - before[name] for name in this}
        more = {"current": this, "previous": before if compared else None, "difference": less if compared else None}
        return row | this | more | {"suppressed": False}

    def _figures(self, awards: list[rows.Award]) -> dict[str, int]:
        kinds = [self.nominees[award.nominee_id].kind for award in awards]
        return {
            "count": len(awards),
            "recipients": len({award.nominee_id for award in awards}),
            "collectives": kinds.count(NomineeKind.COLLECTIVE),
            "individuals": kinds.count(NomineeKind.INDIVIDUAL),
        }

    # dossiers

    def dossier_statistics(self, viewer: Viewer, group_by: list[str], filter: dict[str, Any]) -> Any:
        """What the field is to answer, rows by their codes."""
        found = [d for d in self.dossiers.values() if self.sees(viewer, d) and self._asked(d, filter)]
        return coded(self.dossier_groups(viewer, group_by, found))

    def dossier_groups(
        self, viewer: Viewer, group_by: list[str], found: Iterable[rows.Dossier]
    ) -> list[dict[str, Any]]:
        """The groups of these dossiers."""
        groups = _grouped(found, [DOSSIER_KEYS[name] for name in group_by], self, viewer)
        return [self._dossier_row(group_by, key, dossiers) for key, dossiers in groups]

    def _asked(self, dossier: rows.Dossier, filter: dict[str, Any]) -> bool:
        return (
            filter.get("status") in (None, dossier.status.name)
            and filter.get("commendationType") in (None, dossier.commendation_type.name)
            and ("agencyWithin" not in filter or self.within(dossier.agency_id, filter["agencyWithin"]))
            and ("receivedFrom" not in filter or _in(_received(dossier), _day(filter["receivedFrom"]), None))
        )

    def _dossier_row(self, group_by: list[str], key: Any, dossiers: list[rows.Dossier]) -> dict[str, Any]:
        row: dict[str, Any] = dict.fromkeys(DOSSIER_FIELDS.values())
        row |= {DOSSIER_FIELDS[name]: value for name, value in zip(group_by, key, strict=True)}
        now = datetime.now(UTC)
        done = [(self.decided[d.id], d) for d in dossiers if d.id in self.decided]
        saved = [d.half_days_saved for d in dossiers if d.half_days_saved is not None]
        written = [_days(d.submitted_at - d.created_at) for d in dossiers if d.submitted_at]
        taken = [(day - on).days for day, d in done if (on := _received(d))]
        return row | {
            "count": len(dossiers),
            "overdue": sum(d.late_at is not None and d.late_at <= now for d in dossiers),
            "early": sum(half_days > 0 for half_days in saved),
            "onTime": saved.count(0),
            "late": sum(half_days < 0 for half_days in saved),
            "daysSaved": sum(max(0, half_days) for half_days in saved) / 2,
            "medianPreparationDays": _middle(written),
            "medianProcessingDays": _middle(
                [Fraction(d.half_days_spent or 0, 2) for d in dossiers if d.half_days_saved is not None]
            ),
            "medianProcessingCalendarDays": _middle(taken),
        }


class Part(NamedTuple):
    """The value of a group that a fact belongs to, where it stands among others, and what parts it from its like."""

    value: Any
    order: Any
    tie: Any = 0


Key = Callable[[Any, Counted, Viewer], Part]


def placed(parts: Iterable[Part]) -> tuple[Any, ...]:
    """Where a group stands among others: by all its orders, then by what parts it from its like; none comes last."""
    known = list(parts)
    orders = [(part.value is None, b"" if part.value is None else part.order) for part in known]
    return (*orders, *((part.value is None, 0 if part.value is None else part.tie) for part in known))


def _grouped(facts: Iterable[Any], keys: list[Key], counted: Counted, viewer: Viewer) -> list[tuple[Any, list[Any]]]:
    """The facts by their keys' values, in the keys' order."""
    found: dict[Any, tuple[Any, list[Any]]] = {}
    for fact in facts:
        parts = [key(fact, counted, viewer) for key in keys]
        found.setdefault(placed(parts), ([part.value for part in parts], []))[1].append(fact)
    return [found[place] for place in sorted(found)]


def coded(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same groups, the rows that they are of by their codes."""
    return [
        {name: {"code": value.code} if hasattr(value, "code") else value for name, value in group.items()}
        for group in groups
    ]


def _member(member: Any) -> Part:
    return Part(None, None) if member is None else Part(member.name, list(type(member)).index(member))


def _number(value: int | None) -> Part:
    return Part(value, value)


def _agency(counted: Counted, key: UUID) -> Part:
    agency = counted.agencies[key]
    return Part(agency, agency.sort_key.encode(), key)


def _type(counted: Counted, key: UUID) -> Part:
    kind = counted.types[key]
    return Part(kind, (kind.rank, kind.valid_from), key)


def _commended(fact: Any, counted: Counted, viewer: Viewer) -> Part:
    line = counted.lines.get(fact[0].line_id)
    dossier = counted.dossiers[line.dossier_id] if line else None
    return _member(dossier.commendation_type if dossier and counted.sees(viewer, dossier) else None)


def _received(dossier: rows.Dossier) -> date | None:
    return calendar.day_of(dossier.received_at) if dossier.received_at else None


def _quarter(day: date) -> int:
    return (day.month + 2) // 3


AWARD_KEYS: dict[str, Key] = {
    "AGENCY": lambda f, c, _: _agency(c, f[0].agency_id),
    "AWARD_TYPE": lambda f, c, _: _type(c, f[0].award_type_id),
    "AWARD_CLASS": lambda f, c, _: _member(AwardClass(c.types[f[0].award_type_id].award_class)),
    "LEVEL": lambda f, c, _: _member(AwardLevel(c.types[f[0].award_type_id].level)),
    "RECIPIENT_KIND": lambda f, c, _: _member(c.nominees[f[0].nominee_id].kind),
    "RECIPIENT_CLASS": lambda f, c, _: _member(c.nominees[f[0].nominee_id].recipient_class),
    "COMMENDATION_TYPE": _commended,
    "YEAR": lambda f, *_: _number(f[0].awarded_on.year + f[1]),
    "QUARTER": lambda f, *_: _number(_quarter(f[0].awarded_on)),
    "MONTH": lambda f, *_: _number(f[0].awarded_on.month),
}
DOSSIER_KEYS: dict[str, Key] = {
    "AGENCY": lambda d, c, _: _agency(c, d.agency_id),
    "HANDLER": lambda d, c, _: _agency(c, d.handler_id),
    "STATUS": lambda d, *_: _member(d.status),
    "PORTAL_STATUS": lambda d, *_: _member(PortalStatus(portal_status(d.status))),
    "COMMENDATION_TYPE": lambda d, *_: _member(d.commendation_type),
    "TIMELINESS": lambda d, *_: _member(timeliness(d)),
    "YEAR": lambda d, *_: _number(day.year if (day := _received(d)) else None),
    "QUARTER": lambda d, *_: _number(_quarter(day) if (day := _received(d)) else None),
    "MONTH": lambda d, *_: _number(day.month if (day := _received(d)) else None),
}
AWARD_FIELDS = {
    "AGENCY": "agency",
    "AWARD_TYPE": "awardType",
    "AWARD_CLASS": "awardClass",
    "LEVEL": "level",
    "RECIPIENT_KIND": "recipientKind",
    "RECIPIENT_CLASS": "recipientClass",
    "COMMENDATION_TYPE": "commendationType",
    "YEAR": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
}
DOSSIER_FIELDS = {
    "AGENCY": "agency",
    "HANDLER": "handler",
    "STATUS": "status",
    "PORTAL_STATUS": "portalStatus",
    "COMMENDATION_TYPE": "commendationType",
    "TIMELINESS": "timeliness",
    "YEAR": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
}


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _in(day: date | None, first: date | None, last: date | None) -> bool:
    """Whether there is a day and it lies between these two, either of which may be open."""
    if day is None or (first and day < first):
        return False
    return last is None or day <= last


def _next_year(day: date) -> date:
    """The day of the next year that this one is compared with: 29 February stands with the 28th."""
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def _days(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), timedelta(days=1) // timedelta(microseconds=1))


def _middle(days: list[Any]) -> float | None:
    if not days:
        return None
    exact = Fraction(median(days))
    tenths = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return float(tenths)
