"""Scalars of our own."""

from __future__ import annotations

import strawberry
from strawberry.types.scalar import ScalarDefinition

from resolvers.inputs import Cursor

SCALARS: dict[object, ScalarDefinition] = {
    Cursor: strawberry.scalar(
        name="Cursor",
        description="Vị trí trong dòng sự kiện; gửi lại trong `after` để không bỏ sót. · A place in the feed: send it "
        "back as `after` and miss nothing.",
        serialize=str,
        parse_value=str,
    )
}
