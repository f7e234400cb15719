"""The workflow of a dossier, as data: its states, its steps, and who may take which from where."""

from __future__ import annotations

import enum
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from models.access import Role

TABLE = Path(__file__).parent / "catalogue" / "workflow.toml"


class DossierStatus(enum.Enum):
    """Where the file of a dossier stands."""

    DRAFT = "dự thảo"
    SUBMITTED = "đã gửi"
    RECEIVED = "đã tiếp nhận"
    REFUSED_AT_RECEPTION = "không được tiếp nhận"
    WITHDRAWN = "đã rút"
    ASSIGNED = "đã phân công thẩm định"
    APPRAISING = "đang thẩm định"
    SUPPLEMENT_REQUESTED = "chờ bổ sung"
    INELIGIBLE = "không đủ điều kiện"
    CONSULTING = "đang lấy ý kiến hiệp y"
    POSTED = "đang công khai lấy ý kiến"
    COUNCIL = "đang trình hội đồng"
    NOT_PASSED = "hội đồng không thông qua"
    PARTY_OPINION = "đang xin ý kiến cấp ủy"
    SIGNING = "đang trình ký"
    HELD = "tạm dừng"
    STOPPED = "dừng xử lý"
    FORWARDED_UP = "đã trình cấp trên"
    DECLINED_ABOVE = "cấp trên không khen thưởng"
    DECIDED = "đã có quyết định"
    PUBLISHED = "đã công bố"
    RESULT_RETURNED = "đã trả kết quả"
    ARCHIVED = "đã lưu trữ"
    CANCELLED = "đã hủy bỏ"


class PortalStatus(enum.Enum):
    """The ten dossier statuses of the National Public Service Portal, by their codes 1–10."""

    NEWLY_FILED = 1
    RECEIVED = 2
    RECEPTION_REFUSED = 3
    IN_PROCESS = 4
    SUPPLEMENT_REQUIRED = 5
    PAYMENT_REQUIRED = 6
    WITHDRAWN = 7
    STOPPED = 8
    PROCESSED = 9
    RESULT_RETURNED = 10


class Clock(enum.Enum):
    """Whether the time limit of a dossier runs."""

    RUNNING = "đang tính"
    PAUSED = "tạm dừng"
    STOPPED = "đã dừng"


class Desk(enum.Enum):
    """At which of a dossier's agencies a role must be held to take a step."""

    PROPOSER = "agency"
    HANDLER = "handler"
    AUTHORITY = "authority"


_S, _P = DossierStatus, PortalStatus
_PORTAL = {
    _S.DRAFT: _P.NEWLY_FILED,
    _S.SUBMITTED: _P.NEWLY_FILED,
    _S.RECEIVED: _P.RECEIVED,
    _S.REFUSED_AT_RECEPTION: _P.RECEPTION_REFUSED,
    _S.SUPPLEMENT_REQUESTED: _P.SUPPLEMENT_REQUIRED,
    _S.WITHDRAWN: _P.WITHDRAWN,
    _S.HELD: _P.STOPPED,
    _S.STOPPED: _P.STOPPED,
    _S.INELIGIBLE: _P.STOPPED,
    _S.NOT_PASSED: _P.STOPPED,
    _S.DECLINED_ABOVE: _P.STOPPED,
    _S.CANCELLED: _P.STOPPED,
    _S.DECIDED: _P.PROCESSED,
    _S.PUBLISHED: _P.PROCESSED,
    _S.RESULT_RETURNED: _P.RESULT_RETURNED,
    _S.ARCHIVED: _P.RESULT_RETURNED,
}
_PAUSED = {_S.SUPPLEMENT_REQUESTED, _S.HELD, _S.CONSULTING, _S.POSTED, _S.FORWARDED_UP}


def portal_status(status: DossierStatus) -> PortalStatus:
    """The status the National Public Service Portal is told."""
    return _PORTAL.get(status, PortalStatus.IN_PROCESS)


def clock(status: DossierStatus) -> Clock:
    """Whether the time limit runs: not while others are awaited, nor before reception, nor after the result."""
    if status in _PAUSED:
        return Clock.PAUSED
    waiting = portal_status(status) in {PortalStatus.RECEIVED, PortalStatus.IN_PROCESS}
    return Clock.RUNNING if waiting else Clock.STOPPED


class Step(enum.Enum):
    """An act on a dossier. Its row of the workflow table says the rest."""

    DRAFT = "soạn thảo"
    SUBMIT = "gửi"
    RECEIVE = "tiếp nhận"
    REFUSE = "từ chối tiếp nhận"
    WITHDRAW = "rút"
    ASSIGN = "phân công thẩm định"
    REQUEST_SUPPLEMENT = "yêu cầu bổ sung"
    SUPPLEMENT = "bổ sung"
    APPRAISE = "thẩm định"
    PASS_APPRAISAL = "kết thúc thẩm định"
    FAIL_APPRAISAL = "kết luận không đủ điều kiện"
    CONSULT = "lấy ý kiến hiệp y"
    POST = "công khai lấy ý kiến"
    CONVENE = "trình hội đồng"
    ADVISE = "hội đồng thông qua"
    FAIL_COUNCIL = "hội đồng không thông qua"
    ASK_PARTY = "xin ý kiến cấp ủy"
    RETURN = "trả lại thẩm định"
    HOLD = "tạm dừng"
    RESUME = "tiếp tục"
    STOP = "dừng"
    FORWARD_UP = "trình cấp trên"
    DECLINE_ABOVE = "ghi nhận cấp trên không khen thưởng"
    DECIDE = "ban hành quyết định"
    PUBLISH = "công bố quyết định"
    RETURN_RESULT = "trả kết quả"
    ARCHIVE = "lưu trữ"
    CANCEL = "hủy bỏ"


@dataclass(frozen=True)
class StepRule:
    """One row of the workflow table: who may take the step, where from, where to, and why."""

    step: Step
    roles: frozenset[Role]
    at: Desk
    before: frozenset[DossierStatus]
    after: DossierStatus
    article: str
    says: str
    says_en: str
    apart: frozenset[Step] = frozenset()
    named: bool = False
    """Whether only the appraiser named in the dossier may take it."""


def _row(step: Step, said: dict[str, Any]) -> StepRule:
    return StepRule(
        step=step,
        roles=frozenset(Role[role] for role in said["roles"]),
        at=Desk[said["at"]],
        before=frozenset(DossierStatus[status] for status in said["before"]),
        after=DossierStatus[said["after"]],
        article=said["article"],
        says=said["says"],
        says_en=said["says_en"],
        apart=frozenset(Step[other] for other in said.get("apart", ())),
        named=said.get("named", False),
    )


@cache
def workflow() -> MappingProxyType[Step, StepRule]:
    """The workflow table: a row for every step, none besides."""
    said = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    if said.keys() != Step.__members__.keys():
        raise ValueError(f"{TABLE.name} and Step differ in {sorted(said.keys() ^ Step.__members__.keys())}")
    return MappingProxyType({step: _row(step, said[step.name]) for step in Step})
