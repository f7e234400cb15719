"""The demo's register of nominees: the people and collectives of each agency, all invented."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import models as rows
from models.agency import AgencyKind
from models.demo.agencies import CULTURE, RED_CROSS, Agencies, Office
from models.demo.books import Books, key
from models.demo.people import Person, person, personal_number, phone
from models.nominee import NomineeKind, RecipientClass

_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
_PEOPLE = {AgencyKind.DEPARTMENT: 26, AgencyKind.DISTRICT: 30}
"""How many people of an agency are in the register, at scale 1; 14 where nothing is said."""
_TALK = {
    AgencyKind.DEPARTMENT: "department",
    AgencyKind.MASS_ORGANISATION: "department",
    AgencyKind.ENTERPRISE: "enterprise",
    AgencyKind.ARMED_FORCES: "armed",
}


@cache
def texts() -> dict[str, Any]:
    """The sentences of the demo, by their use."""
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Listed:
    """A nominee, as a dossier refers to it."""

    id: UUID
    kind: NomineeKind
    name: str


@dataclass
class Nominees:
    """The register, by agency and kind."""

    books: Books
    chance: random.Random
    scale: int
    by_agency: dict[tuple[str, NomineeKind], list[Listed]] = field(default_factory=dict)
    personas: dict[str, Listed] = field(default_factory=dict)
    """The nominees who have an account, by its user name."""
    _people: int = 0

    def fill(self, agencies: Agencies) -> None:
        """Writes every proposing agency's people and collectives, and the nominees of the demo's accounts first."""
        red_cross, culture = agencies[RED_CROSS], agencies[CULTURE]
        self.personas["chuthapdo"] = self._person(
            red_cross, red_cross, "Chủ tịch {place}", RecipientClass.DEPARTMENT_LEADER, female=True
        )
        museum = culture.units[3]
        self.personas["nghenhan"] = self._person(
            culture, museum, "Viên chức, {unit}", RecipientClass.DIRECT_WORKER, female=False
        )
        for office in agencies.proposers():
            self._fill(office)

    def listed(self, office: Office, kind: NomineeKind) -> list[Listed]:
        """The nominees of one kind that an agency manages."""
        return self.by_agency.get((office.code, kind), [])

    def _fill(self, office: Office) -> None:
        talk = _TALK.get(office.kind, "place")
        said = texts()["positions"]
        for number in range(_PEOPLE.get(office.kind, 14) * self.scale):
            unit = self.chance.choice(office.units) if office.units else office
            if number == 0 and talk == "department":
                self._person(office, office, said["leader"][1], RecipientClass.DEPARTMENT_LEADER)
                continue
            position = self.chance.choice(said[talk])
            self._person(office, unit, position, _class_of(position))
        if office.kind is AgencyKind.DEPARTMENT and office.code == CULTURE:
            for number in range(40):
                self._person(office, office.units[number % len(office.units)], said["department"][number % 6], None)
        self._collectives(office, talk)

    def _person(
        self,
        office: Office,
        unit: Office,
        position: str,
        recipient_class: RecipientClass | None,
        *,
        female: bool | None = None,
    ) -> Listed:
        someone = person(self.chance, female=female)
        within = office.short if unit is office else f"{unit.name}, {office.short}"
        said = position.format(place=office.short, unit=within, village=self._village())
        listed = self._write(office, unit, NomineeKind.INDIVIDUAL, someone.name, said, recipient_class)
        self._personal(listed, someone, office)
        return listed

    def _personal(self, listed: Listed, someone: Person, office: Office) -> None:
        self._people += 1
        year_only = self.chance.random() < 0.1  # old records know no more
        self.books.write(
            rows.NomineePersonal,
            nominee_id=listed.id,
            personal_number=personal_number(someone, self._people),
            birth_date=None if year_only else someone.born_on,
            birth_year=someone.born_on.year,
            female=someone.female,
            phone=phone(self._people),
            address=f"Thôn {self._village()}, {office.short}",
            ethnicity=someone.ethnicity,
        )

    def _collectives(self, office: Office, talk: str) -> None:
        said, place = texts()["collectives"], office.short
        for unit in office.units:
            self._write(office, unit, NomineeKind.COLLECTIVE, f"{unit.name}, {place}")
        for name in said[talk]:
            self._write(office, office, NomineeKind.COLLECTIVE, name.format(place=place))
        if office.kind is AgencyKind.ENTERPRISE:
            self._write(office, office, NomineeKind.ENTERPRISE, office.name)
        if talk == "place":
            self._write(office, office, NomineeKind.COLLECTIVE, place[0].upper() + place[1:])
            for village in {self._village(): None for _ in range(4)}:
                self._write(
                    office, office, NomineeKind.COLLECTIVE, said["village"].format(village=village, place=place)
                )
            for _ in range(3):
                head = person(self.chance)
                name = f"Gia đình {'bà' if head.female else 'ông'} {head.name}, thôn {self._village()}, {place}"
                self._write(office, office, NomineeKind.HOUSEHOLD, name)
        if office.code.endswith(".01") and office.kind is AgencyKind.DEPARTMENT:
            for name in texts()["foreigners"]["names"]:
                self._write(office, office, NomineeKind.FOREIGN_PARTY, name)

    def _village(self) -> str:
        names = texts()["villages"]
        return f"{self.chance.choice(names['first'])} {self.chance.choice(names['second'])}"

    def _write(
        self,
        office: Office,
        unit: Office,
        kind: NomineeKind,
        name: str,
        position: str | None = None,
        recipient_class: RecipientClass | None = None,
    ) -> Listed:
        listed = Listed(id=key(_SINCE, self.chance), kind=kind, name=name)
        self.books.write(
            rows.Nominee,
            id=listed.id,
            kind=kind,
            name=name,
            position=position,
            recipient_class=recipient_class,
            agency_id=unit.id,
        )
        self.by_agency.setdefault((office.code, kind), []).append(listed)
        return listed


def _class_of(position: str) -> RecipientClass | None:
    """The statistical class of somebody's post (form 0603)."""
    if position.startswith(("Trưởng phòng", "Phó Trưởng phòng", "Kế toán trưởng")):
        return RecipientClass.DIVISION_LEADER
    if position.startswith("Giám đốc"):
        return RecipientClass.BUSINESS_PERSON
    return RecipientClass.DIRECT_WORKER
