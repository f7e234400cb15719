"""A history put in order for the checks: who asked what and was answered what, who was told what, what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tests.faults.history import Line

SETTLING = 3.0
"""Seconds in which what was asked before servers were ready again is still answered."""
NAMELESS = {"INTERNAL_ERROR", "NO_CODE", "NOT_JSON"}
"""Codes of faults that nobody foresaw."""
ANSWERS = ("ok", "refused", "failed", "unknown")


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold, and the lines that show it."""

    invariant: int
    says: str
    lines: tuple[Line, ...] = ()

    def __str__(self) -> str:
        shown = self.lines if len(self.lines) <= 8 else (*self.lines[:4], *self.lines[-4:])
        return "\n".join([f"INV{self.invariant} · {self.says}", *(str(line)[:400] for line in shown)])


@dataclass(frozen=True)
class Break:
    """A time in which something is broken, in seconds."""

    begun: float
    over: float
    pages: bool
    """Public pages answer and servers are ready all the same."""


class Story:
    """The lines of one experiment."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines = tuple(remembered(lines))
        self._by_kind: dict[str, list[Line]] = {}
        for line in lines:
            self._by_kind.setdefault(line.kind, []).append(line)

    def of(self, *kinds: str) -> list[Line]:
        """The lines of these kinds, in order."""
        return sorted((line for kind in kinds for line in self._by_kind.get(kind, ())), key=lambda line: line.number)

    @cached_property
    def asked(self) -> dict[int, Line]:
        """What was asked, by operation."""
        return {line["op"]: line for line in self.of("asked")}

    @cached_property
    def answers(self) -> list[tuple[Line, Line]]:
        """Each answer after what was asked."""
        return [(self.asked[line["op"]], line) for line in self.of(*ANSWERS)]

    @cached_property
    def entries(self) -> list[Line]:
        """The journal, in the order of its numbers; those without one last."""
        return self.of("entry")

    @cached_property
    def by_cursor(self) -> dict[str, Line]:
        """Numbered entries by their cursors."""
        return {line["cursor"]: line for line in self.entries if line.get("seq")}

    @cached_property
    def by_version(self) -> dict[tuple[str, int], Line]:
        """Entries by what changed and its version."""
        return {(line["subject"], line["version"]): line for line in self.entries}

    @cached_property
    def set_back(self) -> Line | None:
        """When the database was set back, and to which cursor."""
        return next(iter(self.of("restored")), None)

    @cached_property
    def accounts(self) -> dict[str, str]:
        """Account ids by who they are."""
        return {line["who"]: line["account"] for line in self.of("person")}

    @cached_property
    def slowness(self) -> float:
        """How many times as long everything took as on an idle machine: bounds in seconds are multiplied by it."""
        return float(max((line["slowness"] for line in self.of("machine")), default=1.0))

    @cached_property
    def breaks(self) -> list[Break]:
        """When not everything need work: from each fault until the servers are ready again."""
        begun, ends = self.of("broken"), self.of("healed", "recovered")
        spans = []
        for place, line in enumerate(begun):
            until = begun[place + 1].number if place + 1 < len(begun) else len(self.lines) + 1
            over = [end.at for end in ends if line.number < end.number < until]
            if over:
                spans.append(Break(line.at, over[-1] + SETTLING * self.slowness, line["pages"]))
        return spans

    def spared(self, at: float) -> bool:
        """Whether pages and readiness may fail at this moment: what is broken then may be what they need."""
        return any(each.begun <= at <= each.over and not each.pages for each in self.breaks)


def remembered(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines that hold where a database was set back: what was answered since is undone, what was told forgotten."""
    undone = False
    for line in lines:
        undone = line.kind == "marked" or (undone and line.kind != "restored")
        if not undone or line.kind not in (*ANSWERS, "page", "told"):
            yield line
        elif line.kind == "told":
            yield replace(line, kind="forgotten")


Check = Callable[[Story], Iterator[Violation]]


def number_of(cursor: str) -> int:
    """The number in a cursor."""
    return int(cursor.partition("-")[0])
