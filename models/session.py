"""Sessions: somebody signed in on a device, until they leave, are idle for too long, or the working day is over."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, and_, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Viewer
from models.account import Account
from models.base import Base, Identified, closed

WRITTEN_WITHIN = timedelta(minutes=1)
"""How late a session's last use may be written: it ends by idleness so much later, never early."""
KNOWN_FOR = timedelta(days=180)
"""How long a device on which somebody signed in is known."""


class SignInMethod(enum.Enum):
    """How somebody showed who they are."""

    PASSWORD = "mật khẩu"  # noqa: S105  a way to sign in, not a secret
    OIDC = "nhà cung cấp định danh"


class Session(Identified, Base):
    """A signed-in browser or device. Of its token, and of the device's own secret, only the SHA-256 is kept."""

    __tablename__ = "session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[SignInMethod] = mapped_column(
        closed(SignInMethod), default=SignInMethod.PASSWORD, server_default=SignInMethod.PASSWORD.name
    )
    device: Mapped[str | None] = mapped_column(default=None)
    """The browser and the system in a few words, never all that a browser says of itself."""
    device_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)
    """Of the secret that the device keeps from one session to the next; none once its owner said it is not theirs."""
    created_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    last_used_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    """Within a minute or so: it is not written at each request."""
    idle: Mapped[timedelta] = mapped_column(default=timedelta(minutes=30), server_default=text("'30 minutes'"))
    """Unused for so long it ends."""
    expires_at: Mapped[datetime]
    """When it ends however it is used."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    account: Mapped[Account] = relationship(lazy="raise", init=False, repr=False)

    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
        CheckConstraint("octet_length(device_hash) = 32", name="device_hash_is_sha256"),
        CheckConstraint("expires_at > created_at", name="ends_after_it_begins"),
        CheckConstraint("idle > interval '0'", name="may_be_idle_for_a_while"),
        CheckConstraint("length(device) <= 80", name="device_is_told_in_a_few_words"),
        Index("ix_session_account", "account_id", "created_at", "id"),
        Index("ix_session_device", "device_hash", postgresql_where="device_hash is not null"),
    )


def ends_at(row: type[Session]) -> ColumnElement[datetime]:
    """When a session ends unless it is used meanwhile, in SQL."""
    return func.least(row.expires_at, row.last_used_at + row.idle + WRITTEN_WITHIN)


def holds(row: type[Session]) -> ColumnElement[bool]:
    """Whether a session still stands for its account, in SQL."""
    return and_(row.ended_at.is_(None), ends_at(row) > func.now())


def visible_own_session(row: type[Session], viewer: Viewer) -> ColumnElement[bool]:
    """One's own sessions; nobody else sees them."""
    return row.account_id == viewer.account_id


class SignInAttempt(Base):
    """What was tried with wrong passwords of late: a name, whether or not an account has it, or a known device."""

    __tablename__ = "sign_in_attempt"

    who: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of what is tried, so that names which are nobody's are not kept."""
    failed: Mapped[int]
    """In a row."""
    locked_until: Mapped[datetime | None] = mapped_column(default=None)
    at: Mapped[datetime] = mapped_column(init=False, server_default=func.now(), index=True)
    """The last of them."""

    __table_args__ = (
        CheckConstraint("octet_length(who) = 32", name="who_is_sha256"),
        CheckConstraint("failed >= 1", name="attempts_are_counted"),
    )
