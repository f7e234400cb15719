"""The award catalogue and the awards given."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

import models as rows
from models.agency import AgencyKind
from models.award import AwardStatus, visible_award
from models.award_type import AuthorityRight, AwardClass, AwardLevel, Cadence
from models.nominee import NomineeKind
from resolvers import award as resolve
from resolvers.engine import Connection, many, reads, shows, to_one
from schema.agency import Agency
from schema.node import Node
from schema.nominee import Nominee

if TYPE_CHECKING:
    from schema.decision import Decision


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
    recipient: Nominee = to_one(covered="whoever sees an award sees who received it")
    award_type: AwardType = to_one(description="What was awarded.")
    agency: Agency = to_one(description="Who proposed it.")
    decision: Annotated[Decision, strawberry.lazy("schema.decision")] = to_one(
        covered="an award is seen where its decision is", description="The decision that gave it."
    )


@strawberry.type
class AwardQuery:
    """The catalogue, and awards."""

    award_types: list[AwardType] = reads(resolve.award_types)
    awards: Connection[Award] = many(resolve.awards)
