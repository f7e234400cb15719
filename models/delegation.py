"""Delegations: somebody's role lent to somebody else, for a scope, from one day to another, with the reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, and_, false, func, or_, select
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models import topics
from models.access import Audience, Role, Viewer
from models.account import Account, RoleHeld
from models.agency import Agency, within
from models.base import Base, Identified, closed, in_force_on
from models.journal import Entry

DELEGABLE = frozenset(
    {Role.UNIT_OFFICER, Role.AGENCY_HEAD, Role.ONE_STOP, Role.OFFICE_HEAD, Role.SECRETARY, Role.CHAIRMAN}
)
"""Roles that may be lent. An appraiser is named anew, a council's vote is personal, administrators are appointed."""


class Delegation(Identified, Base):
    """A role lent for some days. It ends before them when it is revoked, or when its holder loses the role."""

    __tablename__ = "delegation"

    delegator_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(closed(Role))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """The scope: this agency and everything under it."""
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    """The first day on which it no longer holds."""
    reason: Mapped[str]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    delegator: Mapped[Account] = relationship(lazy="raise", init=False, foreign_keys=[delegator_id])
    delegate: Mapped[Account] = relationship(lazy="raise", init=False, foreign_keys=[delegate_id])
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_begins"),
        CheckConstraint("delegator_id <> delegate_id", name="is_to_somebody_else"),
        CheckConstraint("btrim(reason) <> ''", name="has_a_reason"),
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        Index("ix_delegation_newest", "created_at", "id"),
        Index("ix_delegation_delegator", "delegator_id", "created_at", "id"),
        Index("ix_delegation_delegate", "delegate_id", "created_at", "id"),
        Index("ix_delegation_agency", "agency_id", "created_at", "id"),
    )

    def entry(self, act: str, by: Viewer, **said: Any) -> Entry:
        """The journal entry of what was just done with it."""
        told = {
            "role": self.role.name,
            "delegator": str(self.delegator_id),
            "delegate": str(self.delegate_id),
            "agency": str(self.agency_id),
            "validFrom": self.valid_from.isoformat(),
            "validTo": self.valid_to.isoformat(),
            **said,
        }
        return Entry(
            act=act,
            actor_id=by.account_id,
            subject_kind="Delegation",
            subject_id=self.id,
            subject_version=self.version,
            topics=sorted({topics.account(self.delegator_id), topics.account(self.delegate_id)}),
            data=told,
        )


def lends_on(row: Any, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a delegation lends its role on a day: within its days, not revoked by then, its holder holding it still.

    A day on which it was revoked counts no more.
    """
    held, over, scope, account = aliased(RoleHeld), aliased(Agency), aliased(Agency), aliased(Account)
    holds = (
        select(held.id)
        .join(over, over.id == held.agency_id)
        .join(scope, scope.id == row.agency_id)
        .join(account, account.id == held.account_id)
        .where(
            held.account_id == row.delegator_id,
            held.role == row.role,
            in_force_on(held, day),
            in_force_on(over, day),
            over.path.op("@>")(scope.path),
            account.active,
        )
    )
    revoked = func.vietnam_day(row.revoked_at) <= day
    return and_(in_force_on(row, day), or_(row.revoked_at.is_(None), ~revoked), holds.exists())


def visible_delegation(row: type[Delegation], viewer: Viewer) -> ColumnElement[bool]:
    """Whoever lends or is lent the role, and the administrators of its scope; nobody else."""
    if viewer.audience is not Audience.STAFF:
        return false()
    return or_(
        row.delegator_id == viewer.account_id,
        row.delegate_id == viewer.account_id,
        row.agency_id.in_(within(viewer.administers_in)),
    )
