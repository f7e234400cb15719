"""Rule sets: which instruments are in force on which days, and what a dossier must hold under them."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.award_type import AwardClass
from models.base import Base, Identified, closed
from models.workflow import Step, newest


class CommendationType(enum.Enum):
    """The types of commendation (Law 06/2022 art 8)."""

    MERIT = "khen thưởng công trạng"
    UNEXPECTED = "khen thưởng đột xuất"
    MOVEMENT = "khen thưởng phong trào thi đua"
    DEVOTION = "khen thưởng quá trình cống hiến"
    LENGTH_OF_SERVICE = "khen thưởng theo niên hạn"
    EXTERNAL_RELATIONS = "khen thưởng đối ngoại"
    RESISTANCE = "khen thưởng tổng kết thành tích kháng chiến"


class DocumentKind(enum.Enum):
    """The papers of a dossier (Law 06/2022 arts 84–85)."""

    PROPOSAL = "tờ trình"
    ACHIEVEMENT_REPORT = "báo cáo thành tích"
    ACHIEVEMENT_SUMMARY = "tóm tắt thành tích"
    MINUTES = "biên bản họp xét"
    INITIATIVE_CERTIFICATE = "chứng nhận sáng kiến, đề tài"
    ACHIEVEMENT_CERTIFICATE = "chứng nhận thành tích đặc biệt"
    OPINION = "ý kiến hiệp y"
    PUBLIC_POSTING = "danh sách đã công khai"
    OBLIGATION_CONFIRMATION = "xác nhận chấp hành nghĩa vụ"
    BALLOT_MINUTES = "biên bản kiểm phiếu"
    OTHER = "tài liệu khác"


class RuleSet(Identified, Base):
    """The law as it stands on some days; a dossier is bound to the one in force when it is received."""

    __tablename__ = "rule_set"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    instruments: Mapped[list[str]]
    """Numbers of the laws, decrees and circulars it is made of."""
    processing_days: Mapped[int]
    """Working days from reception to result."""
    provisional: Mapped[bool] = mapped_column(default=False)
    workflow: Mapped[str] = mapped_column(default_factory=newest, server_default="2024-1")
    """The version of the workflow that dossiers received under it follow."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    required_documents: Mapped[list[RequiredDocument]] = relationship(
        lazy="raise", init=False, back_populates="rule_set"
    )

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        CheckConstraint("processing_days between 1 and 250", name="processing_days_are_within_a_year"),
        ExcludeConstraint((text("daterange(valid_from, valid_to)"), "&&"), name="ex_rule_set_one_at_a_time"),
    )


class RequiredDocument(Identified, Base):
    """A kind of document a dossier must hold; an absent condition stands for any (Law 06/2022 art 84)."""

    __tablename__ = "required_document"

    rule_set_id: Mapped[UUID] = mapped_column(ForeignKey("rule_set.id"))
    kind: Mapped[DocumentKind] = mapped_column(closed(DocumentKind))
    award_class: Mapped[AwardClass | None] = mapped_column(closed(AwardClass), default=None)
    award_code: Mapped[str | None] = mapped_column(default=None)
    commendation_type: Mapped[CommendationType | None] = mapped_column(closed(CommendationType), default=None)
    due: Mapped[Step] = mapped_column(closed(Step), default=Step.SUBMIT)
    """The step by which it must be there: what others add on the way cannot be asked of the proposer."""
    article: Mapped[str]
    confirmed: Mapped[bool] = mapped_column(default=True)
    rule_set: Mapped[RuleSet] = relationship(lazy="raise", init=False, back_populates="required_documents")

    __table_args__ = (
        Index(
            "uq_required_document",
            "rule_set_id",
            "kind",
            text("coalesce(award_class, '')"),
            text("coalesce(award_code, '')"),
            text("coalesce(commendation_type, '')"),
            "due",
            unique=True,
        ),
    )
