"""The award catalogue and the awards given."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models as rows
from models.agency import AgencyKind
from models.award import AwardStatus, verifiable_award, visible_award
from models.award_change import AwardGround, visible_change, visible_grounds
from models.award_type import AuthorityRight, AwardClass, AwardLevel, Cadence
from models.nominee import NomineeKind
from models.reliance import visible_reliance
from resolvers import award as resolve
from resolvers import award_history as history
from resolvers.engine import Connection, many, reads, self_, shows, to_one
from resolvers.inputs import Dong
from schema.agency import Agency
from schema.node import Node
from schema.nominee import Nominee

if TYPE_CHECKING:
    from schema.decision import Decision
    from schema.dossier import DossierLine


@shows(rows.Authority, open="the law is public")
class Authority:
    """The right of agencies of a kind over an award, on some days (Law 06/2022 arts 77–80)."""

    agency_kind: AgencyKind
    """Whose right it is."""
    right: AuthorityRight
    """What they do about it."""
    article: str
    """The article it comes from."""
    confirmed: bool
    """Whether that was read in the law itself."""
    valid_from: date
    """The first day."""
    valid_to: date | None
    """The first day on which it is no more."""


@shows(rows.AwardType, open="the law is public")
class AwardType(Node):
    """An award of the catalogue, as it stands on some days."""

    code: str
    """`BK_T`, `HC_LD_III` …"""
    name: str
    """The Vietnamese name."""
    name_en: str
    """The English name."""
    award_class: AwardClass
    """Its family."""
    level: AwardLevel
    """At which level it is decided."""
    recipients: list[NomineeKind]
    """Who may receive it."""
    posthumous: bool
    cadence: Cadence | None
    """How often it is considered, where the law says so."""
    article: str
    """The article it comes from."""
    note: str | None
    """What else must be known."""
    confirmed: bool
    valid_from: date
    """The first day."""
    valid_to: date | None
    """The first day on which it is no more."""
    authorities: list[Authority] = reads(resolve.authorities)


@shows(rows.AwardPrize, open="it is reached from an award, and seen where that is")
class PrizeMoney:
    """The money that goes with an award, by the base salary in force on the day of the decision (art 11)."""

    amount: Dong
    base_salary: Dong
    multiple: float
    article: str
    """The instrument it comes from."""
    confirmed: bool
    payer: Agency = to_one(description="From whose fund it is paid (art 11.4).")


@shows(rows.AwardChange, visible=visible_grounds)
class AwardFinding:
    """What was found before an award was changed, for staff."""

    reason: str
    """In the words of whoever decided."""


@shows(rows.AwardChange, visible=visible_change)
class AwardChange(Node):
    """A change of an award after it was given (art 93): a correction, a cancellation, a stripping, a restoration."""

    ground: AwardGround
    """Why."""
    article: str
    """The article it comes from; `province` where the law has none."""
    at: datetime
    """When it was entered."""
    status_before: AwardStatus
    """How the award stood before."""
    citation_before: str | None
    recipient_before: str | None
    award: Annotated[Award, strawberry.lazy("schema.award")] = to_one(
        covered="a change is seen where its award is", description="What was changed."
    )
    decision: Annotated[Decision, strawberry.lazy("schema.decision")] = to_one(
        covered="a change is public by the decision that says so", description="The decision that says so."
    )
    finding: AwardFinding | None = self_(description="What was found; for staff.")


@shows(rows.AwardReliance, visible=visible_reliance)
class AwardReliance(Node):
    """A case found eligible because of an earlier award; for staff."""

    article: str
    """By which article the earlier award counts."""
    fell_at: datetime | None
    """Since when the earlier award stands no more: the case is to be judged again."""
    award: Annotated[Award, strawberry.lazy("schema.award")] = to_one(
        covered="staff see every award", description="The earlier award."
    )
    line: Annotated[DossierLine, strawberry.lazy("schema.dossier")] = to_one(
        covered="it is seen where its case is", description="The case that leans on it."
    )


@shows(rows.Award, visible=visible_award)
class Award(Node):
    """One award to one nominee, by one decision."""

    position: int
    """Its place in the decision's list."""
    awarded_on: date
    """The day of the decision."""
    achievement_year: int
    """The year of the achievement."""
    citation: str
    """The achievement, as printed."""
    posthumous: bool
    """Whether it was given after death."""
    status: AwardStatus
    """Whether it stands."""
    printed_name: str
    code: str | None
    prize_money: PrizeMoney | None = to_one(
        "prize", description="The money that goes with it, where a source names it."
    )
    changes: Connection[AwardChange] = many(history.changes_of)
    relied_on_by: Connection[AwardReliance] = many(history.relied_on_by)
    recipient: Nominee = to_one(covered="whoever sees an award sees who received it")
    award_type: AwardType = to_one(description="What was awarded.")
    agency: Agency = to_one(description="Who proposed it.")
    decision: Annotated[Decision, strawberry.lazy("schema.decision")] = to_one(
        covered="an award is seen where its decision is", description="The decision that gave it."
    )


@shows(rows.Award, visible=verifiable_award)
class AwardVerification:
    """What the public may know of a certificate: whose it is, for what, by which decision, and whether it stands."""

    status: AwardStatus
    """Whether it stands."""
    printed_name: str
    awarded_on: date
    """The day of the decision."""
    award_type: AwardType = to_one(description="What was awarded.")
    decision: Annotated[Decision, strawberry.lazy("schema.decision")] = to_one(
        covered="only awards of published decisions are recognised", description="The decision that gave it."
    )


@strawberry.type
class AwardQuery:
    """The catalogue, and awards."""

    verify_award: AwardVerification | None = reads(history.verify_award)

    award_types: list[AwardType] = reads(resolve.award_types)
    awards: Connection[Award] = many(resolve.awards)
