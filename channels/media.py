"""Media types: what a client sends, and in which form it takes its answer."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache


class Media(enum.Enum):
    """The forms of a whole answer."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"


EVENTS = "text/event-stream"
_ANY = ("application/*", "*/*")
_LONGEST = 1_000
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True)
class Accepted:
    """What a client takes: one form of a whole answer, or none; and whether it takes a stream of events."""

    media: Media | None
    events: bool = False


def accepted(header: str | None) -> Accepted:
    """Read an Accept header's first thousand characters. Without one it is JSON; a stream is asked for by its own name.

    Of each form the range that names it most closely says how much it is wanted (RFC 9110 §12.5.1): in
    `application/json;q=0, */*` that is not at all. Of two wanted alike it is the one named first, or JSON.
    """
    return _accepted(header[:_LONGEST]) if header else Accepted(Media.JSON)


@lru_cache(256)
def _accepted(header: str) -> Accepted:
    ranges = [_range(part) for part in header.split(",")]
    said = {name: (-quality, place) for place, (name, quality) in reversed([*enumerate(ranges)])}
    wanted = {media: next((said[name] for name in (media.value, *_ANY) if name in said), (0.0, 0)) for media in Media}
    best = min(Media, key=lambda media: wanted[media])
    return Accepted(best if wanted[best][0] else None, said.get(EVENTS, (0.0, 0))[0] < 0)


def _range(part: str) -> tuple[str, float]:
    """A media range and its quality; an unreadable quality is none."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    said = next((p[2:] for p in parameters if p.startswith("q=")), "1")
    return name, float(said) if _QUALITY.fullmatch(said) else 0.0


def is_json(header: str | None) -> bool:
    """Whether a Content-Type is JSON in UTF-8."""
    return len(header or "") <= _LONGEST and _is_json(header or "")


@lru_cache(256)
def _is_json(header: str) -> bool:
    name, *parameters = (piece.strip().lower() for piece in header.split(";"))
    charsets = [p[8:].strip('"') for p in parameters if p.startswith("charset=")]
    return name == "application/json" and all(charset in ("utf-8", "utf8") for charset in charsets)


def is_plain(encoding: str | None) -> bool:
    """Whether a Content-Encoding says that a body is as it stands: what is packed could unpack to anything."""
    return (encoding or "identity").lower() == "identity"
