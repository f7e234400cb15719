"""Councils: their sittings, what they are asked, how they vote and what becomes of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

import models as rows
from models.award_type import AwardClass
from models.council import Seat, SessionKind, SessionStatus, visible_council, visible_session
from models.council_agenda import AgendaOutcome, Presence, visible_at_session, visible_ballot, visible_recusal
from models.council_ballot import BallotChoice, BallotKind
from models.council_rule import VoteBase
from models.rule_set import CommendationType
from models.workflow import Interest
from resolvers import council as resolve
from resolvers import (
    council_closing,
    council_convening,
    council_opening,
    council_paper,
    council_party,
    council_voting,
    event,
)
from resolvers import posting as posted
from resolvers.engine import Connection, many, reads, shows, to_one
from schema.account import Account
from schema.acts import acts
from schema.agency import Agency
from schema.award import AwardType
from schema.dossier import Dossier, DossierLine
from schema.dossier_acts import DossierStepResult
from schema.event import RegisterEvent
from schema.node import Node
from schema.nominee import Nominee
from schema.posting import PostingReport
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
    WrongSessionStatus,
)


@shows(rows.CouncilRule, open="the rules of a vote are law")
class CouncilRule:
    """What a council's vote on some awards needs."""

    award_class: AwardClass | None
    """Which awards it names; null: any."""
    award_code: str | None
    """Which award it names; null: any."""
    commendation_type: CommendationType | None
    """Which type of commendation it names; null: any."""
    needed: bool
    ballot: BallotKind
    """Open or secret."""
    threshold: str
    more_than: bool
    base: VoteBase
    quorum: str
    chair_breaks_ties: bool
    party_opinion: bool
    article: str
    confirmed: bool
    note: str | None


@shows(rows.CouncilMember, visible=visible_council)
class CouncilMember(Node):
    """A seat on a council."""

    seat: Seat
    """Which seat; the secretary has no vote."""
    valid_from: date
    """The first day."""
    valid_to: date | None
    """The first day on which it is theirs no more."""
    account: Account | None = to_one(description="Whose it is.")
    unit: Agency | None = to_one(description="The agency they come from.")


@shows(rows.Ballot, visible=visible_ballot)
class Ballot:
    """One's own ballot."""

    kind: BallotKind
    """Open or secret."""
    choice: BallotChoice | None
    """What one chose; null of a secret ballot, which is kept by nobody."""
    on_paper: bool


@shows(rows.CouncilAttendance, visible=visible_at_session)
class CouncilAttendance(Node):
    """A member with a vote at one sitting."""

    presence: Presence
    """Whether they take part."""
    version: int
    """Send it back as `expectedVersion`."""
    ballots_cast: int
    member: CouncilMember | None = to_one(description="Whose seat it is.")


@shows(rows.Recusal, visible=visible_recusal)
class Recusal(Node):
    """That a member stands aside from a case."""

    interest: Interest
    """Why."""
    reason: str | None
    attendance: CouncilAttendance = to_one(covered="whoever sees a case sees the sitting and who takes part")


@shows(rows.AgendaItem, visible=visible_at_session)
class AgendaItem(Node):
    """One case before a council; its figures are null for everybody until the sitting is closed."""

    position: int
    """Its place on the agenda."""
    citation: str
    """The achievement, as it was put before the council."""
    achievement_year: int
    """The year of the achievement."""
    ballot: BallotKind
    outcome: AgendaOutcome
    """What the council said."""
    members: int | None
    recused: int | None
    present: int | None
    base: int | None
    yes: int | None
    """Ballots for it."""
    no: int | None
    """Ballots against it."""
    abstain: int | None
    """Ballots that say neither."""
    chair_decided: bool
    ballots_cast: int
    rule: CouncilRule = to_one(description="What the vote needs.")
    nominee: Nominee | None = to_one(description="Whose case it is.")
    award_type: AwardType = to_one(description="What is asked for.")
    agency: Agency = to_one(description="Who proposes.")
    dossier: Dossier | None = to_one(description="The dossier, for whoever may read it.")
    line: DossierLine | None = to_one(description="The case in the dossier, for whoever may read it.")
    recusals: Connection[Recusal] = many(resolve.recusals)
    own_ballot: Ballot | None = reads(resolve.own_ballot)
    posting_report: PostingReport | None = reads(posted.report_to_council)


@shows(rows.CouncilSession, visible=visible_session)
class CouncilSession(Node):
    """One sitting of a council, or one round of written votes."""

    kind: SessionKind
    """A meeting, or written votes."""
    title: str
    """What it is called."""
    status: SessionStatus
    """Where it stands."""
    version: int
    """Send it back as `expectedVersion`."""
    opens_at: datetime
    closes_at: datetime | None
    opened_at: datetime | None
    """When it was opened."""
    closed_at: datetime | None
    """When it was closed."""
    minutes: str | None
    minutes_sha256: str | None
    council: Annotated[Council, strawberry.lazy("schema.council")] | None = to_one(description="Whose it is.")
    agenda: Connection[AgendaItem] = many(resolve.agenda)
    attendances: Connection[CouncilAttendance] = many(resolve.attendances)
    own_attendance: CouncilAttendance | None = reads(resolve.own_attendance)
    events: Connection[RegisterEvent] = many(event.of_session)


@shows(rows.Council, visible=visible_council)
class Council(Node):
    """The council that advises a deciding authority."""

    name: str
    """The Vietnamese name."""
    name_en: str | None
    """The English name."""
    valid_from: date
    """The first day."""
    valid_to: date | None
    """The first day on which it is no more."""
    agency: Agency = to_one(description="Whose council it is.")
    members: Connection[CouncilMember] = many(resolve.members)
    sessions: Connection[CouncilSession] = many(resolve.sessions_of)


ConveneSessionResult = Annotated[
    CouncilSession
    | NotFound
    | NotPermitted
    | IllegalStep
    | SeparationOfDuties
    | ConflictOfInterest
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | IdempotencyMismatch,
    strawberry.union("ConveneSessionResult", description="The sitting, or why it was not called."),
]
CouncilSessionResult = Annotated[
    CouncilSession
    | NotFound
    | NotPermitted
    | WrongSessionStatus
    | IllegalStep
    | SeparationOfDuties
    | ConflictOfInterest
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | IdempotencyMismatch,
    strawberry.union("CouncilSessionResult", description="The sitting after the act, or why it was not done."),
]
CouncilAttendanceResult = Annotated[
    CouncilAttendance
    | NotFound
    | NotPermitted
    | WrongSessionStatus
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | IdempotencyMismatch,
    strawberry.union("CouncilAttendanceResult", description="The member's attendance after the act, or why not."),
]


@strawberry.type
class CouncilQuery:
    """Councils."""

    councils: Connection[Council] = many(resolve.councils)
    council_sessions: Connection[CouncilSession] = many(resolve.council_sessions)


@strawberry.type
class CouncilMutation:
    """The acts of a council and its secretary."""

    convene_session: ConveneSessionResult = acts(council_convening.convene_session)
    open_session: CouncilSessionResult = acts(council_opening.open_session)
    record_presence: CouncilSessionResult = acts(council_opening.record_presence)
    declare_recusal: CouncilAttendanceResult = acts(council_voting.declare_recusal)
    cast_ballot: CouncilAttendanceResult = acts(council_voting.cast_ballot)
    record_paper_ballots: CouncilSessionResult = acts(council_paper.record_paper_ballots)
    close_session: CouncilSessionResult = acts(council_closing.close_session)
    record_party_opinion: DossierStepResult = acts(council_party.record_party_opinion)
