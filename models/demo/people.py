"""Invented people: names in the form of the province's peoples, and what is personal about them."""

from __future__ import annotations

import random
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "names.toml"


@dataclass(frozen=True)
class Person:
    """Somebody invented."""

    name: str
    female: bool
    ethnicity: str
    born_on: date


@cache
def _names() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def person(chance: random.Random, *, female: bool | None = None) -> Person:
    """Somebody of working age, with a name in NFC that is nobody's in public office."""
    names = _names()
    people = names["people"]
    folk = chance.choices(people, weights=[people_["share"] for people_ in people])[0]
    woman = chance.random() < 0.5 if female is None else female
    given = names["female" if woman else "male"]
    while True:
        last = chance.choice(given["given"] if chance.random() < 0.95 else names["decomposed"]["given"])
        said = f"{chance.choice(folk['family'])} {chance.choice(given['middle'])} {last}"
        name = unicodedata.normalize("NFC", said)
        if name not in names["refused"]["never"]:
            break
    born_on = date(1964, 1, 1) + timedelta(days=chance.randrange(38 * 365))
    return Person(name=name, female=woman, ethnicity=folk["ethnicity"], born_on=born_on)


def personal_number(person: Person, order: int) -> str:
    """A number of twelve digits that nobody holds: it begins with 099, which is no province's."""
    century = (person.born_on.year // 100 - 19) * 2 + person.female
    return f"099{century}{person.born_on:%y}{order:06}"


def phone(order: int) -> str:
    """A number that nobody has: no subscriber's number begins with 0 after the area code 0205."""
    return f"0205 0{order // 10000 % 100:02} {order % 10000:04}"
