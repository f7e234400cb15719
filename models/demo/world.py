"""The demo's world: what every part of the load looks into, made from one seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from models.demo.accounts import Accounts
from models.demo.agencies import Agencies
from models.demo.books import Books
from models.demo.journal import Journal
from models.demo.law import LawInForce
from models.demo.movements import Movements
from models.demo.nominees import Nominees
from models.demo.worktime import WorkTime

_FIRST_DAY = date(2023, 6, 1)
"""Before this day nothing of the demo happens."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The books to write in, the chance to draw from, the working time, and who and what there is."""

    books: Books
    chance: random.Random
    time: WorkTime
    journal: Journal
    law: LawInForce
    agencies: Agencies
    nominees: Nominees
    accounts: Accounts
    movements: Movements
    today: date

    @classmethod
    def make(cls, law: LawInForce, scale: int, seed: int, today: date) -> World:
        """The world of a seed on a day, with its agencies, people, accounts and movements written."""
        books, chance = Books(), random.Random(f"{seed}/{scale}/{today}")  # noqa: S311  equal seeds give equal demos
        agencies = Agencies(books, chance)
        nominees = Nominees(books, chance, scale)
        nominees.fill(agencies)
        personas = {username: (listed.id, listed.name) for username, listed in nominees.personas.items()}
        return cls(
            books=books,
            chance=chance,
            time=WorkTime(_FIRST_DAY, today),
            journal=Journal(chance),
            law=law,
            agencies=agencies,
            nominees=nominees,
            accounts=Accounts(books, chance, agencies, personas),
            movements=Movements(books, chance, agencies),
            today=today,
        )
