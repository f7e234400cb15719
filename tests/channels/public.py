"""What the public's pages show: decisions that went the whole way or were just written down, and a demo's accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

import models as rows
from channels.settings import Settings
from models.decision import DecisionStatus
from models.demo import ACCOUNTS
from models.nominee import NomineeKind
from tests.channels.conftest import Site, served
from tests.province import Province

TITLE = "Về việc tặng Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh"


async def published(province: Province, title: str = TITLE) -> str:
    """The id of a decision that has gone the whole way, by the acts of everybody concerned."""
    done = await led(province, ("chairman", "issueDecision", {"title": title}), ("chief", "publishDecision", {}))
    assert done["status"] == "PUBLISHED", done
    return str(done["id"])


async def posted(site: Site) -> dict[str, Any]:
    """A list that stands in public."""
    return await led(site.province, ("chief", "postDossier", {}))


async def led(province: Province, *on: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """What a dossier has become that was appraised, and then by these acts: by whom, which, and what else is said."""
    done = await province.act("officer", "draftDossier", province.draft())
    for who, act, more in (
        ("head", "submitDossier", {}),
        ("desk", "receiveDossier", {}),
        ("chief", "assignAppraiser", {"appraiser": "appraiser"}),
        ("appraiser", "appraiseLine", {"lineId": done["lines"]["nodes"][0]["id"], "eligible": True}),
        *on,
    ):
        done = await province.act(who, act, {"id": done["id"], "expectedVersion": done["version"], **more})
    return done


async def recorded(site: Site, number: str, title: str = TITLE, *, awards: int = 1, **more: object) -> rows.Decision:
    """A decision from before the register, written as it is with as many awards."""
    said = {"signed_on": date(2026, 5, 19), "status": DecisionStatus.PUBLISHED, "published_at": datetime.now(UTC)}
    async with site.province.sessions.begin() as session:
        decision = rows.Decision(
            number=number,
            title=title,
            agency_id=site.province.agencies["province"],
            signer_name="Nông Thị Xuân",
            signer_title="Chủ tịch",
            **{**said, **more},
        )
        session.add(decision)
        kind = (await session.scalars(select(rows.AwardType.id).filter_by(code="BK_T").limit(1))).one()
        for position in range(1, awards + 1):
            name = f"Lộc Văn {position}"
            nominee = rows.Nominee(kind=NomineeKind.INDIVIDUAL, name=name, agency_id=site.province.agencies["culture"])
            session.add(nominee)
            await session.flush()
            session.add(
                rows.Award(
                    decision_id=decision.id,
                    position=position,
                    nominee_id=nominee.id,
                    award_type_id=kind,
                    agency_id=site.province.agencies["culture"],
                    awarded_on=decision.signed_on,
                    achievement_year=2025,
                    citation="Có thành tích xuất sắc",
                )
            )
    site.laurel.answers.forget()  # it was written without an entry, of which nobody hears
    return decision


async def write_demo_accounts(site: Site) -> None:
    """Write what tells the demo's data from others."""
    async with site.province.sessions.begin() as session:
        session.add_all(
            rows.Account(username=account.username, full_name=account.title, password_hash="-") for account in ACCOUNTS
        )


@asynccontextmanager
async def demonstration(site: Site) -> AsyncIterator[str]:
    """The address of a demo that is served from the site's own data."""
    settings = site.laurel.settings
    kept = {"database_url": settings.database_url, "redis_url": settings.redis_url, "rates": settings.rates}
    demo = Settings(**kept, readers=2, demo=True)
    async with served(demo) as (address, _, _):
        yield address
