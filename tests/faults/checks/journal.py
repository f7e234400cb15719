"""The journal is whole: every change has its one entry, versions and numbers have no hole, hashes are chained."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from tests.faults.checks.story import Story, Violation
from tests.faults.history import Line

LEGAL = {
    "DRAFT": (None, "DRAFT"), "SUBMIT": ("DRAFT", "SUBMITTED"), "RECEIVE": ("SUBMITTED", "RECEIVED"),
    "ASSIGN": ("RECEIVED", "ASSIGNED"), "PASS_APPRAISAL": ("ASSIGNED", "SIGNING"), "DECIDE": ("SIGNING", "DECIDED"),
    "PUBLISH": ("DECIDED", "PUBLISHED"),
}  # fmt: skip
"""The steps of the load, and from where to where each leads a dossier."""
ORIGIN = hashlib.sha256(b"laurel").digest()


def paths(story: Story) -> Iterator[Violation]:
    """INV3: a subject's versions are told 1, 2, 3 … and each step of a dossier is legal where it was taken."""
    last: dict[str, Line] = {}
    for entry in story.entries:
        before = last.get(entry["subject"])
        if entry["version"] != (before["version"] if before else 0) + 1:
            yield Violation(3, f"a hole or a turn in the versions of {entry['subject']}", _lines(before, entry))
        if entry["subject"].startswith("Dossier_"):
            came_from = before.get("after") if before else None
            if (entry.get("before"), entry.get("after")) != LEGAL.get(entry["act"]) or entry.get("before") != came_from:
                yield Violation(3, f"an illegal step {entry['act']}", _lines(before, entry))
        last[entry["subject"]] = entry
    for row in story.of("dossier", "decision"):
        entry = last.get(row["subject"])
        if entry is None or entry["version"] != row["version"] or entry.get("after") not in (None, row["status"]):
            yield Violation(5, f"{row['subject']} is not as its last entry left it", _lines(row, entry))
    rows = {row["subject"] for row in story.of("dossier", "decision")}
    for subject, entry in last.items():
        if subject not in rows:
            yield Violation(5, f"an entry about {subject}, which is not there", (entry,))


def _lines(*lines: Line | None) -> tuple[Line, ...]:
    return tuple(line for line in lines if line is not None)


def numbers(story: Story) -> Iterator[Violation]:
    """INV5: every entry has one number, and the numbers are 1, 2, 3 …"""
    seen: dict[int, Line] = {}
    for entry in story.entries:
        seq = entry.get("seq")
        if seq is None:
            yield Violation(5, "an entry without a number", (entry,))
        elif seq in seen:
            yield Violation(5, f"two entries with number {seq}", (seen[seq], entry))
        elif seq > 1 and seq - 1 not in seen:
            yield Violation(7, f"there is no number {seq - 1}: a cursor has passed an entry", (entry,))
        if seq is not None:
            seen[seq] = entry


def register(story: Story) -> Iterator[Violation]:
    """INV4: the numbers of an agency's decisions in a year are 1, 2, 3 …, the void ones among them."""
    books: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for decision in story.of("decision"):
        books[decision["agency"], decision["year"]].append(decision)
    for decisions in books.values():
        before = None
        for decision in sorted(decisions, key=lambda line: int(line["ordinal"])):
            if decision["ordinal"] != (before["ordinal"] if before else 0) + 1:
                yield Violation(4, "a hole or a double in the register", _lines(before, decision))
            before = decision


def chain(story: Story) -> Iterator[Violation]:
    """INV13: every hash is that of the one before, the number and the entry; and `verify` says so too."""
    hash_before = ORIGIN
    for entry in story.entries:
        if entry.get("seq") is None:
            continue
        seq = int(entry["seq"]).to_bytes(8, "big", signed=True)
        wanted = hashlib.sha256(hash_before + seq + bytes.fromhex(entry["digest"])).digest()
        if wanted.hex() != entry["hash"]:
            yield Violation(13, "the chain is broken", (entry,))
            return
        hash_before = wanted
    for verified in story.of("verified"):
        if not verified["sound"]:
            yield Violation(13, "verify finds the journal harmed", (verified,))


JOURNAL = (paths, numbers, register, chain)
