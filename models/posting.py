"""Public posting: a list stands in public for comments, some working days, before it is proposed (art 84.5)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models import calendar
from models.access import Audience, Viewer
from models.agency import Agency
from models.award_type import AwardType
from models.base import Base, Identified, PersonalData, closed
from models.catalogue.consulting import SaidPostingRule, posting_rules
from models.catalogue.entry import FILES
from models.consulting import on_desk, stands_at
from models.council_agenda import AgendaItem, visible_at_session
from models.dossier import Dossier
from models.journal import Entry
from models.posting_comment import CommentKind, PostingComment
from models.workflow import DossierStatus


class PostingStatus(enum.Enum):
    """Where a posted list stands."""

    OPEN = "đang công khai lấy ý kiến"
    ENDED = "đã hết thời gian công khai"
    CALLED_OFF = "đã rút khỏi công khai"


@cache
def rules_of_posting() -> Mapping[str, SaidPostingRule]:
    """What must be posted, by rule set."""
    return posting_rules(FILES / "posting_rules.toml")


def posting_rule(rule_set: str) -> SaidPostingRule:
    """What must be posted under a rule set, and for how long."""
    return rules_of_posting()[rule_set]


class PublicPosting(Identified, Base):
    """A list made public for comments, from the day it is posted to the last day of its window."""

    __tablename__ = "public_posting"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    code: Mapped[str]
    """The dossier's."""
    title: Mapped[str]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """Who proposes."""
    opened_at: Mapped[datetime]
    working_days: Mapped[int]
    """How long it stands, as the rules said when it was posted."""
    closes_on: Mapped[date]
    """The last day for comments."""
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    called_off: Mapped[bool] = mapped_column(default=False)
    """Whether its dossier went another way before the window was over."""
    version: Mapped[int] = mapped_column(default=1)
    dossier: Mapped[Dossier] = relationship(lazy="raise", init=False)
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("working_days >= 1", name="stands_a_day_at_least"),
        CheckConstraint("closes_on > vietnam_day(opened_at)", name="closes_after_it_opens"),
        CheckConstraint("closed_at is not null or not called_off", name="what_is_called_off_is_closed"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        Index("uq_public_posting_open", "dossier_id", unique=True, postgresql_where="closed_at is null"),
        Index("ix_public_posting_newest", "opened_at", "id"),
        Index("ix_public_posting_closing", "closes_on", "id"),
        Index("ix_public_posting_agency", "agency_id", "opened_at", "id"),
    )

    @property
    def last_day(self) -> date:
        """The last day of its window by the calendar as it is known now: never before the day that was announced."""
        return max(self.closes_on, last_day(calendar.day_of(self.opened_at), self.working_days))

    @hybrid_property
    def status(self) -> PostingStatus:
        """Where it stands today."""
        raise AttributeError("a window ends by the database's clock: the status is read in SQL")

    @status.inplace.expression
    @classmethod
    def _status(cls) -> ColumnElement[PostingStatus]:
        found = case(
            (cls.called_off, literal_column("'CALLED_OFF'")),
            (cls.closed_at.is_not(None), literal_column("'ENDED'")),
            (~_stands(cls), literal_column("'CALLED_OFF'")),
            (cls.closes_on < func.vietnam_day(func.now()), literal_column("'ENDED'")),
            else_=literal_column("'OPEN'"),
        )
        return type_coerce(found, closed(PostingStatus))

    @hybrid_property
    def supports(self) -> int:
        """How many comments support it."""
        raise AttributeError("comments are counted in SQL")

    @supports.inplace.expression
    @classmethod
    def _supports(cls) -> ColumnElement[int]:
        return _comments(cls, CommentKind.SUPPORT)

    @hybrid_property
    def remarks(self) -> int:
        """How many comments remark on it."""
        raise AttributeError("comments are counted in SQL")

    @remarks.inplace.expression
    @classmethod
    def _remarks(cls) -> ColumnElement[int]:
        return _comments(cls, CommentKind.REMARK)

    @hybrid_property
    def objections(self) -> int:
        """How many comments object to it."""
        raise AttributeError("comments are counted in SQL")

    @objections.inplace.expression
    @classmethod
    def _objections(cls) -> ColumnElement[int]:
        return _comments(cls, CommentKind.OBJECTION)

    def close(self, at: datetime, by: Viewer, act: str, *, called_off: bool = False) -> Entry:
        """End it, and give its journal entry."""
        self.closed_at, self.called_off, self.version = at, called_off, self.version + 1
        return self.entry(act, by)

    def entry(self, act: str, by: Viewer, **more: Any) -> Entry:
        """The journal entry of a change just made; without an actor it was the system's."""
        return Entry(
            act=act,
            actor_id=by.account_id,
            subject_kind="PublicPosting",
            subject_id=self.id,
            subject_version=self.version,
            data={"dossier": str(self.dossier_id), "closes_on": self.closes_on.isoformat(), **more},
        )


