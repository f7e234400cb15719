"""The demo's accounts: one to sign in with for each role, and the people who act in the timelines."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from argon2 import PasswordHasher

import models as rows
from models.access import Role
from models.agency import AgencyKind
from models.demo.agencies import CULTURE, DESK, PROVINCE, RED_CROSS, Agencies, Office
from models.demo.books import Books, key
from models.demo.people import person

PASSWORD = "XuLang-2026"  # noqa: S105  it is printed for whoever tries the demo
"""What every demo account signs in with; a demo's password is no secret."""

_SINCE = date(2021, 7, 1)


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """An account to sign in with, and for whom it stands."""

    username: str
    role: Role
    label: str
    label_en: str
    agency: str
    """Code of the agency in which the role is held."""
    title: str
    password: str = PASSWORD


ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(
        username="chuthapdo",
        role=Role.NOMINEE,
        label="Cá nhân được đề nghị: Chủ tịch Hội Chữ thập đỏ tỉnh",
        label_en="Nominee: chair of the provincial Red Cross",
        agency=RED_CROSS,
        title="Chủ tịch Hội Chữ thập đỏ tỉnh",
    ),
    DemoAccount(
        username="nghenhan",
        role=Role.NOMINEE,
        label="Cá nhân được đề nghị: viên chức ngành văn hóa",
        label_en="Nominee: a member of the cultural sector's staff",
        agency=CULTURE,
        title="Viên chức, Bảo tàng tỉnh",
    ),
    DemoAccount(
        username="canbo",
        role=Role.UNIT_OFFICER,
        label="Cán bộ làm công tác thi đua, khen thưởng",
        label_en="Emulation officer of a department",
        agency=CULTURE,
        title="Chuyên viên Văn phòng, Sở Văn hóa, Thể thao và Du lịch",
    ),
    DemoAccount(
        username="giamdoc",
        role=Role.AGENCY_HEAD,
        label="Thủ trưởng cơ quan trình",
        label_en="Head of the proposing agency",
        agency=CULTURE,
        title="Giám đốc Sở Văn hóa, Thể thao và Du lịch",
    ),
    DemoAccount(
        username="canbo-chuthapdo",
        role=Role.UNIT_OFFICER,
        label="Cán bộ thi đua của Hội Chữ thập đỏ",
        label_en="Emulation officer of the Red Cross",
        agency=RED_CROSS,
        title="Chánh Văn phòng Hội Chữ thập đỏ tỉnh",
    ),
    DemoAccount(
        username="motcua",
        role=Role.ONE_STOP,
        label="Bộ phận một cửa",
        label_en="One-stop desk",
        agency=DESK,
        title="Chuyên viên tiếp nhận hồ sơ, Sở Nội vụ",
    ),
    DemoAccount(
        username="thamdinh",
        role=Role.APPRAISER,
        label="Chuyên viên thẩm định",
        label_en="Appraiser",
        agency=DESK,
        title="Chuyên viên Phòng Thi đua – Khen thưởng, Sở Nội vụ",
    ),
    DemoAccount(
        username="truongphong",
        role=Role.OFFICE_HEAD,
        label="Trưởng phòng Thi đua – Khen thưởng",
        label_en="Head of the emulation office",
        agency=DESK,
        title="Trưởng phòng Thi đua – Khen thưởng, Sở Nội vụ",
    ),
    DemoAccount(
        username="uyvien",
        role=Role.COUNCIL_MEMBER,
        label="Ủy viên Hội đồng Thi đua – Khen thưởng tỉnh",
        label_en="Member of the provincial council",
        agency=PROVINCE,
        title="Ủy viên Hội đồng Thi đua – Khen thưởng tỉnh",
    ),
    DemoAccount(
        username="thuky",
        role=Role.SECRETARY,
        label="Thư ký Hội đồng",
        label_en="Secretary of the council",
        agency=DESK,
        title="Thư ký Hội đồng Thi đua – Khen thưởng tỉnh",
    ),
    DemoAccount(
        username="chutich",
        role=Role.CHAIRMAN,
        label="Chủ tịch Ủy ban nhân dân tỉnh",
        label_en="Chairman of the provincial People's Committee",
        agency=PROVINCE,
        title="Chủ tịch Ủy ban nhân dân tỉnh",
    ),
    DemoAccount(
        username="kiemtra",
        role=Role.AUDITOR,
        label="Thanh tra, kiểm toán nội bộ",
        label_en="Auditor",
        agency=PROVINCE,
        title="Thanh tra viên, Thanh tra tỉnh",
    ),
    DemoAccount(
        username="quantri",
        role=Role.ADMINISTRATOR,
        label="Quản trị hệ thống",
        label_en="Administrator",
        agency=PROVINCE,
        title="Quản trị hệ thống, Trung tâm Công nghệ thông tin và Truyền thông",
    ),
)
"""Who can sign in to the demo: at least one account for each role."""

