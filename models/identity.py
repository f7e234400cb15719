"""Who somebody is at an identity provider elsewhere: known by the issuer and what it calls them.

Never by e-mail or phone, which change hands. What a provider calls somebody may be their personal number, so only a
keyed hash of it is kept.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.base import Base, Identified
from models.secret import keyed


class Identity(Identified, Base):
    """An identity that stands for an account: whoever the provider says has it is signed in as that account."""

    __tablename__ = "identity"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    issuer: Mapped[str]
    subject_hash: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    """See `subject_hash`; the issuer is in it."""
    linked_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it stood for the account no more."""
    account: Mapped[Account] = relationship(lazy="raise", init=False, repr=False)

    __table_args__ = (
        CheckConstraint("octet_length(subject_hash) = 32", name="subject_hash_is_sha256"),
        Index("uq_identity_subject", "subject_hash", unique=True, postgresql_where="ended_at is null"),
        Index("uq_identity_account", "account_id", "issuer", unique=True, postgresql_where="ended_at is null"),
    )


class ProviderSignIn(Base):
    """A sign-in sent to a provider, which its answer finds once. The state is kept as its SHA-256.

    The nonce and the code verifier are not kept: they follow from what the browser's cookie holds.
    """

    __tablename__ = "provider_sign_in"

    state_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, repr=False)
    provider: Mapped[str]
    next: Mapped[str]
    """Where to go then: a path of this site."""
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    """Who is to be linked, having signed in with a password; none: whoever has the identity signs in."""
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("octet_length(state_hash) = 32", name="state_hash_is_sha256"),)


class ProviderSession(Base):
    """By which identity, and which of the provider's sessions, a session of ours began: it ends where that does."""

    __tablename__ = "provider_session"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identity.id"), index=True)
    sid_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)
    """Keyed hash of what the provider calls its session."""


def subject_hash(secret: bytes, issuer: str, subject: str) -> bytes:
    """What is kept of whom a provider means."""
    return keyed(secret, "subject", f"{issuer}\0{subject}".encode())


def sid_hash(secret: bytes, issuer: str, sid: str) -> bytes:
    """What is kept of a provider's session."""
    return keyed(secret, "sid", f"{issuer}\0{sid}".encode())
