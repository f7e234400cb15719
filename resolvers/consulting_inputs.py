"""What the acts of asking others are told: agencies for opinions, the public for comments."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import strawberry

from models.opinion import OpinionAnswer
from models.posting_comment import CommentKind, CommentSource
from resolvers.inputs import DossierStepInput


@strawberry.input(description="Lấy ý kiến hiệp y. · Whom to ask about a dossier, and what.")
class RequestOpinionsInput(DossierStepInput):
    """Whom to ask about a dossier, and what."""

    agencies: list[str] = strawberry.field(description="Mã các cơ quan được hỏi. · Codes of the agencies to ask.")
    question: str = strawberry.field(description="Nội dung cần cho ý kiến. · What they are asked.")
    days: int | None = strawberry.field(
        description="Số ngày làm việc để trả lời; bỏ trống là theo quy định. · Working days to answer; left out: as "
        "the rules say.",
        default=None,
    )


@strawberry.input(description="Đầu vào của một việc với yêu cầu cho ý kiến. · What an act on a request needs.")
class OpinionStepInput(DossierStepInput):
    """An act on a request for an opinion."""

    id: strawberry.ID = strawberry.field(description="Mã OpinionRequest. · The request.")


@strawberry.input(description="Ý kiến của cơ quan được hỏi. · What the agency says.")
class AnswerOpinionInput(OpinionStepInput):
    """What the agency that was asked says."""

    answer: OpinionAnswer
    note: str | None = strawberry.field(
        description="Nội dung ý kiến; bắt buộc khi không đồng ý hoặc đồng ý có ý kiến thêm. · What it adds; compulsory "
        "where it does not agree, or agrees with a note.",
        default=None,
    )


@strawberry.input(description="Rút lại yêu cầu cho ý kiến. · Which agency is asked no more, and why.")
class WithdrawOpinionInput(OpinionStepInput):
    """Which agency is asked no more, and why."""

    reason: str = strawberry.field(description="Lý do; cơ quan được hỏi sẽ đọc. · The reason; the agency reads it.")


@strawberry.input(description="Công khai danh sách. · The list to post.")
class PostDossierInput(DossierStepInput):
    """The dossier whose list is posted."""

    initials: list[strawberry.ID] = strawberry.field(
        description="Các trường hợp chỉ nêu chữ cái đầu của tên (mã DossierLine): trẻ em, trường hợp nhạy cảm. · Cases "
        "shown by initials only: children, sensitive cases.",
        default_factory=list,
    )


@strawberry.input(description="Ý kiến về danh sách đang công khai. · A comment on a posted list.")
class CommentInput:
    """What somebody says of a posted list."""

    posting: strawberry.ID = strawberry.field(description="Mã PublicPosting. · The list.")
    kind: CommentKind
    text: str = strawberry.field(description="Nội dung, tối đa 2000 ký tự. · At most 2000 characters.")
    idempotency_key: UUID = strawberry.field(
        description="Khóa chống gửi lặp. · Sent twice, done once, answered the same."
    )
    dry_run: bool = strawberry.field(
        description="Chỉ thử, không ghi. · Say what would happen, write nothing.", default=False
    )


@strawberry.input(description="Ý kiến do cán bộ ghi lại. · A comment that came another way.")
class RecordCommentInput(CommentInput):
    """A comment that came by another way, as an officer records it."""

    author_name: str = strawberry.field(description="Người có ý kiến; không công khai. · Whose it is; never public.")
    source: CommentSource = strawberry.field(description="Đến bằng cách nào. · By which way it came.")
    received_on: date | None = strawberry.field(
        description="Ngày nhận; bỏ trống là hôm nay. · The day it came; left out: today.", default=None
    )