class PostingCase(Identified, Base):
    """One case of a posted list: a name, an agency and an award, as they stood then, and nothing personal."""

    __tablename__ = "posting_case"

    posting_id: Mapped[UUID] = mapped_column(ForeignKey("public_posting.id"))
    position: Mapped[int]
    line_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_line.id"), index=True)
    name: Mapped[str] = mapped_column(info={"class": PersonalData.PUBLIC})
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    award_type_id: Mapped[UUID] = mapped_column(ForeignKey("award_type.id"))
    posting: Mapped[PublicPosting] = relationship(lazy="raise", init=False)
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)
    award_type: Mapped[AwardType] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("position >= 1", name="position_counts_from_one"),
        CheckConstraint("name = normalize(name, NFC) and btrim(name) <> ''", name="name_is_nfc"),
        Index("uq_posting_case_position", "posting_id", "position", unique=True),
    )


def last_day(opened_on: date, working_days: int) -> date:
    """The last day of a window; the day it opens does not count (Civil Code art 147)."""
    return calendar.add_working_days(opened_on, working_days)


def latest_over(today: date) -> date:
    """Windows whose last day lies before this one are to be ended: a working day has come since."""
    while not calendar.is_working(today):
        today -= timedelta(days=1)
    return today


def _stands(row: Any) -> ColumnElement[bool]:
    dossier = aliased(Dossier)
    kept = select(dossier.id).where(dossier.id == row.dossier_id, stands_at(dossier, DossierStatus.POSTED))
    return exists(kept)


def _comments(row: Any, kind: CommentKind) -> ColumnElement[int]:
    comment = aliased(PostingComment)
    found = select(func.count()).select_from(comment).where(comment.posting_id == row.id, comment.kind == kind)
    return found.correlate_except(comment).scalar_subquery()


def visible_posting(row: type[PublicPosting], viewer: Viewer) -> ColumnElement[bool]:
    """Staff: all. Everybody else: what is posted, and what was until its window ended; not what was called off."""
    if viewer.audience is Audience.STAFF:
        return true()
    return and_(~row.called_off, or_(row.closed_at.is_not(None), _stands(row)))


def visible_case(row: type[PostingCase], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Whoever sees a list (`of_seen`: it is seen) sees its cases."""
    if of_seen:
        return true()
    return exists(
        select(PublicPosting.id).where(PublicPosting.id == row.posting_id, visible_posting(PublicPosting, viewer))
    )


def visible_report(row: type[PublicPosting], viewer: Viewer) -> ColumnElement[bool]:
    """Staff of the desks on which the dossier lies, and whoever is at a sitting that has it on its agenda."""
    if viewer.audience is not Audience.STAFF:
        return false()
    desk = select(Dossier.id).where(Dossier.id == row.dossier_id, on_desk(Dossier, viewer))
    asked = select(AgendaItem.id).where(AgendaItem.dossier_id == row.dossier_id, visible_at_session(AgendaItem, viewer))
    return or_(exists(desk), exists(asked))


def visible_comment(row: type[PostingComment], viewer: Viewer) -> ColumnElement[bool]:
    """One's own, and for whoever reads the report all of them; never the public."""
    if viewer.audience is Audience.PUBLIC:
        return false()
    own = row.author_id == viewer.account_id
    if viewer.audience is Audience.NOMINEE:
        return own
    told = select(PublicPosting.id).where(PublicPosting.id == row.posting_id, visible_report(PublicPosting, viewer))
    return or_(own, exists(told))
