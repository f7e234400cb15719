"""The workflow of a dossier, as data: its states, its steps, and who may take which from where; a file a version."""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from models.access import Role

TABLES = Path(__file__).parent / "catalogue" / "workflows"


class DossierStatus(enum.Enum):
    """Where the file of a dossier stands."""

    DRAFT = "dự thảo"
    DELETED = "bản thảo đã xóa"
    SUBMITTED = "đã gửi"
    RECEIVED = "đã tiếp nhận"
    REFUSED_AT_RECEPTION = "không được tiếp nhận"
    WITHDRAWN = "đã rút"
    ASSIGNED = "đã phân công thẩm định"
    APPRAISING = "đang thẩm định"
    RETURNED_TO_APPRAISAL = "trả lại thẩm định"
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
    RESULT_FROM_ABOVE = "đã nhận kết quả từ cấp trên"
    DECLINED_ABOVE = "cấp trên không khen thưởng"
    DECIDED = "đã có quyết định"
    PUBLISHED = "đã công bố"
    RESULT_RETURNED = "đã trả kết quả"
    ARCHIVED = "đã lưu trữ"
    CANCELLED = "đã hủy bỏ"


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


class Step(enum.Enum):
    """An act on a dossier. Its row of the workflow table says the rest."""

    DRAFT = "soạn thảo"
    AMEND = "sửa"
    DELETE_DRAFT = "xóa bản thảo"
    SUBMIT = "gửi"
    ENDORSE = "xác nhận và trình lên"
    SEND_BACK = "trả lại cơ quan soạn thảo"
    RECEIVE = "tiếp nhận"
    REFUSE = "từ chối tiếp nhận"
    WITHDRAW = "rút"
    ASSIGN = "phân công thẩm định"
    REQUEST_SUPPLEMENT = "yêu cầu bổ sung"
    SUPPLEMENT = "bổ sung"
    ADD_DOCUMENT = "bổ sung tài liệu"
    DECLARE_INTEREST = "khai báo xung đột lợi ích"
    APPRAISE = "thẩm định"
    PROPOSE_OTHER_FORM = "đề nghị hình thức khác"
    ACCEPT_OTHER_FORM = "đồng ý hình thức khác"
    DECLINE_OTHER_FORM = "không đồng ý hình thức khác"
    PASS_APPRAISAL = "kết thúc thẩm định"
    FAIL_APPRAISAL = "kết luận không đủ điều kiện"
    CONSULT = "lấy ý kiến hiệp y"
    CONCLUDE_OPINIONS = "kết thúc lấy ý kiến hiệp y"
    POST = "công khai lấy ý kiến"
    END_POSTING = "kết thúc công khai"
    CONVENE = "trình hội đồng"
    ADVISE = "hội đồng thông qua"
    FAIL_COUNCIL = "hội đồng không thông qua"
    ASK_PARTY = "xin ý kiến cấp ủy"
    RETURN = "trả lại thẩm định"
    REOPEN = "mở lại để thẩm định"
    HOLD = "tạm dừng"
    RESUME = "tiếp tục"
    STOP = "dừng"
    FORWARD_UP = "trình cấp trên"
    RECEIVE_FROM_ABOVE = "nhận kết quả từ cấp trên"
    DECIDE_ABOVE = "ghi nhận quyết định của cấp trên"
    DECLINE_ABOVE = "ghi nhận cấp trên không khen thưởng"
    DECIDE = "ban hành quyết định"
    VOID_DECISION = "bãi bỏ quyết định chưa công bố"
    VOID_ABOVE = "bãi bỏ ghi nhận quyết định của cấp trên"
    PUBLISH = "công bố quyết định"
    RETURN_RESULT = "trả kết quả"
    ARCHIVE = "lưu trữ"
    CANCEL = "hủy bỏ"


class Interest(enum.Enum):
    """Why somebody is too near a case to take a step in it."""

    OWN_NOMINATION = "được đề nghị khen thưởng trong hồ sơ"
    OWN_UNIT = "thuộc cơ quan trình hồ sơ"
    DECLARED = "đã khai báo xung đột lợi ích"


