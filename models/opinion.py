"""Opinions of other agencies on a dossier (hiệp y): who is asked what, until when, and what they say (art 84.3)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    case,
    exists,
    false,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import literal_column as said
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.access import Audience, Role, Viewer
from models.account import Account
from models.agency import Agency, within
from models.base import Base, Identified, closed
from models.catalogue.consulting import SaidOpinionRule, Silence, opinion_rules
from models.catalogue.entry import FILES
from models.consulting import on_desk, stands_at
from models.dossier import Dossier, visible_line
from models.dossier_line import DossierLine
from models.journal import Entry
from models.workflow import DossierStatus

ANSWERING = frozenset({Role.UNIT_OFFICER, Role.AGENCY_HEAD})
"""Who answers for an agency that is asked."""


class OpinionAnswer(enum.Enum):
    """What an agency says of a dossier."""

    AGREE = "đồng ý"
    AGREE_WITH_NOTE = "đồng ý, có ý kiến thêm"
    DISAGREE = "không đồng ý"
    NO_DATA = "không có thông tin"


class OpinionStatus(enum.Enum):
    """Where a request for an opinion stands."""

    SENT = "đã gửi"
    SEEN = "đã xem"
    OVERDUE = "quá hạn, chưa trả lời"
    ANSWERED = "đã trả lời"
    CLOSED = "đã kết thúc, không có trả lời"
    WITHDRAWN = "đã rút lại yêu cầu"


@cache
def _rules() -> Mapping[str, SaidOpinionRule]:
    return opinion_rules(FILES / "opinion_rules.toml")


def opinion_rule(rule_set: str) -> SaidOpinionRule:
    """How long an agency has under a rule set, and what its silence means."""
    return _rules()[rule_set]


class OpinionRequest(Identified, Base):
    """One agency asked about one dossier: what of it the agency is told, and the answer."""

    __tablename__ = "opinion_request"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    to_agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """Who is asked."""
    dossier_code: Mapped[str]
    dossier_title: Mapped[str]
    """What the dossier proposed when the agency was asked."""
    question: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date]
    """The last day for the answer."""
    silence: Mapped[Silence] = mapped_column(closed(Silence))
    """What it means when no answer comes by then, as the rules said when the agency was asked."""
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    answer: Mapped[OpinionAnswer | None] = mapped_column(closed(OpinionAnswer), default=None)
    note: Mapped[str | None] = mapped_column(default=None)
    """What the agency adds; compulsory where it agrees with a note, or does not agree."""
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it ended without an answer."""
    withdrawal_reason: Mapped[str | None] = mapped_column(default=None)
    """Why the agency is asked no more, where whoever asked withdrew it."""
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the agency was last reminded."""
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1)
    dossier: Mapped[Dossier] = relationship(lazy="raise", init=False)
    to_agency: Mapped[Agency] = relationship(lazy="raise", init=False)
    asked_by: Mapped[Account] = relationship(lazy="raise", init=False, foreign_keys=[asked_by_id])
    answered_by: Mapped[Account | None] = relationship(lazy="raise", init=False, foreign_keys=[answered_by_id])

    __table_args__ = (
        CheckConstraint("num_nulls(answered_at, answered_by_id, answer) in (0, 3)", name="an_answer_is_whole"),
        CheckConstraint("num_nulls(answered_at, closed_at) >= 1", name="what_is_answered_is_not_closed"),
        CheckConstraint(
            "answer not in ('AGREE_WITH_NOTE', 'DISAGREE') or btrim(note) <> ''", name="a_reservation_has_a_note"
        ),
        CheckConstraint("note is null or answer is not null", name="only_an_answer_has_a_note"),
        CheckConstraint(
            "withdrawal_reason is null or (closed_at is not null and btrim(withdrawal_reason) <> '')",
            name="what_is_withdrawn_is_closed",
        ),
        CheckConstraint("(reminded_at is null) = (reminders = 0)", name="a_reminder_has_a_moment"),
        CheckConstraint("question = normalize(question, NFC) and btrim(question) <> ''", name="question_is_nfc"),
        CheckConstraint("note = normalize(note, NFC)", name="note_is_nfc"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        Index(
            "uq_opinion_request_open",
            "dossier_id",
            "to_agency_id",
            unique=True,
            postgresql_where="answered_at is null and closed_at is null",
        ),
        Index("ix_opinion_request_dossier", "dossier_id", "asked_at", "id"),
        Index("ix_opinion_request_agency", "to_agency_id", "due_on", "id"),
        Index("ix_opinion_request_newest", "asked_at", "id"),
        Index("ix_opinion_request_due", "due_on", "id"),
        Index("ix_opinion_request_asked_by", "asked_by_id"),
        Index("ix_opinion_request_answered_by", "answered_by_id"),
    )

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited, however late."""
        return self.answered_at is None and self.closed_at is None

    def is_overdue(self, today: date) -> bool:
        """Whether an answer is awaited and its last day has passed, by Vietnam's date."""
        return self.is_open and self.due_on < today

    @hybrid_property
    def status(self) -> OpinionStatus:
        """Where it stands today."""
        raise AttributeError("overdue goes by the database's clock: the status is read in SQL")

    @status.inplace.expression
    @classmethod
    def _status(cls) -> ColumnElement[OpinionStatus]:
        dossier = aliased(Dossier)
        standing = select(dossier.id).where(dossier.id == cls.dossier_id, stands_at(dossier, DossierStatus.CONSULTING))
        found = case(
            (cls.answered_at.is_not(None), said("'ANSWERED'")),
            (cls.withdrawal_reason.is_not(None), said("'WITHDRAWN'")),
            (or_(cls.closed_at.is_not(None), ~exists(standing)), said("'CLOSED'")),
            (cls.due_on < func.vietnam_day(func.now()), said("'OVERDUE'")),
            (cls.seen_at.is_not(None), said("'SEEN'")),
            else_=said("'SENT'"),
        )
        return type_coerce(found, closed(OpinionStatus))

    def entry(self, act: str, by: Viewer, **more: Any) -> Entry:
        """The journal entry of a change just made."""
        return Entry(
            act=act,
            actor_id=by.account_id,
            subject_kind="OpinionRequest",
            subject_id=self.id,
            subject_version=self.version,
            data={"dossier": str(self.dossier_id), **more},
        )


def visible_opinion(row: type[OpinionRequest], viewer: Viewer) -> ColumnElement[bool]:
    """Staff of the agency that is asked, and of the desks on which the dossier lies; not whoever proposed it."""
    if viewer.audience is not Audience.STAFF:
        return false()
    desk = select(Dossier.id).where(Dossier.id == row.dossier_id, on_desk(Dossier, viewer))
    return or_(row.to_agency_id.in_(within(viewer.proposes_in)), exists(desk))


def visible_consulted(row: type[DossierLine], viewer: Viewer) -> ColumnElement[bool]:
    """The cases of dossiers that an agency of the viewer's is being asked about, and those seen anyway."""
    if viewer.audience is not Audience.STAFF:
        return false()
    request = OpinionRequest
    asked = select(request.id).join(Dossier, Dossier.id == request.dossier_id)
    asked = asked.where(
        request.dossier_id == row.dossier_id,
        request.to_agency_id.in_(within(viewer.proposes_in)),
        request.answered_at.is_(None),
        request.closed_at.is_(None),
        stands_at(Dossier, DossierStatus.CONSULTING),
    )
    return or_(exists(asked), visible_line(row, viewer))
