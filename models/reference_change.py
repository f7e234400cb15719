"""Which reference tables were changed: noted by triggers, read by each process's poll, for nobody journals it.

The law, the agencies, the register of people and what is published by others are loaded by whoever owns the tables, not
by acts; what a process keeps of them is forgotten by these notes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Identity, Index, delete, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.journal import TransactionId

REFERENCE = frozenset(
    {
        *("agency", "agency_succession", "authority", "award_type", "council_rule", "required_document", "rule_set"),
        *("article", "exemplary_model", "guidance_document", "movement", "nominee"),
    }
)
"""The tables that have the trigger: all that may be read by everybody and that no act writes."""
KEPT = timedelta(days=1)
"""How long a note is kept; a process that was away for an hour forgets everything."""


class ReferenceChange(Base):
    """One reference table that a transaction changed, however many of its rows."""

    __tablename__ = "reference_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    name: Mapped[str]
    """The table's."""
    tx: Mapped[int] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"), init=False, repr=False)
    at: Mapped[datetime] = mapped_column(init=False, server_default=func.now(), index=True)

    __table_args__ = (Index("ix_reference_change_tx", "tx"),)


async def forget(session: AsyncSession) -> None:
    """Remove the notes that every process has read long since. The caller commits."""
    await session.execute(delete(ReferenceChange).where(ReferenceChange.at < func.now() - KEPT))
