"""Everybody is told all that is theirs, once, in order, and nothing that is not."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.checks.story import Story, Violation, number_of
from tests.faults.history import Line

GRACE = 30.0
"""Seconds within which a right that was lost silences a stream."""


def told(story: Story) -> Iterator[Violation]:
    """INV6, INV7: each listener hears every entry of its topic past its cursor, once, in the journal's order."""
    whole = bool(story.of("settled"))
    heard: dict[str, list[Line]] = {}
    for line in story.of("told", "resync", "forgotten"):
        heard.setdefault(line["listener"], []).append(line)
    for listens in story.of("listens"):
        yield from _in_order(story, listens, heard.get(listens["listener"], []), whole=whole)


def _in_order(story: Story, listens: Line, heard: list[Line], *, whole: bool) -> Iterator[Violation]:
    forged, adrift = bool(listens.get("forged")), False
    undone = story.set_back if story.set_back and story.set_back.number > listens.number else None
    place, before = 0 if forged else number_of(listens["after"]), listens
    for line in heard:
        late = undone is not None and (line.kind == "forgotten" or line.at > undone.at)
        if line.kind == "resync":
            if not forged and not late:
                yield Violation(7, f"{listens['listener']} lost its place with a right cursor", (before, line))
            place, before, forged, adrift = number_of(line["head"]), line, False, False
            continue
        if late and line["cursor"] not in story.by_cursor:  # who reads slowly hears now what was on its way then
            adrift = True
            continue
        if late and undone and number_of(line["cursor"]) > number_of(undone["head"]):
            undone = None
            if adrift:
                yield Violation(7, f"{listens['listener']} follows from a place that was undone", (before, line))
                return
        if forged:
            yield Violation(7, f"{listens['listener']} follows from a cursor that nobody was told", (listens, line))
            return
        entry = story.by_cursor.get(line["cursor"])
        if entry is None:
            yield Violation(7, f"{listens['listener']} was told what is in no journal", (line,))
            continue
        if entry["seq"] <= place:
            yield Violation(6, f"{listens['listener']} was told twice, or out of order", (before, line))
            continue
        yield from _between(story, listens, place, entry["seq"], (before, line))
        yield from _same(line, entry)
        place, before = entry["seq"], line
    if whole and not forged and listens["who"] != "stranger":
        yield from _between(story, listens, place, len(story.entries) + 1, (before,))


def _between(story: Story, listens: Line, place: int, upto: int, shown: tuple[Line, ...]) -> Iterator[Violation]:
    """What was passed over. Who reads slowly may be told only the last of several steps of one subject."""
    missed = [line for line in story.entries if place < (line.get("seq") or 0) < upto and _theirs(listens, line)]
    if listens.get("slow") and missed:
        later = {line["subject"] for line in story.entries if (line.get("seq") or 0) >= upto and _theirs(listens, line)}
        missed = [line for line in missed if line["subject"] not in later]
    if missed and not listens.get("partial"):
        yield Violation(6, f"{listens['listener']} was not told {len(missed)} entries", (*shown, *missed))


def _theirs(listens: Line, entry: Line) -> bool:
    """Whether an entry is told under the topic; on the portal of decisions only that they were published."""
    return listens["topic"] in entry["topics"]


def _same(line: Line, entry: Line) -> Iterator[Violation]:
    event, version = line.get("event"), line.get("version")
    if line["subject"] != entry["subject"] or (event and event.partition("_")[2] != entry["event"]):
        yield Violation(6, "an event under another's cursor", (line, entry))
    elif version and version != entry["version"]:
        yield Violation(6, "an event of another version than its entry", (line, entry))


def entitled(story: Story) -> Iterator[Violation]:
    """INV8: nobody is told what they may not see, or may no longer see for half a minute."""
    listens = {line["listener"]: line for line in story.of("listens")}
    may = {line["who"]: set(line["topics"]) for line in story.of("person")}
    lost = {(line["who"], line["topic"]): line for line in story.of("lost")}
    for line in story.of("told"):
        who, topic = listens[line["listener"]]["who"], listens[line["listener"]]["topic"]
        entry = story.by_cursor.get(line["cursor"])
        end = lost.get((who, topic))
        if end and line.at > end.at + GRACE:
            yield Violation(8, f"{who} lost {topic} and is told of it still", (end, line))
        if topic.startswith("agency:") and topic not in may.get(who, set()):
            yield Violation(8, f"{who} may not see what is told under {topic}", (listens[line["listener"]], line))
        if entry and topic not in entry["topics"]:
            yield Violation(8, f"told under {topic}, to which the entry does not belong", (line, entry))


def public(story: Story) -> Iterator[Violation]:
    """INV15: the public sees a decision only after somebody has asked to publish it."""
    subjects = {line["subject"]: line for line in story.of("decision")}
    asked: dict[str, float] = {}
    for line in story.of("asked"):
        if line["act"] == "publishDecision" and line["subject"] in subjects:
            asked.setdefault(subjects[line["subject"]]["number"], line.at)
    rehearsed = {
        line["number"] for line in subjects.values() if line["number"] not in asked and _was_public(story, line)
    }
    for page in story.of("page"):
        for number in page.get("seen") or ():
            if number not in rehearsed and asked.get(number, page.at + 1) > page.at:
                yield Violation(15, f"{number} is public before it was published", (page,))


def _was_public(story: Story, decision: Line) -> bool:
    """Whether it was published before the experiment began."""
    entry = story.by_version.get((decision["subject"], 2))
    begun = story.of("begun")
    return bool(entry and begun and (entry.get("seq") or 0) <= number_of(begun[0]["head"]))


FEED = (told, entitled, public)
