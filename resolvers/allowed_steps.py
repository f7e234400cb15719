"""Which steps of a dossier its viewer may take, and why or why not: the acts' own judges, asked beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from models.access import Audience, Holding, Role, Viewer
from models.posting_duty import posting_running
from models.readiness import unready
from models.refusals import IllegalStep, NotPermitted, Refusal, RuleNotMet
from models.standing import Standing, told
from models.verdict import Facts, as_seen_by, obstacles, taken_by
from models.workflow import DossierStatus, Step, StepRule, workflow
from resolvers.engine import Shared

ACTS: dict[Step, str] = {
    Step.AMEND: "amendDossier",
    Step.DELETE_DRAFT: "deleteDraft",
    Step.SUBMIT: "submitDossier",
    Step.ENDORSE: "endorseDossier",
    Step.SEND_BACK: "sendDossierBack",
    Step.RECEIVE: "receiveDossier",
    Step.REFUSE: "refuseDossier",
    Step.WITHDRAW: "withdrawDossier",
    Step.ASSIGN: "assignAppraiser",
    Step.REQUEST_SUPPLEMENT: "requestSupplement",
    Step.SUPPLEMENT: "supplementDossier",
    Step.ADD_DOCUMENT: "addDocument",
    Step.DECLARE_INTEREST: "declareInterest",
    Step.APPRAISE: "appraiseLine",
    Step.PASS_APPRAISAL: "appraiseLine",
    Step.FAIL_APPRAISAL: "appraiseLine",
    Step.PROPOSE_OTHER_FORM: "proposeOtherForm",
    Step.ACCEPT_OTHER_FORM: "acceptOtherForm",
    Step.DECLINE_OTHER_FORM: "declineOtherForm",
    Step.CONSULT: "requestOpinions",
    Step.CONCLUDE_OPINIONS: "concludeOpinions",
    Step.POST: "postDossier",
    Step.END_POSTING: "endPosting",
    Step.CONVENE: "conveneSession",
    Step.ADVISE: "closeSession",
    Step.FAIL_COUNCIL: "closeSession",
    Step.ASK_PARTY: "closeSession",
    Step.RETURN: "returnToAppraisal",
    Step.HOLD: "holdDossier",
    Step.RESUME: "resumeDossier",
    Step.STOP: "stopDossier",
    Step.FORWARD_UP: "forwardUp",
    Step.RECEIVE_FROM_ABOVE: "receiveFromAbove",
    Step.DECIDE_ABOVE: "recordDecision",
    Step.DECLINE_ABOVE: "declineAbove",
    Step.DECIDE: "issueDecision",
    Step.VOID_DECISION: "voidDecision",
    Step.VOID_ABOVE: "voidDecision",
    Step.PUBLISH: "publishDecision",
    Step.RETURN_RESULT: "returnResult",
    Step.ARCHIVE: "archiveDossier",
}
"""By which act each step is taken. The others are none of a dossier's that is there already, or follow by law."""
_BY_LETTER = (Step.ADVISE, Step.FAIL_COUNCIL)
"""While the Party committee is asked, these are taken by recording what it says."""
_CARRIED_ON = {(Step.CONSULT, DossierStatus.CONSULTING)}
"""Where the act does more of the same, though the dossier takes no step by it: more agencies are asked."""

ROLES: dict[Role, str] = {
    Role.NOMINEE: "đối tượng được đề nghị",
    Role.UNIT_OFFICER: "cán bộ thi đua của đơn vị",
    Role.AGENCY_HEAD: "thủ trưởng cơ quan",
    Role.ONE_STOP: "bộ phận một cửa",
    Role.APPRAISER: "chuyên viên thẩm định",
    Role.OFFICE_HEAD: "trưởng phòng thi đua, khen thưởng",
    Role.COUNCIL_MEMBER: "ủy viên hội đồng",
    Role.SECRETARY: "thư ký hội đồng",
    Role.CHAIRMAN: "chủ tịch",
    Role.AUDITOR: "kiểm tra, giám sát",
    Role.ADMINISTRATOR: "quản trị hệ thống",
}


@dataclass(frozen=True)
class Because:
    """One reason why a step may or may not be taken."""

    code: str
    message: str
    message_en: str
    article: str
    rule: str | None = None


@dataclass(frozen=True)
class AllowedStep(Shared):
    """A step, whether the viewer may take it now, and why."""

    step: Step
    act: str
    allowed: bool
    because: tuple[Because, ...]
    who_can: tuple[Role, ...]


