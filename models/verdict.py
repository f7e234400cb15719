"""Whether somebody may take a step of a dossier, and what stands against it: the one place that says so.

An act raises the first obstacle; `allowedSteps` tells them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from models.access import Role, Viewer
from models.refusals import ConflictOfInterest, IllegalStep, NotPermitted, Refusal, SeparationOfDuties
from models.workflow import Desk, DossierStatus, Interest, Step, StepRule

PROPOSING = frozenset({Role.UNIT_OFFICER, Role.AGENCY_HEAD})
"""Who holds one of these where a dossier comes from proposes it."""


@dataclass(frozen=True)
class Facts:
    """What of a dossier decides who may take its steps."""

    status: DossierStatus
    paths: Mapping[Desk, str]
    """The ltree paths of its agencies."""
    appraiser_id: UUID | None
    taken: Mapping[Step, frozenset[UUID]]
    """Who took which step."""
    declared: frozenset[UUID]
    """Accounts that declared a conflict of interest."""
    nominees: frozenset[UUID]
    """Who is named in its lines, where the viewer may be one of them."""


def obstacles(rule: StepRule, facts: Facts, by: Viewer) -> Iterator[Refusal]:
    """What stands against this viewer's taking a step, the gravest first; nothing where it may be taken."""
    if not _holds(rule, facts, by):
        yield NotPermitted.unless(rule.roles)
    if facts.status not in rule.before:
        allowed = sorted(rule.before, key=list(DossierStatus).index)
        yield IllegalStep(step=rule.step, dossier_status=facts.status, allowed_from=allowed)
    if taken := {step for step in rule.apart if by.account_id in facts.taken.get(step, ())}:
        yield SeparationOfDuties(taken=sorted(taken, key=list(Step).index))
    if interest := next((each for each in rule.interests if _has(each, facts, by)), None):
        yield ConflictOfInterest(interest=interest)


def _holds(rule: StepRule, facts: Facts, by: Viewer) -> bool:
    """Whether a role for this step is held where the step wants it."""
    path = facts.paths[rule.at]
    if rule.named and facts.appraiser_id != by.account_id:
        return by.holds(rule.roles - {Role.APPRAISER}, path)
    return by.holds(rule.roles, path)


def _has(interest: Interest, facts: Facts, by: Viewer) -> bool:
    match interest:
        case Interest.OWN_NOMINATION:
            return by.nominee_id is not None and by.nominee_id in facts.nominees
        case Interest.OWN_UNIT:
            return by.holds(PROPOSING, facts.paths[Desk.PROPOSER])
        case Interest.DECLARED:
            return by.account_id in facts.declared
