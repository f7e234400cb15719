"""Emulation movements."""

from __future__ import annotations

from datetime import date

import strawberry

import models as rows
from models.movement import MovementForm, MovementScope, MovementStage
from resolvers import movement as resolve
from resolvers.engine import Connection, many, reads, shows, to_one
from schema.agency import Agency
from schema.node import Node


@shows(rows.Movement, open="a movement is launched to be known")
class Movement(Node):
    """An emulation movement (Law 06/2022 arts 16–18)."""

    title: str
    """The Vietnamese title."""
    title_en: str | None
    """The English title."""
    form: MovementForm
    """How it runs."""
    scope: MovementScope
    """How far it reaches."""
    stage: MovementStage
    """Where it stands."""
    aim: str
    """What it is for."""
    legal_basis: str | None
    """The instrument that launched it."""
    starts_on: date
    """The first day."""
    ends_on: date | None
    """The last day, where one is set."""
    launched_by: Agency = to_one(description="Who launched it.")


@strawberry.type
class MovementQuery:
    """Movements."""

    movement: Movement | None = reads(resolve.movement)
    movements: Connection[Movement] = many(resolve.movements)
