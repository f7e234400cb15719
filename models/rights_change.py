"""Whose rights may have changed: written by triggers, read by each process's poll, so that no open stream asks.

A session that ends, an account that is locked out, a role or a loan that begins, changes or ends: whoever changes it
and however. What ends by the clock leaves no row here, for it is known beforehand.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.journal import TransactionId


class RightsChange(Base):
    """One account whose rights are to be looked at anew; none: everybody's, for an agency has moved."""

    __tablename__ = "rights_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    account_id: Mapped[UUID | None]
    tx: Mapped[int] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"), init=False, repr=False)
    """The transaction that changed them: who looks now and could not see it before has not heard of it."""
    at: Mapped[datetime] = mapped_column(init=False, server_default=func.now(), index=True)

    __table_args__ = (Index("ix_rights_change_tx", "tx"),)
