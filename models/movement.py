"""Emulation movements: launched, followed and reviewed (Law 06/2022 arts 16–18)."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agency import Agency
from models.base import Base, Identified, closed, search_index, searched, vietnamese_order


class MovementForm(enum.Enum):
    """How a movement runs (art 16)."""

    REGULAR = "thường xuyên"
    THEMATIC = "theo chuyên đề"


class MovementScope(enum.Enum):
    """How far a movement reaches (art 16)."""

    NATIONAL = "toàn quốc"
    PROVINCE = "bộ, ban, ngành, đoàn thể, địa phương"
    CLUSTER = "cụm, khối thi đua"
    AGENCY = "cơ quan, tổ chức, đơn vị"


class MovementStage(enum.Enum):
    """Where a movement stands (art 17.2–17.5)."""

    PREPARING = "chưa bắt đầu"
    RUNNING = "đang thực hiện"
    MID_TERM_REVIEW = "sơ kết"
    FINAL_REVIEW = "tổng kết"
    CLOSED = "kết thúc"


class Movement(Identified, Base):
    """A movement with the agency that launched it, its aim and its days."""

    __tablename__ = "movement"

    title: Mapped[str]
    title_en: Mapped[str | None] = mapped_column(default=None)
    form: Mapped[MovementForm] = mapped_column(closed(MovementForm))
    scope: Mapped[MovementScope] = mapped_column(closed(MovementScope))
    stage: Mapped[MovementStage] = mapped_column(closed(MovementStage))
    aim: Mapped[str]
    legal_basis: Mapped[str | None] = mapped_column(default=None)
    launched_by_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(default=None)
    sort_key: Mapped[str] = vietnamese_order("title")
    search: Mapped[str] = searched(("title",), ("title_en", "aim", "legal_basis"))
    launched_by: Mapped[Agency] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        Index("ix_movement_newest", "starts_on", "id"),
        search_index("movement"),
        Index("ix_movement_title", "sort_key", "id"),
    )
