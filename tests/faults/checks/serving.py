"""The servers say the truth of themselves, stay up where they can, come back by themselves, and leak nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.faults.checks.story import Story, Violation
from tests.faults.history import Line

NOTICING = 9.0
"""Seconds, of an idle machine, within which readiness must say that PostgreSQL is away."""
RECOVERY = 30.0
"""Seconds, of an idle machine, within which everything works again, once what was broken is mended."""
MORE_FILES, MORE_BYTES, MORE_THREADS = 24, 48 << 20, 4 + (os.cpu_count() or 1)
"""What a server may hold more than a tenth over what it held before: its pools may have been idle then."""


def pages(story: Story) -> Iterator[Violation]:
    """INV9: public pages answer, always or but while something is broken that they need."""
    for page in story.of("page"):
        if page["status"] != 200 and not story.spared(page.at):
            yield Violation(9, f"a public page answers {page['status']}", (page,))


def readiness(story: Story) -> Iterator[Violation]:
    """INV10: a server is not ready while PostgreSQL is away, and is while nothing it needs is."""
    away, back = story.of("away"), story.of("back")
    said, noticing = story.of("ready", "unready"), NOTICING * story.slowness
    for gone, come in zip(away, back, strict=False):
        for site in gone["sites"]:
            mine = [line for line in said if line["site"] == site and line.at <= gone.at + noticing]
            soon = any(line.kind == "unready" and line.at >= gone.at for line in mine)
            if come.at > gone.at + noticing and not soon and mine and mine[-1].kind == "ready":
                yield Violation(10, f"{site} says it is ready without PostgreSQL", (gone, mine[-1], come))
    for line in said:
        if line.kind == "unready" and not story.spared(line.at):
            yield Violation(10, f"{line['site']} says it is not ready, and nothing it needs is away", (line,))


def recovery(story: Story) -> Iterator[Violation]:
    """INV14: within half a minute of being mended everything works, and all is told; by itself."""
    for line in story.of("unsettled"):
        yield Violation(14, f"not all was told within {line['seconds']} s", (line,))
    for line in story.of("recovered"):
        if line["seconds"] > RECOVERY * story.slowness:
            yield Violation(14, f"ready again only after {line['seconds']} s", (line,))
    for line in story.of("amiss"):
        yield Violation(14, line["says"], (line,))
    over = max((each.over for each in story.breaks), default=0.0)
    after = [(asked, answer) for asked, answer in story.answers if over and asked.at > over]
    if len(after) > 10 and not any(answer.kind == "ok" for _, answer in after):
        yield Violation(14, "nothing is acknowledged any more", after[-1])


def weight(story: Story) -> Iterator[Violation]:
    """INV12: a server that lived through it holds what it held before, and a tenth more at most."""
    before = {(line["site"], line["deaths"]): line for line in story.of("weight") if line["when"] == "before"}
    for after in story.of("weight"):
        then = before.get((after["site"], after["deaths"]))
        if after["when"] == "after" and then:
            yield from _grown(then, after)


def _grown(then: Line, after: Line) -> Iterator[Violation]:
    for what, more in (("files", MORE_FILES), ("rss", MORE_BYTES), ("threads", MORE_THREADS)):
        if after[what] > 1.1 * then[what] + more:
            yield Violation(
                12, f"{after['site']} holds more {what}: {then[what]} before, {after[what]} now", (then, after)
            )


SERVING = (pages, readiness, recovery, weight)
