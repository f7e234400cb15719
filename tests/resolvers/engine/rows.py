"""A small register of its own for testing the engine: tables in a schema of their own, and what each viewer may see."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Numeric,
    Text,
    any_,
    cast,
    exists,
    func,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship

from models.access import Audience, Viewer
from models.base import LTree


class DossierStatus(enum.Enum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    DECIDED = "decided"
    REFUSED = "refused"


class NomineeKind(enum.Enum):
    PERSON = "person"
    COLLECTIVE = "collective"


STATUS = Enum(DossierStatus, native_enum=False, length=20)


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    metadata = MetaData(schema="register")
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own declaration
        str: Text,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
        DossierStatus: STATUS,
        NomineeKind: Enum(NomineeKind, native_enum=False, length=20),
    }


class Keyed(MappedAsDataclass, kw_only=True):
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)


class Agency(Keyed, Base):
    __tablename__ = "agency"
    code: Mapped[str] = mapped_column(unique=True)
    """The agency's code."""
    name: Mapped[str]
    path: Mapped[str] = mapped_column(LTree)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("register.agency.id"))
    parent: Mapped[Agency | None] = relationship(lazy="raise", init=False, remote_side="Agency.id")


class Nominee(Keyed, Base):
    __tablename__ = "nominee"
    full_name: Mapped[str]
    kind: Mapped[NomineeKind]
    birth_year: Mapped[int | None]
    phone: Mapped[str]


class AwardType(Keyed, Base):
    __tablename__ = "award_type"
    code: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    rank: Mapped[int]


class Dossier(Keyed, Base):
    __tablename__ = "dossier"
    code: Mapped[str | None] = mapped_column(unique=True)
    title: Mapped[str]
    status: Mapped[DossierStatus]
    version: Mapped[int]
    urgent: Mapped[bool]
    sealed: Mapped[bool | None]
    budget: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[Any] = mapped_column(Numeric(10, 3), nullable=True)
    reference: Mapped[UUID | None]
    tags: Mapped[list[str]]
    created_at: Mapped[datetime]
    due_on: Mapped[date | None]
    note: Mapped[str | None]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("register.agency.id"))
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("register.nominee.id"))
    award_type_id: Mapped[UUID | None] = mapped_column(ForeignKey("register.award_type.id"))
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("register.decision.id"))
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)
    nominee: Mapped[Nominee] = relationship(lazy="raise", init=False)
    award_type: Mapped[AwardType | None] = relationship(lazy="raise", init=False)
    decision: Mapped[Decision | None] = relationship(lazy="raise", init=False)
    __table_args__ = (Index("dossier_newest", "created_at", "id"), Index("dossier_agency", "agency_id", "created_at"))

    @hybrid_property
    def label(self) -> str:
        """The code, or a dash, and the title."""
        return f"{self.code or '-'} {self.title}"

    @label.inplace.expression
    @classmethod
    def _label(cls) -> ColumnElement[str]:
        return func.coalesce(cls.code, "-") + " " + cls.title

    @hybrid_property
    def line_count(self) -> int:
        raise AttributeError("known to SQL only")

    @line_count.inplace.expression
    @classmethod
    def _line_count(cls) -> ColumnElement[int]:
        return select(func.count()).where(DossierLine.dossier_id == cls.id).scalar_subquery()


class DossierLine(Keyed, Base):
    __tablename__ = "dossier_line"
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("register.dossier.id"))
    position: Mapped[int]
    outcome: Mapped[str | None]
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("register.nominee.id"))
    dossier: Mapped[Dossier] = relationship(lazy="raise", init=False)
    nominee: Mapped[Nominee] = relationship(lazy="raise", init=False)
    __table_args__ = (Index("line_of", "dossier_id", "position", "id"),)


class Decision(Keyed, Base):
    __tablename__ = "decision"
    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    signed_on: Mapped[date]
    published_at: Mapped[datetime | None]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("register.agency.id"))
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)
    __table_args__ = (Index("decision_newest", "signed_on", "id"),)


class Award(Keyed, Base):
    __tablename__ = "award"
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("register.decision.id"))
    position: Mapped[int]
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("register.nominee.id"))
    award_type_id: Mapped[UUID] = mapped_column(ForeignKey("register.award_type.id"))
    recipient: Mapped[Nominee] = relationship(lazy="raise", init=False)
    award_type: Mapped[AwardType] = relationship(lazy="raise", init=False)
    decision: Mapped[Decision] = relationship(lazy="raise", init=False)
    __table_args__ = (Index("award_of", "decision_id", "position", "id"),)


class Entry(Base):
    """What happened to a dossier or decision: shaped like the journal."""

    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, init=False)
    key: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime]
    act: Mapped[str]
    actor: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    seq: Mapped[int]
    note: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    dossier: Mapped[Dossier | None] = relationship(
        lazy="raise", init=False, viewonly=True, primaryjoin="foreign(Entry.subject_id) == Dossier.id"
    )
    __table_args__ = (Index("entry_of", "subject_id", "seq", "id"),)

    @hybrid_property
    def after(self) -> DossierStatus | None:
        """The status it came to."""
        said = self.data.get("after")
        return DossierStatus[said] if said else None

    @after.inplace.expression
    @classmethod
    def _after(cls) -> ColumnElement[Any]:
        return type_coerce(cls.data["after"].astext, STATUS)

    @hybrid_property
    def remark(self) -> str | None:
        return self.data.get("remark")

    @remark.inplace.expression
    @classmethod
    def _remark(cls) -> ColumnElement[Any]:
        return cls.data["remark"].astext

    @hybrid_property
    def cursor(self) -> str:
        """Where the feed stands after this entry."""
        return f"e{self.id}"

    @cursor.inplace.expression
    @classmethod
    def _cursor(cls) -> ColumnElement[str]:
        return func.concat("e", cls.id, type_=Text())


def visible_dossier(row: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Staff: of agencies under a path they propose in. A nominee: their own. Public: what is decided."""
    if viewer.audience is Audience.PUBLIC:
        return row.status == DossierStatus.DECIDED
    if viewer.audience is Audience.NOMINEE:
        return row.nominee_id == viewer.nominee_id
    desk = select(Agency.id).where(Agency.path.op("<@")(any_(cast(viewer.proposes_in, ARRAY(LTree)))))
    return row.agency_id.in_(desk)


def visible_line(row: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Whoever sees the dossier."""
    return exists(select(Dossier.id).where(Dossier.id == row.dossier_id, visible_dossier(Dossier, viewer)))


def visible_decision(row: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Staff: all. Others: what is published."""
    return true() if viewer.audience is Audience.STAFF else row.published_at.is_not(None)


def visible_award(row: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Whoever sees the decision."""
    return exists(select(Decision.id).where(Decision.id == row.decision_id, visible_decision(Decision, viewer)))


def visible_entry(row: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Whoever sees the subject."""
    dossier = select(Dossier.id).where(Dossier.id == row.subject_id, visible_dossier(Dossier, viewer))
    decision = select(Decision.id).where(Decision.id == row.subject_id, visible_decision(Decision, viewer))
    return or_(exists(dossier), exists(decision))
