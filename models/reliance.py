"""What a case leans on: the earlier awards by which it was found eligible, and whether they still stand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, any_, exists, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Audience, Viewer
from models.award import Award
from models.base import Base, Identified, array_of
from models.dossier import visible_line
from models.dossier_line import DossierLine


class AwardReliance(Identified, Base):
    """One case that was found eligible because of one earlier award."""

    __tablename__ = "award_reliance"

    line_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_line.id", ondelete="CASCADE"))
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    article: Mapped[str]
    """By which article the earlier award counts."""
    fell_at: Mapped[datetime | None] = mapped_column(default=None)
    """Since when the earlier award stands no more: the case must be judged again."""
    line: Mapped[DossierLine] = relationship(lazy="raise", init=False)
    award: Mapped[Award] = relationship(lazy="raise", init=False)

    __table_args__ = (
        Index("uq_award_reliance_line", "line_id", "award_id", unique=True),
        Index("ix_award_reliance_award", "award_id", "id"),
        Index("ix_award_reliance_fallen", "line_id", postgresql_where="fell_at is not null"),
    )


def visible_reliance(row: type[AwardReliance], viewer: Viewer) -> ColumnElement[bool]:
    """Staff: of the cases they see. Nobody else: a case's grounds are the appraisal's."""
    if viewer.audience is not Audience.STAFF:
        return false()
    line = select(DossierLine.id).where(DossierLine.id == row.line_id, visible_line(DossierLine, viewer))
    return exists(line)


def leaning_on_the_fallen(viewer: Viewer) -> ColumnElement[bool]:
    """Of awards: they lean on one that stands no more, as far as the viewer sees the cases; none for the public."""
    row = AwardReliance
    return and_(
        Award.line_id.is_not(None),
        Award.line_id
        == any_(array_of(select(row.line_id).where(row.fell_at.is_not(None), visible_reliance(row, viewer)))),
    )
