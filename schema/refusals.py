"""Refusals as clients see them: members of each act's result, all with a message in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

import strawberry

from models import refusals
from models.access import Role
from models.council import SessionStatus
from models.decision import DecisionStatus
from models.workflow import DossierStatus, Interest, Step

T = TypeVar("T")

_SHOWN: dict[type[refusals.Refusal], type[Any]] = {}


def _shows(refusal: type[refusals.Refusal]) -> Callable[[type[T]], type[T]]:
    def wrap(cls: type[T]) -> type[T]:
        made = strawberry.type(cls, description=refusal.__doc__)
        _SHOWN[refusal] = made
        return made

    return wrap


def shown(refusal: refusals.Refusal) -> Any:
    """The refusal as a member of a result."""
    said = {field.name: getattr(refusal, field.name) for field in fields(refusal)}  # type: ignore[arg-type]  # every refusal is a dataclass
    return _SHOWN[type(refusal)](**said)


@strawberry.interface
class Refusal:
    """An expected refusal: nothing has changed, and the message says what to do next."""

    message: str = strawberry.field(description="Lý do và việc cần làm, tiếng Việt.")
    message_en: str = strawberry.field(description="The reason and what to do next, in English.")


@_shows(refusals.NotFound)
class NotFound(Refusal):
    pass


@_shows(refusals.NotPermitted)
class NotPermitted(Refusal):
    who_can: list[Role] = strawberry.field(description="Vai trò được làm việc này. · Roles that may.")


@_shows(refusals.ConflictOfInterest)
class ConflictOfInterest(Refusal):
    interest: Interest = strawberry.field(description="Vì sao. · Why.")


@_shows(refusals.SeparationOfDuties)
class SeparationOfDuties(Refusal):
    taken: list[Step] = strawberry.field(description="Các bước bạn đã làm. · The steps you took.")


@_shows(refusals.IllegalStep)
class IllegalStep(Refusal):
    step: Step = strawberry.field(description="Bước bị từ chối. · The step refused.")
    dossier_status: DossierStatus = strawberry.field(description="Trạng thái hiện tại. · Where the dossier stands.")
    allowed_from: list[DossierStatus] = strawberry.field(
        description="Các trạng thái cho phép bước này. · From where the step can be taken."
    )


@_shows(refusals.WrongStatus)
class WrongStatus(Refusal):
    decision_status: DecisionStatus = strawberry.field(
        description="Trạng thái hiện tại của quyết định. · Where the decision stands."
    )


@_shows(refusals.WrongSessionStatus)
class WrongSessionStatus(Refusal):
    session_status: SessionStatus = strawberry.field(
        description="Trạng thái hiện tại của phiên. · Where the sitting stands."
    )


@strawberry.type(description="Một thay đổi đã xảy ra. · One change that was made.")
class Change:
    version: int = strawberry.field(description="Phiên bản sau thay đổi. · The version after it.")
    act: str = strawberry.field(description="Bước đã thực hiện. · The act.")
    at: datetime = strawberry.field(description="Thời điểm. · When.")
    status: DossierStatus | None = strawberry.field(
        description="Trạng thái hồ sơ sau đó; trống nếu không phải hồ sơ. · Where a dossier came to; else null."
    )


@_shows(refusals.StaleVersion)
class StaleVersion(Refusal):
    expected: int = strawberry.field(description="Phiên bản bạn đã đọc. · The version you read.")
    current: int = strawberry.field(description="Phiên bản hiện tại. · The version now.")
    what_changed: list[Change] = strawberry.field(
        description="Những thay đổi kể từ phiên bản bạn đã đọc, mới nhất trước, tối đa 20. "
        "· What changed since the version you read, the newest first, at most 20."
    )


@_shows(refusals.RuleNotMet)
class RuleNotMet(Refusal):
    rule: str = strawberry.field(description="Mã quy tắc. · The rule's code.")
    article: str = strawberry.field(description="Căn cứ pháp lý. · The article it comes from.")
    remedy: str = strawberry.field(description="Điều còn thiếu. · What would meet it.")


@_shows(refusals.InvalidInput)
class InvalidInput(Refusal):
    field: str = strawberry.field(description="Trường không hợp lệ. · The field of the input.")


@_shows(refusals.NumberTaken)
class NumberTaken(Refusal):
    number: str = strawberry.field(description="Số đã được dùng. · The number in use.")


@_shows(refusals.IdempotencyMismatch)
class IdempotencyMismatch(Refusal):
    pass


@_shows(refusals.WrongCredentials)
class WrongCredentials(Refusal):
    pass


@_shows(refusals.WrongTrackingCode)
class WrongTrackingCode(Refusal):
    pass


@_shows(refusals.TooManyAttempts)
class TooManyAttempts(Refusal):
    retry_after_seconds: int = strawberry.field(description="Số giây phải đợi. · Seconds to wait.")
