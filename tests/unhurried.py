"""Connections whose statements and waits no clock ends before a test gives up: what is tested is not how soon."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from models import database
from resolvers.engine import Pool
from tests.patience import HANGING

BOUNDS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
SERVER = dict.fromkeys(BOUNDS, f"{HANGING:.0f}s")


def patient_pool(url: str, size: int = 8) -> Pool:
    """The engine's connections to a database."""
    return Pool(url, size=size, patience=HANGING, statement_timeout=HANGING, timeout=HANGING)


def patient_engine(url: str, size: int = 8) -> AsyncEngine:
    """An engine for writing as Laurel's is, but as patient: of many who change the same at once none is refused."""
    engine = database.write_engine(url, size)

    @event.listens_for(engine.sync_engine, "do_connect")
    def _be_patient(_dialect: Any, _record: Any, _given: Any, settings: dict[str, Any]) -> None:
        server = settings["server_settings"] | SERVER
        settings.update(server_settings=server, timeout=HANGING, command_timeout=HANGING)

    engine.sync_engine.pool._timeout = HANGING  # type: ignore[attr-defined]  # there is no public way to it
    return engine
