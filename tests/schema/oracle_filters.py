"""What a filter lets through, in Python's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from operator import ge, le
from typing import Any
from uuid import UUID

import models as rows
from models.access import Viewer
from models.calendar import day_of

from .oracle_consulting import is_awaited, is_open, is_overdue
from .oracle_rows import Rows
from .oracle_text import folded

Test = Callable[[Rows, Any, Any, Viewer], bool]
"""Whether a condition with this value holds for a row: (rows, row, value, viewer)."""


def passes(found: Rows, kind: str, row: Any, asked: dict[str, Any] | None, viewer: Viewer) -> bool:
    """Whether a filter lets a row through; what is null or absent says nothing."""
    for name, value in (asked or {}).items():
        if value is None:
            continue
        if name in ("and", "or"):
            held = (passes(found, kind, row, each, viewer) for each in value)
            if not (all(held) if name == "and" else any(held)):
                return False
        elif name == "not":
            if passes(found, kind, row, value, viewer):
                return False
        elif not TESTS[kind][name](found, row, value, viewer):
            return False
    return True


def row_key(said: str) -> UUID | None:
    """The UUID of a global id, whatever its type says."""
    met = re.fullmatch(r".+_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", said, re.DOTALL)
    return UUID(met[1]) if met else None


def _same(column: str) -> Test:
    return lambda found, row, value, viewer: _plain(getattr(row, column)) == value


def _among(column: str) -> Test:
    return lambda found, row, value, viewer: _plain(getattr(row, column)) in value


def _plain(value: Any) -> Any:
    return getattr(value, "name", value)


def _is(column: str) -> Test:
    def holds(found: Rows, row: Any, value: str, viewer: Viewer) -> bool:
        held = getattr(row, column)
        return held is not None and held == row_key(value)

    return holds


def _within(column: str) -> Test:
    return lambda found, row, value, viewer: found.within(getattr(row, column), value)


def _text(*columns: str) -> Test:
    return lambda found, row, value, viewer: folded(value) in folded(*(getattr(row, c) for c in columns))


def _day(column: str, holds: Callable[[date, date], bool]) -> Test:
    """A bound of a date, or of a moment's day in Vietnam; what has none is out of bounds."""

    def test(found: Rows, row: Any, value: str, viewer: Viewer) -> bool:
        held = getattr(row, column)
        day = day_of(held) if hasattr(held, "astimezone") else held
        return day is not None and holds(day, date.fromisoformat(value))

    return test


def _past(column: str) -> Test:
    """A moment has come, or (False) has not or never will."""

    def test(found: Rows, row: Any, value: bool, viewer: Viewer) -> bool:
        moment = getattr(row, column)
        return (moment is not None and moment <= datetime.now(UTC)) is value

    return test


def _lasting(first: str, last: str, still: Callable[[date, date], bool]) -> Test:
    def test(found: Rows, row: Any, value: str, viewer: Viewer) -> bool:
        day, end = date.fromisoformat(value), getattr(row, last)
        return getattr(row, first) <= day and (end is None or still(end, day))

    return test


def _type(found: Rows, row: Any, value: str | list[str]) -> bool:
    codes = [value] if isinstance(value, str) else value
    return found.one(rows.AwardType, row.award_type_id).code in codes


def _any_line(test: Callable[[Rows, Any, Any], bool]) -> Test:
    def holds(found: Rows, row: Any, value: Any, viewer: Viewer) -> bool:
        lines = [line for line in found.of(rows.DossierLine, "dossier_id", row.id) if found.sees(line, viewer)]
        return any(test(found, line, value) for line in lines)

    return holds


def _any_award(column: str, test: Callable[[Rows, Any, Any], bool]) -> Test:
    def holds(found: Rows, row: Any, value: Any, viewer: Viewer) -> bool:
        awards = [award for award in found.of(rows.Award, column, row.id) if found.sees(award, viewer)]
        return any(test(found, award, value) for award in awards)

    return holds


def _names(found: Rows, row: Any, value: str) -> bool:
    return bool(row.nominee_id == row_key(value))


def _appraised_by(found: Rows, row: rows.Dossier, value: str, viewer: Viewer) -> bool:
    account = found.one(rows.Account, row_key(value))
    return account is not None and row.appraiser_id == account.id and found.sees(account, viewer)


def _to_review(found: Rows, row: rows.Award, value: bool, viewer: Viewer) -> bool:
    reliances = found.of(rows.AwardReliance, "line_id", row.line_id) if row.line_id else []
    return any(each.fell_at is not None and found.sees(each, viewer) for each in reliances) == value


