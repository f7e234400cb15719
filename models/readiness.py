"""Whether the cases and papers of a dossier are ready for a step: what an act would refuse whatever it was told.

An act looks at its rows and raises these refusals; `allowedSteps` says them beforehand, from a Standing.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from models.asking import nothing_to_post, opinions_awaited
from models.council_rule import not_advised
from models.posting_duty import not_posted, posting_running
from models.refusals import Refusal, RuleNotMet
from models.standing import Standing
from models.submission import lacks, may_not_decide, names_nobody
from models.workflow import Step

_COMPLETE = frozenset({Step.SUBMIT, Step.SUPPLEMENT})
"""Steps by which a dossier must be whole; papers are asked for as at its submission."""
_JUDGING = frozenset({Step.APPRAISE, Step.PASS_APPRAISAL, Step.FAIL_APPRAISAL, Step.PROPOSE_OTHER_FORM})
_ANSWERING = frozenset({Step.ACCEPT_OTHER_FORM, Step.DECLINE_OTHER_FORM})
_DECIDING = frozenset({Step.DECIDE, Step.DECIDE_ABOVE})
_POSTED = frozenset({Step.DECIDE, Step.FORWARD_UP})
"""Steps before which what must be posted was."""
_FROM_ABOVE = frozenset({Step.FORWARD_UP, Step.DECIDE_ABOVE, Step.VOID_ABOVE})
"""Steps of what is decided above the province, and of nothing else."""


def unready(step: Step, standing: Standing) -> Iterator[Refusal]:
    """What of its cases and papers stands against a step, in the order in which the act looks."""
    cases = standing.cases
    if step in _COMPLETE | _JUDGING and not cases.total:
        yield names_nobody()
    elif step in _JUDGING - {Step.PROPOSE_OTHER_FORM} and not cases.settled:
        yield other_form_open()
    elif step in _JUDGING and not _judged_so(step, standing):
        yield judged_otherwise(step)
    if step is Step.ENDORSE and standing.at_its_desk:
        yield at_its_desk()
    if step in _ANSWERING and not cases.other_forms:
        yield no_other_form()
    if step is Step.CONVENE:
        yield from _unfit_for_council(standing)
    yield from _of_another(step, standing)
    if step in _COMPLETE | _DECIDING and standing.undecidable:
        yield may_not_decide(standing.authority_kind, *standing.undecidable[0])
    if lacking := standing.missing.get(Step.SUBMIT if step in _COMPLETE else step):
        yield lacks(lacking)
    if step in _DECIDING | {Step.FORWARD_UP} and standing.unadvised is not None:
        yield not_advised(*standing.unadvised)
    yield from _asked(step, standing)
    if step in _DECIDING and standing.leaning_on_the_fallen is not None:
        yield leans_on_the_fallen(standing.leaning_on_the_fallen)


def _of_another(step: Step, standing: Standing) -> Iterator[Refusal]:
    """What is done to decisions of others than the dossier's authority, or to none."""
    if step in _FROM_ABOVE and not standing.decided_above:
        yield decided_here()
    if step is Step.VOID_DECISION and standing.decided_above:
        yield decided_above()
    if step in _DECIDING and not standing.cases.eligible + standing.cases.passed:
        yield nobody_to_commend(standing.code)


def _asked(step: Step, standing: Standing) -> Iterator[Refusal]:
    """What others were to be asked, and have not answered or were not asked."""
    asked, cases = standing.asked, standing.cases
    if step in _POSTED and asked.unposted is not None:
        yield not_posted(*asked.unposted)
    if step is Step.CONCLUDE_OPINIONS and asked.awaited and asked.awaited_until is not None:
        yield opinions_awaited(asked.awaited, asked.awaited_until)
    if step is Step.POST and not cases.eligible + cases.passed:
        yield nothing_to_post()
    if step is Step.END_POSTING and asked.in_window and asked.window is not None:
        yield posting_running(asked.window)


def _judged_so(step: Step, standing: Standing) -> bool:
    """Whether judging one more case can be this step: one of several, the last with somebody eligible or with nobody.

    Any case may be judged again, but one for which another form is proposed waits for the answer.
    """
    cases = standing.cases
    match step:
        case Step.APPRAISE:
            return cases.pending > 1 or (cases.pending == 1 and cases.settled > cases.pending_settled)
        case Step.PASS_APPRAISAL:
            return cases.pending == cases.pending_settled <= 1
        case Step.FAIL_APPRAISAL:
            left = cases.pending + cases.eligible + cases.passed
            settled = cases.pending_settled + cases.eligible_settled + cases.passed_settled
            return left == 0 or left == settled == 1
    return True


def _unfit_for_council(standing: Standing) -> Iterator[Refusal]:
    if not standing.cases.eligible:
        yield nothing_to_advise_on(standing.code)
    if standing.on_agenda is not None:
        yield on_another_agenda(standing.on_agenda)


