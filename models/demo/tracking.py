"""A dossier of the demo that may be followed without an account, by a code and six digits told at its start."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import database
from models.access import Audience, Role, Viewer
from models.account import Account, RoleHeld
from models.dossier import Dossier
from models.dossier_line import DossierLine
from models.nominee import Nominee, NomineeKind
from models.tracking import Tracking, hash_of
from models.workflow import DossierStatus

FACTOR = "204917"
"""What its nominee knows; a demo's is no secret."""


@dataclass(frozen=True)
class Receipt:
    """What is printed on the receipt of a dossier, and what its nominee knows beside."""

    dossier: str
    code: str
    factor: str = FACTOR


async def receipt(url: str, secret: bytes) -> Receipt | None:
    """The receipt of the demo's newest dossier that is being appraised, made at the first start; None without one."""
    engine = database.write_engine(url, 1)
    try:
        async with database.sessions(engine).begin() as session:
            return await _receipt(session, secret)
    finally:
        await engine.dispose()


async def _receipt(session: AsyncSession, secret: bytes) -> Receipt | None:
    found = (await session.execute(_chosen())).first()
    desk = await session.scalar(select(RoleHeld.account_id).where(RoleHeld.role == Role.ONE_STOP).limit(1))
    if found is None or desk is None:
        return None
    dossier, nominee_id = found
    own = Tracking.dossier_id == dossier.id, Tracking.nominee_id == nominee_id, Tracking.ended_at.is_(None)
    kept = await session.scalar(select(Tracking).where(*own))
    if kept is not None and hmac.compare_digest(kept.factor_hash, hash_of(secret, kept.id, FACTOR)):
        return Receipt(str(dossier.code), kept.code)
    await session.execute(update(Tracking).where(*own).values(ended_at=func.now()))
    made = Tracking(dossier_id=dossier.id, nominee_id=nominee_id, issued_by_id=desk)
    made.factor_hash = hash_of(secret, made.id, FACTOR)
    session.add_all([made, made.entry(Viewer(Audience.STAFF, account_id=desk))])
    return Receipt(str(dossier.code), made.code)


def _chosen() -> Select[Dossier, UUID]:
    """The dossier, with its first nominee: a person who has no account."""
    signs_in = exists(select(Account.id).where(Account.nominee_id == Nominee.id))
    return (
        select(Dossier, Nominee.id)
        .join(DossierLine, DossierLine.dossier_id == Dossier.id)
        .join(Nominee, Nominee.id == DossierLine.nominee_id)
        .where(Dossier.status == DossierStatus.APPRAISING, Nominee.kind == NomineeKind.INDIVIDUAL, ~signs_in)
        .order_by(Dossier.created_at.desc(), Dossier.id, DossierLine.position)
        .limit(1)
    )
