"""Posted lists: the list for everybody, the comments and the report for those who judge."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models as rows
from models.posting import PostingStatus, visible_case, visible_comment, visible_posting, visible_report
from models.posting_comment import CommentKind, CommentSource
from resolvers import posting as resolve
from resolvers import public_comment
from resolvers.engine import Connection, Ref, computed, many, reads, shows, to_one
from schema.agency import Agency
from schema.award import AwardType
from schema.node import Node
from schema.refusals import (
    ConflictOfInterest,
    IdempotencyMismatch,
    IllegalStep,
    InvalidInput,
    NotFound,
    NotPermitted,
    RuleNotMet,
    SeparationOfDuties,
    StaleVersion,
)

if TYPE_CHECKING:
    from schema.dossier import Dossier


@shows(rows.PostingCase, visible=visible_case)
class PostingCase(Node):
    """One case of a posted list: a name, an agency and an award, as they stood when it was posted."""

    position: int
    """Its place on the list."""
    name: str
    """The name, or its initials where it is a child's or a sensitive case."""
    agency: Agency = to_one(description="Which agency manages whoever is named.")
    award_type: AwardType = to_one(description="What is asked for.")


@shows(rows.PostingComment, visible=visible_comment)
class PostingComment(Node):
    """What somebody said of a posted list: for the desk and the council, never for the public."""

    kind: CommentKind
    """What it amounts to."""
    text: str
    """What was said."""
    author_name: str
    """Who said it."""
    author_contact: str | None
    """By what an answer reaches whoever wrote without an account."""
    source: CommentSource
    """By which way it came."""
    received_on: date
    """The day it came."""
    at: datetime


@shows(rows.PublicPosting, visible=visible_report)
class PostingReport:
    """What was said of a posted list, counted and told, for the desk and the council."""

    supports: int
    remarks: int
    objections: int
    text: str = computed(
        resolve.report_texts,
        reads=(
            "code", "title", "opened_at", "working_days", "closes_on", "closed_at", "supports", "remarks", "objections",
        ),
    )  # fmt: skip


@shows(rows.PublicPosting, visible=visible_posting)
class PublicPosting(Node):
    """A list that stands in public for comments, or did."""

    code: str
    title: str
    """What is proposed."""
    status: PostingStatus
    opened_at: datetime
    """When it was posted."""
    closes_on: date
    working_days: int
    closed_at: datetime | None
    """When it was ended."""
    version: int
    """Grows by one with each change."""
    agency: Agency = to_one(description="Who proposes.")
    dossier: Annotated[Dossier, strawberry.lazy("schema.dossier")] | None = to_one(
        description="The dossier, for whoever may read it."
    )
    cases: Connection[PostingCase] = many(resolve.cases)
    comments: Connection[PostingComment] = many(resolve.comments)
    report: PostingReport | None = reads(resolve.report)


PostDossierResult = Annotated[
    PublicPosting
    | NotFound
    | NotPermitted
    | IllegalStep
    | SeparationOfDuties
    | ConflictOfInterest
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | IdempotencyMismatch,
    strawberry.union("PostDossierResult", description="The list as it is posted, or why it is not."),
]
CommentResult = Annotated[
    PostingComment | NotFound | NotPermitted | RuleNotMet | InvalidInput | IdempotencyMismatch,
    strawberry.union("CommentResult", description="The comment as it is kept, or why it was not taken."),
]


@strawberry.type
class CommentReceipt:
    """That a comment from the portal was taken; its words are shown to nobody but the desk and the council."""

    received_at: datetime = strawberry.field(description="When it was taken.")
    posting: PublicPosting = strawberry.field(description="The list it is on.")


SubmitCommentResult = Annotated[
    CommentReceipt | NotFound | RuleNotMet | InvalidInput | IdempotencyMismatch,
    strawberry.union("SubmitCommentResult", description="That the comment was taken, or why it was not."),
]


async def submit_comment(context: Any, input: public_comment.SubmitCommentInput) -> Any:
    """Say what one thinks of a posted list without an account, until the end of its last day."""
    made = await public_comment.submit_comment(context, input)
    posting: Any = Ref(rows.PublicPosting, made.posting_id)
    return CommentReceipt(received_at=made.received_at, posting=posting)


@strawberry.type
class PostingQuery:
    """Posted lists."""

    postings: Connection[PublicPosting] = many(resolve.postings)
