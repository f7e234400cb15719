"""Access tokens: by which programs ask, on behalf of one account, for less than that account may, for some time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    and_,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.access import Audience, Viewer
from models.account import Account, RoleHeld
from models.agency import within
from models.base import Base, Identified
from models.journal import Entry


class AccessToken(Identified, Base):
    """A program's token. Only its SHA-256 is kept; what it may do lies within what its account may."""

    __tablename__ = "access_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    name: Mapped[str]
    """Which program has it, and what for."""
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    acts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Names of the mutations it may ask for; without any it only reads."""
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Names of the permissions it has of those that its account's roles give."""
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    """None: whoever runs the server, at its terminal."""
    created_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    """Within a minute or so: it is not written at each request."""
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
    account: Mapped[Account] = relationship(lazy="raise", init=False, foreign_keys=[account_id])
    created_by: Mapped[Account | None] = relationship(lazy="raise", init=False, foreign_keys=[created_by_id])

    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
        CheckConstraint("btrim(name) <> '' and length(name) <= 100", name="has_a_name"),
        CheckConstraint("expires_at > created_at", name="ends_after_it_begins"),
        CheckConstraint("expires_at <= created_at + interval '367 days'", name="lasts_a_year_at_most"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        Index("ix_access_token_newest", "created_at", "id"),
        Index("ix_access_token_account", "account_id", "created_at", "id"),
    )

    def entry(self, act: str, by: Viewer | None, **said: Any) -> Entry:
        """The journal entry of what was just done with it; by None: at the server's terminal."""
        told = {
            "account": str(self.account_id),
            "acts": list(self.acts),
            "permissions": list(self.permissions),
            "expiresAt": self.expires_at.isoformat(),
            **said,
        }
        return Entry(
            act=act,
            actor_id=by.account_id if by else None,
            subject_kind="AccessToken",
            subject_id=self.id,
            subject_version=self.version,
            data=told,
        )


def holds(row: type[AccessToken]) -> ColumnElement[bool]:
    """Whether a token still stands for its account, in SQL."""
    return and_(row.revoked_at.is_(None), row.expires_at > func.now())


def administered(account_id: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a viewer administers an account: it holds roles, and each of them lies within the viewer's agencies."""
    held, other = aliased(RoleHeld), aliased(RoleHeld)
    ours = within(viewer.administers_in)
    some = exists(select(held.id).where(held.account_id == account_id, held.agency_id.in_(ours)))
    elsewhere = exists(select(other.id).where(other.account_id == account_id, other.agency_id.not_in(ours)))
    return and_(some, ~elsewhere)


def visible_access_token(row: type[AccessToken], viewer: Viewer) -> ColumnElement[bool]:
    """Whoever the program stands for, and the administrators of that account; nobody else."""
    if viewer.audience is not Audience.STAFF:
        return false()
    return or_(row.account_id == viewer.account_id, administered(row.account_id, viewer))
