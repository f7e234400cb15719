"""Counting the statements of an act, whatever else is sent at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

_SENT: ContextVar[list[str] | None] = ContextVar("_SENT", default=None)
"""What the task that is looked at has sent."""


def listen(engine: Engine) -> None:
    """Have what an engine's connections send counted; BEGIN, COMMIT and the like are none of it."""
    event.listen(engine, "before_cursor_execute", _note)


def _note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    sent = _SENT.get()
    if sent is not None:
        sent.append(statement)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent in this block, by this task."""
    sent: list[str] = []
    before = _SENT.set(sent)
    try:
        yield sent
    finally:
        _SENT.reset(before)
