"""Security events: who came in, who did not, and what was ended. Only ever inserted; never the journal's, for strangers
cause them.
"""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, closed


class SecurityEventKind(enum.Enum):
    """What happened."""

    SIGNED_IN = "đăng nhập"
    SIGN_IN_FAILED = "đăng nhập sai"
    LOCKED = "tạm khóa vì nhập sai nhiều lần"
    SIGNED_OUT = "đăng xuất"
    SESSIONS_REVOKED = "thu hồi phiên"
    PASSWORD_CHANGED = "đổi mật khẩu"  # noqa: S105  what happened, not a secret


class SecurityEvent(Base):
    """One of them. It names accounts and sessions by their keys, and nobody by what they typed."""

    __tablename__ = "security_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(init=False, server_default=func.clock_timestamp())
    kind: Mapped[SecurityEventKind] = mapped_column(closed(SecurityEventKind))
    channel: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None)
    """None where the name that was tried is nobody's."""
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id"), default=None)

    __table_args__ = (Index("ix_security_event_account", "account_id", "at"),)
