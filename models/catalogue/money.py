"""Prize money: how many base salaries go with an award, what that is in đồng, and who pays (Law 06/2022 art 11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from models.agency import AgencyKind
from models.catalogue.entry import Entry, entries
from models.nominee import NomineeKind

T = TypeVar("T")
FOLDER = Path(__file__).parent
_COLUMN = {
    NomineeKind.INDIVIDUAL: "individual",
    NomineeKind.FOREIGN_PARTY: "individual",
    NomineeKind.COLLECTIVE: "collective",
    NomineeKind.ENTERPRISE: "collective",
    NomineeKind.HOUSEHOLD: "household",
}


@dataclass(frozen=True, kw_only=True)
class PrizeMoney:
    """What goes with one award, in đồng, and how it is counted."""

    amount: int
    base_salary: int
    multiple: float
    article: str
    confirmed: bool
    """Whether both multiple and base salary were read in the instruments themselves."""


@dataclass(frozen=True, kw_only=True)
class BaseSalary:
    """The base salary from one day to another, in đồng."""

    amount: int
    confirmed: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class Prize:
    """How many base salaries go with some awards, from one day to another, by the kind of recipient."""

    award_codes: tuple[str, ...]
    multiples: dict[str, Decimal]
    article: str
    confirmed: bool
    valid_from: date
    valid_to: date | None


def prize_money(award_code: str, kind: NomineeKind, on: date) -> PrizeMoney | None:
    """What a recipient of this kind gets with an award given on a day; None where no source names an amount."""
    salary = next((salary for salary in base_salaries() if _holds(salary, on)), None)
    for prize in prizes():
        multiple = prize.multiples.get(_COLUMN[kind])
        if salary and multiple and award_code in prize.award_codes and _holds(prize, on):
            return PrizeMoney(
                amount=int(salary.amount * multiple),
                base_salary=salary.amount,
                multiple=float(multiple),
                article=prize.article,
                confirmed=prize.confirmed and salary.confirmed,
            )
    return None


def proposer_pays(decider: AgencyKind) -> bool:
    """Whether the prize money of what such an agency decides is paid by whoever proposed it (art 11.4)."""
    return decider in _payers()


def _holds(said: BaseSalary | Prize, on: date) -> bool:
    return said.valid_from <= on and (said.valid_to is None or on < said.valid_to)


def _read(name: str, table: str, make: Callable[[Entry], T]) -> tuple[T, ...]:
    """The entries of a file of this folder; a key that nobody reads is refused."""
    found = []
    for entry in entries(FOLDER / name, table):
        found.append(make(entry))
        entry.done()
    return tuple(found)


@cache
def base_salaries() -> tuple[BaseSalary, ...]:
    """The base salaries, as the file says them. Raises CatalogueError."""
    return _read("base_salaries.toml", "base_salary", _base_salary)


@cache
def prizes() -> tuple[Prize, ...]:
    """The whole list of multiples, as the file says it. Raises CatalogueError."""
    return _read("prize_money.toml", "prize", _prize)


@cache
def _payers() -> frozenset[AgencyKind]:
    return frozenset(kind for kinds in _read("prize_payers.toml", "payer", _proposers_pay) for kind in kinds)


def _said(entry: Entry) -> dict[str, Any]:
    """What every entry about money says: its days, and whether it was read in the instrument."""
    first, end = entry.days()
    confirmed, _ = entry.confirmed()
    return {"confirmed": confirmed, "valid_from": first, "valid_to": end}


def _base_salary(entry: Entry) -> BaseSalary:
    entry.text("article")
    return BaseSalary(amount=int(entry.number("amount")), **_said(entry))


def _prize(entry: Entry) -> Prize:
    columns = [column for column in dict.fromkeys(_COLUMN.values()) if entry.has(column)]
    return Prize(
        award_codes=tuple(entry.texts("awards")),
        multiples={column: Decimal(str(entry.number(column))) for column in columns},
        article=entry.text("article"),
        **_said(entry),
    )


def _proposers_pay(entry: Entry) -> Sequence[AgencyKind]:
    entry.article()
    entry.confirmed()
    entry.code("pays", "PROPOSER")
    return entry.members("deciders", AgencyKind)
