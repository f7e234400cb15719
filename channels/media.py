"""Media types: what a client sends, and in which form it takes its answer."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache


class Media(enum.Enum):
    """The forms of a whole answer."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"


EVENTS = "text/event-stream"
_READ_AS = {
    "*/*": Media.JSON,
    "application/*": Media.JSON,
    "application/json": Media.JSON,
    "application/graphql-response+json": Media.GRAPHQL,
}
_LONGEST = 1_000


@dataclass(frozen=True)
class Accepted:
    """What a client takes: one form of a whole answer, or none; and whether it takes a stream of events."""

    media: Media | None
    events: bool = False


@lru_cache(256)
def accepted(header: str | None) -> Accepted:
    """Read an Accept header. Without one it is JSON; a stream must be asked for by its own name."""
    if not header:
        return Accepted(Media.JSON)
    ranges = [_range(part) for part in header[:_LONGEST].split(",")]
    known = [(-quality, _READ_AS[name]) for name, quality in ranges if name in _READ_AS and quality > 0]
    best = min(known, key=lambda pair: pair[0])[1] if known else None
    return Accepted(best, any(name == EVENTS and quality > 0 for name, quality in ranges))


def _range(part: str) -> tuple[str, float]:
    """A media range and its quality; an unreadable quality is none."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    said = next((p[2:] for p in parameters if p.startswith("q=")), "1")
    try:
        return name, float(said)
    except ValueError:
        return name, 0.0


@lru_cache(256)
def is_json(header: str | None) -> bool:
    """Whether a Content-Type is JSON in UTF-8."""
    name, *parameters = (piece.strip().lower() for piece in (header or "")[:_LONGEST].split(";"))
    charsets = [p[8:].strip('"') for p in parameters if p.startswith("charset=")]
    return name == "application/json" and all(charset in ("utf-8", "utf8") for charset in charsets)
