"""The same act on many things at once: each by itself, in a transaction and under a key of its own, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Protocol, TypeVar
from uuid import UUID, uuid5

import strawberry
from graphql import GraphQLError

from resolvers.context import Context
from resolvers.inputs import DossierStepInput
from resolvers.work import Replayed

MOST_ITEMS = 100
"""More things than this are sent in several requests."""

S = TypeVar("S", bound=DossierStepInput)


@strawberry.input(description="Một mục của việc làm hàng loạt. · One thing of many to act on.")
class ItemInput:
    """One thing of many, as it was read."""

    id: strawberry.ID = strawberry.field(description="Mã định danh. · What is acted on.")
    expected_version: int = strawberry.field(
        description="Phiên bản đã đọc; khác thì riêng mục này bị từ chối. · The version read; else it alone is refused."
    )
    note: str | None = strawberry.field(description="Ghi chú nội bộ. · A note for staff.", default=None)


@strawberry.input(description="Một hồ sơ và người thẩm định. · A dossier, and who is to appraise it.")
class AssignItemInput(ItemInput):
    """One dossier of many, and who is to appraise it."""

    appraiser: str = strawberry.field(description="Tên đăng nhập của chuyên viên. · User name.")


@strawberry.input(
    description="Làm một việc trên nhiều mục: mỗi mục một giao dịch, không mục nào làm hỏng mục khác."
    " · One act on many things: each by itself, none is lost by another."
)
class BulkInput:
    """What an act on many things needs, beside the things."""

    idempotency_key: UUID = strawberry.field(
        description="Khóa cho cả loạt: gửi lại thì mục đã làm được trả lời như cũ, mục chưa làm được làm tiếp. · Sent"
        " again, what was done is answered the same, and what was not done is done."
    )
    dry_run: bool = strawberry.field(
        description="Xem trước từng mục, không ghi. · Preview each by itself, write nothing.", default=False
    )


@strawberry.input(description="Làm một việc trên nhiều mục. · One act on many things.")
class ItemsInput(BulkInput):
    """Many things to do the same act on."""

    items: list[ItemInput] = strawberry.field(description="Từ 1 đến 100 mục khác nhau. · 1 to 100, none twice.")


@strawberry.input(description="Phân công thẩm định nhiều hồ sơ. · Who is to appraise which of many dossiers.")
class AssignItemsInput(BulkInput):
    """Many dossiers, each with its appraiser."""

    items: list[AssignItemInput] = strawberry.field(description="Từ 1 đến 100 mục khác nhau. · 1 to 100, none twice.")


class Bulk(Protocol):
    """What every act on many things carries."""

    idempotency_key: UUID
    dry_run: bool

    @property
    def items(self) -> Sequence[ItemInput]:
        """The things, in the order they are acted on and answered."""


async def begin(context: Context, act: str, input: Bulk) -> None:
    """Take the key of the whole, unless it is a preview: sent again it must come with the same things.

    Raises IdempotencyMismatch, NotPermitted for the public, or BAD_ITEMS for none, too many or one twice.
    """
    if not 1 <= len({item.id for item in input.items}) == len(input.items) <= MOST_ITEMS:
        raise bad_items()
    if input.dry_run:
        return
    try:
        async with context.work(act, input) as work:
            await work.claim()
    except Replayed:
        return  # by themselves those of its items that were done are not done again


def singles(input: Bulk, kind: type[S]) -> list[S]:
    """The acts that an act on many things comes to, each with a key that follows from the whole's and its thing."""
    return [
        kind(
            **{part.name: getattr(item, part.name) for part in fields(item)},
            idempotency_key=uuid5(input.idempotency_key, str(item.id)),
            dry_run=input.dry_run,
        )
        for item in input.items
    ]


def bad_items() -> GraphQLError:
    """None, too many, or one twice: the whole is refused."""
    said = (
        f"Hãy gửi từ 1 đến {MOST_ITEMS} mục, không mục nào hai lần.",
        f"Send 1 to {MOST_ITEMS} items, none of them twice.",
    )
    return GraphQLError(" · ".join(said), extensions={"code": "BAD_ITEMS"})
