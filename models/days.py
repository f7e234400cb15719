"""Days between PostgreSQL and Python: the first and the last day there is are days, not endless ones."""

from __future__ import annotations

from datetime import date
from typing import Any

_BEGAN = date(2000, 1, 1).toordinal()
"""PostgreSQL counts days from here."""
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


async def send_days_as_they_are(connection: Any) -> None:
    """Have this connection of asyncpg's send each day as it is.

    By itself it says 31 December 9999 as `infinity`, which has no year, and JSON of it is no day.
    """
    await connection.set_type_codec("date", schema="pg_catalog", format="tuple", encoder=_said, decoder=_read)


def _said(day: date) -> tuple[int]:
    return (day.toordinal() - _BEGAN,)


def _read(said: tuple[int]) -> date:
    """What PostgreSQL has without end is the first or the last there is."""
    return date.fromordinal(min(max(said[0] + _BEGAN, _FIRST), _LAST))
