"""How a root field of one value is answered: declared beside the field, by what SQL says of no row in particular."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.access import Permission

from .bind import asked


@dataclass(frozen=True)
class Expressed:
    """A function giving a SQL expression, read in the same statement as whatever is asked beside it."""

    fn: Callable[..., Any]


def expressed(fn: Callable[..., Any], *, needs: Permission | None = None, description: str | None = None) -> Any:
    """A root field that is one value: `fn(viewer)` gives its SQL expression."""
    return asked(Expressed(fn), [], fn, needs, description)
