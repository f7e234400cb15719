"""Whether a version of the workflow can be published: tried before the catalogue is loaded.

Every state is reached and left, every way ends in an answer, who waits is let go on, nobody judges their own work, and
the time limits add up. Whatever is wrong is said with the file and the row, and what to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from models.catalogue.deadline import SaidClock, SaidDeadline, Stage
from models.catalogue.entry import CatalogueError
from models.rule_set import CommendationType
from models.workflow import Clock, DossierStatus, Lead, Step, StepRule, Workflow

S = DossierStatus
FINAL = frozenset({S.DELETED, S.ARCHIVED})
"""Where a file may lie for ever."""
ENDS = FINAL | {
    S.REFUSED_AT_RECEPTION,
    S.WITHDRAWN,
    S.INELIGIBLE,
    S.NOT_PASSED,
    S.STOPPED,
    S.DECLINED_ABOVE,
    S.DECIDED,
}
"""The answers a dossier can get."""
_PROPOSED = frozenset({Step.DRAFT, Step.SUBMIT})
_JUDGED = frozenset({Step.APPRAISE, Step.PASS_APPRAISAL})
MUST_STAND_APART: Mapping[Step, frozenset[Step]] = {
    **dict.fromkeys((Step.RECEIVE, Step.REFUSE, Step.REQUEST_SUPPLEMENT), _PROPOSED),
    **dict.fromkeys((Step.APPRAISE, Step.PASS_APPRAISAL, Step.FAIL_APPRAISAL, Step.PROPOSE_OTHER_FORM), _PROPOSED),
    Step.ENDORSE: frozenset({Step.DRAFT}),
    Step.DECIDE: _JUDGED | {Step.DRAFT},
}
"""By step, what nobody who takes it may have done: who proposes, who judges and who decides are three."""

Edges = dict[DossierStatus, set[DossierStatus]]
Clocks = Mapping[DossierStatus, SaidClock]


def must_be_sound(
    version: Workflow, clocks: Clocks, deadlines: Sequence[SaidDeadline], days: Mapping[str, int]
) -> None:
    """Raise CatalogueError with everything that is wrong with a version; `days`: processing days of its rule sets."""
    found = [*_rows(version), *_ways(version), *_apart(version), *_times(version, clocks, deadlines, days)]
    if found:
        raise CatalogueError("\n".join(f"workflows/{version.code}.toml: {problem}" for problem in found))


def edges(version: Workflow) -> Edges:
    """From each state, the other states that some step leads to."""
    found: Edges = {status: set() for status in DossierStatus}
    for rule in version.steps.values():
        for status in rule.before:
            found[status] |= _leads_to(version, rule, status) - {status}
    return found


def _leads_to(version: Workflow, rule: StepRule, status: DossierStatus) -> set[DossierStatus]:
    match rule.after:
        case Lead.SAME:
            return {status}
        case Lead.BACK:
            return {before for other in version.steps.values() if _waits(other, status) for before in other.before}
        case after:
            return {after}


def _waits(rule: StepRule, status: DossierStatus) -> bool:
    """Whether a step leads to this state to wait there and come back."""
    return rule.returns and rule.after is status


def _rows(version: Workflow) -> Iterator[str]:
    for step, rule in version.steps.items():
        row = f"[step.{step.name}]"
        for key in ("says", "says_en", "article"):
            if not getattr(rule, key).strip():
                yield f"{row}: `{key}` is empty: write a text"
        if not rule.roles:
            yield f"{row}: `roles` is empty, so nobody may take the step: name a role"
        if not rule.before and step is not Step.DRAFT:
            yield f"{row}: `before` is empty, so it can never be taken: name a state"
        if rule.returns and not isinstance(rule.after, DossierStatus):
            yield f"{row}: it `returns` from {rule.after.name}: name the state in which the dossier waits"


def _ways(version: Workflow) -> Iterator[str]:
    leads, start = edges(version), version.steps[Step.DRAFT].after
    reached = _closure({start} if isinstance(start, DossierStatus) else set(), leads)
    for status in DossierStatus:
        if status not in reached:
            yield f"no way leads to {status.name}: give a step `after` = {status.name}"
        elif not leads[status] and status not in FINAL:
            yield f"{status.name} is a dead end: name it in the `before` of a step that leads on"
        elif not _closure({status}, leads) & ENDS:
            yield f"from {status.name} no way ends in an answer: let a step lead on from it"
    yield from _ways_back(version)


def _ways_back(version: Workflow) -> Iterator[str]:
    """Who waits can go back, and whoever goes back has waited."""
    back = {status: rule for rule in version.steps.values() if rule.after is Lead.BACK for status in rule.before}
    for step, rule in version.steps.items():
        if rule.returns and rule.after not in back:
            yield f"[step.{step.name}]: no step leads BACK from {rule.after.name}: add one, or drop `returns`"
        elif isinstance(rule.after, DossierStatus) and rule.after in back and not rule.returns:
            back_step = back[rule.after].step.name
            yield f"[step.{step.name}]: {back_step} leads BACK from {rule.after.name}: write `returns = true`"


def _closure(found: set[DossierStatus], leads: Edges) -> set[DossierStatus]:
    """All the states that these lead to in the end, themselves among them."""
    found, fresh = set(found), set(found)
    while fresh:
        fresh = {after for status in fresh for after in leads[status]} - found
        found |= fresh
    return found


def _apart(version: Workflow) -> Iterator[str]:
    for step, others in MUST_STAND_APART.items():
        if missing := sorted(other.name for other in others - version.steps[step].apart):
            yield f"[step.{step.name}]: one person could take {', '.join(missing)} and this: add them to `apart`"


def _times(
    version: Workflow, clocks: Clocks, deadlines: Sequence[SaidDeadline], days: Mapping[str, int]
) -> Iterator[str]:
    leads = edges(version)
    before = _closure({S.DRAFT}, {**leads, S.SUBMITTED: leads[S.SUBMITTED] - {S.RECEIVED}})
    for status in DossierStatus:
        if (status in before or status in FINAL) and clocks[status].clock is not Clock.STOPPED:
            yield f"the clock is {clocks[status].clock.name} in {status.name}, before reception or at the end: stop it"
    if version.steps[Step.RECEIVE].after is not S.RECEIVED or clocks[S.RECEIVED].clock is not Clock.RUNNING:
        yield "[step.RECEIVE]: the clock must run from reception: lead to RECEIVED, and let it run there in clocks.toml"
    yield from _sums(deadlines, days)


def _sums(deadlines: Sequence[SaidDeadline], days: Mapping[str, int]) -> Iterator[str]:
    """The limits of the stages add up to the working days of each rule set, and of no type to more."""
    for rule_set, whole in days.items():
        for kind in (None, *CommendationType):
            limit = {each.stage: each.half_days for each in deadlines if _is_of(each, rule_set, None)}
            limit |= {each.stage: each.half_days for each in deadlines if _is_of(each, rule_set, kind)}
            if missing := [stage.name for stage in Stage if stage not in limit]:
                yield f"deadlines.toml has no limit for {missing[0]} under {rule_set}: write a [[deadline]]"
            elif sum(limit.values()) > 2 * whole or (kind is None and sum(limit.values()) <= 2 * (whole - 1)):
                name = f" for {kind.name}" if kind else ""
                total = sum(limit.values()) / 2
                yield f"the stages of {rule_set}{name} add up to {total:g} days, not {whole}: mend deadlines.toml"


def _is_of(said: SaidDeadline, rule_set: str, kind: CommendationType | None) -> bool:
    return said.rule_set == rule_set and said.commendation_type is kind
