"""What anybody says of a posted list from the portal, without an account (Law 06/2022 art 84.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import strawberry
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import calendar
from models.access import ANONYMOUS
from models.posting_comment import CommentSource, PostingComment
from models.refusals import IdempotencyMismatch
from resolvers.consulting_inputs import CommentInput
from resolvers.context import Context
from resolvers.dossier_draft import cleaned, said
from resolvers.posting_acts import commented, must_be_open
from resolvers.work import row_key

NAME, CONTACT = 200, 200
"""Characters at most."""
SAID = ("posting_id", "kind", "text", "author_name", "author_contact")
"""What must be the same where it is sent again."""


@strawberry.input(
    description="Ý kiến của người dân, gửi từ cổng công khai. · A comment of somebody's without an account."
)
class SubmitCommentInput(CommentInput):
    """What somebody without an account says of a posted list."""

    author_name: str = strawberry.field(
        description="Họ và tên; không công khai. Ý kiến nặc danh không được xem xét. · Full name; never public. What "
        "nobody signs is not considered."
    )
    author_contact: str | None = strawberry.field(
        description="Điện thoại, địa chỉ hoặc thư điện tử để trả lời; không công khai. · How an answer reaches them; "
        "never public.",
        default=None,
    )


@dataclass(frozen=True)
class Receipt:
    """That a comment was taken: of which list, and when. Its words are not shown again."""

    posting_id: UUID
    received_at: datetime


async def submit_comment(context: Context, input: SubmitCommentInput) -> Receipt:
    """Say, without an account, what one thinks of a posted list, until the end of its last day.

    The idempotency key becomes the comment's own: sent again it is answered as then, also once the window is over.
    """
    given = _comment(input)
    async with context.sessions() as session:
        before = await session.get(PostingComment, given.id)
        if before is None:
            before = await _take(session, given, rehearsed=input.dry_run)
    if before is given and not input.dry_run:
        context.feed.ring()
    if any(getattr(before, part) != getattr(given, part) for part in SAID):
        raise IdempotencyMismatch
    return Receipt(before.posting_id, before.at)


def _comment(input: SubmitCommentInput) -> PostingComment:
    """What is kept of it; raises InvalidInput."""
    contact = cleaned(input.author_contact or "")
    now = datetime.now(UTC)
    return PostingComment(
        id=input.idempotency_key,
        posting_id=row_key("PublicPosting", input.posting),
        kind=input.kind,
        text=said("text", input.text),
        author_name=said("authorName", input.author_name, NAME),
        author_contact=said("authorContact", contact, CONTACT) if contact else None,
        source=CommentSource.ONLINE,
        received_on=calendar.day_of(now),
        at=now,
    )


async def _take(session: AsyncSession, given: PostingComment, *, rehearsed: bool) -> PostingComment:
    """Keep a comment and its journal entry; where the same was being sent twice at once, gives the one that is kept."""
    given.at = await session.scalar(select(func.now())) or given.at
    given.received_on = calendar.day_of(given.at)
    must_be_open(await commented(session, ANONYMOUS, given.posting_id), given.received_on)
    session.add_all([given, given.entry(ANONYMOUS)])
    try:
        await session.flush()
    except IntegrityError:
        await session.rollback()
        return await session.get_one(PostingComment, given.id)
    await (session.rollback() if rehearsed else session.commit())
    return given
