"""The checker finds what is planted in a sound history, names it, shows the lines; and finds nothing in a sound one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checker import check
from tests.faults.history import History, Line, read

STEPS = ("draftDossier", "submitDossier", "receiveDossier")
ACTS = {"draftDossier": ("DRAFT", None, "DRAFT"), "submitDossier": ("SUBMIT", "DRAFT", "SUBMITTED"),
        "receiveDossier": ("RECEIVE", "SUBMITTED", "RECEIVED")}  # fmt: skip
TOPIC = "agency:h37.culture"
DOSSIERS = ("Dossier_a", "Dossier_b")


def chained(entries: list[Line]) -> None:
    """Give the entries the hashes and cursors that are right for them."""
    before = hashlib.sha256(b"laurel").digest()
    for entry in entries:
        seq = int(entry["seq"])
        before = hashlib.sha256(before + seq.to_bytes(8, "big") + bytes.fromhex(entry["digest"])).digest()
        entry.facts.update(hash=before.hex(), cursor=f"{seq}-{before.hex()[:16]}")


def sound() -> list[Line]:
    """Two dossiers take three steps each, one of them asked twice; an officer and the public listen; all is well."""
    history, entries, op = History(), [], 0
    history.note("begun", head="0-0")
    history.note("person", who="officer", account="acc", topics=[TOPIC])
    history.note("person", who="stranger", account="str", topics=[])
    history.note("listens", listener="one", who="officer", topic=TOPIC, after="0-0")
    history.note("broken", pages=False)
    for version, act in enumerate(STEPS, 1):
        for subject in DOSSIERS:
            op += 1
            expected = {"subject": subject if version > 1 else None, "expected": version - 1 or None}
            key = f"key-{op}"
            history.note("asked", op=op, who="officer", act=act, key=key, **expected)
            history.note("ok", op=op, subject=subject, version=version, status=200)
            name, was, now = ACTS[act]
            facts = {"act": name, "subject": subject, "version": version, "before": was, "after": now, "actor": "acc"}
            digest = hashlib.sha256(f"{subject}{version}".encode()).hexdigest()
            more = {"digest": digest, "topics": [TOPIC, f"dossier:{subject[-1]}"], "event": f"e{op}"}
            entries.append(Line(0, 0.0, "entry", {"seq": op, "entry": op, **facts, **more}))
    history.note("unknown", op=1, status=0, code="ReadTimeout")
    chained(entries)
    for entry in entries:
        facts = {"cursor": entry["cursor"], "subject": entry["subject"], "version": entry["version"]}
        history.note("told", listener="one", event=f"DossierEvent_{entry['event']}", **facts)
    history.note("page", site="site1", page="/", status=200, seen=[])
    history.note("healed")
    history.note("recovered", seconds=1.0)
    history.note("settled", seconds=1.0)
    for entry in entries:
        history.note("entry", **entry.facts)
    for subject in DOSSIERS:
        history.note("dossier", subject=subject, version=3, status="RECEIVED", title=f"title {subject}")
    for number in range(1, op + 1):
        history.note("reply", account="acc", key=f"key-{number}", subject="")
    history.note("file-sent", file=1, site="site1", sha256="abc")
    history.note("file-taken", file=1, id="DocumentFile_1", sha256="abc")
    history.note("file", id="DocumentFile_1", sha256="abc", whole=True)
    history.note("verified", sound=True, says="")
    return history.lines


Plant = Callable[[list[Line]], object]


def of(lines: list[Line], kind: str) -> list[Line]:
    return [line for line in lines if line.kind == kind]


def add(lines: list[Line], place: int, kind: str, **facts: Any) -> None:
    """Put a line in at a place (from the end, if negative), and number all anew."""
    lines.insert(place, Line(0, 0.0, kind, facts))
    lines[:] = [Line(number, line.at, line.kind, line.facts) for number, line in enumerate(lines, 1)]


def remove(lines: list[Line], *gone: Line) -> None:
    lines[:] = [line for line in lines if line not in gone]


def moved(lines: list[Line], one: int, other: int) -> None:
    """Exchange two events that a listener was told."""
    told = of(lines, "told")
    first, second = dict(told[one].facts), dict(told[other].facts)
    told[one].facts.update(second)
    told[other].facts.update(first)


def lose_the_last_change(lines: list[Line]) -> None:
    """As a crash does that forgets what it acknowledged: neither entry nor row nor key is there."""
    last = of(lines, "entry")[-1]
    remove(lines, last, of(lines, "told")[-1], of(lines, "reply")[-1])
    of(lines, "dossier")[-1].facts.update(version=2, status="SUBMITTED")


def unnumber(lines: list[Line]) -> None:
    of(lines, "entry")[-1].facts.update(seq=None, cursor=None)
    remove(lines, of(lines, "told")[-1])


def skip_a_version(lines: list[Line]) -> None:
    of(lines, "entry")[-1].facts.update(version=5)


def told_to_a_stranger(lines: list[Line]) -> None:
    told = of(lines, "told")[0]
    add(lines, 5, "listens", listener="two", who="stranger", topic=TOPIC, after="0-0")
    add(lines, 40, "told", **{**told.facts, "listener": "two"})


def two_winners(lines: list[Line]) -> None:
    add(lines, 12, "asked", op=99, who="officer", act="submitDossier", key="key-99", subject="Dossier_a", expected=1)
    add(lines, 13, "ok", op=99, subject="Dossier_a", version=2, status=200)
    add(lines, -1, "reply", account="acc", key="key-99", subject="")


def decisions(lines: list[Line], *ordinals: int) -> None:
    """Decisions of these numbers, each with its entry."""
    for place, ordinal in enumerate(ordinals):
        facts = {"subject": f"Decision_{place}", "version": 1, "status": "ISSUED", "number": f"{ordinal}/QĐ-UBND"}
        add(lines, len(lines), "decision", agency="h37", year=2026, ordinal=ordinal, **facts)
        digest, actor = hashlib.sha256(f"{place}".encode()).hexdigest(), "acc"
        seq = len(of(lines, "entry")) + 1
        facts = {"act": "ISSUE_DECISION", "subject": f"Decision_{place}", "version": 1, "topics": [], "digest": digest}
        add(lines, len(lines), "entry", seq=seq, event=f"d{place}", actor=actor, **facts)
    entries = of(lines, "entry")
    cursors = {entry.get("cursor"): entry for entry in entries}
    chained(entries)
    for told in of(lines, "told"):
        told.facts["cursor"] = cursors[told["cursor"]]["cursor"]


def seen_early(lines: list[Line]) -> None:
    decisions(lines, 1)
    of(lines, "page")[0].facts["seen"] = ["1/QĐ-UBND"]


def refuse(lines: list[Line]) -> None:
    """The last change is answered as refused, and is there."""
    ok = of(lines, "ok")[5]
    at = lines.index(ok)
    lines[at] = Line(ok.number, ok.at, "refused", {"op": ok["op"], "status": 200, "code": "StaleVersion"})


def ready_without(lines: list[Line]) -> None:
    add(lines, 6, "ready", site="site1")
    add(lines, 7, "away", sites=["site1"])
    lines.append(Line(len(lines) + 1, 60.0, "back", {"sites": ["site1"]}))


def leak(lines: list[Line]) -> None:
    for when, files in (("before", 30), ("after", 90)):
        add(lines, len(lines), "weight", site="site1", deaths=0, when=when, files=files, rss=10**8, threads=1)


def tell_again(lines: list[Line]) -> None:
    add(lines, lines.index(of(lines, "told")[3]), "told", **of(lines, "told")[2].facts)


def page_away(lines: list[Line]) -> None:
    lines.append(Line(len(lines) + 1, 60.0, "page", {"site": "site1", "page": "/", "status": 503}))


PLANTED: dict[str, tuple[int, Plant]] = {
    "an acknowledged change that is lost": (1, lose_the_last_change),
    "an acknowledged key that is not kept": (1, lambda lines: remove(lines, of(lines, "reply")[2])),
    "somebody else's act in its place": (1, lambda lines: of(lines, "entry")[2].facts.update(actor="str")),
    "two dossiers under one key": (
        2,
        lambda lines: [each.facts.update(title="title") for each in of(lines, "dossier")],
    ),
    "one key with two effects": (
        2,
        lambda lines: add(lines, 30, "ok", op=1, subject="Dossier_b", version=1, status=200),
    ),
    "what was refused and yet is done": (2, refuse),
    "two who changed one version": (3, two_winners),
    "a hole in the versions": (3, skip_a_version),
    "an illegal step": (3, lambda lines: of(lines, "entry")[2].facts.update(before="DECIDED")),
    "a hole in the register": (4, lambda lines: decisions(lines, 1, 3)),
    "a number given twice": (4, lambda lines: decisions(lines, 1, 1)),
    "a row that changed without an entry": (5, lambda lines: of(lines, "dossier")[0].facts.update(version=4)),
    "an entry without a number": (5, unnumber),
    "two entries under one number": (5, lambda lines: of(lines, "entry")[5].facts.update(seq=5)),
    "an event that nobody was told": (6, lambda lines: remove(lines, of(lines, "told")[2])),
    "an event told twice": (6, tell_again),
    "events told out of order": (6, lambda lines: moved(lines, 1, 2)),
    "the last event that nobody was told": (6, lambda lines: remove(lines, of(lines, "told")[-1])),
    "an event under another's cursor": (6, lambda lines: of(lines, "told")[1].facts.update(subject="Dossier_x")),
    "an event of no journal": (7, lambda lines: of(lines, "told")[1].facts.update(cursor="2-0000000000000000")),
    "a place lost with a right cursor": (
        7,
        lambda lines: add(lines, 25, "resync", listener="one", reason="FOREIGN", head="0-0"),
    ),
    "an event told to a stranger": (8, told_to_a_stranger),
    "a public page that is away while nothing is broken": (9, page_away),
    "a server that says it is ready without PostgreSQL": (10, ready_without),
    "a fault without a code": (11, lambda lines: add(lines, 8, "unknown", op=1, status=500, code="INTERNAL_ERROR")),
    "a fault in a server's log": (11, lambda lines: add(lines, -1, "logged", site="site1", said="Traceback")),
    "files that are not closed": (12, leak),
    "a hash that is not the chain's": (13, lambda lines: of(lines, "entry")[3].facts.update(digest="00" * 32)),
    "a journal that verify finds harmed": (13, lambda lines: of(lines, "verified")[0].facts.update(sound=False)),
    "what was not told in time": (14, lambda lines: add(lines, -1, "unsettled", seconds=30)),
    "a server that does not come back": (14, lambda lines: add(lines, -1, "amiss", says="site1 is not ready")),
    "what is public before it was published": (15, seen_early),
    "a file that was taken and is not there": (1, lambda lines: remove(lines, of(lines, "file")[0])),
    "a file without its content": (5, lambda lines: of(lines, "file")[0].facts.update(whole=False)),
    "a file refused without a code": (
        11, lambda lines: add(lines, -1, "file-declined", file=3, status=500, code="INTERNAL_ERROR"),
    ),
    "an infected file that was taken": (16, lambda lines: of(lines, "file-sent")[0].facts.update(infected=True)),
}  # fmt: skip


def test_nothing_is_found_in_a_sound_history() -> None:
    assert check(sound()) == []


@pytest.mark.parametrize("planted", PLANTED)
def test_it_finds(planted: str) -> None:
    invariant, plant = PLANTED[planted]
    lines = sound()
    plant(lines)
    found = check(lines)
    assert invariant in {violation.invariant for violation in found}, [str(violation) for violation in found]
    shown = next(violation for violation in found if violation.invariant == invariant)
    assert shown.lines
    assert str(shown).startswith(f"INV{invariant} · ")


def test_an_answer_that_nobody_heard_is_no_failure() -> None:
    """The last act was done and its answer lost: whether it is there or not, the history is sound."""
    lines = sound()
    ok = of(lines, "ok")[5]
    lines[lines.index(ok)] = Line(ok.number, ok.at, "unknown", {"op": ok["op"], "status": 0, "code": "ReadTimeout"})
    assert check(lines) == []
    lose_the_last_change(lines)
    assert check(lines) == []


def test_who_reads_slowly_may_be_told_the_last_of_several_steps_alone() -> None:
    lines = sound()
    remove(lines, *of(lines, "told")[:4])
    assert {violation.invariant for violation in check(lines)} == {6}
    of(lines, "listens")[0].facts["slow"] = True
    assert check(lines) == []
    remove(lines, of(lines, "told")[-1])
    assert {violation.invariant for violation in check(lines)} == {6}


def test_a_forged_cursor_is_sent_to_the_head_and_hears_all_that_follows() -> None:
    lines = sound()
    third = of(lines, "entry")[2]["cursor"]
    remove(lines, *of(lines, "told")[:3])
    place = lines.index(of(lines, "told")[0])
    add(lines, place, "resync", listener="one", reason="FOREIGN", head=third)
    assert {violation.invariant for violation in check(lines)} == {7}
    of(lines, "listens")[0].facts.update(forged=True, after="x")
    assert check(lines) == []
    remove(lines, of(lines, "resync")[0])
    assert {violation.invariant for violation in check(lines)} == {7}


def test_a_history_is_read_as_it_was_written_though_its_last_line_is_broken_off(tmp_path: Path) -> None:
    history = History(tmp_path / "history.jsonl")
    history.note("asked", op=1, who="officer", act="submitDossier", subject="Dossier_ă")
    history.note("unknown", op=1, status=0, code="ReadTimeout")
    history.close()
    text = (tmp_path / "history.jsonl").read_bytes()
    assert list(read(text.splitlines(keepends=True))) == history.lines
    assert list(read(text[:-10].splitlines(keepends=True))) == history.lines[:1]
