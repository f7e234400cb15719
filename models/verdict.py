"""Whether somebody may take a step of a dossier, and what stands against it: the one place that says so.

An act raises the first obstacle; `allowedSteps` tells them all. A role may be held by delegation: then what bars
whoever delegated it bars its holder too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from models.access import PROPOSING, Holding, Role, Viewer
from models.refusals import ConflictOfInterest, IllegalStep, NotPermitted, Refusal, SeparationOfDuties
from models.workflow import Desk, DossierStatus, Interest, Step, StepRule


@dataclass(frozen=True)
class Facts:
    """What of a dossier decides who may take its steps."""

    status: DossierStatus
    paths: Mapping[Desk, str]
    """The ltree paths of its agencies."""
    appraiser_id: UUID | None
    taken: Mapping[Step, frozenset[UUID]]
    """Who took which step, and on whose behalf."""
    declared: frozenset[UUID]
    """Accounts that declared a conflict of interest."""
    nominees: frozenset[UUID]
    """Who is named in its lines, where the viewer may be one of them, or stand in for one."""

    def __hash__(self) -> int:
        paths, taken = tuple(self.paths.values()), frozenset(self.taken.items())
        return hash((self.status, paths, self.appraiser_id, taken, self.declared, self.nominees))


def as_seen_by(facts: Facts, by: Viewer) -> Facts:
    """The facts without what makes no difference to this viewer's steps: they are equal where these are the same.

    Of others' accounts nothing is left, and of the paths that the viewer's roles reach alike each is the first one met.
    """
    persons = _persons(by)
    taken = ((step, accounts & persons) for step, accounts in facts.taken.items())
    return Facts(
        status=facts.status,
        paths={desk: _like(by, path) for desk, path in facts.paths.items()},
        appraiser_id=facts.appraiser_id if facts.appraiser_id in persons else None,
        taken={step: accounts for step, accounts in taken if accounts},
        declared=facts.declared & persons,
        nominees=facts.nominees & by.nominees,
    )


@lru_cache(maxsize=500)
def _persons(by: Viewer) -> frozenset[UUID | None]:
    """The viewer, and whom they stand in for."""
    return frozenset({by.account_id, *(holding.for_account_id for holding in by.holdings)} - {None})


@lru_cache(maxsize=5000)
def _like(by: Viewer, path: str) -> str:
    """The first path met that a viewer's roles reach as they reach this one."""
    reached = tuple(holding.reaches(path) for holding in by.holdings)
    above = tuple(_lies_under(path, holding.for_proposes_in) for holding in by.holdings)
    return _met(by).setdefault((reached, above), path)


@lru_cache(maxsize=500)
def _met(_: Viewer) -> dict[tuple[tuple[bool, ...], ...], str]:
    """The paths met, by how a viewer's roles reach them."""
    return {}


def _lies_under(path: str, tops: Iterable[str]) -> bool:
    return any(f"{path}.".startswith(f"{top}.") for top in tops)


def who_took(
    actors: Mapping[str, Iterable[str]], *, drafted_by: UUID, submitted_by: UUID | None, appraiser: UUID | None
) -> dict[Step, frozenset[UUID]]:
    """Who took which step, as far as others must stand apart from it; an appraiser once they are named."""
    found = {Step[step]: set(map(UUID, accounts)) for step, accounts in actors.items()}
    for step, account in ((Step.DRAFT, drafted_by), (Step.SUBMIT, submitted_by), (Step.APPRAISE, appraiser)):
        if account is not None:
            found.setdefault(step, set()).add(account)
    return {step: frozenset(accounts) for step, accounts in found.items()}


def obstacles(rule: StepRule, facts: Facts, by: Viewer) -> Iterator[Refusal]:
    """What stands against this viewer's taking a step, the gravest first; nothing where it may be taken."""
    holding = taken_by(rule, facts, by)
    if holding is None:
        yield NotPermitted.unless(rule.roles)
    if facts.status not in rule.before:
        yield illegal(rule, facts.status)
    yield from _bars(rule, facts, by, holding)


def illegal(rule: StepRule, status: DossierStatus) -> IllegalStep:
    """The refusal of a step that does not lead on from a state."""
    allowed = sorted(rule.before, key=list(DossierStatus).index)
    return IllegalStep(step=rule.step, dossier_status=status, allowed_from=allowed)


def taken_by(rule: StepRule, facts: Facts, by: Viewer) -> Holding | None:
    """By which of a viewer's roles a step is taken: one's own before delegated ones, and one that nothing bars."""
    held = [each for each in by.holding(rule.roles, facts.paths[rule.at]) if _is_named(rule, facts, by, each)]
    free = (each for each in held if not any(_bars(rule, facts, by, each)))
    return next(free, held[0] if held else None)


def _is_named(rule: StepRule, facts: Facts, by: Viewer, holding: Holding) -> bool:
    """Whether, where only the named appraiser may, this is that appraiser's role, or another one."""
    appraises = rule.named and holding.role is Role.APPRAISER
    return not appraises or facts.appraiser_id == (holding.for_account_id or by.account_id)


def _bars(rule: StepRule, facts: Facts, by: Viewer, holding: Holding | None) -> Iterator[Refusal]:
    """What the viewer, or whoever they stand in for, has done already or is too near to."""
    persons = {by.account_id, holding.for_account_id if holding else None} - {None}
    if taken := {step for step in rule.apart if persons & facts.taken.get(step, frozenset())}:
        yield SeparationOfDuties(taken=sorted(taken, key=list(Step).index))
    if interest := next((each for each in rule.interests if _has(each, facts, by, holding)), None):
        yield ConflictOfInterest(interest=interest)


def _has(interest: Interest, facts: Facts, by: Viewer, holding: Holding | None) -> bool:
    match interest:
        case Interest.OWN_NOMINATION:
            return bool({by.nominee_id, holding and holding.for_nominee_id} & facts.nominees)
        case Interest.OWN_UNIT:
            path = facts.paths[Desk.PROPOSER]
            above = holding.for_proposes_in if holding else ()
            return by.holds(PROPOSING, path) or _lies_under(path, above)
        case Interest.DECLARED:
            return bool({by.account_id, holding and holding.for_account_id} & facts.declared)
