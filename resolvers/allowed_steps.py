"""Which steps of a dossier its viewer may take, and why or why not: the acts' own judges, asked beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.access import Audience, Holding, Role, Viewer
from models.readiness import unready
from models.refusals import IllegalStep, Refusal, RuleNotMet
from models.standing import Standing, told
from models.verdict import obstacles, taken_by
from models.workflow import DossierStatus, Step, StepRule, workflow

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
class AllowedStep:
    """A step, whether the viewer may take it now, and why."""

    step: Step
    act: str
    allowed: bool
    because: list[Because]
    who_can: list[Role]


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
    return [_judged(rule, act, standing, viewer) for rule, act in _steps(standing.workflow_code)]


@cache
def _steps(code: str) -> tuple[tuple[StepRule, str], ...]:
    return tuple((rule, ACTS[step]) for step, rule in workflow(code).items() if step in ACTS)


def _judged(rule: StepRule, act: str, standing: Standing, viewer: Viewer) -> AllowedStep:
    carried_on = (rule.step, standing.facts.status) in _CARRIED_ON
    against = [*obstacles(rule, standing.facts, viewer), *_unready(rule, standing)]
    against = [each for each in against if not (carried_on and isinstance(each, IllegalStep))]
    holding = taken_by(rule, standing.facts, viewer)
    because = [_by_role(holding, rule)] if holding and not against else [_against(each, rule) for each in against]
    by_letter = rule.step in _BY_LETTER and standing.facts.status is DossierStatus.PARTY_OPINION
    return AllowedStep(
        step=rule.step,
        act="recordPartyOpinion" if by_letter else act,
        allowed=not against,
        because=because,
        who_can=_who_can(rule),
    )


def _unready(rule: StepRule, standing: Standing) -> Iterator[Refusal]:
    """What its cases and papers lack: where the dossier does not stand there at all, that says enough."""
    if standing.facts.status in rule.before:
        yield from unready(rule.step, standing)


@cache
def _who_can(rule: StepRule) -> list[Role]:
    return sorted(rule.roles, key=list(Role).index)


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
