"""Awards given: what a decision's lines become, and what may happen to them later (Law 06/2022 art 93)."""

from __future__ import annotations

import enum
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.access import ANONYMOUS, Audience, Viewer
from models.agency import Agency
from models.award_code import new_code
from models.award_type import AwardType
from models.base import Base, Identified, closed
from models.decision import Decision
from models.dossier_line import DossierLine
from models.nominee import Nominee

if TYPE_CHECKING:
    from models.prize import AwardPrize


class AwardStatus(enum.Enum):
    """Whether an award stands (art 93)."""

    IN_FORCE = "còn hiệu lực"
    CORRECTED = "đã điều chỉnh"
    CANCELLED = "đã hủy bỏ"
    STRIPPED = "đã tước"
    RESTORED = "đã phục hồi"


STANDING = (AwardStatus.IN_FORCE, AwardStatus.CORRECTED, AwardStatus.RESTORED)
"""What counts as an award: all but what was cancelled or stripped."""


class Award(Identified, Base):
    """One award to one nominee, by one decision."""

    __tablename__ = "award"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    position: Mapped[int]
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    award_type_id: Mapped[UUID] = mapped_column(ForeignKey("award_type.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """Who proposed, so that each unit's awards can be counted."""
    line_id: Mapped[UUID | None] = mapped_column(ForeignKey("dossier_line.id"), default=None, unique=True)
    """The dossier line it comes from; absent for decisions recorded from before the register."""
    awarded_on: Mapped[date]
    achievement_year: Mapped[int]
    citation: Mapped[str]
    posthumous: Mapped[bool] = mapped_column(default=False)
    recipient_name: Mapped[str | None] = mapped_column(default=None)
    """The recipient's name where a correction prints it otherwise than the register has it."""
    code: Mapped[str | None] = mapped_column(default_factory=new_code, unique=True)
    """What is printed on the certificate to look it up by; absent where one was printed before there were codes."""
    status: Mapped[AwardStatus] = mapped_column(closed(AwardStatus), default=AwardStatus.IN_FORCE)
    decision: Mapped[Decision] = relationship(lazy="raise", init=False)
    recipient: Mapped[Nominee] = relationship(lazy="raise", init=False)
    award_type: Mapped[AwardType] = relationship(lazy="raise", init=False)
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)
    line: Mapped[DossierLine | None] = relationship(lazy="raise", init=False)
    prize: Mapped[AwardPrize | None] = relationship(lazy="raise", init=False, passive_deletes="all")

    __table_args__ = (
        CheckConstraint("position >= 1", name="position_counts_from_one"),
        CheckConstraint(
            "recipient_name = normalize(recipient_name, NFC) and btrim(recipient_name) <> ''", name="name_is_nfc"
        ),
        CheckConstraint("achievement_year between 1945 and 2200", name="achievement_year_is_a_year"),
        Index("uq_award_position", "decision_id", "position", unique=True),
        Index("uq_award_nominee", "decision_id", "nominee_id", "award_type_id", unique=True),
        Index("ix_award_nominee", "nominee_id", "awarded_on", "id"),
        Index("ix_award_newest", "awarded_on", "id"),
        Index("ix_award_agency", "agency_id", "award_type_id", "awarded_on", "id"),
        Index("ix_award_status", "status", "awarded_on", "id"),
        Index("ix_award_year", "achievement_year", "awarded_on", "id"),
        Index("ix_award_type", "award_type_id", "awarded_on", "id"),
    )

    @hybrid_property
    def printed_name(self) -> str:
        """The recipient's name as it is printed: as corrected, else as the register has it; then it must be loaded."""
        return self.recipient_name or self.recipient.name

    @printed_name.inplace.expression
    @classmethod
    def _printed_name(cls) -> ColumnElement[str]:
        named = aliased(Nominee)
        found = select(named.name).where(named.id == cls.nominee_id).correlate_except(named)
        return func.coalesce(cls.recipient_name, found.scalar_subquery())


def visible_award(row: type[Award], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Staff: all. Everybody else: awards of published decisions (`of_seen`: it is seen, so it is published)."""
    if of_seen or viewer.audience is Audience.STAFF:
        return true()
    return exists(select(Decision.id).where(Decision.id == row.decision_id, Decision.published_at.is_not(None)))


def verifiable_award(row: type[Award], _: Viewer) -> ColumnElement[bool]:
    """What a certificate's code opens is for everybody what it is for the public: awards of published decisions."""
    return visible_award(row, ANONYMOUS)


def visible_nominee(row: type[Nominee], viewer: Viewer) -> ColumnElement[bool]:
    """Staff: the register. Everybody else: whoever holds a visible award; a nominee, themself too."""
    if viewer.audience is Audience.STAFF:
        return true()
    awards = select(Award.id).where(Award.nominee_id == row.id, visible_award(Award, viewer))
    # looked for at each row of a page: for an exists(…) PostgreSQL may first read every award there is
    awarded = awards.limit(literal_column("1")).scalar_subquery().is_not(None)
    return awarded if viewer.audience is Audience.PUBLIC else or_(row.id == viewer.nominee_id, awarded)
