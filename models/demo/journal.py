"""The demo's journal: the entries of every change, gathered as they come and written in the order of time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import models as rows
from models.demo.books import Books, key


@dataclass
class Journal:
    """Entries waiting to be put in order."""

    chance: random.Random
    _entries: list[tuple[datetime, int, dict[str, Any]]] = field(default_factory=list)

    def tell(
        self,
        at: datetime,
        act: str,
        actor: UUID,
        subject: tuple[str, UUID, int],
        topics: list[str],
        public_text: str | None,
        data: dict[str, Any],
    ) -> None:
        """Adds an entry about a version of a subject; a subject's entries are told in the order of its versions."""
        kind, subject_id, version = subject
        entry = {
            "key": key(at, self.chance),
            "at": at,
            "actor_id": actor,
            "act": act,
            "subject_kind": kind,
            "subject_id": subject_id,
            "subject_version": version,
            "topics": topics,
            "public_text": public_text,
            "data": data,
        }
        self._entries.append((at, len(self._entries), entry))

    def write(self, books: Books) -> None:
        """Writes the entries, the oldest first: the database numbers them as they come."""
        for _, _, entry in sorted(self._entries, key=lambda told: told[:2]):
            books.write(rows.Entry, **entry)
