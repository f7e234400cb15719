"""The journal: one entry for each change, never altered, numbered without gaps and chained by hashes.

An entry is written in the transaction of its change, after the row lock of its subject. `number()` (in SQL, see
`migrations/versions/0001_journal.sql`) later numbers what has been committed. An entry's cursor is its number and a
piece of its hash, so that a cursor of another history is recognised.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Select,
    Text,
    UniqueConstraint,
    Uuid,
    cast,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship
from sqlalchemy.types import UserDefinedType
from uuid_utils.compat import uuid7

from models import topics
from models.account import Account
from models.base import Base, closed
from models.workflow import DossierStatus

if TYPE_CHECKING:
    from models.decision import Decision
    from models.dossier import Dossier


class TransactionId(UserDefinedType[int]):
    """A transaction's number that never wraps (PostgreSQL's xid8)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name."""
        return "xid8"


class Snapshot(UserDefinedType[Any]):
    """Which transactions a statement saw (PostgreSQL's pg_snapshot)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name."""
        return "pg_snapshot"


ischema_names["xid8"] = TransactionId
ischema_names["pg_snapshot"] = Snapshot


class Entry(Base):
    """What was done, by whom, when, to which version of what. Only ever inserted."""

    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    """Grows with each insert: numbering follows it, so it is given by the database and never by us."""
    key: Mapped[UUID] = mapped_column(unique=True, default_factory=uuid7)
    """What clients call the entry."""
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), default=None)
    """By the database's clock, unless it is told (demo data have a past)."""
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None, index=True)
    act: Mapped[str]
    """The legal act, such as SUBMIT_DOSSIER."""
    subject_kind: Mapped[str]
    """The class of the row that changed: Dossier, Decision …"""
    subject_id: Mapped[UUID]
    subject_version: Mapped[int]
    """The subject's version once changed; two changes cannot make the same one."""
    topics: Mapped[list[str]] = mapped_column(default_factory=list)
    """Who hears of it: `dossier:<uuid>`, `agency:<code>`, `decisions`, `decisions:<agency code>`."""
    public_text: Mapped[str | None] = mapped_column(default=None)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    tx: Mapped[int] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"), init=False, repr=False)
    """The transaction that wrote it, always its own: by it `number()` finds what was committed since it last looked."""
    actor: Mapped[Account | None] = relationship(lazy="raise", init=False, repr=False)
    dossier: Mapped[Dossier | None] = relationship(
        lazy="raise", init=False, repr=False, viewonly=True, primaryjoin="foreign(Entry.subject_id) == Dossier.id"
    )
    decision: Mapped[Decision | None] = relationship(
        lazy="raise", init=False, repr=False, viewonly=True, primaryjoin="foreign(Entry.subject_id) == Decision.id"
    )

    __table_args__ = (
        CheckConstraint("act ~ '^[A-Z][A-Z_]+$'", name="act_is_a_name"),
        UniqueConstraint("subject_kind", "subject_id", "subject_version", name="uq_journal_subject"),
        Index("ix_journal_tx", "tx"),
        Index("ix_journal_topics", "topics", postgresql_using="gin"),
        Index(
            "ix_journal_decided_on",
            "subject_id",
            "at",
            postgresql_where="subject_kind = 'Dossier' and act in ('DECIDE', 'DECIDE_ABOVE')",
        ),
    )

    def tell(self, *more: str) -> None:
        """Have the followers of these agencies hear of it too; by their paths."""
        self.topics = sorted({*self.topics, *(topic for path in more for topic in topics.above(path))})

    @hybrid_property
    def cursor(self) -> str | None:
        """Where the feed stands after this entry, `<number>-<16 hex digits>`; null until it is numbered."""
        raise AttributeError("an entry's cursor is known to SQL only: it is numbered after it is committed")

    @cursor.inplace.expression
    @classmethod
    def _cursor(cls) -> ColumnElement[str | None]:
        numbered = aliased(Numbered)
        found = select(_cursor_text(numbered)).where(numbered.entry_id == cls.id).correlate_except(numbered)
        return found.scalar_subquery()

    @hybrid_property
    def after(self) -> DossierStatus | None:
        """The status its dossier came to; null where the subject is no dossier."""
        said = self.data.get("after")
        return DossierStatus[said] if said else None

    @after.inplace.expression
    @classmethod
    def _after(cls) -> ColumnElement[DossierStatus | None]:
        return type_coerce(_said(cls.data, "after"), closed(DossierStatus))

    @hybrid_property
    def note(self) -> str | None:
        """What the actor added, for staff."""
        return self.data.get("note")

    @note.inplace.expression
    @classmethod
    def _note(cls) -> ColumnElement[str | None]:
        return _said(cls.data, "note")

    @hybrid_property
    def reason(self) -> str | None:
        """Why the step was taken, for everybody who sees the subject."""
        return self.data.get("reason")

    @reason.inplace.expression
    @classmethod
    def _reason(cls) -> ColumnElement[str | None]:
        return _said(cls.data, "reason")

    @hybrid_property
    def on_behalf_of_id(self) -> UUID | None:
        """The account that lent the role by which it was done."""
        said = self.data.get("onBehalfOf")
        return UUID(said) if said else None

    @on_behalf_of_id.inplace.expression
    @classmethod
    def _on_behalf_of_id(cls) -> ColumnElement[UUID | None]:
        return cast(_said(cls.data, "onBehalfOf"), Uuid)


class Numbered(Base):
    """An entry's place in the one order everybody sees, and the hash that chains it to the one before."""

    __tablename__ = "journal_seq"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("journal.id"), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Head(Base):
    """The one row that says how far the journal is numbered; only `number()` moves it."""

    __tablename__ = "journal_head"

    one: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"), init=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    seen: Mapped[Any] = mapped_column(Snapshot)
    """What the last numbering could see: whatever is visible now and was not then has no number yet."""
    system: Mapped[int] = mapped_column(BigInteger)
    """The PostgreSQL cluster whose transaction numbers these are (its system identifier)."""

    __table_args__ = (
        CheckConstraint("one", name="there_is_one_row"),
        {
            "postgresql_with": {"fillfactor": 10}
        },  # each numbering rewrites the row: leave the new versions room beside it
    )


def _said(data: Any, key: str) -> ColumnElement[Any]:
    """A member of the entry's data as text. A function, for `->>` binds no closer than the `||` it is written into."""
    return func.jsonb_extract_path_text(data, key, type_=Text)


def _cursor_text(row: Any) -> ColumnElement[str]:
    return func.journal_cursor(row.seq, row.hash, type_=Text)


def event_head() -> ColumnElement[str]:
    """The cursor of the last numbered entry, in SQL: read it with the data, in one statement, and follow from there."""
    head = aliased(Head)
    return select(_cursor_text(head)).correlate(None).scalar_subquery()


def unnumbered() -> Select[int]:
    """Numbers whatever was committed and has no number yet, and gives how many; to be run on its own, in autocommit."""
    return select(func.number(type_=BigInteger))


async def number(connection: AsyncConnection) -> int:
    """Number what was committed so far, commit that, and give how many: for loaders; a running feed does it itself."""
    numbered = await connection.scalar(unnumbered())
    await connection.commit()
    return int(numbered or 0)
