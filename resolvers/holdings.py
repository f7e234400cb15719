"""Which roles an account holds on a day: its own, and those lent to it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.access import PROPOSING, Holding
from models.account import Account, RoleHeld
from models.agency import Agency
from models.base import in_force_on
from models.delegation import Delegation, lends_on


async def holdings(session: AsyncSession, account_id: UUID, day: date) -> tuple[Holding, ...]:
    """The roles held by an account on a day; of those lent to it, with what bars whoever lent them. Two statements.

    A role in an agency that is no more, or not yet, is none: who takes over is given roles of their own.
    """
    own = (
        select(RoleHeld.role, RoleHeld.agency_id, Agency.path)
        .join(RoleHeld.agency)
        .where(RoleHeld.account_id == account_id, in_force_on(RoleHeld, day), in_force_on(Agency, day))
    )
    found = [Holding(*row) for row in await session.execute(own)]
    for role, agency_id, path, account, nominee, tops in await session.execute(_lent(account_id, day)):
        found.append(Holding(role, agency_id, path, account, nominee, tuple(tops)))
    return tuple(found)


def _lent(account_id: UUID, day: date) -> Select[Any]:
    """The roles lent to an account, with who lent each, as whom they may be nominated, and where they propose."""
    held, at = aliased(RoleHeld), aliased(Agency)
    proposes = (
        select(func.coalesce(func.array_agg(cast(at.path, Text)), cast([], ARRAY(Text))))
        .join(held, held.agency_id == at.id)
        .where(held.account_id == Delegation.delegator_id, held.role.in_(PROPOSING), in_force_on(held, day))
    )
    return (
        select(
            Delegation.role,
            Delegation.agency_id,
            Agency.path,
            Account.id,
            Account.nominee_id,
            proposes.scalar_subquery(),
        )
        .join(Agency, Agency.id == Delegation.agency_id)
        .join(Account, Account.id == Delegation.delegator_id)
        .where(Delegation.delegate_id == account_id, lends_on(Delegation, day), in_force_on(Agency, day))
    )
