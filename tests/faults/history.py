"""What an experiment asked, was answered and was told, and what was there in the end: one JSON line each, in order."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson


@dataclass(frozen=True)
class Line:
    """One thing that happened: its number, the seconds since the beginning, its kind, and what is known of it."""

    number: int
    at: float
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """A fact that every line of this kind has."""
        return self.facts[name]

    def get(self, name: str) -> Any:
        """A fact, or None."""
        return self.facts.get(name)

    def __str__(self) -> str:
        said = " ".join(f"{name}={value}" for name, value in self.facts.items() if value is not None)
        return f"{self.number:>6} {self.at:8.3f}s {self.kind:<9} {said}"


class History:
    """Lines as they come, written to a file at once, so that a broken-off run leaves what it saw."""

    def __init__(self, file: Path | None = None) -> None:
        self.lines: list[Line] = []
        self._begun = time.monotonic()
        self._file: BinaryIO | None = file.open("wb", buffering=0) if file else None

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._begun

    def note(self, kind: str, **facts: Any) -> Line:
        """Add a line."""
        line = Line(len(self.lines) + 1, round(self.now, 4), kind, facts)
        self.lines.append(line)
        if self._file:
            self._file.write(written(line))
        return line

    def count(self, kind: str) -> int:
        """How many lines of a kind there are so far."""
        return sum(line.kind == kind for line in self.lines)

    def close(self) -> None:
        """Write what is still on its way."""
        if self._file:
            self._file.close()
            self._file = None


def written(line: Line) -> bytes:
    """A line of the file."""
    told = {"n": line.number, "at": line.at, "kind": line.kind, **line.facts}
    return orjson.dumps(told, default=str, option=orjson.OPT_APPEND_NEWLINE)


def read(text: Iterable[bytes]) -> Iterator[Line]:
    """The lines of a file; the last may be broken off."""
    for said in text:
        try:
            facts = orjson.loads(said)
        except orjson.JSONDecodeError:
            return
        yield Line(facts.pop("n"), facts.pop("at"), facts.pop("kind"), facts)
