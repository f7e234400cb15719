"""More people beside the small province's, so that each reach of a right is somebody's: lent, ended, below, doubled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models import calendar
from models.access import Audience, Role, Viewer
from models.decision import DecisionStatus
from models.workflow import DossierStatus
from resolvers.account import viewer_for
from tests.province import BEGUN, NO_PASSWORD, ROLES, Province

PEOPLE = {
    "subunit": "proposes for an agency under another, and for nothing above it",
    "ended": "headed an agency that is no more",
    "lent": "is lent the role of the emulation office's head",
    "lent_later": "will be lent it tomorrow",
    "lent_before": "was lent it until yesterday",
    "lent_revoked": "was lent it, until it was revoked",
    "both": "proposes for the department of health, and audits the whole province",
    "admin": "administers the accounts of a commune",
    "guest": "has an account and no role",
    "tracker": "looks at one dossier by the code on its receipt",
}
"""By name: who they are."""
WHO = ("public", *ROLES, *PEOPLE)
"""Everybody who asks."""
_DAY = timedelta(days=1)


async def move_in(session: AsyncSession, province: Province) -> None:
    """Write their accounts, the roles they hold and those lent to them, and note what each is as a viewer today.

    What changes an award is made public, as its act makes it at once.
    """
    change = select(rows.AwardChange.decision_id)
    public = {"published_at": datetime.now(UTC), "status": DecisionStatus.PUBLISHED, "void_reason": None}
    await session.execute(update(rows.Decision).where(rows.Decision.id.in_(change)).values(public))
    agencies = list(await session.scalars(select(rows.Agency).order_by(rows.Agency.path)))
    owners = [dossier.agency_id for dossier in await session.scalars(select(rows.Dossier))]
    agencies.sort(key=lambda agency: -owners.count(agency.id))
    below = next(agency for agency in agencies if agency.path.count(".") >= 2 and agency.valid_to is None)
    gone = next(agency for agency in agencies if agency.valid_to is not None)
    top, office, health = (province.agencies[name] for name in ("province", "office", "health"))
    held = {
        "subunit": [(Role.UNIT_OFFICER, below.id)],
        "ended": [(Role.AGENCY_HEAD, gone.id)],
        "both": [(Role.UNIT_OFFICER, health), (Role.AUDITOR, top)],
        "admin": [(Role.ADMINISTRATOR, province.agencies["commune"])],
    }
    today = calendar.today()
    lent = {
        "lent": (today, today + 9 * _DAY, None),
        "lent_later": (today + _DAY, today + 9 * _DAY, None),
        "lent_before": (today - 9 * _DAY, today, None),
        "lent_revoked": (today - 9 * _DAY, today + 9 * _DAY, datetime.now(UTC) - 2 * _DAY),
    }
    province.viewers["tracker"] = await _tracker(session, province)
    for name in [name for name in PEOPLE if name != "tracker"]:
        roles = held.get(name, [(Role.COUNCIL_MEMBER, top)] if name in lent else [])
        account = await _employ(session, name, roles)
        if name in lent:
            await _lend(session, province, account.id, office, *lent[name])
        province.viewers[name] = await viewer_for(session, account)


async def _tracker(session: AsyncSession, province: Province) -> Viewer:
    """Who looks by a code at one dossier, of two that name them."""
    cases = [(case.dossier_id, case.nominee_id) for case in await session.scalars(select(rows.DossierLine))]
    own = province.nominees["an"]
    sent = select(rows.Dossier.id).where(rows.Dossier.status != DossierStatus.DRAFT).order_by(rows.Dossier.id)
    named = sent.where(rows.Dossier.id.in_([dossier for dossier, nominee in cases if nominee == own]))
    return Viewer(Audience.NOMINEE, nominee_id=own, tracked_id=(await session.scalars(named.limit(1))).one())


async def _employ(session: AsyncSession, name: str, roles: list[tuple[Role, UUID]]) -> rows.Account:
    account = rows.Account(username=name, full_name=f"Người {name}", title="Chuyên viên", password_hash=NO_PASSWORD)
    session.add(account)
    await session.flush()
    for role, agency in roles:
        session.add(rows.RoleHeld(account_id=account.id, role=role, agency_id=agency, valid_from=BEGUN))
    await session.flush()
    return account


async def _lend(
    session: AsyncSession,
    province: Province,
    to: UUID,
    agency: UUID,
    first: date,
    last: date,
    revoked: datetime | None,
) -> None:
    lender = province.viewers["chief"].account_id
    assert lender is not None
    session.add(
        rows.Delegation(
            delegator_id=lender,
            delegate_id=to,
            role=Role.OFFICE_HEAD,
            agency_id=agency,
            valid_from=first,
            valid_to=last,
            reason="Đi công tác",
            revoked_at=revoked,
        )
    )
    await session.flush()
