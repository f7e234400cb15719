"""What the catalogue says of days and hours: days off by law, announced days off and worked, the halves of a day."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from models.catalogue.entry import CatalogueError, Entry, entries

_TIME = r"([01]\d|2[0-3]):[0-5]\d"


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What was announced of a year beside the law's own days off."""

    year: int
    days_off: frozenset[date]
    days_worked: frozenset[date]
    source: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """When the afternoon begins, and until when what is handed in counts in its own half of the day."""

    noon: time
    morning_until: time
    afternoon_until: time
    confirmed: bool
    valid_from: date
    valid_to: date | None


def law_days(file: Path) -> dict[int, frozenset[date]]:
    """By year, the days from Monday to Friday that the law itself gives off."""
    said: dict[str, list[date]] = tomllib.loads(file.read_text("utf-8"))["days_off"]
    return {int(year): frozenset(days) for year, days in said.items()}


def announcements(file: Path) -> tuple[Announcement, ...]:
    """The announced years, each once. Raises CatalogueError for a day of another year, or both off and worked."""
    found: list[Announcement] = []
    for entry in entries(file, "announcement"):
        said = _announcement(entry)
        if any(said.year == other.year for other in found):
            raise entry.refusal("year", f"{said.year} has two entries: write one")
        found.append(said)
    return tuple(found)


def _announcement(entry: Entry) -> Announcement:
    confirmed, _ = entry.confirmed()
    said = Announcement(
        year=int(entry.code("year", r"\d{4}")),
        days_off=frozenset(entry.dates("days_off")),
        days_worked=frozenset(entry.dates("days_worked")),
        source=entry.text("source"),
        confirmed=confirmed,
    )
    if both := sorted(said.days_off & said.days_worked):
        raise entry.refusal("days_worked", f"{both[0]} is both off and worked: leave one out")
    if other := sorted(day for day in said.days_off | said.days_worked if day.year != said.year):
        raise entry.refusal("year", f"{other[0]} lies in another year than {said.year}: give it an entry of its own")
    entry.done()
    return said


def office_hours(file: Path) -> tuple[OfficeHours, ...]:
    """The hours, from the earliest on, without a day between. Raises CatalogueError where a day has none, or two."""
    found: list[OfficeHours] = []
    for entry in entries(file, "office_hours"):
        said = _office_hours(entry)
        if found and found[-1].valid_to != said.valid_from:
            raise entry.refusal("valid_from", f"the hours before end on {found[-1].valid_to}: write that day")
        found.append(said)
    if not found or found[-1].valid_to is not None:
        raise CatalogueError(f"{file.name}: no hours hold from now on: leave out the last `valid_to`")
    return tuple(found)


def _office_hours(entry: Entry) -> OfficeHours:
    first, end = entry.days()
    confirmed, _ = entry.confirmed()
    noon, morning, afternoon = (
        time.fromisoformat(entry.code(key, _TIME)) for key in ("noon", "morning_until", "afternoon_until")
    )
    if not morning <= noon < afternoon:
        raise entry.refusal("noon", f"`noon` is {noon:%H:%M}: it must follow `morning_until`, before `afternoon_until`")
    entry.done()
    return OfficeHours(
        noon=noon,
        morning_until=morning,
        afternoon_until=afternoon,
        confirmed=confirmed,
        valid_from=first,
        valid_to=end,
    )
