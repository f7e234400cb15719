"""The demo's emulation movements, and which of them a dossier may come from."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import models as rows
from models.demo.agencies import Agencies
from models.demo.books import Books, key
from models.movement import MovementForm, MovementScope, MovementStage

FILE = Path(__file__).parent / "movements.toml"
_EVERYWHERE = ("TTG", "H37")
"""Movements launched by these are everybody's; others are their launcher's own."""


@dataclass(frozen=True)
class _Movement:
    id: UUID
    launched_by: str
    starts_on: date
    ends_on: date | None
    deeds: list[str]


class Movements:
    """Every movement of the demo."""

    def __init__(self, books: Books, chance: random.Random, agencies: Agencies) -> None:
        said: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["movement"]
        self._all = [_write(books, chance, agencies, entry) for entry in said]

    def running(self, agency: str, day: date, choice: int) -> tuple[UUID, list[str]]:
        """A movement that ran on a day and was open to an agency, with the deeds it asks for; `choice` picks one."""
        open_to = [
            movement
            for movement in self._all
            if movement.starts_on <= day
            and (movement.ends_on is None or day <= movement.ends_on)
            and (movement.launched_by in _EVERYWHERE or movement.launched_by == agency)
        ]
        chosen = open_to[choice % len(open_to)]
        return chosen.id, chosen.deeds


def _write(books: Books, chance: random.Random, agencies: Agencies, entry: dict[str, Any]) -> _Movement:
    starts_on: date = entry["starts_on"]
    movement = _Movement(
        id=key(datetime(starts_on.year, starts_on.month, starts_on.day, tzinfo=UTC), chance),
        launched_by=entry["launched_by"],
        starts_on=starts_on,
        ends_on=entry.get("ends_on"),
        deeds=entry["deeds"],
    )
    books.write(
        rows.Movement,
        id=movement.id,
        title=entry["title"],
        title_en=entry["title_en"],
        form=MovementForm[entry["form"]],
        scope=MovementScope[entry["scope"]],
        stage=MovementStage[entry["stage"]],
        aim=entry["aim"],
        legal_basis=entry.get("legal_basis"),
        launched_by_id=agencies[movement.launched_by].id,
        starts_on=starts_on,
        ends_on=movement.ends_on,
    )
    return movement
