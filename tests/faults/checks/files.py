"""Files that were sent are there whole or not at all, and none came in unseen."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.checks.story import NAMELESS, Story, Violation


def kept(story: Story) -> Iterator[Violation]:
    """INV1, INV5: what was taken is there; and whatever is written down has its content."""
    there = {line["id"]: line for line in story.of("file")}
    for taken in story.of("file-taken"):
        found = there.get(taken["id"])
        if found is None or found["sha256"] != taken["sha256"]:
            yield Violation(1, "a file that was taken is not there", (taken,))
    for line in there.values():
        if not line["whole"]:
            yield Violation(5, "a file is written down, and its content is not kept", (line,))


def seen_through(story: Story) -> Iterator[Violation]:
    """INV16: what is infected is never taken, whatever befalls the scanner."""
    infected = {line["file"]: line for line in story.of("file-sent") if line.get("infected")}
    for taken in story.of("file-taken"):
        if taken["file"] in infected:
            yield Violation(16, "an infected file was taken", (infected[taken["file"]], taken))


def told_why(story: Story) -> Iterator[Violation]:
    """INV11: a file that is not taken is declined with a code."""
    for line in story.of("file-declined"):
        if line["code"] in NAMELESS:
            yield Violation(11, f"a file is answered {line['status']} {line['code']}", (line,))


FILES = (kept, seen_through, told_why)
