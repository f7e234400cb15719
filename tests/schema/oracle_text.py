"""Vietnamese text in Python's words: order, search without accents, a decision's number in one spelling."""

from __future__ import annotations

import re
from unicodedata import category, normalize

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
VOWELS = set("aăâeêioôơuưy")
TONES = "\u0300\u0309\u0303\u0301\u0323"
"""Huyền, hỏi, ngã, sắc, nặng, in their order; ngang has no mark."""
PLAIN = str.maketrans({"đ": "d", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-"})


def folded(*parts: str | None) -> str:
    """What a search without accents or case looks in."""
    said = normalize("NFD", " ".join(part or "" for part in parts)).lower()
    return "".join(letter for letter in said if category(letter) != "Mn").translate(PLAIN)


def order(said: str) -> str:
    """A text whose order by code points is the Vietnamese order of what it is made from."""
    said = normalize("NFC", said)
    pairs = [_letter(character) for character in said.lower()]
    return "\x01".join(("".join(letter for letter, _ in pairs), "".join(tone for _, tone in pairs), said))


def _letter(character: str) -> tuple[str, str]:
    """Its place in the alphabet as A … Z, a … g, and its tone as 0 … 5; any other character is both itself."""
    parts = normalize("NFD", character)
    tone = next((mark for mark in parts if mark in TONES), "")
    bare = normalize("NFC", parts.replace(tone, "", 1)) if tone else character
    if bare not in ALPHABET or (tone and bare not in VOWELS):
        return character, character
    place = ALPHABET.index(bare)
    return chr(ord("A") + place if place < 26 else ord("a") + place - 26), str(1 + TONES.index(tone) if tone else 0)


def number_key(said: str) -> str:
    """The number in one spelling: NFC, capitals, no spaces, Ð read as Đ."""
    bare = re.sub(r"\s", "", normalize("NFC", said))
    return bare.replace("\u00d0", "\u0110").replace("\u00f0", "\u0111").upper()
