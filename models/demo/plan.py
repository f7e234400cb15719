"""What the demo is to hold: the cases that were told in public, and as many others as its figures ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from models.agency import AgencyKind
from models.demo.agencies import CULTURE, RED_CROSS, Office
from models.demo.figures import (
    AWARDS,
    CULTURE_AWARDS,
    DAYS_AGO,
    DECIDED,
    OVERDUE,
    SHELVED_SHARE,
    STATUSES,
    UPWARD,
    WEIGHTS,
)
from models.demo.nominees import Listed
from models.demo.timeline import SHELVED, gaps, steps, up
from models.demo.worktime import DAY
from models.demo.world import World
from models.nominee import NomineeKind
from models.rule_set import CommendationType
from models.workflow import DossierStatus, Place, Step, workflow

_DECIDING = (Step.DECIDE, Step.DECIDE_ABOVE)
_S, _K, _C = DossierStatus, NomineeKind, CommendationType


@dataclass(kw_only=True)
class Case:
    """A dossier to be: who proposes whom for what, by which steps, when."""

    office: Office
    status: DossierStatus
    steps: list[Step]
    minutes: list[int]
    commendation: CommendationType
    lines: list[tuple[Listed, str]] = field(default_factory=list)
    """Nominees with the code of the award that each is proposed for, those that get it first."""
    failing: int = 0
    """How many of the last lines are found ineligible."""
    upward: bool = False
    told: bool = False
    """Whether it is one of the demo's own stories: its appraiser is the demo's."""

    @property
    def settled(self) -> int:
        """The working minute of the decision, or else of the last step."""
        return self.decided or self.minutes[-1]

    @property
    def decided(self) -> int | None:
        """The working minute of the decision, here or above."""
        return self.at(Step.DECIDE) or self.at(Step.DECIDE_ABOVE)

    @property
    def came_from(self) -> list[str]:
        """The states the dossier goes back to from where it waits."""
        place: Place = DossierStatus.DRAFT, ()
        for step in self.steps:
            place = workflow()[step].lead(*place)
        return [status.name for status in place[1]]

    def at(self, step: Step) -> int | None:
        """The working minute of a step, the last time it was taken."""
        for taken, minute in zip(reversed(self.steps), reversed(self.minutes), strict=True):
            if taken is step:
                return minute
        return None


class Planner:
    """Draws up the cases, all from one seed."""

    def __init__(self, world: World) -> None:
        self._world, self._chance, self._time = world, world.chance, world.time
        self._proposers = world.agencies.proposers()
        self._weights = list(accumulate(WEIGHTS[office.kind] for office in self._proposers))

    def cases(self, scale: int) -> list[Case]:
        """Every case of the demo: the told ones, then as many as the statuses ask for."""
        told = [self._red_cross(), *self._culture(), *self._waiting()]
        left = {status: count * scale for status, count in STATUSES.items()}
        for case in told:
            left[case.status] -= 1
        given = sum(len(case.lines) for case in told if case.status is _S.ARCHIVED)
        counts = self._counts(sum(self._awarding(left).values()), AWARDS * scale - given)
        return [*told, *self._drawn(left, counts)]

    def _awarding(self, left: dict[DossierStatus, int]) -> dict[DossierStatus, int]:
        """How many dossiers of each status have awards in force."""
        shelved = round(left[_S.ARCHIVED] * SHELVED_SHARE)
        kept: dict[DossierStatus, int] = {status: left[status] for status in DECIDED}
        kept[_S.ARCHIVED] -= shelved
        del kept[_S.CANCELLED]
        return kept

    def _counts(self, dossiers: int, awards: int) -> list[int]:
        """So many numbers from 1 to 11 with a given sum: the awards of each dossier."""
        counts = [min(11, 1 + int(self._chance.expovariate(1 / 3.4))) for _ in range(dossiers)]
        missing = awards - sum(counts)
        while missing:
            at = self._chance.randrange(dossiers)
            change = 1 if missing > 0 else -1
            if 1 <= counts[at] + change <= 11:
                counts[at] += change
                missing -= change
        return counts

    def _drawn(self, left: dict[DossierStatus, int], counts: list[int]) -> Iterator[Case]:
        awarding = self._awarding(left)
        number = iter(counts)
        for status, count in left.items():
            for order in range(count):
                if order < awarding.get(status, 0):
                    yield self._case(status, next(number))
                elif status is _S.ARCHIVED:
                    yield self._case(status, self._some(), shelved=self._chance.choice(SHELVED))
                else:
                    yield self._case(status, self._some())

    def _some(self) -> int:
        return min(12, 1 + int(self._chance.expovariate(1 / 2.4)))

    def _case(self, status: DossierStatus, count: int, shelved: DossierStatus | None = None) -> Case:
        upward = status in UPWARD
        count = min(count, 3) if upward else max(count, 2) if status is _S.APPRAISING else count
        failing = int(status in DECIDED and shelved is None and count < 12 and self._chance.random() < 0.1)
        taken = steps(status, count + failing, self._chance, shelved=shelved)
        minutes = self._minutes(status, taken)
        office = self._office(minutes, upward=upward)
        commendation, award = self._kind(office, upward=upward)
        lines = self._lines(office, award, count + failing, abroad=commendation is _C.EXTERNAL_RELATIONS)
        return Case(
            office=office,
            status=status,
            steps=taken,
            minutes=minutes,
            commendation=commendation,
            lines=lines,
            failing=len(lines) if _S.INELIGIBLE in (status, shelved) else failing,
            upward=upward,
        )

    def _minutes(self, status: DossierStatus, taken: list[Step]) -> list[int]:
        """When each step was taken: the decision, or else the last step, lies where the status wants it."""
        if status is _S.ARCHIVED or status is _S.CANCELLED:
            first, last = self._time.opening(date(2024, 2, 19)), self._time.end - 140 * DAY
            anchor = self._chance.randrange(first, last)
        else:
            near, far = DAYS_AGO.get(status, OVERDUE if self._chance.random() < 0.06 else (0, 6))
            anchor = self._time.end - 1 - self._chance.randint(near * DAY, far * DAY)
        return self._spread(taken, anchor)

    def _spread(self, taken: list[Step], anchor: int) -> list[int]:
        """Minutes of the steps, with the decision (or the last step) at the anchor and nothing after the end."""
        at = next((n for n, step in enumerate(taken) if step in _DECIDING), len(taken) - 1)
        between = gaps(taken, self._chance, by_hand=self._time.day(anchor).year < 2025)
        anchor = min(anchor, self._time.end - 1 - sum(between[at + 1 :]))
        first = anchor - sum(between[: at + 1])
        return [first + sum(between[: number + 1]) for number in range(len(taken))]

    def _office(self, minutes: list[int], *, upward: bool) -> Office:
        """An agency that stood from the first step to the last; not Culture where its figures are told."""
        first, last = self._time.day(minutes[0]), self._time.day(minutes[-1])
        while True:
            office = self._chance.choices(self._proposers, cum_weights=self._weights)[0]
            told = office.code == CULTURE and not upward and first.year <= 2025
            if office.stands(first, last) and not told:
                return office

    def _kind(self, office: Office, *, upward: bool) -> tuple[CommendationType, str]:
        if upward:
            return _C.MERIT, self._chance.choice(("BK_TTG", "BK_TTG", "CSTDTQ", "HC_LD_III"))
        kinds = (_C.MERIT, _C.MOVEMENT, _C.UNEXPECTED, _C.DEVOTION)
        commendation = self._chance.choices(kinds, weights=(50, 36, 11, 3))[0]
        if office.code.endswith(".01") and office.kind is AgencyKind.DEPARTMENT and self._chance.random() < 0.2:
            return _C.EXTERNAL_RELATIONS, "BK_T"
        if commendation is not _C.MERIT:
            return commendation, "BK_T"
        codes = ["BK_T", "TTLDXS", "CSTDT", "CTDT", "KNC_T"]
        code = self._chance.choices(codes, weights=(46, 22, 16, 9, 7))[0]
        if code == "CTDT" and office.kind in {AgencyKind.COMMUNE, AgencyKind.WARD} and self._chance.random() < 0.5:
            return commendation, "XPTB"
        return commendation, code

    def _lines(self, office: Office, award: str, count: int, *, abroad: bool) -> list[tuple[Listed, str]]:
        """So many different nominees of an agency, each with an award that its kind may receive."""
        foreign = self._shuffled(office, _K.FOREIGN_PARTY) if abroad else []
        lines = [(listed, award) for listed in foreign[:count]]
        people = self._shuffled(office, _K.INDIVIDUAL)
        groups = self._shuffled(office, _K.COLLECTIVE)
        others = [*self._shuffled(office, _K.HOUSEHOLD), *self._shuffled(office, _K.ENTERPRISE)]
        if award == "XPTB":
            groups.sort(key=lambda listed: listed.name.lower() == office.short)  # the commune itself, taken first
        if award in {"XPTB", "CTDT"}:
            lines.append((groups.pop(), award))
        while len(lines) < count:
            if award in {"CSTDT", "KNC_T", "CSTDTQ", "HC_LD_III"}:
                lines.append((people.pop(), award))
            elif award == "TTLDXS" and groups and len(lines) < 6:
                lines.append((groups.pop(), award))
            else:
                lines.append((self._somebody(people, groups, others), award if award == "BK_TTG" else "BK_T"))
        return lines

    def _shuffled(self, office: Office, kind: NomineeKind) -> list[Listed]:
        listed = self._world.nominees.listed(office, kind)
        return self._chance.sample(listed, len(listed))

    def _somebody(self, people: list[Listed], groups: list[Listed], others: list[Listed]) -> Listed:
        drawn = self._chance.random()
        if drawn < 0.06 and others:
            return others.pop()
        if (drawn < 0.26 and groups) or not people:
            return groups.pop()
        return people.pop()

    def _red_cross(self) -> Case:
        """The chair of the Red Cross: the Prime Minister's certificate, early in 2025."""
        taken = up(1)
        return Case(
            office=self._world.agencies[RED_CROSS],
            status=_S.RESULT_RETURNED,
            steps=taken,
            minutes=self._spread(taken, self._time.opening(date(2025, 2, 25)) + 130),
            commendation=_C.MERIT,
            lines=[(self._world.nominees.personas["chuthapdo"], "BK_TTG")],
            upward=True,
        )

    def _culture(self) -> Iterator[Case]:
        """The Department of Culture's certificates, all between New Year and today's day of their year."""
        office = self._world.agencies[CULTURE]
        for year, (collectives, individuals) in CULTURE_AWARDS.items():
            lines = [
                *((listed, "BK_T") for listed in self._shuffled(office, _K.COLLECTIVE)[:collectives]),
                *((listed, "BK_T") for listed in self._shuffled(office, _K.INDIVIDUAL)[:individuals]),
            ]
            self._chance.shuffle(lines)
            begins = self._time.opening(date(year, 1, 1))
            last = max(begins, self._time.opening(_same_day(self._world.today, year) + timedelta(days=1)) - 1)
            while lines:
                size = min(len(lines), self._chance.randint(5, 10))
                part, lines = lines[:size], lines[size:]
                taken = steps(_S.ARCHIVED, size, self._chance)
                yield Case(
                    office=office,
                    status=_S.ARCHIVED,
                    steps=taken,
                    minutes=self._spread(taken, self._chance.randint(max(begins, last - 150 * DAY), last)),
                    commendation=_C.MERIT if year == 2024 else self._chance.choice((_C.MERIT, _C.MOVEMENT)),
                    lines=part,
                )

    def _waiting(self) -> Iterator[Case]:
        """What the nominees with an account are waiting for: one before the council, one just assigned."""
        for username, code, status in (("chuthapdo", RED_CROSS, _S.COUNCIL), ("nghenhan", CULTURE, _S.ASSIGNED)):
            taken = steps(status, 1, self._chance)
            yield Case(
                office=self._world.agencies[code],
                status=status,
                steps=taken,
                minutes=self._spread(taken, self._time.end - 2 * DAY),
                commendation=_C.MOVEMENT,
                lines=[(self._world.nominees.personas[username], "BK_T")],
                told=True,
            )


def _same_day(today: date, year: int) -> date:
    """Today's day in another year; 29 February gives 28."""
    return today.replace(year=year, day=min(today.day, 28) if today.month == 2 else today.day)
