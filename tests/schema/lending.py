"""Lending a role in the small province: a deputy, an administrator, and a way to lend."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

import models as rows
from models import calendar
from models.access import Role
from resolvers.account import viewer_for
from tests.province import BEGUN, NO_PASSWORD, Province
from tests.schema.journey import drafted, stepped


def day(later: int = 0) -> date:
    """So many days after today."""
    return calendar.today() + timedelta(days=later)


async def staffed(province: Province) -> Province:
    """The province with a deputy who holds nothing of their own that matters, and an administrator."""
    await employ(province, "deputy", Role.COUNCIL_MEMBER, "province")
    await employ(province, "admin", Role.ADMINISTRATOR, "province")
    return province


async def employ(province: Province, name: str, role: Role, agency: str, **more: Any) -> None:
    async with province.sessions.begin() as session:
        account = rows.Account(username=name, full_name=f"Người {name}", title="Phó phòng", password_hash=NO_PASSWORD)
        session.add(account)
        await session.flush()
        at = province.agencies[agency]
        session.add(rows.RoleHeld(account_id=account.id, role=role, agency_id=at, **{"valid_from": BEGUN, **more}))
        await session.flush()
        province.viewers[name] = await viewer_for(session, account)


async def again(province: Province, who: str) -> None:
    """Sign somebody in once more."""
    async with province.sessions() as session:
        account = await session.scalar(select(rows.Account).where(rows.Account.username == who))
        assert account is not None
        province.viewers[who] = await viewer_for(session, account)


def lending(role: str = "OFFICE_HEAD", agency: str = "H37.02", **more: Any) -> dict[str, Any]:
    return {
        "to": "deputy",
        "role": role,
        "agency": agency,
        "validFrom": day().isoformat(),
        "validTo": day(5).isoformat(),
        "reason": "Đi công tác",
        **more,
    }


async def lent(province: Province, who: str = "chief", **more: Any) -> dict[str, Any]:
    """A delegation, and its delegate signed in once more."""
    done = await province.act(who, "delegateRole", lending(**more))
    assert done["__typename"] == "Delegation", done
    await again(province, "deputy")
    return done


async def received(province: Province) -> dict[str, Any]:
    dossier = await stepped(province, "officer", "submitDossier", await drafted(province))
    return await stepped(province, "desk", "receiveDossier", dossier)
