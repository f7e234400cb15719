"""Prize money: how many base salaries go with an award, and what that is in đồng (Law 06/2022 art 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from models.catalogue.entry import Entry, entries
from models.nominee import NomineeKind

FILE = Path(__file__).parent / "prize_money.toml"
_COLUMN = {
    NomineeKind.INDIVIDUAL: "individual",
    NomineeKind.FOREIGN_PARTY: "individual",
    NomineeKind.COLLECTIVE: "collective",
    NomineeKind.ENTERPRISE: "collective",
    NomineeKind.HOUSEHOLD: "household",
}


@dataclass(frozen=True, kw_only=True)
class Prize:
    """The money that goes with an award, from one day to another."""

    award_codes: tuple[str, ...]
    base_salary: Decimal
    multiples: dict[str, Decimal]
    confirmed: bool
    valid_from: date
    valid_to: date | None


def prize_money(award_code: str, kind: NomineeKind, on: date) -> int | None:
    """What the recipient of an award gets with it on a day, in đồng; None where no source names an amount."""
    for prize in prizes():
        in_force = prize.valid_from <= on and (prize.valid_to is None or on < prize.valid_to)
        multiple = prize.multiples.get(_COLUMN[kind])
        if in_force and multiple and award_code in prize.award_codes:
            return int(prize.base_salary * multiple)
    return None


@cache
def prizes() -> tuple[Prize, ...]:
    """The whole list of multiples, as the file says it."""
    return tuple(_prize(entry) for entry in entries(FILE, "prize"))


def _prize(entry: Entry) -> Prize:
    first, end = entry.days()
    confirmed, _ = entry.confirmed()
    columns = [column for column in dict.fromkeys(_COLUMN.values()) if entry.has(column)]
    prize = Prize(
        award_codes=tuple(entry.texts("awards")),
        base_salary=Decimal(str(entry.number("base_salary"))),
        multiples={column: Decimal(str(entry.number(column))) for column in columns},
        confirmed=confirmed,
        valid_from=first,
        valid_to=end,
    )
    entry.done()
    return prize
