"""Searching in Python's words: every row is looked at, and every hit scored, listed and shown by itself."""

# ruff: noqa: N802  the methods are found by the names of the fields they answer

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from unicodedata import normalize

from models.access import Viewer

from .library import KINDS, PARTS, TYPES, bare, folded, held, score, words
from .oracle_figures import refused
from .oracle_list import Listed
from .oracle_rows import KINDS as ROWS
from .oracle_rows import Rows

LONGEST = 200
ABOUT, BEFORE = 160, 40
"""About how many characters a fragment has, and how many of them stand before the first word."""


@dataclass(frozen=True)
class Hits(Listed):
    """What a search found of the kinds asked for, and how often it found each kind there is."""

    text: str = ""
    counts: Sequence[tuple[str, int]] = ()


class Searches:
    """The part of the oracle that answers searches."""

    found: Rows

    def Query_search(self, _: Any, viewer: Viewer, text: str, kinds: list[str] | None = None) -> Hits:
        said = normalize("NFC", text.strip())
        if not 1 <= len(said) <= LONGEST or re.search("[\0\ud800-\udfff]", said):
            raise refused("BAD_SEARCH")
        found = {
            kind: [row for row in self.found.seen(ROWS[TYPES[kind]], viewer) if _near(said, kind, row) is not None]
            for kind in KINDS
        }
        listed = [row for kind in KINDS if kinds is None or kind in kinds for row in found[kind]]

        def rank(row: Any) -> tuple[Any, ...]:
            kind = _kind(row)
            return _near(said, kind, row), -KINDS.index(kind), row.id

        counts = [(kind, len(found[kind])) for kind in KINDS]
        return Hits(sorted(listed, key=rank, reverse=True), rank, True, said, counts)

    def shown(self, found: Hits, page: dict[str, Any]) -> dict[str, Any]:
        """A page of hits with what a search tells beside."""
        for edge in page["edges"]:
            row = edge["node"]
            edge |= {"score": found.rank(row)[0], "highlights": list(_highlights(found.text, _kind(row), row))}
        return {**page, "facets": [{"kind": kind, "count": count} for kind, count in found.counts]}


def _kind(row: Any) -> str:
    return next(kind for kind in KINDS if ROWS[TYPES[kind]] is type(row))


def _near(text: str, kind: str, row: Any) -> int | None:
    """How near a row is; None where it is no hit."""
    return score(text, held(kind, row, frozenset()))


def _highlights(text: str, kind: str, row: Any) -> Iterator[dict[str, Any]]:
    """Each field that has a word of the search, the title's fields first."""
    for name in (*PARTS[kind][0], *PARTS[kind][1]):
        said = normalize("NFC", " ".join((getattr(row, name) or "").split()))
        if pieces := list(_fragment(said, words(text))):
            yield {"field": re.sub("_(.)", lambda met: met[1].upper(), name), "text": pieces}


def _fragment(said: str, asked: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The text around its first word that was asked for, piece by piece: which letters are of such words."""
    among, beginning = {folded(word) for word in asked}, bare(asked[-1]) if asked else None
    spans = [
        met.span()
        for met in re.finditer(r"[^\W_]+", said)
        if folded(met[0].lower()) in among or (beginning is not None and bare(met[0].lower()).startswith(beginning))
    ]
    if not spans:
        return
    first = spans[0][0]
    begin = 0 if first <= BEFORE else next((n + 1 for n in range(first - BEFORE, first) if said[n] == " "), first)
    end = min(begin + ABOUT, len(said))
    if end < len(said):
        end = next((n for n in range(end - 1, first - 1, -1) if said[n] == " "), end)
    marked = {n for start, stop in spans if stop <= end for n in range(start, stop)}
    marked |= {n for n in range(begin, end) if said[n] == " " and {n - 1, n + 1} <= marked}
    if begin:
        yield {"text": "…", "matched": False}
    for matched, letters in groupby(range(begin, end), marked.__contains__):
        yield {"text": "".join(said[n] for n in letters), "matched": matched}
    if end < len(said):
        yield {"text": "…", "matched": False}
