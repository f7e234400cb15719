"""The award catalogue and who may decide each award, on which days, by which article (Law 06/2022)."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agency import AgencyKind
from models.base import Base, Identified, closed, vietnamese_order
from models.nominee import NomineeKind


class AwardClass(enum.Enum):
    """The families of awards (Law 06/2022 arts 9 and 19–75)."""

    EMULATION_TITLE = "danh hiệu thi đua"
    ORDER = "huân chương"
    MEDAL = "huy chương"
    STATE_HONORARY_TITLE = "danh hiệu vinh dự nhà nước"
    PRIZE = "giải thưởng"
    COMMEMORATIVE_MEDAL = "kỷ niệm chương, huy hiệu"
    CERTIFICATE_OF_MERIT = "bằng khen"
    CERTIFICATE = "giấy khen"


class AwardLevel(enum.Enum):
    """At which level an award is decided."""

    STATE = "cấp nhà nước"
    PROVINCE = "cấp tỉnh, bộ"
    GRASSROOTS = "cấp cơ sở"
    COMMUNE = "cấp xã"


class Cadence(enum.Enum):
    """How often an award is considered, where the law says so."""

    YEARLY = "hằng năm"
    THREE_YEARLY = "ba năm một lần"
    FIVE_YEARLY = "năm năm một lần"


class AuthorityRight(enum.Enum):
    """What an agency of a kind does about an award."""

    DECIDES = "quyết định"
    PROPOSES = "đề nghị"
    CONSULTED = "cho ý kiến"


_KINDS = ", ".join(f"'{kind.name}'" for kind in NomineeKind)


class AwardType(Identified, Base):
    """One award of the catalogue, as it stands on some days."""

    __tablename__ = "award_type"

    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    award_class: Mapped[AwardClass] = mapped_column(closed(AwardClass))
    level: Mapped[AwardLevel] = mapped_column(closed(AwardLevel))
    recipients: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Names of the kinds of nominee that may receive it."""
    posthumous: Mapped[bool]
    """Whether it may be given after death (truy tặng)."""
    cadence: Mapped[Cadence | None] = mapped_column(closed(Cadence), default=None)
    rank: Mapped[int]
    """The place in the catalogue, the highest award first."""
    article: Mapped[str]
    note: Mapped[str | None] = mapped_column(default=None)
    confirmed: Mapped[bool] = mapped_column(default=True)
    """Whether the row was read in the text of the law itself."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    sort_key: Mapped[str] = vietnamese_order("name")
    authorities: Mapped[list[Authority]] = relationship(lazy="raise", init=False, back_populates="award_type")

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        CheckConstraint(
            f"cardinality(recipients) > 0 and recipients <@ array[{_KINDS}]", name="recipients_are_kinds_of_nominee"
        ),
        CheckConstraint("code ~ '^[A-Z0-9_]+$'", name="code_is_capitals"),
        ExcludeConstraint(
            ("code", "="), (text("daterange(valid_from, valid_to)"), "&&"), name="ex_award_type_one_at_a_time"
        ),
        Index("ix_award_type_rank", "rank", "id"),
    )


class Authority(Identified, Base):
    """The right of agencies of a kind over an award, on some days."""

    __tablename__ = "authority"

    award_type_id: Mapped[UUID] = mapped_column(ForeignKey("award_type.id"), index=True)
    agency_kind: Mapped[AgencyKind] = mapped_column(closed(AgencyKind))
    right: Mapped[AuthorityRight] = mapped_column(closed(AuthorityRight))
    article: Mapped[str]
    confirmed: Mapped[bool] = mapped_column(default=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    award_type: Mapped[AwardType] = relationship(lazy="raise", init=False, back_populates="authorities")

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        ExcludeConstraint(
            ("award_type_id", "="),
            ("agency_kind", "="),
            ("right", "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_authority_one_at_a_time",
        ),
    )
