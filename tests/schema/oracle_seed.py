"""Random data for every table a client can read: the same each time, uneven, full of nulls, ties and awkward text."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.agency import AgencyKind, AgencyLevel
from models.award_type import AwardClass, AwardLevel
from models.content import LegalForm, Validity
from models.movement import MovementForm, MovementScope, MovementStage
from models.nominee import NomineeKind, RecipientClass
from tests.province import Province

T = TypeVar("T")
AWKWARD = (
    'Đề nghị tặng "Bằng khen"',
    "Nguyễn Thị Ánh Dương",
    "nguyễn thị ánh dương",
    "back\\slash, 'quotes', $1 {} %s",
    "dòng\u2028mới\u2029 và 🏅",
    "a\x01mark\x02 \t tab\nnewline",
    "100% gạch_dưới \\% \\_",
    "</script>&<!-- ]]>",
    "ĐƯỜNG THỦY Hoà Bình",
    "Đường thuỷ Hòa Bình",
    "Ưu tú, ấn tượng, ỷ lại",
    "Ủy ban",
)
"""Names and titles: in NFC, never blank."""
LOOSE = (*AWKWARD, "", " ", normalize("NFD", "Đề nghị tặng thưởng"), "\u200b\ufeff")
"""Notes and summaries, which may be anything."""
BODIES = (
    "# Tiêu đề\n\n*một* **hai**",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) `y`",
    "",
    "a\n\n- b\n- c",
)
NOON = datetime(2025, 6, 30, 16, 30, tzinfo=UTC)
"""Half past eleven at night in Vietnam: half an hour later it is another day there."""


class Chance:
    """One source of luck, and the makers of small values."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.choice, self.randint, self.sample = self.random.choice, self.random.randint, self.random.sample

    def key(self) -> UUID:
        """An id that is in no order with the others: ties must be broken by it, not by age."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def luck(self, chance: float = 0.5) -> bool:
        return self.random.random() < chance

    def perhaps(self, value: T, chance: float = 0.6) -> T | None:
        return value if self.luck(chance) else None

    def text(self, n: int) -> str:
        """A title: of three rows two share theirs."""
        return self.choice(AWKWARD) + ("" if n % 3 else f" {n}")

    def loose(self) -> str:
        return self.choice(LOOSE)

    def moment(self, spread: int = 12) -> datetime:
        """One of few moments, so that there are ties and midnights in Vietnam; with and without microseconds."""
        hours, part = self.randint(0, spread), self.choice([0, 0, 120_000, 1, 999_999])
        apart = timedelta(hours=hours, minutes=self.choice([0, 30]), microseconds=part)
        return NOON - timedelta(hours=spread // 2) + apart

    def day(self, spread: int = 6) -> date:
        return date(2025, 7, 1) + timedelta(days=self.randint(-spread, spread))


class Seed:
    """The rows above the small province's, by table; dossiers and decisions are added beside."""

    def __init__(self, province: Province, chance: Chance) -> None:
        self.province, self.chance = province, chance
        self.agencies: list[rows.Agency] = []
        self.nominees: list[rows.Nominee] = []
        self.movements: list[rows.Movement] = []
        self.types: list[rows.AwardType] = []

    async def plant(self, session: AsyncSession) -> None:
        """Write all of them."""
        self.agencies = list(await session.scalars(select(rows.Agency).order_by(rows.Agency.code)))
        await self._agencies(session)
        await self._nominees(session)
        await self._types(session)
        session.add_all(self._movements())
        session.add_all(self._content())
        await session.flush()

    async def _agencies(self, session: AsyncSession) -> None:
        chance = self.chance
        for n in range(18):
            above = chance.choice(self.agencies)
            ended = chance.perhaps(chance.day(), 0.3)
            agency = rows.Agency(
                id=chance.key(),
                code=f"H37.{n + 60}" if n % 4 else f"Đ-{n} x\"'",
                name=chance.text(n),
                name_en=chance.perhaps(f"Agency {n % 5}"),
                kind=chance.choice(list(AgencyKind)),
                level=chance.choice(list(AgencyLevel)),
                path=f"{above.path}.u{n}",
                valid_from=date(2025, 1, 1) + timedelta(days=n // 3),
                valid_to=ended,
                parent_id=above.id,
            )
            session.add(agency)
            await session.flush()
            self.agencies.append(agency)
        ended_ones = [agency for agency in self.agencies if agency.valid_to]
        for agency in ended_ones:
            heirs = chance.sample([a for a in self.agencies if a is not agency], chance.randint(0, 3))
            on = agency.valid_to or date(2025, 7, 1)
            session.add_all(rows.AgencySuccession(agency_id=agency.id, successor_id=h.id, on=on) for h in heirs)

    async def _nominees(self, session: AsyncSession) -> None:
        chance = self.chance
        self.nominees = list(await session.scalars(select(rows.Nominee).order_by(rows.Nominee.name)))
        for n in range(26):
            kind = list(NomineeKind)[n % 5]
            personal = kind is NomineeKind.INDIVIDUAL
            nominee = rows.Nominee(
                id=chance.key(),
                kind=kind,
                name=chance.text(n),
                position=chance.perhaps(chance.loose()),
                recipient_class=chance.perhaps(chance.choice(list(RecipientClass))) if personal else None,
                agency_id=chance.choice(self.agencies).id,
            )
            session.add(nominee)
            self.nominees.append(nominee)
            await session.flush()
            if chance.luck(0.7 if personal else 0.1):
                session.add(self._personal(nominee, n))

    def _personal(self, nominee: rows.Nominee, n: int) -> rows.NomineePersonal:
        chance, born = self.chance, self.chance.perhaps(date(1980, 1, 1) + timedelta(days=n))
        return rows.NomineePersonal(
            nominee_id=nominee.id,
            personal_number=chance.perhaps(f"{n:012}"),
            birth_date=born,
            birth_year=born.year if born else chance.perhaps(1970 + n),
            female=chance.choice([True, False, None]),
            phone=chance.perhaps(f"+84 9{n:08}"),
            address=chance.perhaps(chance.loose()),
        )

    async def _types(self, session: AsyncSession) -> None:
        """Beside the catalogue's some that are no more, or not yet, in force."""
        catalogue = list(await session.scalars(select(rows.AwardType).order_by(rows.AwardType.rank)))
        for n in range(4):
            begins = date(2030, 1, 1) if n == 3 else date(2000, 1, 1)
            made = rows.AwardType(
                id=self.chance.key(),
                code=f"OLD_{n % 2}" if n < 2 else f"NEW_{n}",
                name=self.chance.text(n),
                name_en=f"Old {n}",
                award_class=self.chance.choice(list(AwardClass)),
                level=self.chance.choice(list(AwardLevel)),
                recipients=[kind.name for kind in self.chance.sample(list(NomineeKind), 1 + n)],
                posthumous=n == 1,
                rank=10,
                article="Điều 1 \\ \"a\" 'b'",
                note=self.chance.perhaps(self.chance.loose()),
                confirmed=n != 2,
                valid_from=begins,
                valid_to=None if n == 3 else date(2025, 7, 1) + timedelta(days=n),
            )
            session.add(made)
            self.types.append(made)
        self.types += self.chance.sample(catalogue, 8)
        await session.flush()

    def _movements(self) -> list[rows.Movement]:
        chance = self.chance
        self.movements = [
            rows.Movement(
                id=chance.key(),
                title=chance.text(n),
                title_en=chance.perhaps(f"Movement {n}"),
                form=chance.choice(list(MovementForm)),
                scope=chance.choice(list(MovementScope)),
                stage=chance.choice(list(MovementStage)),
                aim=chance.loose(),
                legal_basis=chance.perhaps(chance.loose()),
                launched_by_id=chance.choice(self.agencies).id,
                starts_on=date(2025, 1, 1) + timedelta(days=n // 4),
                ends_on=chance.perhaps(chance.day() + timedelta(days=200)),
            )
            for n in range(12)
        ]
        return self.movements

    def _content(self) -> list[Any]:
        return [
            *(self._article(n) for n in range(10)),
            *(self._model(n) for n in range(14)),
            *(self._guidance(n) for n in range(14)),
        ]

    def _article(self, n: int) -> rows.Article:
        chance = self.chance
        article = rows.Article(
            id=chance.key(),
            slug=f"bai-{n}",
            title=chance.text(n),
            summary=chance.loose(),
            body=chance.choice(BODIES),
            published_at=chance.perhaps(chance.moment()),
        )
        article.created_at = chance.moment()
        return article

    def _model(self, n: int) -> rows.ExemplaryModel:
        chance = self.chance
        model = rows.ExemplaryModel(
            id=chance.key(),
            slug=f"dien-hinh-{n}",
            title=chance.text(n),
            summary=chance.loose(),
            body=chance.choice(BODIES),
            field=chance.loose(),
            agency_id=chance.choice(self.agencies).id,
            nominee_id=chance.perhaps(chance.choice(self.nominees).id),
            year=2020 + n % 4,
            published_at=chance.perhaps(chance.moment()),
        )
        model.created_at = chance.moment()
        return model

    def _guidance(self, n: int) -> rows.GuidanceDocument:
        chance, issued = self.chance, self.chance.day()
        return rows.GuidanceDocument(
            id=chance.key(),
            number=f"{n:02}/2025/NĐ-CP",
            title=chance.text(n),
            form=chance.choice(list(LegalForm)),
            validity=chance.choice(list(Validity)),
            issued_by=chance.loose(),
            signer_name=chance.perhaps(chance.loose()),
            issued_on=issued,
            effective_on=chance.perhaps(issued + timedelta(days=n)),
            summary=chance.loose(),
            published_at=chance.perhaps(chance.moment()),
        )
