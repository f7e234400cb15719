"""Figures of dossiers and awards, by whatever they are asked to be grouped by."""

from __future__ import annotations

import strawberry

from models.award_type import AwardClass, AwardLevel
from models.clock import Timeliness
from models.nominee import NomineeKind, RecipientClass
from models.outward import PortalStatus
from models.rule_set import CommendationType
from models.workflow import DossierStatus
from resolvers.award_statistics import award_statistics
from resolvers.dossier_statistics import dossier_statistics
from resolvers.engine import aggregates, figures, grouped, keyed
from schema.agency import Agency
from schema.award import AwardType


@grouped
class DossierStatistic:
    """A group of dossiers and its figures. What it is not grouped by is null, as is what its dossiers do not have."""

    agency: Agency | None = keyed("agency_id", description="Who proposes.")
    handler: Agency | None = keyed("handler_id", description="On whose desk they lie.")
    status: DossierStatus | None
    """Where the files stand."""
    portal_status: PortalStatus | None
    """What the National Public Service Portal is told."""
    commendation_type: CommendationType | None
    """The type of commendation (Law 06/2022 art 8)."""
    timeliness: Timeliness | None
    """How they stand to their time limit; null before reception, and after an end without a result."""
    year: int | None
    """The year of reception, of the Vietnamese day."""
    quarter: int | None
    """The quarter of reception, 1–4, of whatever year."""
    month: int | None
    """The month of reception, 1–12, of whatever year."""
    count: int
    """How many dossiers."""
    overdue: int
    """How many without a result whose time limit has passed."""
    early: int
    """How many had their result before the last half day of their time limit."""
    on_time: int
    """How many had it in that half day."""
    late: int
    """How many had it after that."""
    days_saved: float
    """Working days, to half a day, that those with an early result had left, all together."""
    median_preparation_days: float | None
    """The median number of days from the beginning of the draft to its submission, to a tenth."""
    median_processing_days: float | None
    """The median number of working days of the limit that a result took, what was awaited from others not counted."""
    median_processing_calendar_days: float | None
    """The median number of calendar days, holidays and pauses included, from reception to decision."""


@grouped
class AwardFigures:
    """The figures of a group of awards in one period, or by how much those of two periods differ."""

    count: int
    """How many awards."""
    recipients: int
    """How many different recipients."""
    collectives: int
    """How many awards to collectives."""
    individuals: int
    """How many awards to individuals."""


@grouped
class AwardStatistic:
    """A group of awards and its figures. What it is not grouped by is null, as is what its awards do not have."""

    agency: Agency | None = keyed("agency_id", description="Who proposed.")
    award_type: AwardType | None = keyed("award_type_id", description="What was awarded.")
    award_class: AwardClass | None
    """The family of the award."""
    level: AwardLevel | None
    """The level at which the award is decided."""
    recipient_kind: NomineeKind | None
    """The kind of recipient."""
    recipient_class: RecipientClass | None
    """The class that an individual counts under in the yearly statistics (Circular 02/2023/TT-BNV, form 0603)."""
    commendation_type: CommendationType | None
    """The type of commendation, where the viewer may read the dossier; decisions from before the register have none."""
    year: int | None
    """The year of the decision; compared, the year it stands for in this period."""
    quarter: int | None
    """The quarter of the decision, 1–4, of whatever year."""
    month: int | None
    """The month of the decision, 1–12, of whatever year."""
    suppressed: bool
    """
    Whether these are several groups told together, because some have too few to be told in public; they have no key.
    """
    count: int
    """How many awards, in this period."""
    recipients: int
    """How many different recipients, in this period."""
    collectives: int
    """How many awards to collectives, in this period."""
    individuals: int
    """How many awards to individuals, in this period."""
    current: AwardFigures = figures("", description="This period, again: to be asked for alike with the two below.")
    previous: AwardFigures | None = figures("previous_", description="The period compared with; null without one.")
    difference: AwardFigures | None = figures("difference_", description="This period less the one compared with.")


@strawberry.type
class StatisticsQuery:
    """Figures of what the viewer may read."""

    dossier_statistics: list[DossierStatistic] = aggregates(dossier_statistics)
    award_statistics: list[AwardStatistic] = aggregates(award_statistics)
