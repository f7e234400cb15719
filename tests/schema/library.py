"""A library to search: rows of every kind with Vietnamese words in every spelling, and who is meant to see each."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from unicodedata import category, normalize
from uuid import UUID

from sqlalchemy import select

import models as rows
from models.agency import AgencyKind, AgencyLevel
from models.content import LegalForm, Validity
from models.decision import DecisionStatus
from models.movement import MovementForm, MovementScope, MovementStage
from models.rule_set import CommendationType
from models.workflow import DossierStatus
from tests.province import BEGUN, ROLES, Province

EVERYBODY = frozenset({*ROLES, None})
STAFF = frozenset(ROLES) - {"nominee"}
DRAFT = frozenset({"officer", "head"})
SUBMITTED = DRAFT | {"desk", "chief", "secretary", "chairman", "auditor"}
KINDS = ("DECISION", "EXEMPLARY_MODEL", "GUIDANCE_DOCUMENT", "ARTICLE", "MOVEMENT", "AGENCY", "DOSSIER")
TYPES = dict(
    zip(
        KINDS,
        ("Decision", "ExemplaryModel", "GuidanceDocument", "Article", "Movement", "Agency", "Dossier"),
        strict=True,
    )
)
_WORDS = (
    "đường Đường duong Dương hòa hoà Hoà Hoa kỹ kĩ thuật lý lí Ly quý quí quyết định an anh Ân tự tứ mỹ my 100% a_b "
    "C++ Lý-Thường-Kiệt 12/2026/QĐ-UBND “trích” <b> \\ ' \" ; 😀 x\u2028y (tỉnh) Tày Nùng then"
)
_TEXTS = (
    "duong,đường,Đường,duong hoa,hoa duong,hòa,hoà,kỹ thuật,kĩ thuật,ky thuat,ly,lý,qu,quy,quyết định,an,â,my,"
    "Lý Thường,thuong kiet,12/2026/QĐ-UBND,2026 qd,C++,a_b,100%,😀,x\u2028y,b,Tày Nùng then,nong,khong co"
)
WORDS, TEXTS = _WORDS.split(" "), _TEXTS.split(",")
"""What the library is written with, and what the tests search for."""
WHEN = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Held:
    """One row of the library."""

    kind: str
    id: UUID
    title: str
    body: str
    seen: frozenset[str | None]


@dataclass(frozen=True)
class Library:
    """The province with its library."""

    province: Province
    held: Sequence[Held]

    def hits(self, text: str, who: str | None, kinds: Sequence[str] = KINDS) -> list[tuple[int, str]]:
        """The score and global id of each hit, nearest first: found the naive way."""
        scored = [(score(text, row), row) for row in self.held if who in row.seen and row.kind in kinds]
        found = [(said, row) for said, row in scored if said is not None]
        found.sort(key=lambda hit: (hit[0], -KINDS.index(hit[1].kind), hit[1].id), reverse=True)
        return [(said, f"{TYPES[row.kind]}_{row.id}") for said, row in found]


@cache
def words(text: str) -> tuple[str, ...]:
    """The words of a text, small and composed."""
    return tuple(re.findall(r"[^\W_]+", normalize("NFC", text).lower()))


@cache
def bare(word: str) -> str:
    """A word without accents."""
    return "".join(c for c in normalize("NFD", word) if category(c) != "Mn").replace("đ", "d")


@cache
def folded(word: str) -> str:
    """A word without accents, kỹ as kĩ."""
    return re.sub("^(h|k|l|m|qu|s|t|v)y$", r"\1i", bare(word))


def score(text: str, row: Held) -> int | None:
    """How near a row is; None where it is no hit."""
    asked, title, body = words(text), words(row.title), words(row.body)
    open_end = bare(asked[-1]) if asked else ""
    plain, spelt = [folded(word) for word in asked], [bare(word) for word in title + body]
    if not asked or not (meets(plain, open_end, [*map(folded, title + body), *spelt])):
        return None
    titled = meets(plain, open_end, [folded(word) for word in title])
    row_of_words = any(in_a_row(plain, [folded(word) for word in part]) for part in (title, body))
    return (
        8 * titled + 4 * meets(asked, asked[-1], title) + 2 * meets(asked, asked[-1], title + body) + 1 * row_of_words
    )


def meets(asked: Sequence[str], beginning: str, there: Sequence[str]) -> bool:
    """Whether all words are there, the last one at least as a beginning."""
    last = asked[-1] in there or any(word.startswith(beginning) for word in there)
    return last and all(word in there for word in asked[:-1])


def in_a_row(asked: list[str], there: list[str]) -> bool:
    """Whether the words are there one after another."""
    return any(there[n : n + len(asked)] == asked for n in range(len(there)))


class Planter:
    """Writes the library."""

    def __init__(self, province: Province, chance: random.Random, line_type: UUID) -> None:
        self.province, self.chance, self.line_type = province, chance, line_type
        self.made: list[tuple[str, Any, frozenset[str | None]]] = []

    def said(self, least: int = 1) -> str:
        """Some words, composed or not."""
        text = " ".join(self.chance.choices(WORDS, k=self.chance.randint(least, 6)))
        return normalize(self.chance.choice(("NFC", "NFD")), text)

    def plant(self, n: int) -> None:
        """One row of every kind; of what has states, in one that hides it and in one that does not."""
        for hidden in (False, True):
            when, seen = (None, STAFF) if hidden else (WHEN, EVERYBODY)
            name = f"{'hidden' if hidden else 'open'}-{n}"
            self.put("DECISION", self.decision(name, hidden), seen)
            self.put(
                "ARTICLE",
                rows.Article(slug=name, title=self.said(), summary=self.said(0), body=self.said(0), published_at=when),
                seen,
            )
            self.put("EXEMPLARY_MODEL", self.model(name, when), seen)
            self.put("GUIDANCE_DOCUMENT", self.guidance(name, when), seen)
        self.put("MOVEMENT", self.movement(), EVERYBODY)
        self.put("AGENCY", self.agency(n), EVERYBODY)
        self.put("DOSSIER", self.dossier(DossierStatus.DRAFT), DRAFT)
        self.put("DOSSIER", self.dossier(DossierStatus.SUBMITTED), SUBMITTED)
        self.put("DOSSIER", self.dossier(DossierStatus.SUBMITTED), SUBMITTED | {"nominee"})

    def put(self, kind: str, row: Any, seen: frozenset[str | None]) -> None:
        """Keep a row to be written."""
        self.made.append((kind, row, seen))

    def decision(self, name: str, hidden: bool) -> rows.Decision:
        return rows.Decision(
            number=f"{name}/QĐ-UBND",
            title=self.said(),
            status=DecisionStatus.ISSUED if hidden else DecisionStatus.PUBLISHED,
            agency_id=self.province.agencies["province"],
            signed_on=date(2026, 2, 1),
            signer_name="Nguyễn Văn Đường",
            signer_title="Chủ tịch",
            published_at=None if hidden else WHEN,
        )

    def model(self, name: str, when: datetime | None) -> rows.ExemplaryModel:
        agency, told = self.province.agencies["culture"], self.said(0)
        return rows.ExemplaryModel(
            slug=name,
            title=self.said(),
            summary=told,
            body=self.said(0),
            field="an",
            agency_id=agency,
            year=2026,
            published_at=when,
        )

    def guidance(self, name: str, when: datetime | None) -> rows.GuidanceDocument:
        return rows.GuidanceDocument(
            number=name, title=self.said(), form=LegalForm.PLAN, validity=Validity.IN_FORCE, issued_by="UBND tỉnh",
            issued_on=date(2026, 1, 1), summary=self.said(0), published_at=when,
        )  # fmt: skip

    def movement(self) -> rows.Movement:
        return rows.Movement(
            title=self.said(), form=MovementForm.REGULAR, scope=MovementScope.PROVINCE, stage=MovementStage.RUNNING,
            aim=self.said(0), launched_by_id=self.province.agencies["province"], starts_on=date(2026, 1, 1),
        )  # fmt: skip

    def agency(self, n: int) -> rows.Agency:
        return rows.Agency(
            code=f"H37.9{n}", name=normalize("NFC", self.said()), kind=AgencyKind.OFFICE, level=AgencyLevel.UNIT,
            path=f"h37.x{n}", valid_from=BEGUN, parent_id=self.province.agencies["province"],
        )  # fmt: skip

    def dossier(self, status: DossierStatus) -> rows.Dossier:
        agencies, sent = self.province.agencies, status is not DossierStatus.DRAFT
        return rows.Dossier(
            title=normalize("NFC", self.said()),
            status=status,
            commendation_type=CommendationType.MERIT,
            agency_id=agencies["culture"],
            authority_id=agencies["province"],
            handler_id=agencies["office" if sent else "culture"],
            submitted_at=WHEN if sent else None,
            drafted_by_id=self.province.viewers["officer"].account_id,
        )

    async def write(self) -> None:
        """Write what was kept; a nominee is named where they are meant to see."""
        async with self.province.sessions.begin() as session:
            for _, row, _ in self.made:
                session.add(row)
            await session.flush()
            for kind, row, seen in self.made:
                if kind == "DOSSIER" and "nominee" in seen:
                    session.add(self.line(row.id))

    def line(self, dossier: UUID) -> rows.DossierLine:
        nominee = self.province.nominees["an"]
        return rows.DossierLine(
            dossier_id=dossier,
            position=1,
            nominee_id=nominee,
            award_type_id=self.line_type,
            citation="Giỏi",
            achievement_year=2025,
        )


async def plant(province: Province, seed: int = 1, size: int = 8) -> Library:
    """The province with a library in it."""
    async with province.sessions() as session:
        line_type = (await session.execute(select(rows.AwardType.id).limit(1))).scalar_one()
        agencies = (await session.execute(select(rows.Agency))).scalars().all()
    planter = Planter(province, random.Random(seed), line_type)
    for n in range(size):
        planter.plant(n)
    await planter.write()
    made = [*planter.made, *(("AGENCY", agency, EVERYBODY) for agency in agencies)]
    return Library(province, [held(kind, row, seen) for kind, row, seen in made])


PARTS = {
    "DECISION": (("number", "title"), ()),
    "EXEMPLARY_MODEL": (("title",), ("summary", "field", "body")),
    "GUIDANCE_DOCUMENT": (("number", "title"), ("summary", "issued_by", "signer_name")),
    "ARTICLE": (("title",), ("summary", "body")),
    "MOVEMENT": (("title",), ("title_en", "aim", "legal_basis")),
    "AGENCY": (("code", "name"), ("name_en",)),
    "DOSSIER": (("code", "title"), ()),
}
"""What is searched, said a second time: the title's fields and the body's."""


def held(kind: str, row: Any, seen: frozenset[str | None]) -> Held:
    """What the library knows of a row."""
    title, body = (" ".join(getattr(row, name) or "" for name in part) for part in PARTS[kind])
    return Held(kind, row.id, title, body, seen)
