"""The demo's decisions: those that end dossiers, those recorded from elsewhere, and their awards."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import models as rows
from models import topics
from models.access import Role
from models.award import AwardStatus
from models.calendar import ZONE
from models.catalogue.law import SaidAwardType
from models.decision import DecisionStatus
from models.demo.accounts import Actor
from models.demo.agencies import ABOVE, DESK, PROVINCE, Office
from models.demo.books import key
from models.demo.dossiers import Written, chairman_of
from models.demo.plan import Case
from models.demo.world import World
from models.nominee import NomineeKind
from models.workflow import DossierStatus, Step

FILE = Path(__file__).parent / "decisions.toml"
_STAGES = (
    (Step.DECIDE, "ISSUE_DECISION", DecisionStatus.ISSUED, None),
    (Step.PUBLISH, "PUBLISH_DECISION", DecisionStatus.PUBLISHED, "Quyết định {} đã được công bố"),
    (Step.CANCEL, "CANCEL_DECISION", DecisionStatus.CANCELLED, "Quyết định {} đã bị hủy bỏ"),
)
"""What happens to a decision: by which step of its dossier, under which act, to which status, told in which words."""


@dataclass(frozen=True, kw_only=True)
class _Paper:
    """A decision as its paper shows it."""

    id: UUID
    agency: Office
    number: str
    title: str
    signed_on: date
    signed_at: datetime


def _taken(case: Case, step: Step) -> int | None:
    """The working minute of a stage; a decision may be one from above."""
    return case.decided if step is Step.DECIDE else case.at(step)


@dataclass(frozen=True)
class Decisions:
    """Writes decisions into the world's books."""

    world: World

    def write(self, dossiers: list[Written]) -> None:
        """Writes the decision of each decided dossier, numbered in the order of signature, and the recorded ones."""
        decided = [(minute, written) for written in dossiers if (minute := written.case.decided) is not None]
        counts: Counter[tuple[Office, int]] = Counter()
        for minute, written in sorted(decided, key=lambda pair: (pair[0], pair[1].id.int)):
            place = written.authority, self.world.time.day(minute).year
            counts[place] += 1
            self._write(written, minute, counts[place])
        for (agency, year), last in counts.items():
            self.world.books.write(rows.DecisionNumberCount, agency_id=agency.id, year=year, last=last)
        for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["recorded"]:
            self._record(entry)

    def _write(self, written: Written, minute: int, number: int) -> None:
        case, day, at = written.case, self.world.time.day(minute), self.world.time.moment(minute)
        award = self.world.law.award(case.lines[0][1], day)
        above = written.authority.code in ABOVE
        paper = _Paper(
            id=key(at, self.world.chance),
            agency=written.authority,
            number=self._number(written.authority, None if above else number),
            title=f"Về việc tặng {award.name} về thành tích trong {written.deed} năm {written.year}",
            signed_on=day,
            signed_at=at,
        )
        stages = [stage for stage in _STAGES if _taken(case, stage[0]) is not None]
        published = case.at(Step.PUBLISH)
        self._decision(
            paper,
            None if above else chairman_of(self.world, written.id),
            status=stages[-1][2],
            version=len(stages),
            published_at=None if published is None else self.world.time.moment(published),
        )
        self._awards(paper, written)
        self._tell(paper, written)

    def _number(self, agency: Office, order: int | None) -> str:
        """The next number of an agency; of one above the province some number, as its register is not ours."""
        return f"{order or self.world.chance.randint(120, 980)}/QĐ-{agency.symbol}"

    def _decision(self, paper: _Paper, signer: Actor | None, **values: Any) -> None:
        self.world.books.write(
            rows.Decision,
            id=paper.id,
            number=paper.number,
            title=paper.title,
            agency_id=paper.agency.id,
            signed_on=paper.signed_on,
            signer_id=signer.id if signer else None,
            signer_name=signer.name if signer else "Theo bản gốc",
            signer_title=signer.title if signer else paper.agency.name,
            **values,
        )

    def _awards(self, paper: _Paper, written: Written) -> None:
        case = written.case
        cancelled = case.status is DossierStatus.CANCELLED
        for index, (listed, _) in enumerate(case.lines[: len(case.lines) - case.failing]):
            self._award(
                paper,
                index + 1,
                nominee_id=listed.id,
                award_type_id=written.award_ids[index],
                agency_id=case.office.id,
                line_id=written.line_ids[index],
                achievement_year=written.year,
                citation=written.citation,
                status=AwardStatus.CANCELLED if cancelled else AwardStatus.IN_FORCE,
            )

    def _award(self, paper: _Paper, position: int, **values: Any) -> None:
        self.world.books.write(
            rows.Award,
            id=key(paper.signed_at, self.world.chance),
            decision_id=paper.id,
            position=position,
            awarded_on=paper.signed_on,
            **values,
        )

    def _tell(self, paper: _Paper, written: Written) -> None:
        """The journal entries of a decision; the public hears of it from its publication on."""
        secretary = self.world.accounts.holding(Role.SECRETARY, DESK)[0]
        chairman, path, version = chairman_of(self.world, written.id), paper.agency.code, 0
        for step, act, status, says in _STAGES:
            minute = _taken(written.case, step)
            if minute is None:
                continue
            version += 1
            self.world.journal.tell(
                self.world.time.moment(minute),
                act,
                (secretary if step is Step.PUBLISH else chairman).id,
                ("Decision", paper.id, version),
                topics.decisions_of(path) if says else topics.above(path),
                says.format(paper.number) if says else None,
                {"number": paper.number, "status": status.name},
            )

    def _record(self, entry: dict[str, Any]) -> None:
        """A decision known from its paper only: it has awards and a publication, and no dossier."""
        day, code = entry["signed_on"], entry["decider"]
        decider = self.world.agencies[code if code in ABOVE else f"{PROVINCE}.{code}"]
        office = self.world.agencies[f"{PROVINCE}.{entry['of']}"] if "of" in entry else decider
        award, at = self.world.law.award(entry["award"], day), datetime.combine(day, time(9), ZONE)
        paper = _Paper(
            id=key(at, self.world.chance),
            agency=decider,
            number=entry.get("number") or self._number(decider, None),
            title=f"Về việc tặng {award.name} về thành tích trong {entry['about']}",
            signed_on=day,
            signed_at=at,
        )
        head = None if code in ABOVE else self.world.accounts.holding(Role.AGENCY_HEAD, decider.code)[0]
        self._decision(paper, head, status=DecisionStatus.PUBLISHED, version=1, published_at=at)
        self._recorded_awards(paper, office, award, entry)

    def _recorded_awards(self, paper: _Paper, office: Office, award: SaidAwardType, entry: dict[str, Any]) -> None:
        day = paper.signed_on
        kind = next(kind for kind in NomineeKind if kind in award.recipients)
        listed = self.world.nominees.listed(office, kind)
        for position, nominee in enumerate(self.world.chance.sample(listed, entry["count"]), 1):
            self._award(
                paper,
                position,
                nominee_id=nominee.id,
                award_type_id=self.world.law.award_id(award.code, day),
                agency_id=office.id,
                achievement_year=day.year - (day.month < 7),
                citation=f"Đã có thành tích xuất sắc trong {entry['about']}",
            )
