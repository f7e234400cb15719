"""Commendation decisions: numbered without gap by agency and year, signed, then made public."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Computed, ForeignKey, Index, false, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Audience, Viewer
from models.agency import Agency
from models.base import Base, Identified, closed, folded, search_index, searched


class DecisionStatus(enum.Enum):
    """Where a decision stands."""

    ISSUED = "đã ban hành"
    PUBLISHED = "đã công bố"
    CANCELLED = "đã hủy bỏ"
    VOID = "số đã hủy"


class DecisionKind(enum.Enum):
    """What a decision does: it commends, or changes what another gave (Law 06/2022 art 93)."""

    COMMENDATION = "khen thưởng"
    CORRECTION = "đính chính"
    REVOCATION = "hủy bỏ khen thưởng"
    STRIPPING = "tước danh hiệu"
    RESTORATION = "phục hồi danh hiệu"


class Signature(enum.Enum):
    """How a decision is signed (Decree 30/2020/NĐ-CP)."""

    IN_PERSON = "người có thẩm quyền trực tiếp ký"
    KT = "KT. (ký thay)"
    TUQ = "TUQ. (ký thừa ủy quyền)"


class Decision(Identified, Base):
    """A decision of the head of an agency: its number is given once, and kept where it is not used."""

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
    kind: Mapped[DecisionKind] = mapped_column(
        closed(DecisionKind), default=DecisionKind.COMMENDATION, server_default="COMMENDATION"
    )
    signed_on: Mapped[date]
    signer_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    signer_name: Mapped[str]
    signer_title: Mapped[str]
    signature: Mapped[Signature] = mapped_column(
        closed(Signature), default=Signature.IN_PERSON, server_default="IN_PERSON"
    )
    """Whether somebody else's signature stands for that of the head."""
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    published_order: Mapped[datetime] = mapped_column(
        Computed("coalesce(published_at, timestamptz '-infinity')", persisted=True), init=False
    )
    """When it was published, to be ordered by: what is not comes before all that is."""
    recorded: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was decided above the province and is only recorded here: its number is of a register not ours."""
    void_reason: Mapped[str | None] = mapped_column(default=None)
    """Why its number was given and not used."""
    title_folded: Mapped[str] = folded("number", "title")
    search: Mapped[str] = searched(("number", "title"))
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("number = normalize(number, NFC) and btrim(number) <> ''", name="number_is_nfc"),
        CheckConstraint("status <> 'PUBLISHED' or published_at is not null", name="what_is_public_has_a_date"),
        CheckConstraint("status <> 'VOID' or published_at is null", name="what_is_void_was_never_public"),
        CheckConstraint("(status = 'VOID') = (coalesce(btrim(void_reason), '') <> '')", name="a_void_has_a_reason"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint("signed_on between '1945-09-02' and '2200-01-01'", name="signed_on_is_a_day"),
        Index(
            "uq_decision_number_taken",
            "agency_id",
            "year",
            "number_key",
            unique=True,
            postgresql_where="not (recorded and status = 'VOID')",
        ),
        Index("ix_decision_number_key", "number_key"),
        search_index("decision"),
        Index("ix_decision_newest", "signed_on", "id"),
        Index("ix_decision_by_number", "year", "ordinal", "id"),
        Index("ix_decision_status", "status", "signed_on", "id"),
        Index("ix_decision_agency", "agency_id", "signed_on", "id"),
        Index("ix_decision_kind", "kind", "signed_on", "id"),
        Index("ix_decision_published", "published_at", "id", postgresql_where="published_at is not null"),
        Index("ix_decision_published_order", "published_order", "id"),
        Index(
            "ix_decision_title_folded",
            "title_folded",
            postgresql_using="gin",
            postgresql_ops={"title_folded": "gin_trgm_ops"},
        ),
    )

    @hybrid_property
    def prize_total(self) -> int:
        """The prize money of its awards that stand, in đồng; those without a known amount count as nothing."""
        raise AttributeError("prize money is summed up in SQL, in the statement that reads the decision")

    @prize_total.inplace.expression
    @classmethod
    def _prize_total(cls) -> ColumnElement[int]:
        from models.award import STANDING

        return _prizes(cls, *(status.name for status in STANDING))

    @hybrid_property
    def prize_to_recover(self) -> int:
        """The prize money of its awards that were cancelled, to be recovered (art 93.2), in đồng."""
        raise AttributeError("prize money is summed up in SQL, in the statement that reads the decision")

    @prize_to_recover.inplace.expression
    @classmethod
    def _prize_to_recover(cls) -> ColumnElement[int]:
        return _prizes(cls, "CANCELLED")


def _prizes(decision: type[Decision], *statuses: str) -> ColumnElement[int]:
    """The sum of the prizes of a decision's awards in these states."""
    from models.prize import AwardPrize  # it names awards, which name decisions

    return AwardPrize.summed(decision.id, statuses)


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
