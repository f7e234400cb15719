"""Who may sign a decision: whoever held the office on the day of signature (Law 06/2022 arts 77–80)."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from models.access import Role
from models.account import Account, RoleHeld
from models.agency import Agency, AgencyLevel
from models.base import in_force_on
from models.delegation import Delegation, lends_on
from models.demand import Demand
from models.dossier import Dossier
from models.readiness import decided_here
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


def must_be_decided_above(dossier: Dossier) -> None:
    """Raise RuleNotMet where whoever decides on a dossier is not above the province; its authority must be loaded."""
    if not is_above(dossier.authority):
        raise decided_here(dossier.authority.code)


def deciders_of(agency: Agency) -> tuple[frozenset[Role], str]:
    """Who enters a decision of this agency, and where they must hold that role; its desk must be loaded."""
    if is_above(agency):
        return RECORDING, (agency.desk or agency).path
    return SIGNING, agency.path


def signing(account_id: UUID, agency: Agency, day: date) -> Demand:
    """The demand that the account held an office that signs for the agency on this day, or stood in: its id, name and
    title.
    """

    def refusal(found: tuple[str, str, str] | None) -> RuleNotMet | None:
        return None if found else _held_no_office(day)

    return Demand(_signer(), {"signer": account_id, "signed_for": agency.path, "signed_on": day}, refusal)


@cache
def _signer() -> ColumnElement[Any]:
    day, signer = bindparam("signed_on", type_=Date), Account.id == bindparam("signer", type_=Uuid())
    held = _reaches(RoleHeld, RoleHeld.account_id == Account.id, in_force_on(RoleHeld, day))
    lent = _reaches(Delegation, Delegation.delegate_id == Account.id, lends_on(Delegation, day))
    said = func.jsonb_build_array(Account.id, Account.full_name, func.coalesce(Account.title, ""), type_=JSONB)
    return select(said).where(signer, or_(held, lent)).scalar_subquery()


def _reaches(row: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is a role that signs, held or lent, in the agency signed for or above it."""
    over = aliased(Agency)
    found = select(row.id).join(over, over.id == row.agency_id)
    reached = over.path.op("@>")(bindparam("signed_for", type_=over.path.type))
    return found.where(row.role.in_(SIGNING), reached, *conditions).exists()


def _held_no_office(day: date) -> RuleNotMet:
    return RuleNotMet(
        rule="SIGNER_HELD_NO_OFFICE",
        article="Law 06/2022 arts 77–80",
        remedy=day.isoformat(),
        message="Vào ngày ký, bạn không giữ chức vụ có thẩm quyền ký. Hãy kiểm tra ngày ký, hoặc để người ký nhập.",
        message_en="You held no office that may sign on that day. Check the day, or have whoever signed enter it.",
    )