_COLLEAGUES = (
    (Role.ONE_STOP, DESK, "Chuyên viên tiếp nhận hồ sơ, Sở Nội vụ", 1),
    (Role.APPRAISER, DESK, "Chuyên viên Phòng Thi đua – Khen thưởng, Sở Nội vụ", 5),
    (Role.COUNCIL_MEMBER, PROVINCE, "Ủy viên Hội đồng Thi đua – Khen thưởng tỉnh", 6),
    (Role.CHAIRMAN, PROVINCE, "Phó Chủ tịch Ủy ban nhân dân tỉnh", 1),
)
_HEAD = {
    AgencyKind.DEPARTMENT: "Giám đốc",
    AgencyKind.MASS_ORGANISATION: "Chủ tịch",
    AgencyKind.ENTERPRISE: "Giám đốc",
    AgencyKind.ARMED_FORCES: "Thủ trưởng",
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """An account, as timelines and decisions refer to it."""

    id: UUID
    name: str
    title: str


class Accounts:
    """Who holds which role where."""

    def __init__(self, books: Books, chance: random.Random, agencies: Agencies, nominees: dict[str, tuple[UUID, str]]):
        """`nominees`: of each account of a nominee the user name, with the nominee's id and name."""
        self._books, self._chance = books, chance
        self._held: dict[tuple[Role, str], list[Actor]] = {}
        hasher = PasswordHasher()
        self._hash, self._nobodys = hasher.hash(PASSWORD), hasher.hash(secrets.token_urlsafe())
        for demo in ACCOUNTS:
            nominee = nominees.get(demo.username)
            self._write(demo.username, demo.role, agencies[demo.agency], demo.title, nominee=nominee, demo=True)
        for role, code, title, count in _COLLEAGUES:
            for number in range(1, count + 1):
                self._write(f"{role.name.lower()}.{number}", role, agencies[code], title)
        for office in agencies.proposers():
            self._staff(office)

    def holding(self, role: Role, agency: str) -> list[Actor]:
        """Everybody who holds a role in an agency, the demo's own account first."""
        return self._held[role, agency]

    def _staff(self, office: Office) -> None:
        """Gives a proposing agency its emulation officer and its head, where the demo has not named them."""
        names = office.code.lower().removeprefix("h37.")
        if (Role.UNIT_OFFICER, office.code) not in self._held:
            self._write(f"canbo.{names}", Role.UNIT_OFFICER, office, f"Cán bộ thi đua, khen thưởng, {office.short}")
        if (Role.AGENCY_HEAD, office.code) not in self._held:
            title = f"{_HEAD.get(office.kind, 'Chủ tịch')} {office.short}"
            self._write(f"lanhdao.{names}", Role.AGENCY_HEAD, office, title)

    def _write(
        self,
        username: str,
        role: Role,
        office: Office,
        title: str,
        *,
        nominee: tuple[UUID, str] | None = None,
        demo: bool = False,
    ) -> None:
        since = max(_SINCE, office.valid_from)
        began = datetime(since.year, since.month, since.day, tzinfo=UTC)
        name = nominee[1] if nominee else person(self._chance).name
        actor = Actor(id=key(began, self._chance), name=name, title=title)
        self._books.write(
            rows.Account,
            id=actor.id,
            username=username,
            full_name=actor.name,
            title=title,
            password_hash=self._hash if demo else self._nobodys,
            nominee_id=nominee[0] if nominee else None,
        )
        self._give(actor, role, office, since)

    def _give(self, actor: Actor, role: Role, office: Office, since: date) -> None:
        """Lets somebody hold a role in an agency, from a day on and as long as the agency stands."""
        self._books.write(
            rows.RoleHeld,
            id=key(datetime(since.year, since.month, since.day, tzinfo=UTC), self._chance),
            account_id=actor.id,
            role=role,
            agency_id=office.id,
            valid_from=since,
            valid_to=office.valid_to,
        )
        self._held.setdefault((role, office.code), []).append(actor)
