"""What a council is asked at a sitting, who takes part, who stands aside, and what became of each case."""

from __future__ import annotations

import enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, exists, func, select, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models import topics
from models.access import Viewer
from models.agency import Agency
from models.award_type import AwardType
from models.base import Base, Identified, closed
from models.council import CouncilMember, CouncilSession, visible_session
from models.council_ballot import Ballot, BallotKind
from models.council_rule import CouncilRule
from models.dossier import Dossier
from models.dossier_line import DossierLine
from models.journal import Entry
from models.nominee import Nominee
from models.workflow import Interest


class AgendaOutcome(enum.Enum):
    """What a council said of one case."""

    PENDING = "chưa có kết quả"
    PASSED = "thông qua"
    NOT_PASSED = "không thông qua"
    NO_RESULT = "không đủ điều kiện để có kết quả"
    TAKEN_OFF = "đưa ra khỏi chương trình"


class Presence(enum.Enum):
    """Whether a member takes part: at a meeting by being there, in writing by having voted."""

    PRESENT = "có mặt"
    ABSENT = "vắng mặt"


class AgendaItem(Identified, Base):
    """One case before a council: what is asked, as it stood when the council was called, and the tally once closed."""

    __tablename__ = "agenda_item"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("council_session.id"))
    position: Mapped[int]
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_line.id"), index=True)
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    award_type_id: Mapped[UUID] = mapped_column(ForeignKey("award_type.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """Who proposes."""
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("council_rule.id"))
    ballot: Mapped[BallotKind] = mapped_column(closed(BallotKind))
    """Open or secret: as the rule said when the council was called, so that no later correction opens a ballot."""
    citation: Mapped[str]
    achievement_year: Mapped[int]
    outcome: Mapped[AgendaOutcome] = mapped_column(closed(AgendaOutcome), default=AgendaOutcome.PENDING)
    members: Mapped[int | None] = mapped_column(default=None)
    """Members who might vote on it; this and the other figures are null until the sitting is closed, and of what was
    taken off the agenda.
    """
    recused: Mapped[int | None] = mapped_column(default=None)
    """Members who stood aside; they count in no base."""
    present: Mapped[int | None] = mapped_column(default=None)
    """Of those who might vote, how many were present."""
    base: Mapped[int | None] = mapped_column(default=None)
    """Of how many the share of yes was worked out."""
    yes: Mapped[int | None] = mapped_column(default=None)
    no: Mapped[int | None] = mapped_column(default=None)
    abstain: Mapped[int | None] = mapped_column(default=None)
    chair_decided: Mapped[bool] = mapped_column(default=False)
    """Whether an open ballot stood at one half and the chair's vote decided it."""
    session: Mapped[CouncilSession] = relationship(lazy="raise", init=False)
    dossier: Mapped[Dossier] = relationship(lazy="raise", init=False)
    line: Mapped[DossierLine] = relationship(lazy="raise", init=False)
    nominee: Mapped[Nominee] = relationship(lazy="raise", init=False)
    award_type: Mapped[AwardType] = relationship(lazy="raise", init=False)
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)
    rule: Mapped[CouncilRule] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("position >= 1", name="position_counts_from_one"),
        CheckConstraint(
            "(outcome in ('PENDING', 'TAKEN_OFF')) = (num_nulls(members, recused, present, base, yes, no, abstain) = 7)"
            " and num_nulls(members, recused, present, base, yes, no, abstain) in (0, 7)",
            name="figures_come_with_the_outcome",
        ),
        Index("uq_agenda_item_position", "session_id", "position", unique=True),
        Index("uq_agenda_item_ballot", "id", "ballot", unique=True),
        Index("uq_agenda_item_pending", "line_id", unique=True, postgresql_where="outcome = 'PENDING'"),
    )

    @hybrid_property
    def ballots_cast(self) -> int:
        """How many ballots were cast on it so far."""
        raise AttributeError("ballots are counted in SQL")

    @ballots_cast.inplace.expression
    @classmethod
    def _ballots_cast(cls) -> ColumnElement[int]:
        ballot = aliased(Ballot)
        return _counted(ballot, ballot.item_id == cls.id)


class CouncilAttendance(Identified, Base):
    """A member with a vote at one sitting. Its version counts the journal's entries about what they did there."""

    __tablename__ = "council_attendance"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("council_session.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("council_member.id"), index=True)
    presence: Mapped[Presence] = mapped_column(closed(Presence), default=Presence.ABSENT)
    version: Mapped[int] = mapped_column(default=0)
    session: Mapped[CouncilSession] = relationship(lazy="raise", init=False)
    member: Mapped[CouncilMember] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("version >= 0", name="version_counts_entries"),
        Index("uq_council_attendance", "session_id", "member_id", unique=True),
        Index("ix_council_attendance_session", "session_id", "id"),
    )

    @hybrid_property
    def ballots_cast(self) -> int:
        """On how many cases they have voted so far."""
        raise AttributeError("ballots are counted in SQL")

    @ballots_cast.inplace.expression
    @classmethod
    def _ballots_cast(cls) -> ColumnElement[int]:
        ballot = aliased(Ballot)
        return _counted(ballot, ballot.attendance_id == cls.id)

    def entry(self, act: str, by: Viewer, council_id: UUID, **said: Any) -> Entry:
        """The journal entry of what they did, or had recorded: never of what they chose."""
        return Entry(
            act=act,
            actor_id=by.account_id,
            subject_kind="CouncilAttendance",
            subject_id=self.id,
            subject_version=self.version,
            topics=[topics.council(council_id)],
            data={"session": str(self.session_id), **said},
        )


class Recusal(Identified, Base):
    """That a member stands aside from one case."""

    __tablename__ = "council_recusal"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("agenda_item.id"))
    attendance_id: Mapped[UUID] = mapped_column(ForeignKey("council_attendance.id"), index=True)
    interest: Mapped[Interest] = mapped_column(closed(Interest))
    reason: Mapped[str | None] = mapped_column(default=None)
    """What was declared; absent where the register itself knows of the interest."""
    attendance: Mapped[CouncilAttendance] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("interest <> 'DECLARED' or btrim(reason) <> ''", name="a_declaration_has_a_reason"),
        Index("uq_council_recusal", "item_id", "attendance_id", unique=True),
        Index("ix_council_recusal_item", "item_id", "id"),
    )


def _counted(ballot: Any, of: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(ballot).where(of).correlate_except(ballot).scalar_subquery()


def visible_at_session(
    row: type[AgendaItem] | type[CouncilAttendance], viewer: Viewer, of_seen: bool = False
) -> ColumnElement[bool]:
    """Whoever sees the sitting (`of_seen`: it is seen) sees its agenda and who takes part."""
    if of_seen:
        return true()
    session = aliased(CouncilSession)
    return exists(select(session.id).where(session.id == row.session_id, visible_session(session, viewer)))


def visible_recusal(row: type[Recusal], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Whoever sees the case (`of_seen`: it is seen) sees who stands aside from it."""
    if of_seen:
        return true()
    item = aliased(AgendaItem)
    return exists(select(item.id).where(item.id == row.item_id, visible_at_session(item, viewer)))


def visible_ballot(row: type[Ballot], viewer: Viewer) -> ColumnElement[bool]:
    """A member's own ballot: that it was cast, and of an open one what they chose. Nobody else's, whoever asks."""
    seat, member = aliased(CouncilAttendance), aliased(CouncilMember)
    own = select(seat.id).join(member, member.id == seat.member_id)
    return exists(own.where(seat.id == row.attendance_id, member.account_id == viewer.account_id))
