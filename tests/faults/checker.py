"""The offline checker: from a history alone it says which invariant was broken first, and which lines show it.

INV1 what was acknowledged is there · INV2 a key has one effect · INV3 paths are legal, versions without hole
INV4 decisions are numbered without hole · INV5 a change, an entry, a number · INV6 all are told all, once, in order
INV7 no cursor passes an entry · INV8 nobody is told what is not theirs · INV9 public pages answer
INV10 readiness tells the truth · INV11 failures have codes · INV12 nothing leaks · INV13 the chain holds
INV14 recovery within 30 s, by itself · INV15 what is not published is not public · INV16 no file is taken unseen
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.checks.acts import ACTS
from tests.faults.checks.feed import FEED
from tests.faults.checks.files import FILES
from tests.faults.checks.journal import JOURNAL
from tests.faults.checks.serving import SERVING
from tests.faults.checks.story import Check, Story, Violation
from tests.faults.history import Line

CHECKS: tuple[Check, ...] = (*ACTS, *JOURNAL, *FEED, *FILES, *SERVING)


def check(lines: Sequence[Line]) -> list[Violation]:
    """What does not hold, that which shows earliest first."""
    story = Story(lines)
    found = [violation for each in CHECKS for violation in each(story)]
    return sorted(found, key=lambda violation: violation.lines[0].number if violation.lines else 0)
