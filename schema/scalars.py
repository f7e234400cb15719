"""Scalars of our own."""

from __future__ import annotations

from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

Cursor = NewType("Cursor", str)
"""A place in the feed."""

SCALARS: dict[object, ScalarDefinition] = {
    Cursor: strawberry.scalar(
        name="Cursor",
        description="Vị trí trong dòng sự kiện; gửi lại trong `after` để không bỏ sót. · A place in the feed: send it "
        "back as `after` and miss nothing.",
        serialize=str,
        parse_value=str,
    )
}
