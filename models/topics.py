"""Topics: under which names the feed tells of a change."""

from __future__ import annotations

from uuid import UUID

DECISIONS = "decisions"
"""Every decision that is published."""


def dossier(key: UUID) -> str:
    """One dossier's steps."""
    return f"dossier:{key}"


def account(key: UUID) -> str:
    """What is lent by or to one account."""
    return f"account:{key}"


def council(key: UUID) -> str:
    """One council's sittings."""
    return f"council:{key}"


def agency(path: str) -> str:
    """Everything on the desks of an agency and of those under it."""
    return f"agency:{path}"


def above(path: str) -> list[str]:
    """The topics of an agency's path and of every agency above it."""
    return [agency(upper) for upper in _upwards(path)]


def decisions_in(path: str) -> str:
    """The decisions published by an agency and those under it."""
    return f"{DECISIONS}:{path}"


def decisions_of(path: str) -> list[str]:
    """The topics of a decision published by the agency with this path: of all decisions, and of each agency above."""
    return [DECISIONS, *(decisions_in(upper) for upper in _upwards(path))]


def _upwards(path: str) -> list[str]:
    labels = path.split(".")
    return [".".join(labels[:count]) for count in range(1, len(labels) + 1)]
