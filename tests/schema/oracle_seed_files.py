"""Random dossiers, decisions and their journal, over the rows of `oracle_seed`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.award import AwardStatus
from models.decision import DecisionKind, DecisionStatus, Signature
from models.document import FileSignature, FileType
from models.dossier_line import LineOutcome
from models.rule_set import CommendationType, DocumentKind
from models.workflow import DossierStatus, Step
from tests.clocks import wind
from tests.province import Province

from .oracle_consulting import plant as consultations
from .oracle_delegation import plant as delegations
from .oracle_seed import Chance, Seed
from .oracle_seed_changes import Changes
from .oracle_seed_council import Sittings
from .oracle_seed_figures import plant as figures
from .oracle_session import plant as sessions
from .oracle_tracking import plant as tracking_codes

UNCODED = {"DRAFT", "SUBMITTED", "REFUSED_AT_RECEPTION", "WITHDRAWN", "ARCHIVED"}
"""Where a dossier may stand without ever having been received."""


class Files:
    """Dossiers in every state with what belongs to them, and decisions with their awards."""

    def __init__(self, seed: Seed) -> None:
        self.seed, self.province, self.chance = seed, seed.province, seed.chance
        self.staff = [v.account_id for v in self.province.viewers.values() if v.account_id]
        self.desks = [self.province.agencies[name] for name in ("culture", "office", "health", "province", "commune")]

    async def plant(self, session: AsyncSession) -> None:
        """Write all of them, the journal last."""
        rule_set = (await session.scalars(select(rows.RuleSet.id).order_by(rows.RuleSet.code))).first()
        dossiers = [self._dossier(n, rule_set) for n in range(60)]
        session.add_all(dossiers)
        await session.flush()
        session.add_all(line for dossier in dossiers for line in self._lines(dossier))
        papers = [paper for dossier in dossiers for paper in self._documents(dossier)]
        session.add_all(papers)
        decisions = [self._decision(n) for n in range(28)]
        session.add_all(decisions)
        await session.flush()
        awards = [award for decision in decisions for award in self._awards(decision)]
        session.add_all(awards)
        await session.flush()
        await Changes(self, decisions).plant(session, awards)
        session.add_all(entry for dossier in dossiers for entry in self._steps(dossier))
        session.add_all(entry for decision in decisions for entry in self._acts(decision))
        session.add_all(file for paper in papers for file in self._files(paper))
        await session.flush()

    def desk(self) -> UUID:
        """Mostly an agency in which somebody of the province holds a role."""
        return self.chance.choice(self.desks) if self.chance.luck(0.7) else self.chance.choice(self.seed.agencies).id

    def nominee(self) -> UUID:
        """Often the one who has an account."""
        return self.province.nominees["an"] if self.chance.luck(0.15) else self.chance.choice(self.seed.nominees).id

    def _dossier(self, n: int, rule_set: Any) -> rows.Dossier:
        chance, status = self.chance, list(DossierStatus)[n % len(DossierStatus)]
        coded = status.name not in UNCODED or (status.name != "DRAFT" and chance.luck())
        submitted = chance.moment() if coded or status.name != "DRAFT" else chance.perhaps(chance.moment())
        dossier = rows.Dossier(
            id=chance.key(),
            code=f"H37.0{n % 3}-25063{n % 2}-{n:04}" if coded else None,
            title=chance.text(n),
            status=status,
            version=chance.randint(1, 4),
            commendation_type=chance.choice(list(CommendationType)),
            agency_id=self.desk(),
            authority_id=self.desk(),
            handler_id=self.desk(),
            movement_id=chance.perhaps(chance.choice(self.seed.movements).id),
            rule_set_id=rule_set if coded else None,
            submitted_at=submitted,
            received_at=submitted + timedelta(minutes=chance.randint(0, 60)) if coded and submitted else None,
            drafted_by_id=chance.choice(self.staff),
            submitted_by_id=chance.perhaps(chance.choice(self.staff)),
            appraiser_id=chance.perhaps(chance.choice(self.staff), 0.4),
        )
        dossier.created_at = chance.moment()
        if coded and chance.luck(0.8):
            wind(dossier, chance.random)
        return dossier

    def _lines(self, dossier: rows.Dossier) -> Iterator[rows.DossierLine]:
        chance, said = self.chance, set()
        for n in range(chance.choice([0, 1, 1, 2, 3, 6])):
            nominee, award_type = self.nominee(), chance.choice(self.seed.types).id
            if (nominee, award_type) in said:
                continue
            said.add((nominee, award_type))
            outcome = chance.choice(list(LineOutcome))
            yield rows.DossierLine(
                id=chance.key(),
                dossier_id=dossier.id,
                position=2 * n + 1,
                nominee_id=nominee,
                award_type_id=award_type,
                citation=chance.text(n),
                achievement_year=2020 + n,
                posthumous=chance.luck(0.2),
                outcome=outcome,
                reason="vì \\ lẽ" if outcome is LineOutcome.INELIGIBLE else chance.perhaps(chance.loose()),
                appraised_at=chance.perhaps(chance.moment()),
                appraised_by_id=chance.choice(self.staff),
            )

    def _documents(self, dossier: rows.Dossier) -> Iterator[rows.DossierDocument]:
        chance = self.chance
        for n in range(chance.choice([0, 0, 1, 3])):
            yield rows.DossierDocument(
                id=chance.key(),
                dossier_id=dossier.id,
                position=5 - n,
                kind=chance.choice(list(DocumentKind)),
                title=chance.text(n),
                number=chance.perhaps(f"{n}/TTr"),
                dated=chance.perhaps(chance.day()),
            )

    def _files(self, paper: rows.DossierDocument) -> Iterator[rows.DocumentFile]:
        """A paper's editions, and one that waits to be some paper's; now and then the paper is taken out."""
        chance = self.chance
        paper.removed_at = chance.perhaps(chance.moment(), 0.2)
        for edition in range(chance.choice([0, 1, 1, 3])):
            yield rows.DocumentFile(
                id=chance.key(),
                dossier_id=paper.dossier_id,
                document_id=paper.id if edition else None,
                edition=edition,
                name=re.sub(r"[/\\]", "_", unicodedata.normalize("NFC", chance.loose())),
                type=chance.choice(list(FileType)),
                size=chance.randint(1, 9),
                sha256=f"{chance.randint(0, 9)}" * 64,
                uploaded_by_id=chance.choice(self.staff),
                signature=chance.perhaps(chance.choice(list(FileSignature))),
            )

    def _decision(self, n: int) -> rows.Decision:
        chance = self.chance
        status = chance.choice(list(DecisionStatus))
        published = status is DecisionStatus.PUBLISHED or (status is DecisionStatus.CANCELLED and chance.luck())
        signed = chance.day(4).replace(year=2024 + n % 2)
        return rows.Decision(
            id=chance.key(),
            number=f"{n // 2}/QĐ-UBND" if n % 5 else f"Số {n}/qđ",
            title=chance.text(n),
            status=status,
            version=chance.randint(1, 5),
            agency_id=chance.choice(self.desks) if n % 3 else self.desks[0],
            signed_on=signed,
            signer_id=chance.perhaps(chance.choice(self.staff)),
            signer_name=chance.loose(),
            signer_title=chance.loose(),
            published_at=chance.moment() if published else None,
            kind=chance.choice(list(DecisionKind)) if chance.luck(0.3) else DecisionKind.COMMENDATION,
            signature=chance.choice(list(Signature)),
            void_reason="số \\ hỏng" if status is DecisionStatus.VOID else None,
        )

    def _awards(self, decision: rows.Decision) -> Iterator[rows.Award]:
        chance, said = self.chance, set()
        for n in range(chance.choice([0, 1, 3, 7])):
            nominee, award_type = self.nominee(), chance.choice(self.seed.types).id
            if (nominee, award_type) in said:
                continue
            said.add((nominee, award_type))
            yield rows.Award(
                id=chance.key(),
                decision_id=decision.id,
                position=10 - n,
                nominee_id=nominee,
                award_type_id=award_type,
                agency_id=self.desk(),
                awarded_on=decision.signed_on,
                achievement_year=2020 + n % 3,
                citation=chance.loose(),
                posthumous=chance.luck(0.2),
                status=chance.choice(list(AwardStatus)),
                recipient_name=chance.perhaps(chance.text(n), 0.2),
                code=chance.perhaps(f"{chance.random.getrandbits(50):012}"[:12]),
            )

    def _steps(self, dossier: rows.Dossier) -> Iterator[rows.Entry]:
        chance = self.chance
        for version in range(1, dossier.version + chance.randint(0, 2)):
            after = chance.perhaps(chance.choice(list(DossierStatus)).name, 0.8)
            said = {"after": after, "note": chance.perhaps(chance.loose()), "reason": chance.perhaps(chance.loose())}
            said |= {"onBehalfOf": str(self.staff[version % len(self.staff)]) if version % 3 == 0 else None}
            yield rows.Entry(
                key=chance.key(),
                at=chance.moment(),
                actor_id=chance.perhaps(chance.choice(self.staff), 0.8),
                act=chance.choice([step.name for step in Step]),
                subject_kind="Dossier",
                subject_id=dossier.id,
                subject_version=version,
                topics=[f"dossier:{dossier.id}"],
                public_text=chance.perhaps(chance.loose()),
                data={key: value for key, value in said.items() if value is not None or chance.luck()},
            )

    def _acts(self, decision: rows.Decision) -> Iterator[rows.Entry]:
        for version in range(1, decision.version):
            yield rows.Entry(
                key=self.chance.key(),
                at=self.chance.moment(),
                actor_id=self.chance.choice(self.staff),
                act="PUBLISH_DECISION",
                subject_kind="Decision",
                subject_id=decision.id,
                subject_version=version,
                topics=["decisions"],
                public_text=self.chance.perhaps(self.chance.loose()),
                data={"number": decision.number, "status": decision.status.name},
            )


async def plant(session: AsyncSession, province: Province, seed: int = 2026) -> None:
    """Fill the province with random data."""
    await session.execute(text("set local idle_in_transaction_session_timeout = 0"))  # the machine may be busy
    made = Seed(province, Chance(seed))
    await made.plant(session)
    await Files(made).plant(session)
    await figures(session, made)
    await Sittings(made).plant(session)
    await delegations(session, made)
    await sessions(session, made)
    await tracking_codes(session, made)
    await consultations(session, made)
