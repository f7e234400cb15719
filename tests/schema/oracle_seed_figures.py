"""Awards and dossiers of the days on which years and Februaries end, in Vietnam, over the rows of `oracle_seed`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.award import AwardStatus
from models.decision import DecisionStatus
from models.rule_set import CommendationType
from models.workflow import DossierStatus
from tests.clocks import wind

from .oracle_seed import Chance, Seed

ENDS = (
    *(date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 2, 28), date(2025, 2, 28), date(2025, 3, 1)),
    *(date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)),
)
MIDNIGHT = datetime(2024, 12, 31, 17, tzinfo=UTC)
"""When 2025 began in Vietnam."""
AGENCIES = ("culture", "health", "office", "commune")


async def plant(session: AsyncSession, seed: Seed) -> None:
    """Write all of them."""
    chance = Chance(97)  # its own luck: what else is planted stays as it was
    decisions = [_decision(chance, seed, n) for n in range(3)]
    dossiers = [_dossier(chance, seed, n) for n in range(10)]
    rules = (await session.scalars(select(rows.RuleSet.id).order_by(rows.RuleSet.code))).first()
    for dossier in dossiers:
        dossier.rule_set_id = rules
    session.add_all([*decisions, *dossiers])
    await session.flush()
    session.add_all(_award(chance, seed, decisions[n % 3], n) for n in range(72))
    session.add_all(_decided(chance, dossier) for dossier in dossiers[::2])
    await session.flush()


def _decision(chance: Chance, seed: Seed, n: int) -> rows.Decision:
    return rows.Decision(
        id=chance.key(),
        number=f"9{n}/QĐ-UBND",
        title=chance.text(n),
        status=DecisionStatus.PUBLISHED if n else DecisionStatus.ISSUED,
        agency_id=seed.province.agencies["province"],
        signed_on=date(2025, 12, 31),
        signer_name="-",
        signer_title="-",
        published_at=MIDNIGHT if n else None,
    )


def _award(chance: Chance, seed: Seed, decision: rows.Decision, n: int) -> rows.Award:
    return rows.Award(
        id=chance.key(),
        decision_id=decision.id,
        position=n + 1,
        nominee_id=seed.nominees[n % len(seed.nominees)].id,
        award_type_id=seed.types[n // len(seed.nominees)].id,
        agency_id=seed.province.agencies[chance.choice(AGENCIES)],
        awarded_on=chance.choice(ENDS),
        achievement_year=2024,
        citation="-",
        status=chance.choice([*[AwardStatus.IN_FORCE] * 5, *AwardStatus]),
    )


def _dossier(chance: Chance, seed: Seed, n: int) -> rows.Dossier:
    received = MIDNIGHT + timedelta(microseconds=n - 5) * chance.choice([1, 1_000_000])
    dossier = rows.Dossier(
        id=chance.key(),
        code=f"H37.10-241231-{n:04}",
        title=chance.text(n),
        status=chance.choice([DossierStatus.RECEIVED, DossierStatus.DECIDED, DossierStatus.PUBLISHED]),
        commendation_type=chance.choice(list(CommendationType)),
        agency_id=seed.province.agencies[chance.choice(AGENCIES)],
        authority_id=seed.province.agencies["province"],
        handler_id=seed.province.agencies["office"],
        submitted_at=received - timedelta(hours=6 * n),
        received_at=received,
        drafted_by_id=seed.province.viewers["officer"].account_id,
    )
    dossier.created_at = received - timedelta(days=n)
    wind(dossier, chance.random)
    return dossier


def _decided(chance: Chance, dossier: rows.Dossier) -> rows.Entry:
    return rows.Entry(
        key=chance.key(),
        act="DECIDE",
        at=MIDNIGHT + timedelta(days=chance.randint(1, 40), microseconds=-1),
        subject_kind="Dossier",
        subject_id=dossier.id,
        subject_version=9,
    )
