"""Nominees: who may be commended. What is personal about them lies in a table of its own."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agency import Agency
from models.base import Base, Identified, PersonalData, closed, folded, vietnamese_order


class NomineeKind(enum.Enum):
    """Who an award may go to (Law 06/2022 art 2)."""

    INDIVIDUAL = "cá nhân"
    COLLECTIVE = "tập thể"
    HOUSEHOLD = "hộ gia đình"
    ENTERPRISE = "doanh nghiệp, tổ chức kinh tế"
    FOREIGN_PARTY = "người nước ngoài, người Việt Nam ở nước ngoài"


class RecipientClass(enum.Enum):
    """The class a recipient counts under in the yearly statistics (Circular 02/2023/TT-BNV, form 0603)."""

    PROVINCIAL_LEADER = "lãnh đạo cấp tỉnh"
    DEPARTMENT_LEADER = "lãnh đạo cấp sở"
    DIVISION_LEADER = "lãnh đạo cấp phòng"
    DIRECT_WORKER = "người trực tiếp lao động, công tác"
    BUSINESS_PERSON = "doanh nhân"


class Nominee(Identified, Base):
    """A person, collective, household, enterprise or foreign party, as the public may know them."""

    __tablename__ = "nominee"

    kind: Mapped[NomineeKind] = mapped_column(closed(NomineeKind))
    name: Mapped[str] = mapped_column(info={"class": PersonalData.PUBLIC})
    position: Mapped[str | None] = mapped_column(default=None, info={"class": PersonalData.PUBLIC})
    """Title and post, of an individual."""
    recipient_class: Mapped[RecipientClass | None] = mapped_column(closed(RecipientClass), default=None)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """The managing agency: the one that manages staff and payroll, and so proposes (art 83.1)."""
    sort_key: Mapped[str] = vietnamese_order("name")
    name_folded: Mapped[str] = folded("name")
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)
    personal: Mapped[NomineePersonal | None] = relationship(lazy="raise", init=False, back_populates="nominee")

    __table_args__ = (
        CheckConstraint("name = normalize(name, NFC) and btrim(name) <> ''", name="name_is_nfc"),
        CheckConstraint("kind = 'INDIVIDUAL' or recipient_class is null", name="only_individuals_have_a_class"),
        Index("ix_nominee_name", "sort_key", "id"),
        Index("ix_nominee_agency", "agency_id", "sort_key", "id"),
        Index("ix_nominee_kind", "kind", "sort_key", "id"),
        Index("ix_nominee_class", "recipient_class", "sort_key", "id"),
        Index(
            "ix_nominee_name_folded",
            "name_folded",
            postgresql_using="gin",
            postgresql_ops={"name_folded": "gin_trgm_ops"},
        ),
    )


class NomineePersonal(Base):
    """What is personal about an individual nominee: never shown to the public (Law 91/2025/QH15)."""

    __tablename__ = "nominee_personal"

    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id", ondelete="CASCADE"), primary_key=True)
    personal_number: Mapped[str | None] = mapped_column(
        default=None, unique=True, info={"class": PersonalData.PERSONAL}
    )
    birth_date: Mapped[date | None] = mapped_column(default=None, info={"class": PersonalData.PERSONAL})
    birth_year: Mapped[int | None] = mapped_column(default=None, info={"class": PersonalData.PERSONAL})
    female: Mapped[bool | None] = mapped_column(default=None, info={"class": PersonalData.PERSONAL})
    phone: Mapped[str | None] = mapped_column(default=None, info={"class": PersonalData.PERSONAL})
    address: Mapped[str | None] = mapped_column(default=None, info={"class": PersonalData.PERSONAL})
    ethnicity: Mapped[str | None] = mapped_column(default=None, info={"class": PersonalData.SENSITIVE})
    nominee: Mapped[Nominee] = relationship(lazy="raise", init=False, back_populates="personal")

    __table_args__ = (
        CheckConstraint(r"personal_number ~ '^\d{12}$'", name="personal_number_has_twelve_digits"),
        CheckConstraint("birth_year between 1850 and 2200", name="birth_year_is_a_year"),
        CheckConstraint(
            "birth_date is null or birth_year = extract(year from birth_date)", name="birth_year_agrees_with_the_date"
        ),
    )
