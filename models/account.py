"""Accounts, the roles they hold in agencies, and the replies kept for requests sent twice."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Role
from models.agency import Agency
from models.base import Base, Identified, PersonalData, closed


class Account(Identified, Base):
    """Somebody who signs in: staff, or a nominee following their own dossiers; or a program."""

    __tablename__ = "account"

    username: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str] = mapped_column(info={"class": PersonalData.PERSONAL})
    title: Mapped[str | None] = mapped_column(default=None)
    password_hash: Mapped[str] = mapped_column(repr=False, info={"class": PersonalData.SENSITIVE})
    active: Mapped[bool] = mapped_column(default=True)
    nominee_id: Mapped[UUID | None] = mapped_column(ForeignKey("nominee.id"), default=None, unique=True)
    service: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """It is no person's but a program's, which comes by access tokens and never signs in."""
    roles: Mapped[list[RoleHeld]] = relationship(lazy="raise", init=False, back_populates="account")

    __table_args__ = (
        CheckConstraint("username = lower(username) and username ~ '^[a-z0-9._-]{2,64}$'", name="username_is_plain"),
        CheckConstraint("not service or nominee_id is null", name="programs_are_nobody"),
    )


class RoleHeld(Identified, Base):
    """A role an account holds in an agency and everything under it, from one day to another."""

    __tablename__ = "role_held"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(closed(Role))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    account: Mapped[Account] = relationship(lazy="raise", init=False, back_populates="roles")
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        Index("uq_role_held", "account_id", "role", "agency_id", "valid_from", unique=True),
    )


class StoredReply(Base):
    """What a request with this idempotency key was answered: the row it gave, and a digest of what it asked."""

    __tablename__ = "stored_reply"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[UUID] = mapped_column(primary_key=True)
    asked: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the act and its input."""
    subject_kind: Mapped[str | None] = mapped_column(default=None)
    subject_id: Mapped[UUID | None] = mapped_column(default=None)
    at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