def judged_otherwise(step: Step) -> RuleNotMet:
    """The refusal where the next judgement on a case would be another step than this one."""
    return RuleNotMet(
        rule="CASES_STAND_OTHERWISE",
        article="Law 06/2022 art 84",
        remedy="appraiseLine",
        message=(
            "Không còn trường hợp nào khác chờ kết quả: kết luận thêm một trường hợp là kết thúc thẩm định."
            if step is Step.APPRAISE
            else "Các trường hợp khác chưa có kết quả như vậy. Hãy thẩm định từng trường hợp trước."
        ),
        message_en=(
            "No other case is pending: to judge one more is to end the appraisal."
            if step is Step.APPRAISE
            else "Other cases do not stand so yet. Appraise each of them first."
        ),
    )


def at_its_desk() -> RuleNotMet:
    """The refusal to endorse what has come to its desk."""
    return RuleNotMet(
        rule="AT_ITS_DESK",
        article="Law 06/2022 art 83",
        remedy="receiveDossier",
        message="Hồ sơ đã ở bộ phận một cửa. Hãy tiếp nhận hoặc từ chối tiếp nhận.",
        message_en="The dossier has come to its desk already. Receive or refuse it.",
    )


def other_form_open() -> RuleNotMet:
    """The refusal to judge a case for which another form is proposed and not yet answered."""
    return RuleNotMet(
        rule="OTHER_FORM_OPEN",
        article="province",
        remedy="acceptOtherForm, declineOtherForm",
        message="Cơ quan trình chưa trả lời đề nghị hình thức khác. Hãy chờ trả lời rồi thẩm định.",
        message_en="The proposer has not answered the other form proposed. Wait for the answer, then appraise.",
    )


def no_other_form() -> RuleNotMet:
    """The refusal of an answer to what was not proposed."""
    return RuleNotMet(
        rule="NO_OTHER_FORM",
        article="province",
        remedy="lineId",
        message="Trường hợp này không có đề nghị hình thức khác. Hãy tải lại hồ sơ.",
        message_en="No other form is proposed for this case. Reload the dossier.",
    )


def nothing_to_advise_on(code: str | None) -> RuleNotMet:
    """The refusal to put a dossier before a council that has no eligible case."""
    return RuleNotMet(
        rule="NOTHING_TO_ADVISE_ON",
        article="Law 06/2022 art 90.4",
        remedy="appraiseLine",
        message=f"Hồ sơ {code} không có trường hợp nào đủ điều kiện. Hãy bỏ khỏi chương trình.",
        message_en=f"Dossier {code} has no case that was found eligible. Take it off the agenda.",
    )


def on_another_agenda(title: str) -> RuleNotMet:
    """The refusal of a case that another sitting has not answered yet."""
    return RuleNotMet(
        rule="ON_ANOTHER_AGENDA",
        article="Law 06/2022 art 90.4",
        remedy="closeSession",
        message=f"Một trường hợp đang ở chương trình của «{title}». Hãy kết thúc phiên ấy trước.",
        message_en=f"A case is on the agenda of “{title}”. Close that sitting first.",
    )


def decided_here(authority: str = "authority") -> RuleNotMet:
    """The refusal to forward, or to record as another's, what is to be decided here."""
    return RuleNotMet(
        rule="DECIDED_HERE",
        article="Law 06/2022 arts 77–80",
        remedy=authority,
        message="Cơ quan quyết định không phải cấp trên của tỉnh. Hãy ban hành quyết định tại đây.",
        message_en="The deciding authority is not above the province. Issue the decision here.",
    )


def decided_above() -> RuleNotMet:
    """The refusal to void as one's own what was decided above, and is only recorded here."""
    return RuleNotMet(
        rule="DECIDED_ABOVE",
        article="Law 06/2022 arts 77–78",
        remedy="VOID_ABOVE",
        message="Quyết định này của cấp trên. Người ghi nhận ở bộ phận xử lý có thể bãi bỏ bản ghi.",
        message_en="The decision was made above. Whoever records at the handling desk may void the record.",
    )


def nobody_to_commend(code: str | None) -> RuleNotMet:
    """The refusal to decide on a dossier of which no case is left."""
    return RuleNotMet(
        rule="NOBODY_TO_COMMEND",
        article="Law 06/2022 art 84",
        remedy=code or "",
        message=f"Hồ sơ {code} không có trường hợp nào đủ điều kiện. Hãy trả lại để thẩm định.",
        message_en=f"No case of dossier {code} is eligible. Return it to appraisal.",
    )


def leans_on_the_fallen(line: UUID) -> RuleNotMet:
    """The refusal of a case that leans on an award which was cancelled or stripped."""
    return RuleNotMet(
        rule="RELIED_ON_AWARD_FELL",
        article="Law 06/2022 art 93",
        remedy=f"DossierLine_{line}",
        message="Khen thưởng làm căn cứ đã bị hủy bỏ hoặc tước. Hãy thẩm định lại trường hợp này.",
        message_en="An award it leans on was cancelled or stripped. Have the case appraised again.",
    )
