"""Councils: who sits on them, and when they meet (Law 06/2022 art 90)."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.agency import Agency
from models.base import Base, Identified, closed


class Seat(enum.Enum):
    """A place on a council; the secretary has no vote."""

    CHAIR = "chủ tịch hội đồng"
    FIRST_VICE_CHAIR = "phó chủ tịch thứ nhất"
    VICE_CHAIR = "phó chủ tịch"
    MEMBER = "ủy viên"
    SECRETARY = "thư ký"


class SessionKind(enum.Enum):
    """How a council is asked."""

    MEETING = "họp"
    WRITTEN = "lấy phiếu bằng văn bản"


class Council(Identified, Base):
    """The council that advises a deciding authority."""

    __tablename__ = "council"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    name_en: Mapped[str | None] = mapped_column(default=None)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        Index("uq_council_agency", "agency_id", "valid_from", unique=True),
    )


class CouncilMember(Identified, Base):
    """Somebody's seat on a council, from one day to another."""

    __tablename__ = "council_member"

    council_id: Mapped[UUID] = mapped_column(ForeignKey("council.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    seat: Mapped[Seat] = mapped_column(closed(Seat))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    council: Mapped[Council] = relationship(lazy="raise", init=False)
    account: Mapped[Account] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        Index("uq_council_member", "council_id", "account_id", "valid_from", unique=True),
        Index(
            "uq_council_member_chair",
            "council_id",
            unique=True,
            postgresql_where="seat = 'CHAIR' and valid_to is null",
        ),
    )


class CouncilSession(Identified, Base):
    """One sitting of a council, or one round of written votes."""

    __tablename__ = "council_session"

    council_id: Mapped[UUID] = mapped_column(ForeignKey("council.id"))
    kind: Mapped[SessionKind] = mapped_column(closed(SessionKind))
    title: Mapped[str]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None] = mapped_column(default=None)
    council: Mapped[Council] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="closes_after_it_opens"),
        Index("ix_council_session_newest", "council_id", "opens_at", "id"),
    )
