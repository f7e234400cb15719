"""Ballots of a council: who has voted on what, and, of secret ones, nothing but sums.

A secret ballot leaves no row of its own choice: it raises one of three counters of its case in place, in one statement
whose text is the same for every choice. So nothing in any table, no system column, no journal entry and no stored reply
joins a voter with a choice; the counters are removed when the sitting is closed and the sums are told. The database's
own keepers are not kept out by this: its write-ahead log, dead rows not yet vacuumed, parameters in its log, and a copy
of the tables before and after a single ballot would tell.
"""

from __future__ import annotations

import enum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, closed


class BallotKind(enum.Enum):
    """How a council votes on a case."""

    OPEN = "công khai"
    SECRET = "bỏ phiếu kín"  # noqa: S105  a kind of ballot


class BallotChoice(enum.Enum):
    """What a ballot says."""

    YES = "tán thành"
    NO = "không tán thành"
    ABSTAIN = "không có ý kiến"


class Ballot(Base):
    """That a member has voted on a case; of an open ballot, what they chose. The table refuses a secret choice."""

    __tablename__ = "ballot"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    """By chance alone: it tells no time and no order."""
    item_id: Mapped[UUID]
    attendance_id: Mapped[UUID] = mapped_column(ForeignKey("council_attendance.id"), index=True)
    kind: Mapped[BallotKind] = mapped_column(closed(BallotKind))
    choice: Mapped[BallotChoice | None] = mapped_column(closed(BallotChoice), default=None)
    on_paper: Mapped[bool] = mapped_column(default=False)
    """Whether it was sent on paper and recorded by the secretary."""

    __table_args__ = (
        ForeignKeyConstraint(["item_id", "kind"], ["agenda_item.id", "agenda_item.ballot"]),
        CheckConstraint("(kind = 'OPEN') = (choice is not null)", name="a_secret_choice_is_not_kept"),
        Index("uq_ballot", "item_id", "attendance_id", unique=True),
    )


class SecretCount(Base):
    """The sums of a case's secret ballots while they are cast: one row, changed in place, gone once they are told."""

    __tablename__ = "secret_count"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("agenda_item.id"), primary_key=True)
    yes: Mapped[int] = mapped_column(default=0)
    no: Mapped[int] = mapped_column(default=0)
    abstain: Mapped[int] = mapped_column(default=0)

    __table_args__ = (CheckConstraint("least(yes, no, abstain) >= 0", name="counts_from_nought"),)
