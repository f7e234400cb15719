"""What happens to an award after it was given, by which decision and on which ground (Law 06/2022 art 93)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, exists, false, select, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Audience, Viewer
from models.award import STANDING, Award, AwardStatus, visible_award
from models.award_type import AwardClass
from models.base import Base, Identified, closed
from models.catalogue.entry import Entry, entries
from models.decision import Decision, DecisionKind

FILE = Path(__file__).parent / "catalogue" / "award_grounds.toml"


class AwardGround(enum.Enum):
    """Why an award is corrected, cancelled, stripped or restored."""

    MISPRINT = "sai sót in ấn về họ tên, thành tích"
    FALSE_ACHIEVEMENT = "gian dối trong kê khai thành tích"
    FALSE_PAPERS = "cung cấp thông tin sai, làm giả hồ sơ, giấy tờ"
    UNLAWFUL_PROPOSAL = "thẩm định, đề nghị khen thưởng trái quy định của pháp luật"
    LATER_VIOLATION = "có kết luận, bản án về vi phạm trong thời gian xét thành tích"
    IMPRISONED = "người có danh hiệu vinh dự nhà nước bị phạt tù"
    WARTIME_TITLE = "anh hùng, bà mẹ thời kháng chiến thuộc trường hợp đặc biệt"
    SUSPENDED_FOR_GOOD = "pháp nhân bị đình chỉ hoạt động vĩnh viễn"
    ACQUITTED = "được xác định là không phạm tội"


class Decider(enum.Enum):
    """Who may decide on a change."""

    WHO_AWARDED = "người đã quyết định khen thưởng"
    PRESIDENT = "Chủ tịch nước"


BECOMES = MappingProxyType(
    {
        DecisionKind.CORRECTION: AwardStatus.CORRECTED,
        DecisionKind.REVOCATION: AwardStatus.CANCELLED,
        DecisionKind.STRIPPING: AwardStatus.STRIPPED,
        DecisionKind.RESTORATION: AwardStatus.RESTORED,
    }
)
"""What an award is after each kind of change."""
FALLS = (DecisionKind.REVOCATION, DecisionKind.STRIPPING)
"""The changes after which nothing may lean on the award."""


def changeable(kind: DecisionKind) -> tuple[AwardStatus, ...]:
    """Where an award must stand for a change: restored is what was stripped, everything else happens to what stands."""
    return (AwardStatus.STRIPPED,) if kind is DecisionKind.RESTORATION else STANDING


@dataclass(frozen=True, kw_only=True)
class GroundRule:
    """One row of the grounds' table: what it leads to, for which awards, who decides, by which article."""

    ground: AwardGround
    change: DecisionKind
    decider: Decider
    award_classes: tuple[AwardClass, ...]
    """The families it holds for; none: for all."""
    article: str
    confirmed: bool


@cache
def grounds(file: Path = FILE) -> MappingProxyType[AwardGround, GroundRule]:
    """The table of grounds: a row for every ground. Raises CatalogueError for a wrong row, ValueError without one."""
    found = {rule.ground: rule for rule in map(_rule, entries(file, "ground"))}
    if missing := [ground.name for ground in AwardGround if ground not in found]:
        raise ValueError(f"{file.name} does not say {missing}")
    return MappingProxyType(found)


def _rule(entry: Entry) -> GroundRule:
    confirmed, _ = entry.confirmed()
    rule = GroundRule(
        ground=entry.member("ground", AwardGround),
        change=entry.member("change", DecisionKind),
        decider=entry.member("decider", Decider),
        award_classes=tuple(entry.members("award_classes", AwardClass)) if entry.has("award_classes") else (),
        article=entry.text("article"),
        confirmed=confirmed,
    )
    entry.done()
    return rule


class AwardChange(Identified, Base):
    """One change of one award: what it was before, by which decision, on which ground. Never altered."""

    __tablename__ = "award_change"

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    """The decision that says so: its number, day, signer and agency."""
    ground: Mapped[AwardGround] = mapped_column(closed(AwardGround))
    article: Mapped[str]
    reason: Mapped[str]
    """What was found, in the decider's words; for staff."""
    status_before: Mapped[AwardStatus] = mapped_column(closed(AwardStatus))
    citation_before: Mapped[str | None] = mapped_column(default=None)
    """The citation as it was printed, where it was corrected."""
    recipient_before: Mapped[str | None] = mapped_column(default=None)
    """The recipient's name as it was printed, where it was corrected."""
    at: Mapped[datetime]
    award: Mapped[Award] = relationship(lazy="raise", init=False)
    decision: Mapped[Decision] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("btrim(reason) <> ''", name="a_change_has_a_reason"),
        Index("ix_award_change_award", "award_id", "at", "id"),
        Index("uq_award_change_decision", "decision_id", "award_id", unique=True),
    )


def visible_change(row: type[AwardChange], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Whoever sees the award (`of_seen`: it is seen) sees what became of it."""
    if of_seen or viewer.audience is Audience.STAFF:
        return true()
    return exists(select(Award.id).where(Award.id == row.award_id, visible_award(Award, viewer)))


def visible_grounds(row: type[AwardChange], viewer: Viewer) -> ColumnElement[bool]:
    """What was found about somebody is for staff; the public reads the article and the decision."""
    return visible_change(row, viewer) if viewer.audience is Audience.STAFF else false()
