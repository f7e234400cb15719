"""What was acknowledged is there, once; what was refused is not; and every failure says which it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.faults.checks.story import NAMELESS, Story, Violation
from tests.faults.history import Line

NAMES = {
    "draftDossier": "DRAFT", "submitDossier": "SUBMIT", "receiveDossier": "RECEIVE", "assignAppraiser": "ASSIGN",
    "appraiseLine": "PASS_APPRAISAL", "issueDecision": "DECIDE", "publishDecision": "PUBLISH_DECISION",
}  # fmt: skip
"""What the journal calls each act."""


def acknowledged(story: Story) -> Iterator[Violation]:
    """INV1: every acknowledged act is in the journal, by whoever asked for it."""
    for asked, ok in story.answers:
        if ok.kind != "ok":
            continue
        subject, version = _effect(asked, ok)
        entry = story.by_version.get((subject, version))
        if entry is None:
            yield Violation(1, f"acknowledged and not there: {subject} has no version {version}", (asked, ok))
        elif entry["act"] != NAMES.get(asked["act"], entry["act"]) or entry["actor"] != story.accounts[asked["who"]]:
            yield Violation(1, "acknowledged, and somebody else's act is in its place", (asked, ok, entry))


def _effect(asked: Line, ok: Line) -> tuple[str, int]:
    """Which version of what an act made."""
    if asked.get("expected") is None:
        return ok["subject"], 1
    return asked["subject"], asked["expected"] + 1


def once(story: Story) -> Iterator[Violation]:
    """INV2: a key has one effect at most, and none where it was refused."""
    yield from _drafted_once(story)
    replies: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for reply in story.of("reply"):
        replies[reply["account"], reply["key"]].append(reply)
    acknowledged: dict[tuple[str, str], list[tuple[Line, Line]]] = defaultdict(list)
    refused: dict[tuple[str, str], list[tuple[Line, Line]]] = defaultdict(list)
    for asked, answer in story.answers:
        key = story.accounts[asked["who"]], asked["key"]
        if answer.kind == "ok":
            acknowledged[key].append((asked, answer))
        elif answer.kind in ("refused", "failed"):
            refused[key].append((asked, answer))
    for key, pairs in acknowledged.items():
        if len({_named(answer) for _, answer in pairs}) > 1:
            yield Violation(2, f"one key {key[1]}, two effects", tuple(line for pair in pairs for line in pair))
        if not replies[key]:
            yield Violation(1, f"acknowledged, and the key {key[1]} is not kept", pairs[0])
    for key, pairs in refused.items():
        if key not in acknowledged and replies[key]:
            yield Violation(2, f"refused, and yet done under {key[1]}", (*pairs[0], *replies[key]))


def _named(ok: Line) -> tuple[str, str | None]:
    return ok["subject"], ok.get("number")


def _drafted_once(story: Story) -> Iterator[Violation]:
    titles: dict[str, list[Line]] = defaultdict(list)
    for dossier in story.of("dossier"):
        titles[dossier["title"]].append(dossier)
    for title, dossiers in titles.items():
        if len(dossiers) > 1:
            yield Violation(2, f"one key, {len(dossiers)} dossiers: {title}", tuple(dossiers))


def one_wins(story: Story) -> Iterator[Violation]:
    """INV3: of several who change the same version, one is acknowledged."""
    winners: dict[tuple[str, int], dict[str, tuple[Line, Line]]] = defaultdict(dict)
    for asked, answer in story.answers:
        if answer.kind == "ok" and asked.get("expected") is not None:
            winners[asked["subject"], asked["expected"]][asked["key"]] = (asked, answer)
    for (subject, version), pairs in winners.items():
        if len(pairs) > 1:
            lines = tuple(line for pair in pairs.values() for line in pair)
            yield Violation(3, f"two changes of version {version} of {subject} are acknowledged", lines)


def told_why(story: Story) -> Iterator[Violation]:
    """INV11: whatever fails says a code that is no fault of ours, and no server logs a fault nobody foresaw."""
    if any(line.get("faulty") for line in story.of("broken")):
        return
    for asked, answer in story.answers:
        if answer.kind in ("failed", "unknown") and answer.get("status") and answer["code"] in NAMELESS:
            yield Violation(11, f"answered {answer['status']} {answer['code']}", (asked, answer))
        if answer.kind == "failed":
            yield Violation(11, f"a right request is refused as wrong: {answer['code']}", (asked, answer))
    for page in story.of("page"):
        if page["status"] == 500 or page.get("code") in NAMELESS:
            yield Violation(11, f"a page answers {page['status']} {page.get('code') or ''}", (page,))
    for turned in story.of("turned"):
        if turned["code"] in NAMELESS | {None}:
            yield Violation(11, f"a stream ends with {turned['code']}", (turned,))
    for logged in story.of("logged"):
        yield Violation(11, "a server logged a fault", (logged,))


ACTS = (acknowledged, once, one_wins, told_why)
