"""The demo's agencies: from their file to rows, and as the rest of the load looks them up."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import models as rows
from models.agency import AgencyKind, AgencyLevel
from models.demo.books import Books, key

FILE = Path(__file__).parent / "agencies.toml"
BEGINNING = date(2015, 1, 1)
"""Since when agencies are registered that were there before the register."""
PROVINCE, DESK, CULTURE, RED_CROSS = "H37", "H37.05", "H37.07", "H37.T07"
ABOVE = ("TTG", "CTN", "CP")
"""Who decides what the province forwards; the province's desk receives it for them (art 83.2)."""
_PROPOSING = {
    AgencyKind.DEPARTMENT,
    AgencyKind.MASS_ORGANISATION,
    AgencyKind.DISTRICT,
    AgencyKind.COMMUNE,
    AgencyKind.WARD,
    AgencyKind.ENTERPRISE,
    AgencyKind.ARMED_FORCES,
}


@dataclass(frozen=True, kw_only=True)
class Office:
    """An agency, as dossiers and people refer to it."""

    id: UUID
    code: str
    name: str
    symbol: str
    kind: AgencyKind
    valid_from: date
    valid_to: date | None
    units: tuple[Office, ...] = ()

    @property
    def short(self) -> str:
        """The name as people say it: `xã Quốc Việt`, not `Ủy ban nhân dân xã Quốc Việt`."""
        return self.name.removeprefix("Ủy ban nhân dân ")

    def stands(self, first: date, last: date) -> bool:
        """Whether it was there all the time between two days."""
        return self.valid_from <= first and (self.valid_to is None or last < self.valid_to)


class Agencies:
    """All agencies by code, units among them."""

    def __init__(self, books: Books, chance: random.Random) -> None:
        self._by_code: dict[str, Office] = {}
        said: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["agency"]
        ids = {code: key(datetime(2015, 1, 1, tzinfo=UTC), chance) for code in _codes(said)}
        for entry in said:
            self._by_code[entry["code"]] = _write(books, entry, ids)
        for entry in said:
            for successor in entry.get("successors", ()):
                books.write(
                    rows.AgencySuccession,
                    agency_id=ids[entry["code"]],
                    successor_id=ids[successor],
                    on=entry["to"],
                )

    def __getitem__(self, code: str) -> Office:
        return self._by_code[code]

    def proposers(self) -> list[Office]:
        """Every agency that proposes to the province, ended ones too."""
        return [office for office in self._by_code.values() if office.kind in _PROPOSING]

    def of(self, *kinds: AgencyKind) -> list[Office]:
        """The agencies of some kinds."""
        return [office for office in self._by_code.values() if office.kind in kinds]


def _codes(said: list[dict[str, Any]]) -> Iterator[str]:
    for entry in said:
        yield entry["code"]
        yield from (f"{entry['code']}.{number:02}" for number, _ in enumerate(entry.get("units", ()), 1))


def _write(books: Books, entry: dict[str, Any], ids: dict[str, UUID]) -> Office:
    """An agency and, below it, its units, which began when it did."""
    code, since = entry["code"], entry.get("from", BEGINNING)
    units = []
    for number, name in enumerate(entry.get("units", ()), 1):
        kind = "OFFICE" if name.startswith("Phòng ") else "UNIT"
        said = {"code": f"{code}.{number:02}", "name": name, "kind": kind, "level": "UNIT", "from": since}
        units.append(_office(said, ids))
        _row(books, said, ids, units[-1])
    office = _office(entry, ids, tuple(units))
    _row(books, entry, ids, office)
    return office


def _office(said: dict[str, Any], ids: dict[str, UUID], units: tuple[Office, ...] = ()) -> Office:
    return Office(
        id=ids[said["code"]],
        code=said["code"],
        name=said["name"],
        symbol=said.get("symbol", "ĐV"),
        kind=AgencyKind[said["kind"]],
        valid_from=said.get("from", BEGINNING),
        valid_to=said.get("to"),
        units=units,
    )


def _row(books: Books, said: dict[str, Any], ids: dict[str, UUID], office: Office) -> None:
    books.write(
        rows.Agency,
        id=office.id,
        code=office.code,
        name=office.name,
        name_en=said.get("name_en"),
        symbol=said.get("symbol"),
        kind=office.kind,
        level=AgencyLevel[said["level"]],
        path=office.code,
        valid_from=office.valid_from,
        valid_to=office.valid_to,
        parent_id=ids.get(office.code.rpartition(".")[0]),
        desk_id=ids[DESK] if office.code in (PROVINCE, *ABOVE) else None,
    )
