"""Councils: who sits on them, when they meet or are asked in writing, and what became of it (Law 06/2022 art 90)."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, exists, false, func, or_, select, true
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models import topics
from models.access import Audience, Viewer
from models.account import Account
from models.agency import Agency, within
from models.base import Base, Identified, closed, in_force_on
from models.journal import Entry


class Seat(enum.Enum):
    """A place on a council; the secretary has no vote."""

    CHAIR = "chủ tịch hội đồng"
    FIRST_VICE_CHAIR = "phó chủ tịch thứ nhất"
    VICE_CHAIR = "phó chủ tịch"
    MEMBER = "ủy viên"
    SECRETARY = "thư ký"


VOTING = (Seat.CHAIR, Seat.FIRST_VICE_CHAIR, Seat.VICE_CHAIR, Seat.MEMBER)
"""The seats that have a vote."""


class SessionKind(enum.Enum):
    """How a council is asked."""

    MEETING = "họp"
    WRITTEN = "lấy phiếu bằng văn bản"


class SessionStatus(enum.Enum):
    """Where a sitting stands."""

    CONVENED = "đã triệu tập"
    OPEN = "đang họp, đang lấy phiếu"
    CLOSED = "đã kết thúc"
    WITHOUT_RESULT = "kết thúc không có kết quả"


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
        Index("ix_council_newest", "valid_from", "id"),
    )

    @property
    def desk(self) -> Agency:
        """Where its secretary sits: the desk of the agency it advises, which must have been loaded."""
        return self.agency.desk or self.agency


class CouncilMember(Identified, Base):
    """Somebody's seat on a council, from one day to another."""

    __tablename__ = "council_member"

    council_id: Mapped[UUID] = mapped_column(ForeignKey("council.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    seat: Mapped[Seat] = mapped_column(closed(Seat))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), default=None)
    """The agency they come from: its cases are not theirs to vote on."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    council: Mapped[Council] = relationship(lazy="raise", init=False)
    account: Mapped[Account] = relationship(lazy="raise", init=False)
    unit: Mapped[Agency | None] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        Index("uq_council_member", "council_id", "account_id", "valid_from", unique=True),
        Index("ix_council_member_council", "council_id", "id"),
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
    status: Mapped[SessionStatus] = mapped_column(
        closed(SessionStatus), default=SessionStatus.CONVENED, server_default="CONVENED"
    )
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    opens_at: Mapped[datetime]
    """When it is called for."""
    closes_at: Mapped[datetime | None] = mapped_column(default=None)
    """The last moment for written ballots; of a meeting, when it was meant to end."""
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    minutes: Mapped[str | None] = mapped_column(default=None)
    """Drafted from the record when it was closed."""
    minutes_sha256: Mapped[str | None] = mapped_column(default=None)
    """Of the minutes' UTF-8 text, in hexadecimal."""
    council: Mapped[Council] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="closes_after_it_opens"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint(
            "(status in ('CLOSED', 'WITHOUT_RESULT')) = (closed_at is not null)", name="what_ended_has_an_end"
        ),
        CheckConstraint("status <> 'CONVENED' or opened_at is null", name="what_is_convened_is_not_open"),
        CheckConstraint("status not in ('OPEN', 'CLOSED') or opened_at is not null", name="what_is_open_was_opened"),
        CheckConstraint("(minutes is null) = (minutes_sha256 is null)", name="minutes_have_a_digest"),
        Index("ix_council_session_newest", "council_id", "opens_at", "id"),
        Index("ix_council_session_all", "opens_at", "id"),
        Index("ix_council_session_status", "status", "opens_at", "id"),
    )

    def entry(self, act: str, by: Viewer, **said: Any) -> Entry:
        """The journal entry of a change just made."""
        return Entry(
            act=act,
            actor_id=by.account_id,
            subject_kind="CouncilSession",
            subject_id=self.id,
            subject_version=self.version,
            topics=[topics.council(self.council_id)],
            data={"status": self.status.name, **said},
        )


def visible_council(_: type[Council] | type[CouncilMember], viewer: Viewer) -> ColumnElement[bool]:
    """Staff: every council and who sits on it. Nobody else."""
    return true() if viewer.audience is Audience.STAFF else false()


def visible_session(row: type[CouncilSession], viewer: Viewer) -> ColumnElement[bool]:
    """Staff of the desks a council belongs to, and whoever has a seat on it that day; nobody else."""
    if viewer.audience is not Audience.STAFF:
        return false()
    desks, day = within(viewer.handles_in), func.vietnam_day(row.opens_at)
    council, agency, member = aliased(Council), aliased(Agency), aliased(CouncilMember)
    kept = select(council.id).join(agency, agency.id == council.agency_id)
    kept = kept.where(council.id == row.council_id, or_(agency.id.in_(desks), agency.desk_id.in_(desks)))
    seated = select(member.id).where(
        member.council_id == row.council_id,
        member.account_id == viewer.account_id,
        in_force_on(member, day),
    )
    return or_(exists(kept), exists(seated))
