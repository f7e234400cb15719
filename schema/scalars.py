"""Scalars of our own."""

from __future__ import annotations

import strawberry
from strawberry.types.scalar import ScalarDefinition

from resolvers.inputs import Cursor, Dong

SCALARS: dict[object, ScalarDefinition] = {
    Cursor: strawberry.scalar(
        name="Cursor",
        description="Vị trí trong dòng sự kiện; gửi lại trong `after` để không bỏ sót. · A place in the feed: send it "
        "back as `after` and miss nothing.",
        serialize=str,
        parse_value=str,
    ),
    Dong: strawberry.scalar(
        name="Dong",
        description="Số tiền, đồng Việt Nam, số nguyên. · An amount of Vietnamese đồng, a whole number.",
        serialize=int,
        parse_value=int,
    ),
}
