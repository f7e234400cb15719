"""Where a hit meets what was searched for: a fragment of each field with the words that met it, never any HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from models.access import Viewer
from models.search import SEARCHED, SearchKind

LENGTH = 160
"""About how many characters a fragment has."""
BEFORE = 40
"""About how many of them stand before the first word met."""
_WORD = re.compile(
    "[^\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u303f\ue000-\uf8ff"
    "\ufe00-\ufe0f\ufe30-\ufe4f\uff00-\uff0f\ufff0-\uffff\U0001f000-\U0001faff]+"
)
"""A word, as the database's search_words() parts them."""
_EITHER_VOWEL = re.compile("(h|k|l|m|qu|s|t|v)y")


@dataclass(frozen=True)
class Part:
    """A piece of a fragment."""

    text: str
    matched: bool


@dataclass(frozen=True)
class Found:
    """A fragment of one field."""

    field: str
    text: list[Part]


def highlights(viewer: Viewer, given: list[tuple[Any, ...]]) -> list[list[Found]]:
    """Fragments of the fields that meet the search, for each hit: given its kind, the words, then its fields' texts."""
    return [list(_of_hit(SearchKind[kind], Asked(text), texts)) for kind, text, *texts in given]


def _of_hit(kind: SearchKind, asked: Asked, texts: list[str | None]) -> Iterator[Found]:
    for field, said in zip(SEARCHED[kind].fields, texts, strict=True):
        parts = fragment(" ".join((said or "").split()), asked)
        if parts:
            yield Found(to_camel_case(field), parts)


class Asked:
    """The words searched for, as a text's words are compared with them."""

    def __init__(self, text: str) -> None:
        bare = [word.lower() for word in _WORD.findall(_bare(text))]
        self.words = {_folded(word) for word in bare}
        self.beginning = bare[-1] if bare else None

    def meets(self, word: str) -> bool:
        """Whether a word of a text is one of them, or begins as the last of them."""
        bare = _bare(word)
        return _folded(bare) in self.words or (self.beginning is not None and bare.startswith(self.beginning))


def fragment(said: str, asked: Asked) -> list[Part]:
    """The part of a text around the first words that were searched for, in pieces; empty where there are none."""
    text = unicodedata.normalize("NFC", said)
    met = [found.span() for found in _WORD.finditer(text) if asked.meets(found.group())]
    if not met:
        return []
    begin, end = _window(text, met[0][0])
    parts = [Part("…", False)] if begin else []
    parts += _pieces(text, begin, end, _joined(text, [span for span in met if begin <= span[0] and span[1] <= end]))
    return [*parts, Part("…", False)] if end < len(text) else parts


def _window(text: str, first: int) -> tuple[int, int]:
    """The bounds of a fragment around a place, at blanks where there are some near."""
    begin = 0 if first <= BEFORE else text.find(" ", first - BEFORE, first) + 1 or first
    end = begin + LENGTH
    return begin, len(text) if end >= len(text) else max(text.rfind(" ", first, end), 0) or end


def _joined(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same spans, those that only a blank parts as one."""
    begin = end = -1
    for start, stop in spans:
        if begin >= 0 and text[end:start] == " ":
            end = stop
            continue
        if begin >= 0:
            yield begin, end
        begin, end = start, stop
    if begin >= 0:
        yield begin, end


def _pieces(text: str, begin: int, end: int, spans: Iterator[tuple[int, int]]) -> Iterator[Part]:
    for start, stop in spans:
        if start > begin:
            yield Part(text[begin:start], False)
        yield Part(text[start:stop], True)
        begin = stop
    if begin < end:
        yield Part(text[begin:end], False)


def _bare(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFD", text.lower())
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain).replace("đ", "d")


def _folded(bare: str) -> str:
    """The word with i for a y that is its only vowel, as the database's search_folded() has it."""
    return bare[:-1] + "i" if _EITHER_VOWEL.fullmatch(bare) else bare
