"""Timelines: by which steps a dossier came to its status, and how much working time lay between them."""

from __future__ import annotations

import random
from itertools import pairwise

from models.demo.worktime import DAY
from models.workflow import DossierStatus, Step

_S = DossierStatus
_ARRIVED = (Step.DRAFT, Step.SUBMIT, Step.RECEIVE)
_HEARD = (Step.CONSULT, Step.CONCLUDE_OPINIONS)
_UP = (*_HEARD, Step.POST, Step.END_POSTING, Step.CONVENE, Step.ADVISE, Step.FORWARD_UP)
"""What a dossier goes through before the province forwards it (arts 84.3, 84.5, 90.4, 83.2)."""

_BEFORE_APPRAISAL: dict[DossierStatus, tuple[Step, ...]] = {
    _S.DRAFT: (Step.DRAFT,),
    _S.DELETED: (Step.DRAFT, Step.DELETE_DRAFT),
    _S.SUBMITTED: (Step.DRAFT, Step.SUBMIT),
    _S.REFUSED_AT_RECEPTION: (Step.DRAFT, Step.SUBMIT, Step.REFUSE),
    _S.RECEIVED: _ARRIVED,
    _S.ASSIGNED: (*_ARRIVED, Step.ASSIGN),
    _S.SUPPLEMENT_REQUESTED: (*_ARRIVED, Step.ASSIGN, Step.REQUEST_SUPPLEMENT),
    _S.HELD: (*_ARRIVED, Step.ASSIGN, Step.HOLD),
    _S.STOPPED: (*_ARRIVED, Step.ASSIGN, Step.HOLD, Step.STOP),
}
_AFTER_APPRAISAL: dict[DossierStatus, tuple[Step, ...]] = {
    _S.SIGNING: (),
    _S.RETURNED_TO_APPRAISAL: (Step.RETURN,),
    _S.INELIGIBLE: (),
    _S.CONSULTING: (Step.CONSULT,),
    _S.POSTED: (*_HEARD, Step.POST),
    _S.COUNCIL: (Step.CONVENE,),
    _S.PARTY_OPINION: (Step.CONVENE, Step.ASK_PARTY),
    _S.NOT_PASSED: (Step.CONVENE, Step.FAIL_COUNCIL),
    _S.FORWARDED_UP: _UP,
    _S.RESULT_FROM_ABOVE: (*_UP, Step.RECEIVE_FROM_ABOVE),
    _S.DECLINED_ABOVE: (*_UP, Step.RECEIVE_FROM_ABOVE, Step.DECLINE_ABOVE),
    _S.DECIDED: (Step.DECIDE,),
    _S.PUBLISHED: (Step.DECIDE, Step.PUBLISH),
    _S.RESULT_RETURNED: (Step.DECIDE, Step.PUBLISH, Step.RETURN_RESULT),
    _S.ARCHIVED: (Step.DECIDE, Step.PUBLISH, Step.RETURN_RESULT, Step.ARCHIVE),
    _S.CANCELLED: (Step.DECIDE, Step.PUBLISH, Step.CANCEL),
}
SHELVED = (_S.INELIGIBLE, _S.NOT_PASSED, _S.STOPPED)
"""Where dossiers end that were archived without a decision."""

_GAPS: dict[Step, tuple[int, int]] = {
    Step.DELETE_DRAFT: (100, 5 * DAY),
    Step.RECEIVE: (20, 225),
    Step.REFUSE: (20, 400),
    Step.ASSIGN: (60, 400),
    Step.REQUEST_SUPPLEMENT: (200, 900),
    Step.SUPPLEMENT: (DAY, 5 * DAY),
    Step.APPRAISE: (20, 160),
    Step.PASS_APPRAISAL: (40, 500),
    Step.FAIL_APPRAISAL: (40, 500),
    Step.CONSULT: (60, DAY),
    Step.CONCLUDE_OPINIONS: (DAY, 4 * DAY),
    Step.POST: (60, DAY),
    Step.CONVENE: (200, 3 * DAY),
    Step.ADVISE: (DAY, 4 * DAY),
    Step.FAIL_COUNCIL: (DAY, 4 * DAY),
    Step.ASK_PARTY: (200, 2 * DAY),
    Step.RETURN: (100, 2 * DAY),
    Step.HOLD: (60, 2 * DAY),
    Step.RESUME: (2 * DAY, 10 * DAY),
    Step.STOP: (2 * DAY, 10 * DAY),
    Step.FORWARD_UP: (200, 3 * DAY),
    Step.RECEIVE_FROM_ABOVE: (10 * DAY, 30 * DAY),
    Step.DECIDE_ABOVE: (20, DAY),
    Step.DECLINE_ABOVE: (20, DAY),
    Step.DECIDE: (200, 3 * DAY),
    Step.PUBLISH: (30, DAY),
    Step.RETURN_RESULT: (60, 2 * DAY),
    Step.ARCHIVE: (5 * DAY, 20 * DAY),
    Step.CANCEL: (10 * DAY, 50 * DAY),
    Step.WITHDRAW: (200, 3 * DAY),
}
"""The least and the most working minutes that a step is taken after the one before."""

