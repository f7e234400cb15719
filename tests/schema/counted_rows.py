"""Random dossiers and awards to be counted: uneven, with ties, and with days on which February ends."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models import calendar
from models.award import AwardStatus
from models.nominee import NomineeKind, RecipientClass
from models.rule_set import CommendationType
from models.workflow import DossierStatus
from tests.clocks import wind
from tests.province import Province
from tests.schema.counts import Counted

TYPES = ("BK_T", "CSTD_T", "HC_LD_III", "GK_X")
DAYS = [date(2024, 2, 28), date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1), date(2023, 2, 28), date(2023, 3, 1)]
"""Where February ends, now and the year before."""
UNCODED = {DossierStatus.DRAFT, DossierStatus.SUBMITTED, DossierStatus.REFUSED_AT_RECEPTION, DossierStatus.WITHDRAWN}


async def plant(session: AsyncSession, province: Province, seed: int = 1) -> Counted:
    """Write random dossiers with their lines and decisions, and awards with and without one, and give all of them."""
    await session.execute(text("set local idle_in_transaction_session_timeout = 0"))  # the machine may be busy
    chance = random.Random(seed)
    agencies = list(province.agencies.values())
    types = list(await session.scalars(select(rows.AwardType).where(rows.AwardType.code.in_(TYPES))))
    rules = (await session.scalars(select(rows.RuleSet))).first()
    account = (await session.scalars(select(rows.Account).filter_by(username="appraiser"))).one()
    assert rules is not None
    dossiers = [_dossier(chance, n, agencies, rules.id, account.id) for n in range(90)]
    session.add_all(dossiers)
    await session.flush()
    nominees = list(province.nominees.values())
    for nominee in await session.scalars(select(rows.Nominee).filter_by(kind=NomineeKind.INDIVIDUAL)):
        nominee.recipient_class = chance.choice([None, *RecipientClass])
    lines = [_line(chance, dossier, chance.choice(nominees), types) for dossier in dossiers]
    decisions = [_decision(chance, n, agencies) for n in range(40)]
    session.add_all([*lines, *decisions])
    await session.flush()
    awards = [_award(chance, n, agencies, nominees, types, decisions, lines) for n in range(150)]
    decided = {d.id: _decided(chance, d) for d in dossiers if d.received_at and chance.random() < 0.6}
    session.add_all([*awards, *(_entry(key, at) for key, at in decided.items())])
    await session.flush()
    return Counted(
        await _all(session, rows.Agency),
        await _all(session, rows.AwardType),
        await _all(session, rows.Nominee),
        await _all(session, rows.Decision),
        await _all(session, rows.Dossier),
        await _all(session, rows.DossierLine),
        awards,
        {key: calendar.day_of(at) for key, at in decided.items()},
    )


async def _all(session: AsyncSession, row: Any) -> dict[UUID, Any]:
    return {found.id: found for found in await session.scalars(select(row).execution_options(populate_existing=True))}


def _dossier(chance: random.Random, n: int, agencies: list[UUID], rules: UUID, account: UUID) -> rows.Dossier:
    status = chance.choice(list(DossierStatus))
    begun = datetime(2025, 1, 1, 16, 30, tzinfo=UTC) + timedelta(hours=chance.randrange(0, 600 * 24))
    sent = None if status is DossierStatus.DRAFT else begun + timedelta(hours=chance.randrange(200))
    got = None if status in UNCODED or sent is None else sent + timedelta(hours=chance.randrange(60))
    dossier = rows.Dossier(
        title="Đề nghị khen thưởng",
        status=status,
        code=f"H37.10-250101-{n:04}" if got else None,
        commendation_type=chance.choice(list(CommendationType)),
        agency_id=chance.choice(agencies),
        authority_id=chance.choice(agencies),
        handler_id=chance.choice(agencies),
        rule_set_id=rules if got else None,
        submitted_at=sent,
        received_at=got,
        drafted_by_id=account,
        appraiser_id=account if chance.random() < 0.2 else None,
    )
    dossier.created_at = begun
    if got and chance.random() < 0.9:
        wind(dossier, chance)
    return dossier


def _line(chance: random.Random, dossier: rows.Dossier, nominee: UUID, types: list[rows.AwardType]) -> rows.DossierLine:
    return rows.DossierLine(
        dossier_id=dossier.id,
        position=1,
        nominee_id=nominee,
        award_type_id=chance.choice(types).id,
        citation="Có thành tích",
        achievement_year=2025,
    )


def _decision(chance: random.Random, n: int, agencies: list[UUID]) -> rows.Decision:
    return rows.Decision(
        number=f"{n}/QĐ-UBND",
        title="Về việc khen thưởng",
        agency_id=chance.choice(agencies),
        signed_on=date(2025, 1, 1),
        signer_name="A",
        signer_title="B",
        published_at=datetime(2025, 1, 2, tzinfo=UTC) if chance.random() < 0.7 else None,
    )


def _award(
    chance: random.Random, n: int, agencies: Any, nominees: Any, types: Any, decisions: Any, lines: list[Any]
) -> rows.Award:
    today = calendar.today()
    day = date(2023, 1, 1) + timedelta(days=chance.randrange((today - date(2023, 1, 1)).days + 1))
    if n % 25 == 0:
        day = today  # in this year too, however young it is
    return rows.Award(
        decision_id=decisions[n % 40].id,
        position=n + 1,
        nominee_id=nominees[(n + n // 40) % len(nominees)],
        award_type_id=types[n // 40 % len(types)].id,
        agency_id=chance.choice(agencies),
        line_id=lines[n].id if n < 60 else None,
        awarded_on=chance.choice(DAYS) if chance.random() < 0.4 and day != today else day,
        achievement_year=2025,
        citation="Có thành tích",
        status=chance.choice(list(AwardStatus)),
    )


def _decided(chance: random.Random, dossier: rows.Dossier) -> datetime:
    due = dossier.due_on or calendar.today()
    return datetime(due.year, due.month, due.day, 16, 59, tzinfo=UTC) + timedelta(
        hours=chance.choice([-24, -1, 0, 1, 24])
    )


def _entry(dossier: UUID, at: datetime) -> rows.Entry:
    return rows.Entry(act="DECIDE", at=at, subject_kind="Dossier", subject_id=dossier, subject_version=9)
