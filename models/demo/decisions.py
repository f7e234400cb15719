"""The demo's decisions: those that end dossiers, those recorded from elsewhere, and their awards."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import models as rows
from models import topics
from models.access import Role
from models.award import AwardStatus
from models.calendar import ZONE
from models.catalogue.law import SaidAwardType
from models.decision import DecisionKind, DecisionStatus
from models.demo.accounts import Actor
from models.demo.agencies import ABOVE, DESK, PROVINCE, Office
from models.demo.awards import Awards, Paper
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
    (Step.CANCEL, "REVOKE_AWARD", DecisionStatus.CANCELLED, "Quyết định {}: hủy bỏ khen thưởng theo Quyết định {}"),
)
"""What happens to a decision: by which step of its dossier, under which act, to which status, told in which words."""


def _taken(case: Case, step: Step) -> int | None:
    """The working minute of a stage; a decision may be one from above."""
    return case.decided if step is Step.DECIDE else case.at(step)


@dataclass(frozen=True)
class Decisions:
    """Writes decisions into the world's books."""

    world: World

    @cached_property
    def awards(self) -> Awards:
        """Who writes what the decisions give."""
        return Awards(self.world)

    def write(self, dossiers: list[Written]) -> None:
        """Writes the decision of each decided dossier and each cancellation, numbered in the order of signature."""
        taken = [(minute, written, False) for written in dossiers if (minute := written.case.decided) is not None]
        taken += [(minute, written, True) for written in dossiers if (minute := written.case.at(Step.CANCEL))]
        counts: Counter[tuple[Office, int]] = Counter()
        papers: dict[UUID, Paper] = {}
        for minute, written, cancels in sorted(taken, key=lambda each: (each[0], each[1].id.int)):
            place = written.authority, self.world.time.day(minute).year
            counts[place] += 1
            if cancels:
                self._cancel(written, minute, counts[place], papers[written.id])
            else:
                papers[written.id] = self._write(written, minute, counts[place])
        for (agency, year), last in counts.items():
            self.world.books.write(rows.DecisionNumberCount, agency_id=agency.id, year=year, last=last)
        for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["recorded"]:
            self._record(entry)

    def _write(self, written: Written, minute: int, number: int) -> Paper:
        case, day = written.case, self.world.time.day(minute)
        award = self.world.law.award(case.lines[0][1], day)
        title = f"Về việc tặng {award.name} về thành tích trong {written.deed} năm {written.year}"
        paper = self._paper(written, minute, number, title)
        stages = [stage for stage in _STAGES if _taken(case, stage[0]) is not None]
        published = case.at(Step.PUBLISH)
        self._decision(
            paper,
            self._signer(written),
            status=stages[-1][2],
            version=len(stages),
            published_at=None if published is None else self.world.time.moment(published),
        )
        self._awards(paper, written)
        self._tell(paper, written)
        return paper

    def _cancel(self, written: Written, minute: int, number: int, given: Paper) -> None:
        """The decision that cancels another, public at once, and why it cancels each award."""
        paper = self._paper(written, minute, number, f"Về việc hủy bỏ khen thưởng tại Quyết định số {given.number}")
        signer, (_, act, _, says) = self._signer(written), _STAGES[-1]
        self._decision(
            paper,
            signer,
            kind=DecisionKind.REVOCATION,
            status=DecisionStatus.PUBLISHED,
            version=1,
            published_at=paper.signed_at,
        )
        given_to = [row["id"] for row in self.world.books.rows(rows.Award) if row["decision_id"] == given.id]
        self.awards.cancel(given_to, paper)
        told, heard = (says or "").format(given.number, paper.number), topics.decisions_of(paper.agency.code)
        for decision, version, status in ((given, len(_STAGES), _STAGES[-1][2]), (paper, 1, DecisionStatus.PUBLISHED)):
            data = {"number": decision.number, "status": status.name, "by": paper.number}
            about = "Decision", decision.id, version
            self.world.journal.tell(paper.signed_at, act, self._enters(written).id, about, heard, told, data)

    def _paper(self, written: Written, minute: int, number: int, title: str) -> Paper:
        at = self.world.time.moment(minute)
        return Paper(
            id=key(at, self.world.chance),
            agency=written.authority,
            number=self._number(written.authority, None if written.authority.code in ABOVE else number),
            title=title,
            signed_on=self.world.time.day(minute),
            signed_at=at,
        )

    def _signer(self, written: Written) -> Actor | None:
        """Who signs here; nobody of ours what is decided above."""
        return None if written.authority.code in ABOVE else chairman_of(self.world, written.id)

    def _enters(self, written: Written) -> Actor:
        """Who enters a decision: its signer, or at the desk the secretary what comes from above."""
        return self._signer(written) or self.world.accounts.holding(Role.SECRETARY, DESK)[0]

    def _number(self, agency: Office, order: int | None) -> str:
        """The next number of an agency; of one above the province some number, as its register is not ours."""
        return f"{order or self.world.chance.randint(120, 980)}/QĐ-{agency.symbol}"

    def _decision(self, paper: Paper, signer: Actor | None, **values: Any) -> None:
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
            recorded=paper.agency.code in ABOVE,
            **values,
        )

    def _awards(self, paper: Paper, written: Written) -> None:
        case = written.case
        cancelled = case.status is DossierStatus.CANCELLED
        for index, (listed, code) in enumerate(case.lines[: len(case.lines) - case.failing]):
            self.awards.give(
                paper,
                index + 1,
                listed,
                code,
                case.office,
                award_type_id=written.award_ids[index],
                line_id=written.line_ids[index],
                achievement_year=written.year,
                citation=written.citation,
                status=AwardStatus.CANCELLED if cancelled else AwardStatus.IN_FORCE,
            )

    def _tell(self, paper: Paper, written: Written) -> None:
        """The journal entries of a decision; the public hears of it from its publication on."""
        secretary = self.world.accounts.holding(Role.SECRETARY, DESK)[0]
        path, version, above = paper.agency.code, 0, written.authority.code in ABOVE
        for step, act, status, says in _STAGES[:-1]:
            minute = _taken(written.case, step)
            if minute is None:
                continue
            version += 1
            self.world.journal.tell(
                self.world.time.moment(minute),
                "RECORD_DECISION" if above and step is Step.DECIDE else act,
                (secretary if step is Step.PUBLISH else self._enters(written)).id,
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
        paper = Paper(
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

    def _recorded_awards(self, paper: Paper, office: Office, award: SaidAwardType, entry: dict[str, Any]) -> None:
        day = paper.signed_on
        kind = next(kind for kind in NomineeKind if kind in award.recipients)
        listed = self.world.nominees.listed(office, kind)
        for position, nominee in enumerate(self.world.chance.sample(listed, entry["count"]), 1):
            self.awards.give(
                paper,
                position,
                nominee,
                award.code,
                office,
                award_type_id=self.world.law.award_id(award.code, day),
                achievement_year=day.year - (day.month < 7),
                citation=f"Đã có thành tích xuất sắc trong {entry['about']}",
            )