_POSTED_FOR = (11 * DAY, 12 * DAY)
"""A posted list stays up for ten working days, and is ended on one after them."""
_LATE = (11 * DAY, 20 * DAY)
"""Now and then a signature is late."""
_PREPARED = {True: (2 * DAY, 7 * DAY // 2), False: (DAY // 2, 3 * DAY // 2)}
"""From draft to submission: three to four days by hand, about one since the software came (early 2025)."""


def steps(
    status: DossierStatus, lines: int, chance: random.Random, *, shelved: DossierStatus | None = None
) -> list[Step]:
    """The steps that bring a dossier of so many lines to a status; `shelved`: by way of this end, undecided."""
    if shelved is not None:
        return [*steps(shelved, lines, chance), Step.ARCHIVE]
    if status is _S.WITHDRAWN:
        return [*_BEFORE_APPRAISAL[chance.choice((_S.SUBMITTED, _S.RECEIVED, _S.ASSIGNED))], Step.WITHDRAW]
    if status in _BEFORE_APPRAISAL:
        return list(_BEFORE_APPRAISAL[status])
    if status is _S.APPRAISING:
        return [*_ARRIVED, Step.ASSIGN, *[Step.APPRAISE] * chance.randint(1, lines - 1)]
    return [*_ARRIVED, *_appraisal(status, lines, chance), *_ending(status, chance)]


def _appraisal(status: DossierStatus, lines: int, chance: random.Random) -> list[Step]:
    """From assignment to the last line's appraisal, at times by way of a supplement or a halt."""
    last = Step.FAIL_APPRAISAL if status is _S.INELIGIBLE else Step.PASS_APPRAISAL
    detour = chance.choices(
        ((), (Step.REQUEST_SUPPLEMENT, Step.SUPPLEMENT), (Step.HOLD, Step.RESUME)), weights=(90, 9, 1)
    )[0]
    return [Step.ASSIGN, *detour, *[Step.APPRAISE] * (lines - 1), last]


def _ending(status: DossierStatus, chance: random.Random) -> list[Step]:
    """From the end of the appraisal on; what is decided has sometimes been before the council or sent back once."""
    ending = list(_AFTER_APPRAISAL[status])
    if ending[:1] == [Step.DECIDE]:
        detour = chance.choices(
            ([], [Step.CONVENE, Step.ADVISE], [Step.RETURN, Step.PASS_APPRAISAL]), weights=(60, 38, 2)
        )[0]
        return [*detour, *ending]
    return ending


def from_above() -> list[Step]:
    """The end of a dossier decided by the Prime Minister or the President, its result returned."""
    return [*_UP, Step.RECEIVE_FROM_ABOVE, Step.DECIDE_ABOVE, Step.PUBLISH, Step.RETURN_RESULT]


def up(lines: int) -> list[Step]:
    """All the steps of such a dossier."""
    return [*_ARRIVED, Step.ASSIGN, *[Step.APPRAISE] * (lines - 1), Step.PASS_APPRAISAL, *from_above()]


def gaps(taken: list[Step], chance: random.Random, *, by_hand: bool) -> list[int]:
    """Working minutes between each step and the one before it; the first is 0."""
    late = chance.random() < 0.06
    return [0, *(chance.randint(*_gap(*pair, by_hand=by_hand, late=late)) for pair in pairwise(taken))]


def _gap(before: Step, step: Step, *, by_hand: bool, late: bool) -> tuple[int, int]:
    if step is Step.SUBMIT:
        return _PREPARED[by_hand]
    if before is Step.POST:
        return _POSTED_FOR
    return _LATE if step is Step.DECIDE and late else _GAPS[step]
