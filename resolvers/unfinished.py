"""What an act is answered that the database kept from being finished: nothing was done, so it may be sent again."""

from __future__ import annotations

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from resolvers.engine.driver import LOST
from resolvers.engine.refused import busy, unavailable

BUSY = {"55P03", "57014", "40P01", "40001", "53300"}
"""A lock not had in time, a statement that took too long, a deadlock, a clash of transactions, no connection left."""
AWAY = {"57P01", "57P02", "57P03", "08000", "08001", "08003", "08004", "08006", "25006", "53100", "53200", "58030"}
"""PostgreSQL ends, has crashed, starts, is not reached, is a replica still, or has no disk or memory left."""
FAULTS = (SQLAlchemyError, OSError, *LOST)
"""What the database's going away looks like: SQLAlchemy words some of it, of what meets a new connection nothing."""


def unfinished(fault: Exception) -> Exception:
    """What an act that could not be finished is answered: BUSY or UNAVAILABLE, to be sent again with the same key."""
    if isinstance(fault, PoolTimeout | asyncpg.TooManyConnectionsError):
        return busy()
    if isinstance(fault, (OSError, *LOST)):
        return unavailable()
    if isinstance(fault, DBAPIError):
        state = getattr(fault.orig, "sqlstate", None)
        if fault.connection_invalidated or state in AWAY:
            return unavailable()
        if state in BUSY:
            return busy()
    return fault
