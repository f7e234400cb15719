"""The demo's dossiers: from cases to rows, with lines, papers, codes and a journal entry for each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import models as rows
from models import topics
from models.access import Role
from models.demo.accounts import Actor
from models.demo.agencies import DESK, PROVINCE, Office
from models.demo.books import key
from models.demo.clock import counted
from models.demo.nominees import texts
from models.demo.plan import Case
from models.demo.world import World
from models.dossier_line import LineOutcome
from models.rule_set import CommendationType, DocumentKind
from models.workflow import DossierStatus, Place, Step, newest, workflow

_INCOMPLETE = {DossierStatus.DRAFT, DossierStatus.DELETED, DossierStatus.REFUSED_AT_RECEPTION}
_PRIVATE = {Step.DRAFT, Step.DELETE_DRAFT}
"""What happens to a draft is heard on its own desk only."""
_PENDING: tuple[LineOutcome, str | None] = (LineOutcome.PENDING, None)
_DECIDED_ABOVE = {"BK_TTG": "TTG", "CSTDTQ": "TTG", "HC_LD_III": "CTN"}
_APPRAISALS = (Step.APPRAISE, Step.PASS_APPRAISAL, Step.FAIL_APPRAISAL)
_DEEDS = {
    CommendationType.UNEXPECTED: "unexpected",
    CommendationType.DEVOTION: "devotion",
    CommendationType.EXTERNAL_RELATIONS: "abroad",
}
_SYMBOLS = {
    DocumentKind.PROPOSAL: "TTr",
    DocumentKind.ACHIEVEMENT_REPORT: "BC",
    DocumentKind.ACHIEVEMENT_SUMMARY: "TT",
    DocumentKind.MINUTES: "BB",
    DocumentKind.INITIATIVE_CERTIFICATE: "QĐ",
    DocumentKind.OPINION: "CV",
    DocumentKind.PUBLIC_POSTING: "TB",
}


@dataclass(kw_only=True)
class Written:
    """A dossier that is being written, with what its decision needs to know."""

    id: UUID
    case: Case
    deed: str
    movement: UUID | None
    year: int
    code: str | None
    authority: Office
    drafter: Actor
    submitter: Actor
    appraiser: Actor
    line_ids: list[UUID] = field(default_factory=list)
    award_ids: list[UUID] = field(default_factory=list)

    @property
    def citation(self) -> str:
        """What is printed on the certificate."""
        return f"Đã có thành tích xuất sắc trong {self.deed} năm {self.year}"


def chairman_of(world: World, dossier: UUID) -> Actor:
    """Who signs for the province: the chairman twice as often as the deputy."""
    return world.accounts.holding(Role.CHAIRMAN, PROVINCE)[dossier.int % 3 % 2]


@dataclass(frozen=True)
class Dossiers:
    """Writes cases into the world's books."""

    world: World

    def write(self, cases: list[Case], written: Callable[[int], None]) -> list[Written]:
        """Writes every case, and the counts of the codes given; `written` is told how many are done, now and then."""
        found = []
        for done, (case, code) in enumerate(zip(cases, self._codes(cases), strict=True), 1):
            found.append(self._write(case, code))
            if done % 500 == 0:
                written(done)
        return found

    def _codes(self, cases: list[Case]) -> list[str | None]:
        """The code of each case that was received: numbered within its day in the order of reception."""
        received = ((case.at(Step.RECEIVE), order) for order, case in enumerate(cases))
        given: Counter[date] = Counter()
        codes: list[str | None] = [None] * len(cases)
        for minute, order in sorted((minute, order) for minute, order in received if minute is not None):
            day = self.world.time.day(minute)
            given[day] += 1
            codes[order] = f"{DESK}-{day:%y%m%d}-{given[day]:04}"
        for day, last in given.items():
            self.world.books.write(rows.DossierCodeCount, agency_id=self.world.agencies[DESK].id, day=day, last=last)
        return codes

    def _write(self, case: Case, code: str | None) -> Written:
        written, submitted = self._begin(case, code), self._moment(case, Step.SUBMIT)
        self.world.books.write(
            rows.Dossier,
            id=written.id,
            code=code,
            title=self._title(written),
            status=case.status,
            version=len(case.steps),
            commendation_type=case.commendation,
            agency_id=case.office.id,
            authority_id=written.authority.id,
            handler_id=self.world.agencies[DESK].id if submitted else case.office.id,
            movement_id=written.movement,
            created_at=self._moment(case, Step.DRAFT),
            submitted_at=submitted,
            drafted_by_id=written.drafter.id,
            submitted_by_id=written.submitter.id if submitted else None,
            appraiser_id=written.appraiser.id if Step.ASSIGN in case.steps else None,
            receiver_id=self.world.agencies[DESK].id if code else None,
            came_from=case.came_from,
            actors=self._actors(written),
            declared=[],
            **{"workflow_code": newest(), **self._reception(case)},
        )
        self._lines(written)
        self._documents(written)
        self._steps(written)
        return written

    def _moment(self, case: Case, step: Step) -> datetime | None:
        minute = case.at(step)
        return None if minute is None else self.world.time.moment(minute)

    def _reception(self, case: Case) -> dict[str, Any]:
        """When a case was received, under which rules, and how its time has run since."""
        minute = case.at(Step.RECEIVE)
        if minute is None:
            return {}
        day, law = self.world.time.day(minute), self.world.law
        rules = law.rule_set(day)
        return {
            "received_at": self.world.time.moment(minute),
            "rule_set_id": law.rule_sets[rules.code],
            "workflow_code": rules.workflow,
            **counted(case, rules.code, self.world.time),
        }

    def _begin(self, case: Case, code: str | None) -> Written:
        """The dossier's words and people."""
        accounts, chance, office = self.world.accounts, self.world.chance, case.office
        officer, head = (accounts.holding(role, office.code)[0] for role in (Role.UNIT_OFFICER, Role.AGENCY_HEAD))
        appraisers = accounts.holding(Role.APPRAISER, DESK)
        last = self.world.time.day(case.settled)
        early = last.month <= 6 and case.commendation is CommendationType.MERIT
        movement, deeds = self._occasion(case)
        return Written(
            id=key(self.world.time.moment(case.minutes[0]), chance),
            case=case,
            deed=chance.choice(deeds),
            movement=movement,
            year=last.year - early,
            code=code,
            authority=self.world.agencies[_DECIDED_ABOVE[case.lines[0][1]] if case.upward else PROVINCE],
            drafter=officer,
            submitter=chance.choice((officer, head, head)),
            appraiser=appraisers[0] if case.told else chance.choice(appraisers),
        )

    def _occasion(self, case: Case) -> tuple[UUID | None, list[str]]:
        """The movement a case comes from, if any, and the deeds it may be about."""
        if case.commendation is CommendationType.MOVEMENT:
            day = self.world.time.day(case.minutes[0])
            return self.world.movements.running(case.office.code, day, case.minutes[0])
        deeds = texts()["deeds"]
        if case.commendation in _DEEDS:
            return None, deeds[_DEEDS[case.commendation]]
        own = deeds["department"].get(case.office.code, [])
        return None, [*deeds["any"], *own, *own]

    def _title(self, written: Written) -> str:
        case = written.case
        name = self.world.law.award(case.lines[0][1], self.world.time.day(case.settled)).name
        return f"Đề nghị tặng {name} về thành tích trong {written.deed} năm {written.year} – {case.office.short}"

    def _lines(self, written: Written) -> None:
        case, day = written.case, self.world.time.day(written.case.settled)
        taken = zip(case.steps, case.minutes, strict=True)
        appraisals = [self.world.time.moment(minute) for step, minute in taken if step in _APPRAISALS]
        for position, (listed, award) in enumerate(case.lines, 1):
            appraised = appraisals[position - 1] if position <= len(appraisals) else None
            outcome, reason = self._outcome(case, position) if appraised else _PENDING
            written.line_ids.append(key(self.world.time.moment(case.minutes[0]), self.world.chance))
            written.award_ids.append(self.world.law.award_id(award, day))
            self.world.books.write(
                rows.DossierLine,
                id=written.line_ids[-1],
                dossier_id=written.id,
                position=position,
                nominee_id=listed.id,
                award_type_id=written.award_ids[-1],
                citation=written.citation,
                achievement_year=written.year,
                outcome=outcome,
                reason=reason,
                appraised_at=appraised,
                appraised_by_id=written.appraiser.id if appraised else None,
            )

    def _outcome(self, case: Case, position: int) -> tuple[LineOutcome, str | None]:
        """What became of an appraised line, and why where it failed."""
        refusals, chance = texts()["refusals"], self.world.chance
        if case.steps[-1] is Step.RETURN:
            return _PENDING
        if position > len(case.lines) - case.failing:
            return LineOutcome.INELIGIBLE, chance.choice(refusals["line"])
        if case.decided is not None:
            return LineOutcome.AWARDED, None
        if Step.FAIL_COUNCIL in case.steps:
            return LineOutcome.NOT_PASSED, chance.choice(refusals["council"])
        if Step.DECLINE_ABOVE in case.steps:
            return LineOutcome.NOT_AWARDED, chance.choice(refusals["above"])
        advised = Step.ADVISE in case.steps or Step.ASK_PARTY in case.steps
        return LineOutcome.PASSED if advised else LineOutcome.ELIGIBLE, None

    def _documents(self, written: Written) -> None:
        """The papers the law asks for; a draft, or what was refused, lacks some."""
        case, chance = written.case, self.world.chance
        minute = case.at(Step.SUBMIT) or case.minutes[0]
        day = self.world.time.day(minute)
        kinds = self.world.law.documents({award for _, award in case.lines}, case.commendation, day)
        if case.status in _INCOMPLETE:
            kinds = kinds[: chance.randrange(len(kinds) + 1)]
        for position, kind in enumerate(kinds, 1):
            self.world.books.write(
                rows.DossierDocument,
                id=key(self.world.time.moment(minute), chance),
                dossier_id=written.id,
                position=position,
                kind=kind,
                title=f"{kind.value.capitalize()} về việc đề nghị khen thưởng thành tích trong {written.deed}",
                number=f"{chance.randint(5, 480)}/{_SYMBOLS.get(kind, 'VB')}-{case.office.symbol}",
                dated=day - timedelta(days=chance.randint(0, 5)),
            )

    def _steps(self, written: Written) -> None:
        """The journal entries of a dossier, as its steps write them."""
        case, before, heard = written.case, None, self._topics(written)
        place: Place = DossierStatus.DRAFT, ()
        for version, (step, minute) in enumerate(zip(case.steps, case.minutes, strict=True), 1):
            rule, notes = workflow()[step], texts()["notes"].get(step.name)
            note = self.world.chance.choice(notes) if notes else None
            place = rule.lead(*place)
            said = {"before": before, "after": place[0].name, "note": note}
            self.world.journal.tell(
                self.world.time.moment(minute),
                step.name,
                self._actor(step, written).id,
                ("Dossier", written.id, version),
                heard[step not in _PRIVATE],
                rule.says,
                {name: value for name, value in said.items() if value is not None},
            )
            before = place[0].name

    def _actors(self, written: Written) -> dict[str, list[str]]:
        """By step, who took it."""
        return {step.name: [str(self._actor(step, written).id)] for step in dict.fromkeys(written.case.steps)}

    def _topics(self, written: Written) -> tuple[list[str], list[str]]:
        """Who hears of a draft, and who of a dossier that was handed in."""
        own = {
            topics.dossier(written.id),
            *topics.above(written.case.office.code),
            *topics.above(written.authority.code),
        }
        return sorted(own), sorted(own | set(topics.above(DESK)))

    def _actor(self, step: Step, written: Written) -> Actor:
        """Who takes a step: somebody with a role for it, apart from whom the workflow keeps them apart."""
        accounts = self.world.accounts
        if step in {Step.DRAFT, Step.DELETE_DRAFT, Step.SUPPLEMENT, Step.WITHDRAW}:
            return written.drafter
        if step is Step.SUBMIT:
            return written.submitter
        if step in _APPRAISALS or step is Step.REQUEST_SUPPLEMENT:
            return written.appraiser
        if step in {Step.RECEIVE, Step.REFUSE, Step.RETURN_RESULT}:
            return accounts.holding(Role.ONE_STOP, DESK)[written.id.int % 2]
        if step in {Step.CONVENE, Step.ADVISE, Step.FAIL_COUNCIL, Step.ASK_PARTY, Step.PUBLISH}:
            return accounts.holding(Role.SECRETARY, DESK)[0]
        if step in {Step.DECIDE, Step.RETURN, Step.FORWARD_UP, Step.CANCEL}:
            return chairman_of(self.world, written.id)
        return accounts.holding(Role.OFFICE_HEAD, DESK)[0]
