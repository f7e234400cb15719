"""The lines of a dossier: one nominee, one award, one outcome each."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.award_type import AwardType
from models.base import Base, Identified, closed
from models.nominee import Nominee


class LineOutcome(enum.Enum):
    """What became of one nominee's case."""

    PENDING = "chờ thẩm định"
    ELIGIBLE = "đủ điều kiện"
    INELIGIBLE = "không đủ điều kiện"
    PASSED = "hội đồng thông qua"
    NOT_PASSED = "hội đồng không thông qua"
    AWARDED = "được khen thưởng"
    NOT_AWARDED = "không được khen thưởng"


class DossierLine(Identified, Base):
    """The case of one nominee for one award, with the citation that will be printed."""

    __tablename__ = "dossier_line"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id", ondelete="CASCADE"))
    position: Mapped[int]
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"), index=True)
    award_type_id: Mapped[UUID] = mapped_column(ForeignKey("award_type.id"))
    citation: Mapped[str]
    achievement_year: Mapped[int]
    posthumous: Mapped[bool] = mapped_column(default=False)
    other_form_id: Mapped[UUID | None] = mapped_column(ForeignKey("award_type.id"), default=None)
    """The award the appraiser proposes instead, until the proposer has agreed or not."""
    outcome: Mapped[LineOutcome] = mapped_column(closed(LineOutcome), default=LineOutcome.PENDING)
    reason: Mapped[str | None] = mapped_column(default=None)
    """Why the case does not pass; compulsory then."""
    appraised_at: Mapped[datetime | None] = mapped_column(default=None)
    appraised_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    nominee: Mapped[Nominee] = relationship(lazy="raise", init=False)
    award_type: Mapped[AwardType] = relationship(lazy="raise", init=False, foreign_keys=[award_type_id])
    other_form: Mapped[AwardType | None] = relationship(lazy="raise", init=False, foreign_keys=[other_form_id])

    def reopen(self) -> None:
        """Have the case await its outcome again."""
        self.outcome, self.reason = LineOutcome.PENDING, None

    __table_args__ = (
        CheckConstraint("position >= 1", name="position_counts_from_one"),
        CheckConstraint("achievement_year between 1945 and 2200", name="achievement_year_is_a_year"),
        CheckConstraint("outcome = 'PENDING' or appraised_by_id is not null", name="an_outcome_has_an_appraiser"),
        CheckConstraint("outcome <> 'INELIGIBLE' or btrim(reason) <> ''", name="a_refusal_has_a_reason"),
        CheckConstraint("citation = normalize(citation, NFC) and btrim(citation) <> ''", name="citation_is_nfc"),
        Index("uq_dossier_line_position", "dossier_id", "position", unique=True),
        Index("uq_dossier_line_nominee", "dossier_id", "nominee_id", "award_type_id", unique=True),
        # with what it is asked for: which dossiers ask for an award is read without their lines
        Index("ix_dossier_line_award_type", "award_type_id", postgresql_include=["dossier_id"]),
    )
