"""Agencies of the state and of society: a tree with dates, in which ended agencies keep their place and heirs."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Select, any_, cast, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Identified, LTree, closed, folded, search_index, searched, vietnamese_order


class AgencyKind(enum.Enum):
    """What an agency is; who may decide which award hangs on it (Law 06/2022 arts 77–80)."""

    PRESIDENT = "Chủ tịch nước"
    NATIONAL_ASSEMBLY = "Ủy ban Thường vụ Quốc hội"
    GOVERNMENT = "Chính phủ"
    PRIME_MINISTER = "Thủ tướng Chính phủ"
    MINISTRY = "Bộ, ban, ngành trung ương"
    PROVINCE = "Ủy ban nhân dân cấp tỉnh"
    DEPARTMENT = "Cơ quan chuyên môn thuộc Ủy ban nhân dân cấp tỉnh"
    MASS_ORGANISATION = "Mặt trận, đoàn thể, hội cấp tỉnh"
    DISTRICT = "Ủy ban nhân dân cấp huyện"
    COMMUNE = "Ủy ban nhân dân xã"
    WARD = "Ủy ban nhân dân phường"
    OFFICE = "Phòng, ban thuộc cơ quan"
    UNIT = "Đơn vị trực thuộc"
    ENTERPRISE = "Doanh nghiệp, hợp tác xã"
    ARMED_FORCES = "Đơn vị lực lượng vũ trang"


class AgencyLevel(enum.Enum):
    """The tier of an agency."""

    CENTRAL = "trung ương"
    PROVINCE = "tỉnh"
    DEPARTMENT = "sở, ban, ngành"
    DISTRICT = "huyện"
    COMMUNE = "xã"
    UNIT = "đơn vị"


class Agency(Identified, Base):
    """An agency, from the day it began to the day it ended; its path reads from the root of the tree."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(unique=True)
    """The identification code, `H37.xx` in the province (Decision 20/2020/QĐ-TTg)."""
    name: Mapped[str]
    name_en: Mapped[str | None] = mapped_column(default=None)
    symbol: Mapped[str | None] = mapped_column(default=None)
    """The initials in the numbers of its decisions: `UBND` in `1234/QĐ-UBND`."""
    kind: Mapped[AgencyKind] = mapped_column(closed(AgencyKind))
    level: Mapped[AgencyLevel] = mapped_column(closed(AgencyLevel))
    path: Mapped[str] = mapped_column(LTree, unique=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    """The first day on which the agency is no more."""
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), default=None, index=True)
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), default=None)
    """Where dossiers for this agency's decision are received; absent: at the agency itself."""
    sort_key: Mapped[str] = vietnamese_order("name")
    name_folded: Mapped[str] = folded("code", "name", "name_en")
    search: Mapped[str] = searched(("code", "name"), ("name_en",))
    parent: Mapped[Agency | None] = relationship(
        lazy="raise", init=False, foreign_keys=[parent_id], remote_side="Agency.id"
    )
    desk: Mapped[Agency | None] = relationship(
        lazy="raise", init=False, foreign_keys=[desk_id], remote_side="Agency.id"
    )

    @property
    def manager(self) -> Agency | None:
        """Who endorses what this agency proposes before it leaves for a desk: of a unit, its department or commune."""
        return self.parent if self.level is AgencyLevel.UNIT else None

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        CheckConstraint("parent_id <> id", name="is_not_its_own_parent"),
        CheckConstraint("name = normalize(name, NFC) and btrim(name) <> ''", name="name_is_nfc"),
        Index("ix_agency_path", "path", postgresql_using="gist"),
        Index("ix_agency_name", "sort_key", "id"),
        search_index("agency"),
        Index(
            "ix_agency_name_folded",
            "name_folded",
            postgresql_using="gin",
            postgresql_ops={"name_folded": "gin_trgm_ops"},
        ),
    )


class AgencySuccession(Base):
    """An ended agency and one that took over its work (the two-tier reorganisation of 1-7-2025 among others)."""

    __tablename__ = "agency_succession"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True, index=True)
    on: Mapped[date]

    __table_args__ = (CheckConstraint("agency_id <> successor_id", name="is_another_agency"),)


def within(paths: Sequence[str]) -> Select[UUID]:
    """The ids of the agencies at or under any of these paths (a bind parameter while a statement is traced).

    `closed`: it says nothing of the rows around it, so a statement that asks it in several places asks it once.
    """
    found = select(Agency.id).where(Agency.path.op("<@")(any_(cast(paths, ARRAY(LTree)))))
    return found.execution_options(closed=True)


def within_code(code: str) -> Select[UUID]:
    """The ids of the agency with this code and of those under it."""
    top = select(Agency.path).where(Agency.code == code).scalar_subquery()
    return select(Agency.id).where(Agency.path.op("<@")(top)).execution_options(closed=True)
