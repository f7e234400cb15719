"""Every `extensions.code` there is, with what it says: the one list, gathered from where each is written.

A code is stable: clients decide by it. What is a typed member of an act's result (`models/refusals.py`) is a code only
where there is no result to be a member of: in an event, at a subscription, and at files.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, fields
from types import SimpleNamespace
from typing import Any, NamedTuple

from channels.closing import Close
from channels.refusals import Refusal
from models import refusals
from models.refusals import code_of
from resolvers import bulk
from resolvers.engine import refused

_SAMPLES: dict[str, Any] = {"int": "…", "str": "…", "Exception": ValueError(), "Any": SimpleNamespace(name="…")}


class Code(NamedTuple):
    """One code: where it comes, as an HTTP status or beside data, and what it says in both languages."""

    name: str
    status: str
    vietnamese: str
    english: str


def every() -> list[Code]:
    """All codes in the order of their names, each once: a request's own meaning goes before an act's."""
    found: dict[str, Code] = {}
    for code in (*_of_requests(), *_of_reading(), *_of_acts()):
        found.setdefault(code.name, code)
    return sorted(found.values())


def _of_requests() -> Iterator[Code]:
    for refusal in Refusal:
        yield Code(refusal.name, str(refusal.status), *_said(refusal.message))


def _of_reading() -> Iterator[Code]:
    """What the engine refuses of a document that is right in itself; what has no answer in time is 503."""
    made = [bulk.bad_items()]
    for name, make in inspect.getmembers(refused, inspect.isfunction):
        if not name.startswith("_") and make.__module__ == refused.__name__:
            wanted = inspect.signature(make).parameters.values()
            made.append(make(*(_SAMPLES[part.annotation] for part in wanted if part.default is part.empty)))
    for error in made:
        status = "503" if isinstance(error, refused.Unanswered) else "200"
        yield Code(str((error.extensions or {})["code"]), status, *_said(error.message))


def _of_acts() -> Iterator[Code]:
    for kind in refusals.Refusal.__subclasses__():
        given = {part.name: "…" for part in fields(kind) if part.default is MISSING}  # type: ignore[arg-type]  # each is a dataclass
        refusal = kind(**given)
        if "message" in given:  # it is worded by the rule or the field it is about
            yield Code(code_of(refusal), "200", "Tùy trường hợp; xem message.", inspect.cleandoc(kind.__doc__ or ""))
        else:
            yield Code(code_of(refusal), "200", refusal.message, refusal.message_en)


def _said(message: str) -> tuple[str, str]:
    vietnamese, english = message.split(" · ", maxsplit=1)
    return vietnamese, english


def table() -> str:
    """The list as Markdown: codes, then how sockets are closed."""
    lines = [
        "| `extensions.code` | HTTP | Tiếng Việt | English |",
        "|---|---|---|---|",
        *(f"| `{code.name}` | {code.status} | {code.vietnamese} | {code.english} |" for code in every()),
        "",
        "| a socket is closed with | because |",
        "|---|---|",
        *(f"| {close.value[0]} | {close.value[1]} |" for close in Close),
    ]
    return "\n".join(lines)
