"""A dossier in every state, written as rows: what its steps hang on, without the acts that led there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models import clock
from models.access import Role
from models.agency import AgencyKind, AgencyLevel
from models.base import in_force_on
from models.calendar import today
from models.decision import DecisionStatus
from models.dossier_line import LineOutcome
from models.rule_set import CommendationType, DocumentKind
from models.workflow import DossierStatus
from resolvers.account import viewer_for
from tests.province import BEGUN, NO_PASSWORD, Province
from tests.schema.standings_asked import asked_others

S = DossierStatus
UNCODED = {S.DRAFT, S.DELETED, S.SUBMITTED, S.REFUSED_AT_RECEPTION}
OUTCOMES = {
    **dict.fromkeys((S.SIGNING, S.COUNCIL, S.CONSULTING, S.POSTED, S.FORWARDED_UP, S.RESULT_FROM_ABOVE), "ELIGIBLE"),
    **dict.fromkeys((S.DECIDED, S.PUBLISHED, S.RESULT_RETURNED, S.ARCHIVED, S.CANCELLED), "AWARDED"),
    S.PARTY_OPINION: "PASSED",
    S.NOT_PASSED: "NOT_PASSED",
    S.INELIGIBLE: "INELIGIBLE",
    S.DECLINED_ABOVE: "NOT_AWARDED",
}
WAITING = (S.SUPPLEMENT_REQUESTED, S.HELD, S.CONSULTING, S.POSTED)
"""States that are left again to where the dossier came from."""
PAPERS = (DocumentKind.PROPOSAL, DocumentKind.ACHIEVEMENT_REPORT, DocumentKind.MINUTES)
VERSATILE = ("author", "kin", "declared")
"""Hold every role of the office and the chair; each is barred from something by what they are."""


@dataclass
class Standings:
    """Dossiers by what is peculiar to them: the name of the state, or of the case."""

    province: Province
    rules: UUID
    award: UUID
    codes: Any = field(default_factory=lambda: count(1))
    kept: dict[str, rows.Dossier] = field(default_factory=dict)
    lines: dict[str, list[UUID]] = field(default_factory=dict)
    above: UUID | None = None
    """Who decides outside this register."""
    decisions: dict[str, UUID] = field(default_factory=dict)
    """By dossier, the decision that is not yet published."""

    async def add(self, session: AsyncSession, name: str, status: DossierStatus, **more: Any) -> rows.Dossier:
        """One more dossier: with one case, all its papers, and an appraiser."""
        outcomes = more.pop("outcomes", (OUTCOMES.get(status, "PENDING"),))
        papers = more.pop("papers", PAPERS)
        nominees = ("an", "binh", "team")
        award, other = more.pop("award", self.award), more.pop("other_form", None)
        dossier = self._dossier(status, **more)
        session.add(dossier)
        await session.flush()
        self.kept[name], self.lines[name] = dossier, []
        for position, (outcome, nominee) in enumerate(zip(outcomes, nominees, strict=False), 1):
            line = self._line(dossier, position, LineOutcome[outcome], self.province.nominees[nominee])
            line.award_type_id, line.other_form_id = award, other
            session.add(line)
            self.lines[name].append(line.id)
        session.add_all(
            rows.DossierDocument(dossier_id=dossier.id, position=n, kind=kind, title=kind.value)
            for n, kind in enumerate(papers, 1)
        )
        await session.flush()
        return dossier

    def _dossier(self, status: DossierStatus, **more: Any) -> rows.Dossier:
        place, people = self.province.agencies, self.province.viewers
        coded, now = status not in UNCODED, datetime.now(UTC) - timedelta(hours=3)
        said = {
            "title": f"Hồ sơ {status.name}",
            "status": status,
            "code": f"H37.02-261120-{next(self.codes):04d}" if coded else None,
            "commendation_type": CommendationType.MERIT,
            "agency_id": place["culture"],
            "authority_id": place["province"],
            "handler_id": place["culture" if status in (S.DRAFT, S.DELETED) else "office"],
            "receiver_id": None if status in (S.DRAFT, S.DELETED) else place["office"],
            "rule_set_id": self.rules if coded else None,
            "submitted_at": None if status in (S.DRAFT, S.DELETED) else now,
            "received_at": now if coded else None,
            "drafted_by_id": people["officer"].account_id,
            "submitted_by_id": None if status in (S.DRAFT, S.DELETED) else people["head"].account_id,
            "appraiser_id": people["appraiser"].account_id if coded and status is not S.RECEIVED else None,
            "came_from": ["APPRAISING"] if status in WAITING else [],
        }
        dossier = rows.Dossier(**{**said, **more})
        if coded:
            dossier.start_clock(clock.limits("VN-2026", CommendationType.MERIT), now)
        return dossier

    def _line(self, dossier: rows.Dossier, position: int, outcome: LineOutcome, nominee: UUID) -> rows.DossierLine:
        pending = outcome is LineOutcome.PENDING
        return rows.DossierLine(
            dossier_id=dossier.id,
            position=position,
            nominee_id=nominee,
            award_type_id=self.award,
            citation="Có thành tích xuất sắc",
            achievement_year=2025,
            outcome=outcome,
            reason="Không đạt" if outcome is LineOutcome.INELIGIBLE else None,
            appraised_at=None if pending else datetime.now(UTC),
            appraised_by_id=None if pending else self.province.viewers["appraiser"].account_id,
        )


async def stand(province: Province) -> Standings:
    """One dossier in each state, and those that differ in what else decides."""
    async with province.sessions.begin() as session:
        rules = await session.scalar(select(rows.RuleSet.id).where(in_force_on(rows.RuleSet, today())))
        known = await session.scalars(select(rows.AwardType).where(in_force_on(rows.AwardType, today())))
        awards = {award.code: award.id for award in known}
        assert rules is not None
        made = Standings(province, rules, awards["BK_T"])
        await _people(session, province)
        for status in DossierStatus:
            await made.add(session, status.name, status)
        await _variants(session, made, awards)
        await asked_others(session, made, awards["HC_LD_III"])
        await _decided(session, made, "DECIDED", awards["BK_T"])
        await _decided(session, made, "decided above", awards["BK_TTG"], recorded=True)
    return made


async def _people(session: AsyncSession, province: Province) -> None:
    for name in VERSATILE:
        account = rows.Account(username=name, full_name=f"Người {name}", password_hash=NO_PASSWORD)
        account.nominee_id = province.nominees["binh"] if name == "kin" else None
        session.add(account)
        await session.flush()
        held = [(role, "office") for role in (Role.OFFICE_HEAD, Role.SECRETARY, Role.ONE_STOP, Role.APPRAISER)]
        for role, at in (*held, (Role.CHAIRMAN, "province")):
            session.add(
                rows.RoleHeld(account_id=account.id, role=role, agency_id=province.agencies[at], valid_from=BEGUN)
            )
        await session.flush()
        province.viewers[name] = await viewer_for(session, account)


async def _variants(session: AsyncSession, made: Standings, awards: dict[str, UUID]) -> None:
    """What differs in its cases, its papers, its agencies or the people it has to do with."""
    province, place = made.province, made.province.agencies
    await made.add(session, "nobody named", S.DRAFT, outcomes=())
    await made.add(session, "without papers", S.DRAFT, papers=())
    await made.add(session, "supplement without papers", S.SUPPLEMENT_REQUESTED, papers=(), came_from=["RECEIVED"])
    await made.add(session, "three cases", S.APPRAISING, outcomes=("ELIGIBLE", "PENDING", "PENDING"))
    await made.add(session, "last case", S.APPRAISING, outcomes=("ELIGIBLE", "PENDING"))
    await made.add(session, "other form", S.APPRAISING, other_form=awards["CSTDT"])
    await made.add(session, "nobody eligible", S.SIGNING, outcomes=("INELIGIBLE",))
    await made.add(session, "passed", S.SIGNING, outcomes=("PASSED",))
    await made.add(session, "at its manager", S.SUBMITTED, handler_id=place["culture"])
    await made.add(session, "at its own desk", S.SUBMITTED, handler_id=place["culture"], receiver_id=place["culture"])
    above = rows.Agency(
        code="G01",
        name="Thủ tướng Chính phủ",
        kind=AgencyKind.PRIME_MINISTER,
        level=AgencyLevel.CENTRAL,
        path="g01",
        valid_from=BEGUN,
    )
    above.desk_id = place["office"]
    session.add(above)
    await session.flush()
    made.above = above.id
    await made.add(
        session, "for the prime minister", S.RESULT_FROM_ABOVE, authority_id=above.id, award=awards["BK_TTG"]
    )
    await made.add(session, "decided above", S.DECIDED, authority_id=above.id, award=awards["BK_TTG"])
    for who in VERSATILE:
        account = province.viewers[who].account_id
        more: dict[str, Any] = {"outcomes": ("PENDING", "PENDING")}
        if who == "author":
            more |= {"drafted_by_id": account, "submitted_by_id": account}
        if who == "declared":
            more |= {"declared": [account]}
        for status in (S.SUBMITTED, S.RECEIVED, S.ASSIGNED, S.APPRAISING, S.RETURNED_TO_APPRAISAL):
            named = {} if status in (S.SUBMITTED, S.RECEIVED) else {"appraiser_id": account}
            await made.add(session, f"{who} {status.name}", status, **more, **named)
        more["outcomes"] = ("ELIGIBLE", "ELIGIBLE")
        await made.add(session, f"{who} SIGNING", S.SIGNING, **more)
        await made.add(session, f"{who} appraised SIGNING", S.SIGNING, **more, appraiser_id=account)


async def _decided(session: AsyncSession, made: Standings, name: str, award: UUID, *, recorded: bool = False) -> None:
    """The decision of a dossier that is decided and not yet published."""
    dossier, day = made.kept[name], today()
    decision = rows.Decision(
        number="9000/QĐ-UBND",
        title="Về việc tặng Bằng khen",
        status=DecisionStatus.ISSUED,
        agency_id=dossier.authority_id,
        signed_on=day,
        signer_name="Chủ tịch",
        signer_title="Chủ tịch",
        recorded=recorded,
    )
    session.add(decision)
    await session.flush()
    made.decisions[name] = decision.id
    session.add(
        rows.Award(
            decision_id=decision.id,
            position=1,
            nominee_id=made.province.nominees["an"],
            award_type_id=award,
            agency_id=dossier.agency_id,
            line_id=made.lines[name][0],
            awarded_on=day,
            achievement_year=2025,
            citation="Có thành tích xuất sắc",
        )
    )
    await session.flush()
