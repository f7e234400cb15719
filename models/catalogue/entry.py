"""One entry of a catalogue file, read key by key; whatever is wrong with it is refused with its file, line and key."""

from __future__ import annotations

import enum
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

FILES = Path(__file__).parent
"""Where the catalogue's files are."""

ARTICLES_OF_THE_LAW = 96
"""Law 06/2022/QH15 ends with article 96."""

_PLACE = r"\d{1,3}(\.\d{1,2}[a-zđ]?)?"
_ARTICLE = re.compile(rf"{_PLACE}((–|, ){_PLACE})*")

Kind = TypeVar("Kind", bound=enum.Enum)


class CatalogueError(ValueError):
    """A catalogue file says something that cannot be; the message names file, line and key, and what to write."""


@dataclass
class Entry:
    """What a file says in one `[[table]]`, the file's `every_entry` included; each read of a key checks its type."""

    file: Path
    table: str
    line: int
    said: dict[str, Any]
    lines: list[str] = field(repr=False)
    read: set[str] = field(default_factory=set)

    def refusal(self, key: str, problem: str) -> CatalogueError:
        """An error that names the place of this key, or of the entry where the key is not written in it."""
        return CatalogueError(f"{self.file.name}, line {self._line_of(key)}, [[{self.table}]]: {problem}")

    def _line_of(self, key: str) -> int:
        """Where the key is written: in the entry, or for every entry, or else where the entry begins."""
        common = self.lines.index("[every_entry]") + 1 if "[every_entry]" in self.lines else len(self.lines)
        return self._line_from(self.line, key) or self._line_from(common, key) or self.line

    def _line_from(self, start: int, key: str) -> int | None:
        """The line of a key in the table whose head is line `start`."""
        for number, line in enumerate(self.lines[start:], start + 1):
            if line.startswith("["):
                return None
            if re.match(rf"{re.escape(key)}\s*=", line):
                return number
        return None

    def _value(self, key: str, kind: type, said: str) -> Any:
        self.read.add(key)
        if key not in self.said:
            raise self.refusal(key, f"`{key}` is missing: write {said}")
        value = self.said[key]
        if type(value) is not kind:
            raise self.refusal(key, f"`{key}` is {value!r}: write {said}")
        return value

    def has(self, key: str) -> bool:
        """Whether the key is written, in the entry or for every entry."""
        return key in self.said

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value: str = self._value(key, str, "a text in quotes")
        if not value.strip():
            raise self.refusal(key, f"`{key}` is empty: write a text")
        return value

    def code(self, key: str, pattern: str) -> str:
        """A text of a fixed shape."""
        value = self.text(key)
        if not re.fullmatch(pattern, value):
            raise self.refusal(key, f"`{key}` is {value!r}: write a code like {pattern}")
        return value

    def article(self) -> str:
        """The article of the law, as `79.4`, `84.1a, 84.2a` or `71.2–3`."""
        value = self.text("article")
        first = re.match(r"\d+", value)
        if not _ARTICLE.fullmatch(value) or first is None or not 1 <= int(first[0]) <= ARTICLES_OF_THE_LAW:
            raise self.refusal("article", f"`article` is {value!r}: write an article of the law, 1 to 96, like 79.4")
        return value

    def flag(self, key: str) -> bool:
        """true or false."""
        value: bool = self._value(key, bool, "true or false")
        return value

    def number(self, key: str) -> float:
        """A number above nought, with its decimal point."""
        value: float = self._value(key, float, "a number with a decimal point, like 1.5")
        if value <= 0:
            raise self.refusal(key, f"`{key}` is {value}: write a number above 0")
        return value

    def day(self, key: str) -> date:
        """A day, written `2025-07-01`."""
        value = self._value(key, date, "a day like 2025-07-01")
        assert not isinstance(value, datetime)
        return date(value.year, value.month, value.day)

    def days(self) -> tuple[date, date | None]:
        """From when the entry holds, and the first day on which it does so no more."""
        first = self.day("valid_from")
        end = self.day("valid_to") if self.has("valid_to") else None
        if end is not None and end <= first:
            raise self.refusal("valid_to", f"`valid_to` is {end}: write a day after `valid_from`, {first}")
        return first, end

    def dates(self, key: str) -> list[date]:
        """Several days, perhaps none, none twice."""
        value: list[Any] = self._value(key, list, "a list of days, like [2025-05-02]")
        if any(type(day) is not date for day in value) or len(set(value)) < len(value):
            raise self.refusal(key, f"`{key}` is {value!r}: write a list of different days")
        return value

    def texts(self, key: str) -> list[str]:
        """Several texts, at least one, none twice."""
        value: list[Any] = self._value(key, list, 'a list of texts, like ["A", "B"]')
        if not value or not all(isinstance(text, str) for text in value) or len(set(value)) < len(value):
            raise self.refusal(key, f"`{key}` is {value!r}: write a list of different texts")
        return value

    def member(self, key: str, kind: type[Kind]) -> Kind:
        """A member of a closed set, by its name."""
        return self._named(key, self.text(key), kind)

    def members(self, key: str, kind: type[Kind]) -> list[Kind]:
        """Several members of a closed set."""
        return [self._named(key, name, kind) for name in self.texts(key)]

    def members_or_any(self, key: str, kind: type[Kind]) -> Sequence[Kind | None]:
        """The same; None alone, which stands for any, where the key is not written."""
        return self.members(key, kind) if self.has(key) else [None]

    def _named(self, key: str, name: str, kind: type[Kind]) -> Kind:
        if name not in kind.__members__:
            raise self.refusal(key, f"`{key}` has {name!r}: write one of {', '.join(kind.__members__)}")
        return kind[name]

    def confirmed(self) -> tuple[bool, str | None]:
        """Whether the text of the law was read, and the note, which an entry that was not confirmed must have."""
        confirmed, note = self.flag("confirmed"), self.text("note") if self.has("note") else None
        if not confirmed and note is None:
            raise self.refusal("confirmed", "`confirmed` is false: write in `note` what is open, and by which source")
        return confirmed, note

    def done(self) -> None:
        """Refuses a key that nobody has read: a misspelt one would be lost in silence."""
        if unknown := sorted(self.said.keys() - self.read):
            raise self.refusal(unknown[0], f"`{unknown[0]}` is no key of a [[{self.table}]]: write {sorted(self.read)}")


def entries(file: Path, table: str) -> Iterator[Entry]:
    """The entries of a file, in its order; a file that is no TOML or holds another table is refused."""
    text = file.read_text(encoding="utf-8")
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise CatalogueError(f"{file.name}: {problem}; mend the file's TOML") from None
    if unknown := sorted(said.keys() - {table, "every_entry"}):
        raise CatalogueError(f"{file.name}: `{unknown[0]}` is no table of this file: write [[{table}]]")
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines, 1) if line.strip() == f"[[{table}]]"]
    for line, own in zip(heads, said.get(table, []), strict=True):
        yield Entry(file, table, line, said.get("every_entry", {}) | own, lines)
