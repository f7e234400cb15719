"""What every act's input carries."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

import strawberry

Cursor = NewType("Cursor", str)
"""A place in the feed, as a scalar of its own."""


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
