"""How many dossiers there are of each kind, kept beside them: what counting them would give, without reading them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, closed
from models.workflow import DossierStatus


class DossierTally(Base):
    """A change in the number of dossiers of one kind; the sum of all is how many there are.

    Triggers write it in the transaction that makes, moves or removes a dossier, so what a statement sees of dossiers it
    sees of this. Each change is a row of its own: nobody waits for another's act. `compact` makes them few again.
    """

    __tablename__ = "dossier_tally"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, init=False)
    status: Mapped[DossierStatus] = mapped_column(closed(DossierStatus))
    agency_id: Mapped[UUID]
    handler_id: Mapped[UUID]
    authority_id: Mapped[UUID]
    appraiser_id: Mapped[UUID | None] = mapped_column(default=None)
    number: Mapped[int]
    """How many more, or fewer."""

    __table_args__ = (
        Index(
            "ix_dossier_tally_kind",
            *("status", "agency_id", "handler_id", "authority_id", "appraiser_id"),
            postgresql_include=["number"],
        ),
    )


_COMPACT = text(
    """
    with several as (
      select status, agency_id, handler_id, authority_id, appraiser_id from dossier_tally
      group by status, agency_id, handler_id, authority_id, appraiser_id having count(*) > 1
    ), gone as (
      delete from dossier_tally t using several s
      where t.status = s.status and t.agency_id = s.agency_id and t.handler_id = s.handler_id
        and t.authority_id = s.authority_id and t.appraiser_id is not distinct from s.appraiser_id
      returning t.status, t.agency_id, t.handler_id, t.authority_id, t.appraiser_id, t.number
    )
    insert into dossier_tally (status, agency_id, handler_id, authority_id, appraiser_id, number)
      select status, agency_id, handler_id, authority_id, appraiser_id, sum(number) from gone
      group by status, agency_id, handler_id, authority_id, appraiser_id having sum(number) <> 0"""
)


async def compact(session: AsyncSession) -> None:
    """Leave one row of each kind of which there were several; what others add meanwhile stays. The caller commits.

    Only what this statement itself removed is put together, so two at once lose and double nothing.
    """
    await session.execute(_COMPACT)
