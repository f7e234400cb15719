"""Commendation decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

import models as rows
from models.decision import DecisionKind, DecisionStatus, Signature, visible_decision
from models.event import visible_entry
from resolvers import award_history as history
from resolvers import decision as resolve
from resolvers import decision_acts, decision_issuing, event
from resolvers.engine import Connection, many, reads, shows, subscribes, to_one, told
from resolvers.inputs import Cursor, Dong
from schema.acts import acts
from schema.agency import Agency
from schema.award import Award, AwardChange
from schema.event import RegisterEvent
from schema.feed import Resync
from schema.node import Node
from schema.refusals import (
    ConflictOfInterest,
    IdempotencyMismatch,
    IllegalStep,
    InvalidInput,
    NotFound,
    NotPermitted,
    NumberTaken,
    RuleNotMet,
    SeparationOfDuties,
    StaleVersion,
    WrongStatus,
)


@shows(rows.Decision, visible=visible_decision)
class Decision(Node):
    """A decision to commend: numbered without gap by agency and year."""

    number: str
    """As printed: `1234/QĐ-UBND`."""
    title: str
    """What it is about."""
    kind: DecisionKind
    """What it does."""
    status: DecisionStatus
    """Where it stands."""
    version: int
    """Send it back as `expectedVersion`."""
    signed_on: date
    """The day of signature."""
    signer_name: str
    """Who signed."""
    signer_title: str
    """As what."""
    signature: Signature
    void_reason: str | None
    prize_total: Dong
    prize_to_recover: Dong
    published_at: datetime | None
    """When it was made public."""
    agency: Agency = to_one(description="Whose head decided.")
    awards: Connection[Award] = many(resolve.awards_of)
    changes: Connection[AwardChange] = many(history.changes_by)
    events: Connection[RegisterEvent] = many(event.of_decision)


@shows(rows.Entry, visible=visible_entry)
class DecisionPublished:
    """A decision just published, or word that the cursor cannot be followed."""

    cursor: Cursor
    """Send it back as `after` to go on from here."""
    decision: Decision | None = to_one(description="The decision; null with a resync.")
    resync: Resync | None = told(description="Read everything again, then follow from `head`.")


IssueDecisionResult = Annotated[
    Decision
    | NotFound
    | NotPermitted
    | IllegalStep
    | SeparationOfDuties
    | ConflictOfInterest
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | NumberTaken
    | IdempotencyMismatch,
    strawberry.union("IssueDecisionResult", description="The decision, or why there is none."),
]
PublishDecisionResult = Annotated[
    Decision
    | NotFound
    | NotPermitted
    | WrongStatus
    | IllegalStep
    | SeparationOfDuties
    | ConflictOfInterest
    | StaleVersion
    | IdempotencyMismatch,
    strawberry.union("PublishDecisionResult", description="The decision now public, or why it is not."),
]

VoidDecisionResult = Annotated[
    Decision
    | NotFound
    | NotPermitted
    | WrongStatus
    | IllegalStep
    | SeparationOfDuties
    | ConflictOfInterest
    | StaleVersion
    | InvalidInput
    | IdempotencyMismatch,
    strawberry.union("VoidDecisionResult", description="The decision now void, or why it is not."),
]


@strawberry.type
class DecisionQuery:
    """Decisions."""

    decision: Decision | None = reads(resolve.decision)
    decisions: Connection[Decision] = many(resolve.decisions)


@strawberry.type
class DecisionMutation:
    """Deciding, and telling the public."""

    issue_decision: IssueDecisionResult = acts(decision_issuing.issue_decision)
    record_decision: IssueDecisionResult = acts(decision_issuing.record_decision)
    publish_decision: PublishDecisionResult = acts(decision_acts.publish_decision)
    void_decision: VoidDecisionResult = acts(decision_acts.void_decision)


@strawberry.type
class DecisionSubscription:
    """What the public may follow."""

    decision_published: DecisionPublished = subscribes(resolve.decision_published)