def allowed_steps(viewer: Viewer, given: Iterable[tuple[Any]]) -> list[list[AllowedStep]]:
    """Every step of the dossier's workflow that is an act, and whether the viewer may take it now; for staff.

    `allowed` promises that nothing stands against it in who the viewer is, where the dossier stands, who took which
    step before, and in its cases and papers. What remains to be judged when the act is done: its own input (whom it
    names, which day it is signed on), the other rows it touches (a sitting and its ballots, a decision and its other
    dossiers), and what has changed since. `false` is what the act refuses by: the first reason is the act's answer.
    """
    if viewer.audience is not Audience.STAFF:
        return [[] for _ in given]
    return [_of_one(viewer, told(said)) for (said,) in given]


def _of_one(viewer: Viewer, standing: Standing) -> list[AllowedStep]:
    """Judged anew only where its cases, papers and windows say more than who asks and where it stands, to who may."""
    facts = as_seen_by(standing.facts, viewer)
    steps = list(_by_facts(viewer, standing.workflow_code, facts))
    window = standing.asked.window if standing.asked.in_window else None
    for place, rule, act in _open(standing.workflow_code, facts.status):
        if steps[place].because[0].code == NotPermitted.__name__:
            continue  # who may never take it is not told what others were asked, nor on which agenda a case stands
        more = [*unready(rule.step, standing)] if facts.status in rule.before else []
        if more or window:
            steps[place] = _judged(rule, act, facts, viewer, more, window)
    return steps


@lru_cache(maxsize=2000)
def _by_facts(viewer: Viewer, code: str, facts: Facts) -> tuple[AllowedStep, ...]:
    """The steps of dossiers that are alike to a viewer, as far as nothing of their cases and papers stands against."""
    return tuple(_judged(rule, act, facts, viewer) for rule, act in _steps(code))


@cache
def _steps(code: str) -> tuple[tuple[StepRule, str], ...]:
    return tuple((rule, ACTS[step]) for step, rule in workflow(code).items() if step in ACTS)


@cache
def _open(code: str, status: DossierStatus) -> tuple[tuple[int, StepRule, str], ...]:
    """The steps on whose answer the cases, papers and windows of a dossier in this state bear, with their places.

    Where it does not stand in a step's state at all, that says enough; but of forwarding while the list is posted.
    """
    posted = {Step.FORWARD_UP} if status is DossierStatus.POSTED else set()
    steps = enumerate(_steps(code))
    return tuple((place, rule, act) for place, (rule, act) in steps if status in rule.before or rule.step in posted)


def _judged(
    rule: StepRule,
    act: str,
    facts: Facts,
    viewer: Viewer,
    more: Iterable[Refusal] = (),
    window: date | None = None,
) -> AllowedStep:
    """A step with `more` that stands against it, and the last day on which a list stands in public, if one does."""
    carried_on = (rule.step, facts.status) in _CARRIED_ON
    against = [*obstacles(rule, facts, viewer), *more]
    against = [each for each in against if not (carried_on and isinstance(each, IllegalStep))]
    if rule.step is Step.FORWARD_UP and facts.status is DossierStatus.POSTED and window:
        against = [posting_running(window) if isinstance(each, IllegalStep) else each for each in against]
    holding = taken_by(rule, facts, viewer)
    because = [_by_role(holding, rule)] if holding and not against else [_against(each, rule) for each in against]
    by_letter = rule.step in _BY_LETTER and facts.status is DossierStatus.PARTY_OPINION
    return _once("recordPartyOpinion" if by_letter else act, rule, not against, tuple(because))


@lru_cache(maxsize=5000)
def _once(act: str, rule: StepRule, allowed: bool, because: tuple[Because, ...]) -> AllowedStep:
    """The one step that says this, for whoever it is said to."""
    who_can = tuple(sorted(rule.roles, key=list(Role).index))
    return AllowedStep(step=rule.step, act=act, allowed=allowed, because=because, who_can=who_can)


def _against(refusal: Refusal, rule: StepRule) -> Because:
    rule_not_met = refusal if isinstance(refusal, RuleNotMet) else None
    return Because(
        code=type(refusal).__name__,
        message=refusal.message,
        message_en=refusal.message_en,
        article=rule_not_met.article if rule_not_met else rule.article,
        rule=rule_not_met.rule if rule_not_met else None,
    )


def _by_role(holding: Holding, rule: StepRule) -> Because:
    lent = holding.for_account_id is not None
    said, english = ROLES[holding.role], holding.role.value
    return Because(
        code="DelegatedRole" if lent else "RoleHeld",
        message=f"Bạn {'được ủy quyền' if lent else 'giữ'} vai trò {said} và hồ sơ đang ở bước này.",
        message_en=f"You hold the role {english}{' by delegation' if lent else ''}, and the dossier stands there.",
        article=rule.article,
    )
