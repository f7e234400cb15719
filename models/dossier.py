"""A commendation dossier: the case made for one or more nominees, and where it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    CompoundSelect,
    Computed,
    ForeignKey,
    Index,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.access import Audience, Viewer
from models.account import Account
from models.agency import Agency, within
from models.base import Base, Identified, array_of, closed, folded, search_index, searched
from models.dossier_line import DossierLine
from models.dossier_tally import DossierTally
from models.journal import event_head
from models.movement import Movement
from models.moving import Moving
from models.nominee import Nominee, NomineePersonal
from models.rule_set import CommendationType, DocumentKind, RuleSet
from models.timed import TIMED, Timed
from models.workflow import DossierStatus, newest


class Dossier(Moving, Timed, Identified, Base):
    """The file of a proposal. Its status is the state of the file; each line has an outcome of its own."""

    __tablename__ = "dossier"
    tally: ClassVar = DossierTally
    """Where it is kept how many there are of each kind."""

    code: Mapped[str | None] = mapped_column(default=None, unique=True)
    """`H37.xx-YYMMDD-NNNN`, given at reception (Circular 01/2018/TT-VPCP art 19)."""
    title: Mapped[str]
    status: Mapped[DossierStatus] = mapped_column(closed(DossierStatus), default=DossierStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    """Grows by one with each journal entry about the dossier."""
    commendation_type: Mapped[CommendationType] = mapped_column(closed(CommendationType))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """Who proposes."""
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """Who is asked to decide."""
    handler_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """On whose desk it lies."""
    movement_id: Mapped[UUID | None] = mapped_column(ForeignKey("movement.id"), default=None)
    rule_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("rule_set.id"), default=None)
    """The rules in force when it was received."""
    created_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    received_at: Mapped[datetime | None] = mapped_column(default=None)
    due_order: Mapped[date] = mapped_column(Computed("coalesce(due_on, date '9000-01-01')", persisted=True), init=False)
    received_order: Mapped[datetime] = mapped_column(
        Computed("coalesce(received_at, timestamptz '-infinity')", persisted=True), init=False
    )
    drafted_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    appraiser_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    receiver_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), default=None)
    """Which desk received it: any of the province's may, whoever handles it then (Decree 118/2025)."""
    workflow_code: Mapped[str] = mapped_column(default_factory=newest, server_default="2024-1")
    """The version of the workflow it follows; bound with the rules at reception."""
    came_from: Mapped[list[str]] = mapped_column(ARRAY(Text), default_factory=list, server_default="{}")
    """The states it goes back to from where it waits, the next one last."""
    actors: Mapped[dict[str, list[str]]] = mapped_column(JSONB, default_factory=dict, server_default="{}")
    """By step, the accounts that took it: others must stand apart from them."""
    declared: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default_factory=list, server_default="{}")
    """Accounts that declared a conflict of interest in it."""
    title_folded: Mapped[str] = folded("code", "title")
    search: Mapped[str] = searched(("code", "title"))
    agency: Mapped[Agency] = relationship(lazy="raise", init=False, foreign_keys=[agency_id])
    authority: Mapped[Agency] = relationship(lazy="raise", init=False, foreign_keys=[authority_id])
    handler: Mapped[Agency] = relationship(lazy="raise", init=False, foreign_keys=[handler_id])
    receiver: Mapped[Agency | None] = relationship(lazy="raise", init=False, foreign_keys=[receiver_id])
    movement: Mapped[Movement | None] = relationship(lazy="raise", init=False)
    rule_set: Mapped[RuleSet | None] = relationship(lazy="raise", init=False)
    appraiser: Mapped[Account | None] = relationship(lazy="raise", init=False, foreign_keys=[appraiser_id])
    lines: Mapped[list[DossierLine]] = relationship(lazy="raise", init=False, order_by=DossierLine.position)

    __table_args__ = (
        CheckConstraint(r"code ~ '^H37(\.[0-9A-Z]{2,3}){1,3}-\d{6}-\d{4,}$'", name="code_is_a_dossier_code"),
        CheckConstraint("(code is null) = (received_at is null)", name="code_is_given_at_reception"),
        CheckConstraint("(code is null) = (rule_set_id is null)", name="rules_are_bound_at_reception"),
        CheckConstraint(
            "code is not null or status in ('DRAFT', 'DELETED', 'SUBMITTED', 'REFUSED_AT_RECEPTION', 'WITHDRAWN',"
            " 'ARCHIVED')",
            name="what_is_handled_has_a_code",
        ),
        CheckConstraint(
            "status in ('DRAFT', 'DELETED') or submitted_at is not null", name="what_left_the_draft_was_submitted"
        ),
        CheckConstraint("received_at >= submitted_at", name="is_received_after_it_is_submitted"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint("title = normalize(title, NFC) and btrim(title) <> ''", name="title_is_nfc"),
        search_index("dossier"),
        Index("ix_dossier_newest", "created_at", "id"),
        Index("ix_dossier_agency", "agency_id", "status", "created_at", "id"),
        Index("ix_dossier_handler", "handler_id", "status", "created_at", "id"),
        Index("ix_dossier_status", "status", "created_at", "id"),
        Index("ix_dossier_due", "due_order", "id"),
        Index("ix_dossier_authority", "authority_id", "created_at", "id"),
        Index("ix_dossier_movement", "movement_id", "created_at", "id"),
        Index("ix_dossier_appraiser", "appraiser_id", "created_at", "id"),
        Index("ix_dossier_commendation_type", "commendation_type", "created_at", "id"),
        Index("ix_dossier_received", "received_at"),
        Index("ix_dossier_received_order", "received_order", "id"),
        Index("ix_dossier_due_on", "due_on"),
        *TIMED,
        Index(
            "ix_dossier_title_folded",
            "title_folded",
            postgresql_using="gin",
            postgresql_ops={"title_folded": "gin_trgm_ops"},
        ),
    )

    @hybrid_property
    def event_head(self) -> str:
        """The feed's position when the row was read: subscribe from it and miss nothing."""
        raise AttributeError("the event head is read in SQL, in the statement that reads the dossier")

    @event_head.inplace.expression
    @classmethod
    def _event_head(cls) -> ColumnElement[str]:
        return event_head()


class DossierDocument(Identified, Base):
    """A paper of a dossier: what it is, its number and day. Its files are in `models.document`."""

    __tablename__ = "dossier_document"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[DocumentKind] = mapped_column(closed(DocumentKind))
    title: Mapped[str]
    number: Mapped[str | None] = mapped_column(default=None)
    dated: Mapped[date | None] = mapped_column(default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was taken out: it is kept, and shown to nobody."""

    __table_args__ = (
        CheckConstraint("title = normalize(title, NFC) and btrim(title) <> ''", name="title_is_nfc"),
        Index("uq_dossier_document_position", "dossier_id", "position", unique=True),
    )


class DossierCodeCount(Base):
    """How many codes an agency has given on a day; read and raised in the transaction of the reception."""

    __tablename__ = "dossier_code_count"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]

    __table_args__ = (CheckConstraint("last >= 1", name="counts_from_one"),)


def visible_dossier(row: type[Dossier], viewer: Viewer) -> ColumnElement[bool]:
    """Staff: their agencies' own, what came to their desks, what they appraise. A nominee: where they are named; by a
    tracking code the one it is of.
    """
    sent = row.status != DossierStatus.DRAFT
    if viewer.audience is Audience.PUBLIC:
        return false()
    if viewer.audience is Audience.NOMINEE:
        line = aliased(DossierLine)  # whoever asks of a line whether its dossier is seen means another row
        named = select(line.id).where(line.dossier_id == row.id, line.nominee_id == viewer.nominee_id)
        return and_(sent, func.coalesce(viewer.tracked_id, row.id) == row.id, exists(named))
    return or_(
        row.agency_id.in_(within(viewer.proposes_in)),
        and_(sent, or_(row.handler_id.in_(within(viewer.handles_in)), row.authority_id.in_(within(viewer.handles_in)))),
        row.appraiser_id == viewer.account_id,
    )


FEW = 300
"""So many dossiers are found sooner one by one than by going through 100,000 in a list's order."""


def visible_among_all(row: type[Dossier], viewer: Viewer) -> ColumnElement[bool]:
    """`visible_dossier` for a list of all dossiers: where the viewer sees few, PostgreSQL begins with those."""
    return row.id == any_(array_of(_theirs(viewer))) if viewer.few else visible_dossier(row, viewer)


def sees_few(viewer: Viewer) -> Select[bool]:
    """Whether the viewer, one of the staff, sees FEW dossiers or fewer: at most so many are counted."""
    return select(func.count() <= FEW).select_from(_theirs(viewer).limit(FEW + 1).subquery())


def _theirs(viewer: Viewer) -> CompoundSelect[UUID]:
    """The ids of the dossiers that one of the staff sees, some of them twice: each branch by its own index.

    Asked for as arrays: what a viewer's agencies would find, PostgreSQL thinks many enough to read all dossiers.
    """
    row = aliased(Dossier)
    proposed = row.agency_id == any_(array_of(within(viewer.proposes_in)))
    handled = row.handler_id == any_(array_of(within(viewer.handles_in)))
    decided = row.authority_id == any_(array_of(within(viewer.handles_in)))
    sent = row.status != DossierStatus.DRAFT
    branches = proposed, and_(sent, handled), and_(sent, decided), row.appraiser_id == viewer.account_id
    return union_all(*(select(row.id).where(branch) for branch in branches))


def visible_line(row: type[DossierLine], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Staff: the lines of the dossiers they see. A nominee: their own line and nobody else's.

    `of_seen`: it is known already that the dossier is seen.
    """
    if of_seen:
        return visible_beside(row, viewer)
    seen = exists(select(Dossier.id).where(Dossier.id == row.dossier_id, visible_dossier(Dossier, viewer)))
    return and_(seen, visible_beside(row, viewer))


def visible_beside(row: type[DossierLine], viewer: Viewer) -> ColumnElement[bool]:
    """Of a dossier that is seen, staff see every line; a nominee their own and nobody else's."""
    return row.nominee_id == viewer.nominee_id if viewer.audience is Audience.NOMINEE else true()


def visible_document(row: type[DossierDocument], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Staff: the papers of the dossiers they see (`of_seen`: this one is). Nobody else: they tell of other nominees."""
    if viewer.audience is not Audience.STAFF:
        return false()
    if of_seen:
        return row.removed_at.is_(None)
    seen = select(Dossier.id).where(Dossier.id == row.dossier_id, visible_dossier(Dossier, viewer))
    return and_(row.removed_at.is_(None), exists(seen))


def visible_personal(row: type[NomineePersonal], viewer: Viewer) -> ColumnElement[bool]:
    """Staff: of nominees their agencies manage, or named in a dossier they see by a role that reads personal data: what
    one role permits does not reach as far as another one sees. A nominee who signed in: their own.
    """
    if viewer.audience is not Audience.STAFF:
        return and_(row.nominee_id == viewer.nominee_id, cast(viewer.tracked_id, Uuid).is_(None))
    managed = select(Nominee.id).where(Nominee.id == row.nominee_id, Nominee.agency_id.in_(within(viewer.proposes_in)))
    by_role = replace(viewer, handles_in=viewer.reads_personal_in)
    named = select(DossierLine.id).where(DossierLine.nominee_id == row.nominee_id, visible_line(DossierLine, by_role))
    return or_(exists(managed), exists(named))
