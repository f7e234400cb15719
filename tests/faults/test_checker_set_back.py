"""Where a database was set back the checker forgives what is undone, and nothing else."""

from __future__ import annotations

from typing import Any

from tests.faults.checker import check
from tests.faults.history import Line
from tests.faults.test_checker import TOPIC, chained, of, sound

UNDONE = {"subject": "Dossier_z", "version": 1}
LOST = {**UNDONE, "listener": "one", "cursor": "7-dead", "event": "DossierEvent_z"}


def set_back(*after: tuple[str, dict[str, Any]]) -> list[Line]:
    """A sound history in which an act is done and told, then undone, and then these lines follow."""
    lines = sound()
    head = of(lines, "entry")[-1]["cursor"]
    place = next(index for index, line in enumerate(lines) if line.kind == "page")
    said: list[tuple[str, dict[str, Any]]] = [
        ("marked", {}),
        ("asked", {"op": 99, "who": "officer", "act": "draftDossier", "key": "k", "subject": None, "expected": None}),
        ("ok", {"op": 99, "status": 200, **UNDONE}),
        ("told", LOST),
        ("restored", {"head": head}),
        *after,
    ]
    lines[place:place] = [Line(0, 0.0, kind, facts) for kind, facts in said]
    return [Line(number, number / 100, line.kind, line.facts) for number, line in enumerate(lines, 1)]


def found(lines: list[Line]) -> list[tuple[int, str]]:
    return [(each.invariant, each.says) for each in check(lines)]


def test_what_was_acknowledged_and_told_and_then_undone_is_no_fault_where_the_listener_is_told_to_read_anew() -> None:
    head = of(sound(), "entry")[-1]["cursor"]
    resync = "resync", {"listener": "one", "head": head, "reason": "BEYOND_HEAD"}
    assert found(set_back(resync)) == []
    assert found(set_back(("told", LOST), resync)) == [], "who reads slowly hears late what was on its way"


def test_whoever_follows_on_from_what_is_undone_is_found() -> None:
    lines = set_back(("told", {"listener": "one", "cursor": "", "subject": "Dossier_b", "version": 4, "event": None}))
    entries, last = of(lines, "entry"), of(lines, "entry")[-1]
    facts = {**last.facts, "seq": 7, "entry": 7, "version": 4, "topics": [TOPIC]}
    chained([*entries, entry := Line(len(lines) + 1, last.at, "entry", facts)])
    of(lines, "told")[-1].facts["cursor"] = entry["cursor"]
    assert (7, "one follows from a place that was undone") in found([*lines, entry])


def test_an_act_acknowledged_before_that_must_still_be_there() -> None:
    lines = set_back()
    gone = of(lines, "entry")[-1]
    assert 1 in [invariant for invariant, _ in found([line for line in lines if line is not gone])]
