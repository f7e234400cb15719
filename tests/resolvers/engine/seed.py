"""The register's data, the same every time: small, uneven, and full of awkward text."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from unicodedata import normalize
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.schema import CreateSchema

from .rows import (
    Agency,
    Award,
    AwardType,
    Base,
    Decision,
    Dossier,
    DossierLine,
    DossierStatus,
    Entry,
    Nominee,
    NomineeKind,
)

AWKWARD = (
    'Hồ sơ "khen thưởng"',
    "back\\slash and 'quotes'",
    "a\x01mark\x02 and a\ttab",
    "line\u2028separator\u2029 and \U0001f3c5",
    normalize("NFD", "Đề nghị tặng thưởng"),
    "</script>&<!--",
    "",
    "line\nbreak % _ $1 {}",
)
HANOI = timezone(timedelta(hours=7))
START = datetime(2025, 1, 1, 8, tzinfo=HANOI)


class Seed:
    """Rows in the order their references need."""

    def __init__(self, size: int = 60) -> None:
        self.random = random.Random(2026)
        self.agencies = self._agencies()
        self.nominees = [self._nominee(n) for n in range(15)]
        self.types = [AwardType(id=self.key(), code=f"AT{n}", label=self.text(n), rank=n) for n in range(4)]
        self.decisions = [self._decision(n) for n in range(12)]
        self.dossiers = [self._dossier(n) for n in range(size)]
        self.lines = [line for d in self.dossiers for line in self._lines(d)]
        self.awards = [award for d in self.decisions for award in self._awards(d)]
        self.entries = [entry for d in self.dossiers for entry in self._entries(d)]

    def key(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def text(self, n: int) -> str:
        return f"{AWKWARD[n % len(AWKWARD)]} {n}"

    def perhaps(self, value: Any) -> Any:
        return value if self.random.random() < 0.6 else None

    def _agencies(self) -> list[Agency]:
        root = Agency(id=self.key(), code="A", name="Ủy ban nhân dân tỉnh", path="p", parent_id=None)
        made = [root]
        for n in range(3):
            branch = Agency(id=self.key(), code=f"A{n}", name=self.text(n), path=f"p.s{n}", parent_id=root.id)
            units = [
                Agency(id=self.key(), code=f"A{n}{u}", name=self.text(u), path=f"p.s{n}.u{u}", parent_id=branch.id)
                for u in range(n)
            ]
            made += [branch, *units]
        return made

    def _nominee(self, n: int) -> Nominee:
        kind = NomineeKind.PERSON if n % 3 else NomineeKind.COLLECTIVE
        year = self.perhaps(1960 + n)
        return Nominee(id=self.key(), full_name=self.text(n), kind=kind, birth_year=year, phone=f"09{n}")

    def _decision(self, n: int) -> Decision:
        published = self.perhaps(START + timedelta(days=n, microseconds=120_000 * n))
        agency = self.random.choice(self.agencies)
        signed = date(2025, 1, 1 + n // 3)  # several a day: ties
        return Decision(
            id=self.key(),
            number=f"{n}/QĐ-UBND",
            title=self.text(n),
            signed_on=signed,
            published_at=published,
            agency_id=agency.id,
        )

    def _dossier(self, n: int) -> Dossier:
        choice, perhaps = self.random.choice, self.perhaps
        return Dossier(
            id=self.key(),
            code=perhaps(f"H37.01-{n:06}"),
            title=self.text(n),
            status=choice(list(DossierStatus)),
            version=self.random.randint(-1, 4),
            urgent=choice([True, False]),
            sealed=choice([True, False, None]),
            budget=choice([0, -1, 2**31, 2**53 + 1, 2**63 - 1]),
            share=perhaps(choice([Decimal("0.500"), Decimal("-12.125"), Decimal("1234567.891")])),
            reference=perhaps(self.key()),
            tags=choice([[], ["một"], ['hai "hai"', "ba\\"]]),
            created_at=START + timedelta(hours=n // 4, microseconds=choice([0, 120_000, 1, 999_999])),
            due_on=perhaps(date(2025, 3, 1) + timedelta(days=n % 9)),
            note=perhaps(self.text(n + 3)),
            agency_id=choice(self.agencies).id,
            nominee_id=choice(self.nominees).id,
            award_type_id=perhaps(choice(self.types).id),
            decision_id=perhaps(choice(self.decisions).id),
        )

    def _lines(self, dossier: Dossier) -> list[DossierLine]:
        return [
            DossierLine(
                id=self.key(),
                dossier_id=dossier.id,
                position=n // 2,
                outcome=self.perhaps(self.text(n)),
                nominee_id=self.random.choice(self.nominees).id,
            )
            for n in range(self.random.choice([0, 0, 1, 2, 5]))
        ]

    def _awards(self, decision: Decision) -> list[Award]:
        return [
            Award(
                id=self.key(),
                decision_id=decision.id,
                position=n // 2,
                nominee_id=self.random.choice(self.nominees).id,
                award_type_id=self.random.choice(self.types).id,
            )
            for n in range(self.random.choice([0, 1, 4, 9]))
        ]

    def _entries(self, dossier: Dossier) -> list[Entry]:
        return [
            Entry(
                key=self.key(),
                at=dossier.created_at + timedelta(minutes=n),
                act=self.random.choice(["NOTE", "SUBMIT", "DECIDE"]),
                actor=self.text(n),
                subject_kind="Dossier",
                subject_id=dossier.id,
                seq=n,
                note=self.perhaps(self.text(n)),
                data={"after": self.perhaps("DRAFT"), "remark": self.perhaps(AWKWARD[n].replace("\x00", ""))},
            )
            for n in range(self.random.choice([0, 1, 3, 6]))
        ]


async def plant(url: str) -> Seed:
    """Make the register's tables in this database and fill them."""
    seed, engine = Seed(), create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(CreateSchema("register"))
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        for rows in (seed.agencies, seed.nominees, seed.types, seed.decisions, seed.dossiers):
            session.add_all(rows)
            await session.flush()
        session.add_all([*seed.lines, *seed.awards])
        await session.flush()
        for entry in seed.entries:  # one after another, so that their numbers follow their order
            session.add(entry)
            await session.flush()
        await session.commit()
    await engine.dispose()
    return seed
