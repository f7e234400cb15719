"""What every act's input carries."""

from __future__ import annotations

from typing import Any, NewType
from uuid import UUID

import strawberry

Cursor = NewType("Cursor", str)
"""A place in the feed, as a scalar of its own."""
Dong = NewType("Dong", int)
"""An amount of money in đồng, as a scalar of its own: sums pass what GraphQL's Int holds."""


UNKEPT = "unkept"


def unkept(description: str, **more: Any) -> Any:
    """A field of an act's input that leaves no trace in what is kept for its idempotency key, as no hash of it could be
    hidden from whoever tries its few values.
    """
    return strawberry.field(description=description, metadata={UNKEPT: True}, **more)


def secret() -> Any:
    """A declaration that what is sent is a state secret, and so must not be kept (Law 06/2022 arts 84.4, 85.1đ)."""
    return strawberry.field(
        description="Thuộc bí mật nhà nước: bị từ chối, đi đường giấy. · A state secret: refused, it goes on paper.",
        default=False,
    )


@strawberry.input(description="Đầu vào của một bước trên hồ sơ. · What a step on a dossier needs.")
class DossierStepInput:
    """A step on a dossier, with nothing to say but perhaps a note."""

    id: strawberry.ID = strawberry.field(description="Mã định danh của hồ sơ. · The dossier.")
    expected_version: int = strawberry.field(
        description="Phiên bản đã đọc; khác thì bị từ chối. · The version read; else refused."
    )
    idempotency_key: UUID = strawberry.field(
        description="Khóa chống gửi lặp. · Sent twice, done once, answered the same."
    )
    note: str | None = strawberry.field(description="Ghi chú nội bộ. · A note for staff.", default=None)
    dry_run: bool = strawberry.field(
        description="Chỉ thử, không ghi. · Say what would happen, write nothing.", default=False
    )


@strawberry.input(description="Đầu vào của một bước cần nêu lý do. · What a step that wants a reason needs.")
class ReasonedStepInput(DossierStepInput):
    """A step that wants a reason, which whoever sees the dossier reads."""

    reason: str = strawberry.field(description="Lý do, cơ quan trình sẽ đọc. · The reason; the proposer reads it.")
