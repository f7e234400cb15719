"""What the register's schema computes in Python: some of it late, some of it wrong here and there."""

from __future__ import annotations

from typing import Any

import strawberry


def mottoes(viewer: Any, given: list[Any]) -> list[Any]:
    """What each agency says of itself; one says what is no text."""
    return [["no", "text"] if code.endswith("2") else f"motto of {code}" for (code,) in given]


@strawberry.type
class AllowedStep:
    step: str
    allowed: bool
    because: list[str]


def allowed_steps(viewer: Any, given: list[Any]) -> list[list[AllowedStep]]:
    """The steps of each dossier."""
    return [
        [AllowedStep(step="SUBMIT", allowed=status == "DRAFT", because=[f"status is {status}"])] for status, _ in given
    ]


async def shout(viewer: Any, given: list[Any]) -> list[str]:
    """Each title, loud."""
    return [title.upper() for (title,) in given]


def odd(viewer: Any, given: list[Any]) -> list[str]:
    """Fails where a title holds the word fail."""
    if any("fail" in title for (title,) in given):
        raise RuntimeError("a computed field failed")
    return [title for (title,) in given]


@strawberry.type
class Piece:
    word: str
    weight: int | None


class Refuted(Exception):
    """What a computed field finds wrong with one row."""


def fragile(viewer: Any, given: list[Any]) -> list[Any]:
    """Fails for every third row, and for each by itself."""
    return [Refuted(f"frail: {title}") if version % 3 == 0 else title for title, version in given]


def pieced(viewer: Any, given: list[Any]) -> list[Any]:
    """A list with something wrong in it here and there."""
    return [piece_of(version, Piece) for (version,) in given]


def piece_of(version: int, make: Any) -> Any:
    """The pieces of a row of this version: whole, nothing, or wrong in the list, in an object or in a value."""
    kinds = {
        1: [make(word="a", weight=Refuted("weightless")), make(word="b", weight=2)],
        2: [make(word="a", weight=1), make(word=None, weight=2)],
        3: [make(word="a", weight="heavy"), None],
        4: [Refuted("no piece"), make(word="a", weight=1)],
        5: 7,
        6: None,
    }
    return kinds.get(version % 8, [make(word="a", weight=1)])
