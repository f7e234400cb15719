"""Refusals: what is said when an act may not be done. Each says what to do next, Vietnamese first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from models.access import Role
from models.council import SessionStatus
from models.decision import DecisionStatus
from models.workflow import DossierStatus, Interest, Step


class Refusal(Exception):
    """An expected refusal. Nothing of the transaction that raises it remains."""

    message: str
    message_en: str

    def __str__(self) -> str:
        return f"{self.message} · {self.message_en}"


def code_of(refusal: Refusal) -> str:
    """A refusal's code: its class's name in capitals, `StaleVersion` as STALE_VERSION."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(refusal).__name__).upper()


@dataclass
class NotFound(Refusal):
    """There is no such thing, or the viewer may not know of it: the two look the same."""

    message: str = "Không tìm thấy, hoặc bạn không có quyền xem. Hãy kiểm tra lại mã."
    message_en: str = "Not found, or not for you to see. Check the identifier."


@dataclass
class NotPermitted(Refusal):
    """The viewer sees it but may not do this."""

    who_can: list[Role]

    message: str = "Bạn không có vai trò để thực hiện việc này. Hãy nhờ người có vai trò phù hợp."
    message_en: str = "Your roles do not allow this. Ask somebody who holds one that does."

    @classmethod
    def unless(cls, roles: Iterable[Role]) -> NotPermitted:
        """The refusal that says which roles it takes, in the order they are declared."""
        return cls(who_can=sorted(roles, key=list(Role).index))


@dataclass
class SeparationOfDuties(Refusal):
    """The same person has taken a step that must be somebody else's."""

    taken: list[Step]
    message: str = (
        "Bạn đã thực hiện một bước khác của hồ sơ này nên không thể thực hiện bước này. Hãy để người khác làm."
    )
    message_en: str = "You took another step of this dossier. Leave this one to somebody else."


@dataclass
class ConflictOfInterest(Refusal):
    """The viewer is too near the case to judge it."""

    interest: Interest
    message: str = "Bạn có xung đột lợi ích với hồ sơ này nên không thể thực hiện bước này. Hãy để người khác làm."
    message_en: str = "You have a conflict of interest in this dossier. Leave the step to somebody else."


@dataclass
class IllegalStep(Refusal):
    """The step does not lead on from where the dossier stands."""

    step: Step
    dossier_status: DossierStatus
    allowed_from: list[DossierStatus]
    message: str = "Bước này không thực hiện được ở trạng thái hiện tại. Hãy tải lại hồ sơ để xem các bước được phép."
    message_en: str = "The step cannot be taken in the present state. Reload the dossier to see which can."


@dataclass
class WrongStatus(Refusal):
    """The decision does not stand where this may be done to it."""

    decision_status: DecisionStatus
    message: str = "Quyết định không ở trạng thái cho phép việc này. Hãy tải lại để xem trạng thái hiện tại."
    message_en: str = "The decision does not stand where this may be done. Reload it to see where it stands."


@dataclass
class WrongSessionStatus(Refusal):
    """The council's sitting does not stand where this may be done at it."""

    session_status: SessionStatus
    message: str = "Phiên của Hội đồng không ở trạng thái cho phép việc này. Hãy tải lại để xem trạng thái hiện tại."
    message_en: str = "The council's sitting does not stand where this may be done. Reload it to see where it stands."


@dataclass(frozen=True)
class Change:
    """One change of a thing, as its journal has it."""

    version: int
    """The thing's version after it."""
    act: str
    at: datetime
    status: DossierStatus | None = None
    """Where a dossier came to; null for other things."""


@dataclass
class StaleVersion(Refusal):
    """Somebody changed it since the viewer read it, or it never had the version that is expected."""

    expected: int
    current: int
    what_changed: list[Change] = field(default_factory=list)
    """The latest changes since, the newest first."""
    message: str = "Nội dung đã được người khác thay đổi. Hãy tải lại, xem thay đổi rồi thực hiện lại."
    message_en: str = "It has been changed since you read it. Reload, look at what changed, then try again."


@dataclass
class RuleNotMet(Refusal):
    """A rule of law or of the register is not met; `remedy` says what would meet it."""

    rule: str
    """A stable code: `NO_NOMINEES`, `MISSING_DOCUMENTS`, `RECIPIENT_NOT_ALLOWED`, `NO_AUTHORITY` …"""
    article: str
    remedy: str
    message: str
    message_en: str


@dataclass
class InvalidInput(Refusal):
    """A field of the input cannot be used as it stands."""

    field: str
    message: str
    message_en: str


@dataclass
class NumberTaken(Refusal):
    """A decision of this agency and year already bears the number."""

    number: str
    message: str = "Số quyết định này đã được dùng trong năm. Hãy bỏ trống để hệ thống cấp số, hoặc nhập số khác."
    message_en: str = "The number is already used this year. Leave it out to be given one, or enter another."


@dataclass
class IdempotencyMismatch(Refusal):
    """The idempotency key came before with another body."""

    message: str = "Khóa chống gửi lặp này đã được dùng cho một yêu cầu khác. Hãy tạo khóa mới."
    message_en: str = "This idempotency key was used for another request. Make a new key."


@dataclass
class WrongCredentials(Refusal):
    """The user name and password do not go together; it does not say which is wrong."""

    message: str = "Tên đăng nhập hoặc mật khẩu không đúng. Hãy kiểm tra rồi thử lại."
    message_en: str = "The user name or the password is wrong. Check both and try again."


@dataclass
class WrongTrackingCode(Refusal):
    """The code and what the nominee knows do not go together, or the code is locked; it does not say which."""

    message: str = (
        "Mã tra cứu hoặc sáu số xác nhận không đúng, hoặc đã thử quá nhiều lần. Hãy xem lại giấy biên nhận; chưa có "
        "mã, mất mã hay vẫn không được thì nhờ bộ phận một cửa cấp mã mới."
    )
    message_en: str = (
        "The tracking code or the six digits are wrong, or were tried too often. Look at the receipt again; without a "
        "code, or if it still does not work, ask the one-stop desk for a new one."
    )


@dataclass
class TooManyAttempts(Refusal):
    """The account is locked for a while after wrong passwords."""

    retry_after_seconds: int
    message: str = "Đã nhập sai quá nhiều lần. Hãy đợi rồi thử lại."
    message_en: str = "Too many wrong attempts. Wait, then try again."