class Lead(enum.Enum):
    """Where a step leads that does not name its state."""

    SAME = "the state it is taken in"
    BACK = "the state the dossier came from"


Place: TypeAlias = tuple[DossierStatus, tuple[DossierStatus, ...]]
"""A state, and those the dossier goes back to from where it waits, the next one last."""


@dataclass(frozen=True)
class StepRule:
    """One row of the workflow table: who may take the step, where from, where to, and why."""

    step: Step
    roles: frozenset[Role]
    at: Desk
    before: frozenset[DossierStatus]
    after: DossierStatus | Lead
    article: str
    says: str
    says_en: str
    confirmed: bool = True
    """Whether the row was read in the text of the law itself."""
    returns: bool = False
    """Whether the state it leads to is left again by a step that leads BACK."""
    apart: frozenset[Step] = frozenset()
    named: bool = False
    """Whether, of appraisers, only the one named in the dossier may take it."""
    interests: tuple[Interest, ...] = ()
    """Who is too near the case to take it."""
    reasoned: bool = False
    """Whether it wants a reason, which the proposer reads."""

    def lead(self, status: DossierStatus, came_from: Sequence[DossierStatus]) -> Place:
        """Where the step leads from a state: to appraisal where it leads BACK and nobody knows to what."""
        match self.after:
            case Lead.SAME:
                return status, tuple(came_from)
            case Lead.BACK:
                return (came_from[-1] if came_from else DossierStatus.ASSIGNED), tuple(came_from[:-1])
            case after:
                return after, (*came_from, status) if self.returns else ()


@dataclass(frozen=True)
class Workflow:
    """One version of the workflow table: a row for every step."""

    code: str
    article: str
    confirmed: bool
    valid_from: date
    steps: MappingProxyType[Step, StepRule]


@cache
def workflows(folder: Path = TABLES) -> MappingProxyType[str, Workflow]:
    """Every version by its code, the oldest first. Raises ValueError for a table that does not name each step once."""
    found = sorted((_read(file) for file in folder.glob("*.toml")), key=lambda version: version.valid_from)
    return MappingProxyType({version.code: version for version in found})


def newest() -> str:
    """The code of the version that new drafts follow."""
    return next(reversed(workflows()))


def workflow(code: str | None = None) -> MappingProxyType[Step, StepRule]:
    """The rows of a version by step; without a code, of the newest."""
    return workflows()[code or newest()].steps


def _read(file: Path) -> Workflow:
    said = tomllib.loads(file.read_text(encoding="utf-8"))
    head, steps = said["workflow"], said["step"]
    if steps.keys() != Step.__members__.keys():
        raise ValueError(f"{file.name} and Step differ in {sorted(steps.keys() ^ Step.__members__.keys())}")
    if head["code"] != file.stem:
        raise ValueError(f"{file.name} holds the version {head['code']}: name the file after it")
    try:
        rows = MappingProxyType({step: _row(step, steps[step.name]) for step in Step})
    except KeyError as unknown:
        raise ValueError(f"{file.name}: {unknown.args[0]!r} is no role, state, step or the like") from None
    return Workflow(head["code"], head["article"], head["confirmed"], head["valid_from"], rows)


def _row(step: Step, said: dict[str, Any]) -> StepRule:
    after = said["after"]
    return StepRule(
        step=step,
        roles=frozenset(Role[role] for role in said["roles"]),
        at=Desk[said["at"]],
        before=frozenset(DossierStatus[status] for status in said["before"]),
        after=Lead[after] if after in Lead.__members__ else DossierStatus[after],
        article=said["article"],
        says=said["says"],
        says_en=said["says_en"],
        confirmed=said["confirmed"],
        returns=said.get("returns", False),
        apart=frozenset(Step[other] for other in said.get("apart", ())),
        named=said.get("named", False),
        interests=tuple(Interest[interest] for interest in said.get("interests", ())),
        reasoned=said.get("reasoned", False),
    )
