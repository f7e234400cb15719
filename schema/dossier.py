"""Dossiers: their lines, papers and timeline, the acts on them, and how to follow them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

import models as rows
from models.dossier import visible_document, visible_dossier, visible_line
from models.dossier_line import LineOutcome
from models.event import visible_entry
from models.outward import ExchangeStatus, PortalStatus
from models.rule_set import CommendationType, DocumentKind
from models.workflow import Clock, DossierStatus
from resolvers import dossier as resolve
from resolvers import dossier_draft, dossier_steps, event
from resolvers.engine import Connection, column, computed, many, reads, self_, shows, subscribes, to_one, told
from resolvers.inputs import Cursor
from schema.account import Account
from schema.acts import acts
from schema.agency import Agency
from schema.award import AwardType
from schema.feed import Resync
from schema.movement import Movement
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
    SeparationOfDuties,
    StaleVersion,
)


@shows(rows.DossierLine, visible=visible_line)
class DossierLine(Node):
    """The case of one nominee for one award."""

    position: int
    """Its place in the dossier."""
    citation: str
    """The achievement, as it will be printed."""
    achievement_year: int
    """The year of the achievement."""
    posthumous: bool
    """Whether it is asked for after death."""
    outcome: LineOutcome
    """What became of the case."""
    reason: str | None
    appraised_at: datetime | None
    """When it was appraised."""
    nominee: Nominee = to_one(covered="whoever sees a line sees who is named in it")
    award_type: AwardType = to_one(description="What is asked for.")


@shows(rows.DossierDocument, visible=visible_document)
class DossierDocument(Node):
    """A paper of a dossier."""

    kind: DocumentKind
    """What it is."""
    title: str
    """Its title."""
    number: str | None
    """Its number."""
    dated: date | None
    """Its day."""


@shows(rows.Entry, visible=visible_entry, key="key")
class DossierEvent(Node):
    """A step that a dossier has taken: one entry of the journal."""

    act: str
    """The step's name."""
    at: datetime
    """When."""
    version: int = column("subject_version", description="The dossier's version after it.")
    status: DossierStatus | None = column("after", description="Where the dossier came to.")
    portal_status: PortalStatus | None = computed(resolve.portal_statuses, reads=("after",))
    exchange_status: ExchangeStatus | None = computed(resolve.exchange_statuses, reads=("after",))
    public_text: str | None
    """What everybody who follows the dossier may read."""
    note: str | None
    reason: str | None
    """Why, where the step wants a reason."""
    actor: Account | None = to_one(description="Who took it; for staff.")


@shows(rows.Dossier, visible=visible_dossier)
class Dossier(Node):
    """A commendation dossier: the case made for one or more nominees."""

    code: str | None
    title: str
    """What it proposes."""
    status: DossierStatus
    """Where the file stands."""
    portal_status: PortalStatus = computed(resolve.portal_statuses, reads=("status",))
    exchange_status: ExchangeStatus = computed(resolve.exchange_statuses, reads=("status",))
    version: int
    commendation_type: CommendationType
    """The type of commendation (Law 06/2022 art 8)."""
    created_at: datetime
    """When it was begun."""
    submitted_at: datetime | None
    """When it was submitted."""
    received_at: datetime | None
    """When it was received."""
    due_on: date | None
    """The last day for the result."""
    days_left: int | None = computed(resolve.days_left, reads=("status", "due_on"))
    clock: Clock = computed(resolve.clocks, reads=("status",))
    event_head: Cursor
    agency: Agency = to_one(description="Who proposes.")
    authority: Agency = to_one(description="Who is asked to decide.")
    handler: Agency = to_one(description="On whose desk it lies.")
    movement: Movement | None = to_one(description="The movement it belongs to.")
    appraiser: Account | None = to_one(description="Who appraises; for staff.")
    lines: Connection[DossierLine] = many(resolve.lines)
    events: Connection[DossierEvent] = many(resolve.events)
    last_event: DossierEvent | None = reads(resolve.last_event)
    documents: list[DossierDocument] = reads(resolve.documents)


@shows(rows.Entry, visible=visible_entry)
class DossierMoved:
    """A step just taken, or word that the cursor cannot be followed."""

    cursor: Cursor
    """Send it back as `after` to go on from here."""
    event: DossierEvent | None = self_(description="The step; null with a resync.")
    dossier: Dossier | None = to_one(description="The dossier as it is now; null with a resync.")
    resync: Resync | None = told(description="Read everything again, then follow from `head`.")


DraftDossierResult = Annotated[
    Dossier | NotFound | NotPermitted | RuleNotMet | InvalidInput | IdempotencyMismatch,
    strawberry.union("DraftDossierResult", description="The draft, or why there is none."),
]
DossierStepResult = Annotated[
    Dossier
    | NotFound
    | NotPermitted
    | IllegalStep
    | SeparationOfDuties
    | ConflictOfInterest
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | IdempotencyMismatch,
    strawberry.union("DossierStepResult", description="The dossier after the step, or why it was not taken."),
]


@strawberry.type
class DossierQuery:
    """Dossiers."""

    dossier: Dossier | None = reads(resolve.dossier)
    dossier_by_code: Dossier | None = reads(resolve.dossier_by_code)
    dossiers: Connection[Dossier] = many(resolve.dossiers)


@strawberry.type
class DossierMutation:
    """The legal acts on a dossier."""

    draft_dossier: DraftDossierResult = acts(dossier_draft.draft_dossier)
    submit_dossier: DossierStepResult = acts(dossier_steps.submit_dossier)
    receive_dossier: DossierStepResult = acts(dossier_steps.receive_dossier)
    assign_appraiser: DossierStepResult = acts(dossier_steps.assign_appraiser)
    appraise_line: DossierStepResult = acts(dossier_steps.appraise_line)


@strawberry.type
class DossierSubscription:
    """Following dossiers."""

    dossier_moved: DossierMoved = subscribes(event.dossier_moved)
    agency_dossiers_moved: DossierMoved = subscribes(event.agency_dossiers_moved)
