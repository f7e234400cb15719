"""Commendation decisions: numbered without gap by agency and year, signed, then made public."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Computed, ForeignKey, Index, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Audience, Viewer
from models.agency import Agency
from models.base import Base, Identified, closed, folded, search_index, searched


class DecisionStatus(enum.Enum):
    """Where a decision stands."""

    ISSUED = "đã ban hành"
    PUBLISHED = "đã công bố"
    CANCELLED = "đã hủy bỏ"


class Decision(Identified, Base):
    """A decision to commend, by the head of an agency."""

    __tablename__ = "decision"

    number: Mapped[str]
    """As printed: `1234/QĐ-UBND`."""
    number_key: Mapped[str] = mapped_column(Computed("decision_number_key(number)", persisted=True), init=False)
    """The number in one spelling: NFC, capitals, no spaces, Ð (U+00D0) read as Đ (U+0110)."""
    year: Mapped[int] = mapped_column(Computed("extract(year from signed_on)::integer", persisted=True), init=False)
    ordinal: Mapped[int] = mapped_column(
        Computed("coalesce(substring(number from '^[0-9]{1,9}')::integer, 0)", persisted=True), init=False
    )
    """What the number begins with, to be ordered by: 12 after 9."""
    title: Mapped[str]
    status: Mapped[DecisionStatus] = mapped_column(closed(DecisionStatus), default=DecisionStatus.ISSUED)
    version: Mapped[int] = mapped_column(default=1)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """Whose head decided."""
    signed_on: Mapped[date]
    signer_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    signer_name: Mapped[str]
    signer_title: Mapped[str]
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    title_folded: Mapped[str] = folded("number", "title")
    search: Mapped[str] = searched(("number", "title"))
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("number = normalize(number, NFC) and btrim(number) <> ''", name="number_is_nfc"),
        CheckConstraint("status <> 'PUBLISHED' or published_at is not null", name="what_is_public_has_a_date"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint("signed_on between '1945-09-02' and '2200-01-01'", name="signed_on_is_a_day"),
        Index("uq_decision_number", "agency_id", "year", "number_key", unique=True),
        Index("ix_decision_number_key", "number_key"),
        search_index("decision"),
        Index("ix_decision_newest", "signed_on", "id"),
        Index("ix_decision_by_number", "year", "ordinal", "id"),
        Index("ix_decision_status", "status", "signed_on", "id"),
        Index("ix_decision_agency", "agency_id", "signed_on", "id"),
        Index("ix_decision_published", "published_at", "id", postgresql_where="published_at is not null"),
        Index(
            "ix_decision_title_folded",
            "title_folded",
            postgresql_using="gin",
            postgresql_ops={"title_folded": "gin_trgm_ops"},
        ),
    )


class DecisionNumberCount(Base):
    """The last number an agency gave in a year; read and raised in the transaction that issues the decision."""

    __tablename__ = "decision_number_count"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]

    __table_args__ = (CheckConstraint("last >= 0", name="counts_from_zero"),)


def visible_decision(row: type[Decision], viewer: Viewer) -> ColumnElement[bool]:
    """Staff: all. Everybody else: what has been published and stands, or was published and is cancelled."""
    return true() if viewer.audience is Audience.STAFF else row.published_at.is_not(None)
