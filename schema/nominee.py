"""Nominees, and what is personal about them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

import models as rows
from models.access import Permission
from models.award import visible_nominee
from models.dossier import visible_personal
from models.nominee import NomineeKind, RecipientClass
from resolvers import nominee as resolve
from resolvers.award import awards_to
from resolvers.engine import Connection, many, shows, to_one
from schema.agency import Agency
from schema.node import Node

if TYPE_CHECKING:
    from schema.award import Award


@shows(rows.NomineePersonal, visible=visible_personal)
class NomineePersonal:
    """What is personal about an individual, for staff who need it for a dossier (Law 91/2025/QH15)."""

    personal_number: str | None
    """Twelve digits."""
    birth_date: date | None
    """The day of birth."""
    birth_year: int | None
    """The year of birth, where the day is not known."""
    female: bool | None
    """Whether she is a woman."""
    phone: str | None
    """A telephone number."""
    address: str | None
    """The current residence."""


@shows(rows.Nominee, visible=visible_nominee)
class Nominee(Node):
    """A person, collective, household, enterprise or foreign party who may be commended."""

    kind: NomineeKind
    """What the nominee is."""
    name: str
    """The full name."""
    position: str | None
    recipient_class: RecipientClass | None
    """The class they count under in the yearly statistics."""
    agency: Agency = to_one(description="The managing agency, which proposes.")
    awards: Connection[Annotated[Award, strawberry.lazy("schema.award")]] = many(awards_to)
    personal: NomineePersonal | None = to_one(
        needs=Permission.READ_PERSONAL_DATA, description="What is personal, for those whose work needs it."
    )


@strawberry.type
class NomineeQuery:
    """Nominees."""

    nominees: Connection[Nominee] = many(resolve.nominees)