_PUBLISHED = {"publishedFrom": _day("published_at", ge), "publishedTo": _day("published_at", le)}
TESTS: dict[str, dict[str, Test]] = {
    "AgencyFilter": {
        "kind": _same("kind"),
        "kinds": _among("kind"),
        "level": _same("level"),
        "levels": _among("level"),
        "within": _within("id"),
        "text": _text("code", "name", "name_en"),
        "on": _lasting("valid_from", "valid_to", lambda end, day: end > day),
    },
    "NomineeFilter": {
        "kind": _same("kind"),
        "kinds": _among("kind"),
        "recipientClass": _same("recipient_class"),
        "agencyWithin": _within("agency_id"),
        "awardType": _any_award("nominee_id", _type),
        "text": _text("name"),
    },
    "AwardTypeFilter": {
        "awardClass": _same("award_class"),
        "level": _same("level"),
        "recipient": lambda found, row, value, viewer: value in row.recipients,
    },
    "AwardFilter": {
        "awardType": lambda found, row, value, viewer: _type(found, row, value),
        "awardTypes": lambda found, row, value, viewer: _type(found, row, value),
        "agencyWithin": _within("agency_id"),
        "nominee": _is("nominee_id"),
        "recipient": lambda found, row, value, viewer: found.one(rows.Nominee, row.nominee_id).kind.name == value,
        "status": _same("status"),
        "statuses": _among("status"),
        "toReview": _to_review,
        "year": _same("achievement_year"),
        "awardedFrom": _day("awarded_on", ge),
        "awardedTo": _day("awarded_on", le),
    },
    "MovementFilter": {
        "form": _same("form"),
        "scope": _same("scope"),
        "scopes": _among("scope"),
        "stage": _same("stage"),
        "stages": _among("stage"),
        "launchedWithin": _within("launched_by_id"),
        "on": _lasting("starts_on", "ends_on", lambda end, day: end >= day),
    },
    "DossierFilter": {
        "status": _same("status"),
        "statuses": _among("status"),
        "commendationType": _same("commendation_type"),
        "commendationTypes": _among("commendation_type"),
        "agencyWithin": _within("agency_id"),
        "handlerWithin": _within("handler_id"),
        "authority": lambda found, row, value, viewer: found.one(rows.Agency, row.authority_id).code == value,
        "movement": _is("movement_id"),
        "appraiser": _appraised_by,
        "nominee": _any_line(_names),
        "awardType": _any_line(_type),
        "text": _text("code", "title"),
        "createdFrom": _day("created_at", ge),
        "createdTo": _day("created_at", le),
        "receivedFrom": _day("received_at", ge),
        "receivedTo": _day("received_at", le),
        "dueFrom": _day("due_on", ge),
        "dueTo": _day("due_on", le),
        "overdue": _past("late_at"),
        "willMissDeadline": _past("at_risk_at"),
    },
    "CouncilSessionFilter": {
        "council": _is("council_id"),
        "kind": _same("kind"),
        "status": _same("status"),
        "statuses": _among("status"),
        "opensFrom": _day("opens_at", ge),
        "opensTo": _day("opens_at", le),
    },
    "OpinionRequestFilter": {
        "dossier": _is("dossier_id"),
        "toAgencyWithin": _within("to_agency_id"),
        "awaited": lambda found, row, value, viewer: is_awaited(found, row) is value,
        "overdue": lambda found, row, value, viewer: is_overdue(found, row) is value,
        "dueFrom": _day("due_on", ge),
        "dueTo": _day("due_on", le),
    },
    "PublicPostingFilter": {
        "open": lambda found, row, value, viewer: is_open(found, row) is value,
        "agencyWithin": _within("agency_id"),
        "closesFrom": _day("closes_on", ge),
        "closesTo": _day("closes_on", le),
    },
    "SecurityEventFilter": {
        "kind": _same("kind"),
        "kinds": _among("kind"),
        "account": _is("account_id"),
        "atFrom": _day("at", ge),
        "atTo": _day("at", le),
    },
    "DelegationFilter": {
        "role": _same("role"),
        "delegator": _is("delegator_id"),
        "delegate": _is("delegate_id"),
        "agencyWithin": _within("agency_id"),
        "revoked": lambda found, row, value, viewer: (row.revoked_at is not None) is value,
    },
    "DecisionFilter": {
        "kind": _same("kind"),
        "agencyWithin": _within("agency_id"),
        "status": _same("status"),
        "statuses": _among("status"),
        "awardType": _any_award("decision_id", _type),
        "nominee": _any_award("decision_id", _names),
        "text": _text("number", "title"),
        "year": lambda found, row, value, viewer: row.signed_on.year == value,
        "signedFrom": _day("signed_on", ge),
        "signedTo": _day("signed_on", le),
        **_PUBLISHED,
    },
    "ArticleFilter": {"text": _text("title", "summary"), **_PUBLISHED},
    "ExemplaryModelFilter": {
        "agencyWithin": _within("agency_id"),
        "year": _same("year"),
        "years": _among("year"),
        "text": _text("title", "summary"),
        **_PUBLISHED,
    },
    "GuidanceDocumentFilter": {
        "form": _same("form"),
        "forms": _among("form"),
        "validity": _same("validity"),
        "validities": _among("validity"),
        "text": _text("number", "title"),
        "issuedFrom": _day("issued_on", ge),
        "issuedTo": _day("issued_on", le),
    },
}
"""By input type and field."""
