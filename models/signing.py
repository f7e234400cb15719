"""Who may sign a decision: whoever held the office on the day of signature (Law 06/2022 arts 77–80)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.access import Role
from models.account import Account, RoleHeld
from models.agency import Agency, AgencyLevel
from models.base import in_force_on
from models.delegation import Delegation, lends_on
from models.refusals import RuleNotMet

SIGNING = frozenset({Role.CHAIRMAN, Role.AGENCY_HEAD})
"""Who decides for an agency."""
RECORDING = frozenset({Role.OFFICE_HEAD, Role.SECRETARY})
"""Who records at the desk what was decided above."""
AS_ON_PAPER = "Theo bản gốc"
"""The signer of a decision from above: its paper names them."""


def is_above(agency: Agency) -> bool:
    """Whether an agency decides outside this register: what it decides is recorded, by its own number."""
    return agency.level is AgencyLevel.CENTRAL


def deciders_of(agency: Agency) -> tuple[frozenset[Role], str]:
    """Who enters a decision of this agency, and where they must hold that role; its desk must be loaded."""
    if is_above(agency):
        return RECORDING, (agency.desk or agency).path
    return SIGNING, agency.path


async def signer_on(session: AsyncSession, account_id: UUID, agency: Agency, day: date) -> Account:
    """The account, which held an office that signs for the agency on this day, or stood in. Raises RuleNotMet."""
    found: Account | None = await session.scalar(
        select(Account).where(
            Account.id == account_id,
            or_(
                _reaches(agency, RoleHeld, RoleHeld.account_id == Account.id, in_force_on(RoleHeld, day)),
                _reaches(agency, Delegation, Delegation.delegate_id == Account.id, lends_on(Delegation, day)),
            ),
        )
    )
    if found is None:
        raise RuleNotMet(
            rule="SIGNER_HELD_NO_OFFICE",
            article="Law 06/2022 arts 77–80",
            remedy=day.isoformat(),
            message="Vào ngày ký, bạn không giữ chức vụ có thẩm quyền ký. Hãy kiểm tra ngày ký, hoặc để người ký nhập.",
            message_en="You held no office that may sign on that day. Check the day, or have whoever signed enter it.",
        )
    return found


def _reaches(agency: Agency, row: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is a role that signs, held or lent, in this agency or above it."""
    over = aliased(Agency)
    found = select(row.id).join(over, over.id == row.agency_id)
    return found.where(row.role.in_(SIGNING), over.path.op("@>")(agency.path), *conditions).exists()
