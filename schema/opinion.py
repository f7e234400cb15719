"""Opinions of other agencies on a dossier, as the agencies that are asked and the desks that ask see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models as rows
from models.catalogue.consulting import Silence
from models.opinion import OpinionAnswer, OpinionStatus, visible_consulted, visible_opinion
from resolvers import opinion as resolve
from resolvers.engine import Connection, many, shows, to_one
from schema.account import Account
from schema.agency import Agency
from schema.award import AwardType
from schema.node import Node
from schema.nominee import Nominee
from schema.refusals import (
    ConflictOfInterest,
    IdempotencyMismatch,
    IllegalStep,
    InvalidInput,
    NotFound,
    NotPermitted,
    RuleNotMet,
    StaleVersion,
)

if TYPE_CHECKING:
    from schema.dossier import Dossier


@shows(rows.DossierLine, visible=visible_consulted)
class OpinionCase:
    """One case an agency is asked about: a nominee and an award, no more."""

    position: int
    """Its place in the dossier."""
    nominee: Nominee | None = to_one(description="Who is proposed.")
    award_type: AwardType = to_one(description="What is asked for.")


@shows(rows.OpinionRequest, visible=visible_opinion)
class OpinionRequest(Node):
    """One agency asked about one dossier."""

    dossier_code: str
    """The dossier's code."""
    dossier_title: str
    question: str
    """What the agency is asked."""
    status: OpinionStatus
    asked_at: datetime
    """When it was asked."""
    due_on: date
    silence: Silence
    seen_at: datetime | None
    """When the agency said that it has seen it."""
    answered_at: datetime | None
    """When it answered."""
    answer: OpinionAnswer | None
    """What it says."""
    note: str | None
    closed_at: datetime | None
    withdrawal_reason: str | None
    reminded_at: datetime | None
    """When the agency was last reminded."""
    reminders: int
    """How often it was reminded."""
    version: int
    """Send it back as `expectedVersion`."""
    to_agency: Agency = to_one(description="Who is asked.")
    asked_by: Account | None = to_one(description="Who asked.")
    answered_by: Account | None = to_one(description="Who answered for the agency.")
    dossier: Annotated[Dossier, strawberry.lazy("schema.dossier")] | None = to_one(
        description="The dossier, for whoever may read it."
    )
    cases: Connection[OpinionCase] = many(resolve.consulted)


OpinionRequestResult = Annotated[
    OpinionRequest
    | NotFound
    | NotPermitted
    | ConflictOfInterest
    | IllegalStep
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | IdempotencyMismatch,
    strawberry.union("OpinionRequestResult", description="The request after the act, or why it was not done."),
]


@strawberry.type
class OpinionQuery:
    """Requests for opinions."""

    opinion_requests: Connection[OpinionRequest] = many(resolve.opinion_requests)
