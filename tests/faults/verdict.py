"""What an experiment came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.checker import check
from tests.faults.checks.story import Violation
from tests.faults.experiment import ENOUGH, Experiment
from tests.faults.history import Line


@dataclass(frozen=True)
class Verdict:
    """Whether everything held; of a control, whether the checker found what was broken."""

    experiments: Sequence[Experiment]
    found: Sequence[Violation]
    counts: Counter[str]
    seconds: float
    file: Path | None

    @property
    def wanted(self) -> int | None:
        """Of a control, the invariant that must be found broken."""
        return next((each.breaks for each in self.experiments if each.breaks), None)

    @property
    def good(self) -> bool:
        """Whether it ended as it should, and something was really tried."""
        wanted = self.wanted
        held = wanted in {each.invariant for each in self.found} if wanted else not self.found
        return held and self.counts["ok"] >= ENOUGH and self.counts["told"] >= ENOUGH

    def __str__(self) -> str:
        said = " ".join(
            f"{kind} {self.counts[kind]}" for kind in ("asked", "ok", "refused", "unknown", "told", "entry")
        )
        lines = [f"  {'✓' if self.good else '✗'} {self.seconds:.0f} s · {said}"]
        if self.found and (self.wanted or not self.good):
            invariants = Counter(each.invariant for each in self.found)
            broken = ", ".join(f"INV{number} ×{count}" for number, count in sorted(invariants.items()))
            shown = next((each for each in self.found if each.invariant == self.wanted), self.found[0])
            lines += [f"  {broken}; the first:", *(f"    {line}" for line in str(shown).splitlines())]
        if not self.good:
            lines.append(f"  history: {self.file}")
        return "\n".join(lines)


def judged(
    experiments: Sequence[Experiment], lines: Sequence[Line], seconds: float, file: Path | None = None
) -> Verdict:
    """Have the checker look at a history."""
    return Verdict(experiments, check(lines), Counter(line.kind for line in lines), seconds, file)
