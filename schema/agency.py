"""Agencies."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

import models as rows
from models.agency import AgencyKind, AgencyLevel
from resolvers import agency as resolve
from resolvers.award import awards_proposed_by
from resolvers.dossier import dossiers_of
from resolvers.engine import Connection, many, reads, shows, to_one
from schema.node import Node

if TYPE_CHECKING:
    from schema.award import Award
    from schema.dossier import Dossier


@shows(rows.Agency, open="who the agencies of the state are is public")
class Agency(Node):
    """An agency of the state or of society, from the day it began to the day it ended."""

    code: str
    name: str
    """The Vietnamese name."""
    name_en: str | None
    """The English name."""
    kind: AgencyKind
    """What it is; who may decide which award hangs on it."""
    level: AgencyLevel
    """Its tier."""
    valid_from: date
    """The first day."""
    valid_to: date | None
    parent: Agency | None = to_one(description="The agency above.")
    children: Connection[Agency] = many(resolve.children)
    successors: list[Agency] = reads(resolve.successors)
    dossiers: Connection[Annotated[Dossier, strawberry.lazy("schema.dossier")]] = many(dossiers_of)
    awards: Connection[Annotated[Award, strawberry.lazy("schema.award")]] = many(awards_proposed_by)


@strawberry.type
class AgencyQuery:
    """Agencies."""

    agency: Agency | None = reads(resolve.agency)
    agencies: Connection[Agency] = many(resolve.agencies)
