"""Dossiers: their lines, papers and timeline, and how to follow them; the acts on them are in dossier_acts."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import models as rows
from models.catalogue.deadline import Stage
from models.clock import Timeliness
from models.dossier import visible_dossier, visible_line
from models.dossier_line import LineOutcome
from models.event import visible_step
from models.outward import ExchangeStatus, PortalStatus
from models.rule_set import CommendationType
from models.standing import standing
from models.workflow import Clock, DossierStatus
from resolvers import allowed_steps as allowed
from resolvers import award_history, event, opinion, posting, tracking
from resolvers import clock as time
from resolvers import dossier as resolve
from resolvers.engine import Connection, column, computed, many, reads, self_, shows, subscribes, to_one, told
from resolvers.inputs import Cursor
from schema.account import Account
from schema.agency import Agency
from schema.allowed_step import AllowedStep
from schema.award import AwardReliance, AwardType
from schema.document import DossierDocument
from schema.feed import Resync
from schema.movement import Movement
from schema.node import Node
from schema.nominee import Nominee
from schema.opinion import OpinionRequest
from schema.posting import PublicPosting
from schema.tracking import TrackingCode


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
    other_form: AwardType | None = to_one(description="What the appraiser proposes instead, until it is answered.")
    relies_on: Connection[AwardReliance] = many(award_history.relies_on)
    tracking_code: TrackingCode | None = reads(tracking.tracking_code)


@shows(rows.Entry, visible=visible_step, key="key")
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
    on_behalf_of: Account | None = reads(event.on_behalf_of)


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
    """The last day for the result; while the clock is paused, as it was when it paused."""
    due_is_provisional: bool = computed(time.due_is_provisional, reads=("due_on",))
    clock: Clock = computed(time.clocks, reads=("status",))
    days_left: float | None = computed(time.days_left, reads=("status", "half_days_left", "clock_since"))
    days_spent: float | None = computed(time.days_spent, reads=("status", "half_days_spent", "clock_since"))
    days_saved: float | None = computed(time.days_saved, reads=("half_days_saved",))
    timeliness: Timeliness | None
    """How it stands to its time limit; null before reception, and after an end without a result."""
    stage: Stage | None
    """The stage of the procedure that it is in, or was in last."""
    stage_due_on: date | None = computed(time.stage_due_on, reads=("status", "stage_half_days_left", "clock_since"))
    stage_days_left: float | None = computed(
        time.stage_days_left, reads=("status", "stage_half_days_left", "clock_since")
    )
    event_head: Cursor
    """The feed's place as of this very answer: follow `dossierMoved` from it."""
    allowed_steps: list[AllowedStep] = computed(allowed.allowed_steps, reads=(standing,))
    agency: Agency = to_one(description="Who proposes.")
    authority: Agency = to_one(description="Who is asked to decide.")
    handler: Agency = to_one(description="On whose desk it lies.")
    receiver: Agency | None = to_one(description="Which desk receives it, whoever handles it then.")
    movement: Movement | None = to_one(description="The movement it belongs to.")
    appraiser: Account | None = to_one(description="Who appraises; for staff.")
    lines: Connection[DossierLine] = many(resolve.lines)
    events: Connection[DossierEvent] = many(resolve.events)
    last_event: DossierEvent | None = reads(resolve.last_event)
    documents: list[DossierDocument] = reads(resolve.documents)
    opinion_requests: Connection[OpinionRequest] = many(opinion.opinions_on)
    postings: Connection[PublicPosting] = many(posting.postings_of)


@shows(rows.Entry, visible=visible_step)
class DossierMoved:
    """A step just taken, or word that the cursor cannot be followed."""

    cursor: Cursor
    """Send it back as `after` to go on from here."""
    event: DossierEvent | None = self_(description="The step; null with a resync.")
    dossier: Dossier | None = to_one(description="The dossier as it is now; null with a resync.")
    resync: Resync | None = told(description="Read everything again, then follow from `head`.")


@strawberry.type
class DossierQuery:
    """Dossiers."""

    dossier: Dossier | None = reads(resolve.dossier)
    dossier_by_code: Dossier | None = reads(resolve.dossier_by_code)
    dossiers: Connection[Dossier] = many(resolve.dossiers)


@strawberry.type
class DossierSubscription:
    """Following dossiers."""

    dossier_moved: DossierMoved = subscribes(event.dossier_moved)
    agency_dossiers_moved: DossierMoved = subscribes(event.agency_dossiers_moved)
