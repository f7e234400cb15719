"""Whose rights may have changed: written by triggers, read by each process's poll, so that no open stream asks.

A session that ends, an account that is locked out, a role or a loan that begins, changes or ends: whoever changes it
and however. What ends by the clock leaves no row here, for it is known beforehand.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, delete, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.journal import TransactionId

KEPT = timedelta(days=1)
"""How long a change is kept. Each process polls every second; one that was away for long looks at everybody anew."""


class RightsChange(Base):
    """One account whose rights are to be looked at anew; none: everybody's, for an agency has moved."""

    __tablename__ = "rights_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    account_id: Mapped[UUID | None]
    tx: Mapped[int] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"), init=False, repr=False)
    """The transaction that changed them: who looks now and could not see it before has not heard of it."""
    at: Mapped[datetime] = mapped_column(init=False, server_default=func.now(), index=True)

    __table_args__ = (Index("ix_rights_change_tx", "tx"),)


async def forget(session: AsyncSession) -> None:
    """Remove the changes of which every process has heard long since. The caller commits."""
    await session.execute(delete(RightsChange).where(RightsChange.at < func.now() - KEPT))
