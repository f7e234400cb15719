"""Security events: who came in, who did not, what was refused and what was ended, and who may read of it.

Only ever inserted; never the journal's, for strangers cause them. They name accounts, sessions and things by their
keys, addresses by a keyed hash, and nobody by what they typed.
"""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    any_,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship
from uuid_utils.compat import uuid7

from models.access import Viewer
from models.access_token import AccessToken
from models.account import Account, RoleHeld
from models.agency import within
from models.base import Base, array_of, closed
from models.session import Session


class SecurityEventKind(enum.Enum):
    """What happened."""

    SIGNED_IN = "đăng nhập"
    SIGN_IN_FAILED = "đăng nhập sai"
    LOCKED = "tạm khóa vì nhập sai nhiều lần"
    TRIED_WHILE_LOCKED = "thử khi đang tạm khóa"
    PROVIDER_REFUSED = "đăng nhập qua nhà cung cấp không thành"
    TRACKING_FAILED = "tra cứu sai mã"
    SIGNED_OUT = "đăng xuất"
    SESSIONS_REVOKED = "thu hồi phiên"
    PASSWORD_CHANGED = "đổi mật khẩu"  # noqa: S105  what happened, not a secret
    TOKEN_REFUSED = "mã không còn hiệu lực hoặc ngoài phạm vi"  # noqa: S105  what happened, not a secret
    ACT_REFUSED = "việc bị từ chối"
    STREAM_REFUSED = "theo dõi bị từ chối"
    INFECTED_FILE = "tệp nhiễm mã độc"
    ACCOUNT_MADE = "lập tài khoản"
    ACCOUNT_CLOSED = "khóa tài khoản"
    ACCOUNT_OPENED = "mở khóa tài khoản"
    PASSWORD_RESET = "cấp lại mật khẩu"  # noqa: S105  what happened, not a secret
    ROLE_GIVEN = "giao vai trò"
    ROLE_ENDED = "thôi vai trò"


class SecurityEvent(Base):
    """One of them, or several alike of half a minute."""

    __tablename__ = "security_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    key: Mapped[UUID] = mapped_column(unique=True, default_factory=uuid7, server_default=text("gen_random_uuid()"))
    """What clients call it."""
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), default=None)
    """When; of several the first."""
    kind: Mapped[SecurityEventKind] = mapped_column(closed(SecurityEventKind))
    channel: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    """Whose it is: who acted, or whose name was tried; None where that is nobody's."""
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id"), default=None)
    access_token_id: Mapped[UUID | None] = mapped_column(ForeignKey("access_token.id"), default=None)
    act: Mapped[str | None] = mapped_column(default=None)
    """What was asked for, by its name in the schema."""
    subject: Mapped[str | None] = mapped_column(default=None)
    """On what, by the id that was sent; of several the first."""
    code: Mapped[str | None] = mapped_column(default=None)
    """How it was refused."""
    place_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """Keyed hash of the address it came from: the same for the same address, and nobody's to read back."""
    count: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """How many alike it stands for."""
    account: Mapped[Account | None] = relationship(lazy="raise", init=False, repr=False)
    session: Mapped[Session | None] = relationship(lazy="raise", init=False, repr=False)
    access_token: Mapped[AccessToken | None] = relationship(lazy="raise", init=False, repr=False)

    @hybrid_property
    def address(self) -> str | None:
        """The first signs of the address' hash, which tell one place from another."""
        return self.place_hash.hex()[:16] if self.place_hash else None

    @address.inplace.expression
    @classmethod
    def _address(cls) -> ColumnElement[str | None]:
        return func.left(func.encode(cls.place_hash, "hex"), 16, type_=Text)

    __table_args__ = (
        CheckConstraint("octet_length(place_hash) = 32", name="place_hash_is_sha256"),
        CheckConstraint("count >= 1", name="stands_for_some"),
        CheckConstraint("length(act) <= 100 and length(subject) <= 100 and length(code) <= 40", name="is_short"),
        Index("ix_security_event_account", "account_id", "at", "id"),
        Index("ix_security_event_newest", "at", "id"),
        Index("ix_security_event_kind", "kind", "at", "id"),
    )


def visible_security_event(row: type[SecurityEvent], viewer: Viewer) -> ColumnElement[bool]:
    """One's own account's; and for auditors and administrators those of whoever holds a role in their agencies.

    What is nobody's, or of an account without any role, is for those whose agencies are a whole province.
    """
    held = aliased(RoleHeld)
    watched = select(held.account_id).where(held.agency_id.in_(within(viewer.watches_in)))
    seen = row.account_id == viewer.account_id, row.account_id == any_(array_of(watched))
    if not viewer.watches_all:
        return or_(*seen)
    return or_(*seen, ~exists(select(held.id).where(held.account_id == row.account_id)))
