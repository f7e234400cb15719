"""A line to PostgreSQL that heals: one connection, opened when it is needed and again after every loss."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from resolvers.feed.cancellation import heed_cancellation

log = logging.getLogger(__name__)

SHORTEST, LONGEST = 0.05, 1.0
"""Seconds between two attempts to reach PostgreSQL: doubled from the one up to the other."""

PATIENCE, MOST_PATIENCE = 8.0, 75.0
"""Seconds an answer may take: longer, and the connection may be half open, PostgreSQL frozen, or the work long. So
another is made, which waits twice as long, up to the most; a statement that was answered sets it back to the first."""

LOST = (
    OSError,  # refused, reset, unreachable, and every timeout
    asyncpg.InternalClientError,  # what asyncpg raises when a connection is cut in the middle of an answer
    asyncpg.InterfaceError,  # the connection is closed
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # restarting, terminated, cancelled
    asyncpg.InsufficientResourcesError,  # no connection left
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,  # a replica that is not promoted yet
    asyncpg.CannotConnectNowError,
)

SETTINGS = {
    "application_name": "laurel feed",
    "default_transaction_isolation": "read committed",  # number() refuses any other
    "statement_timeout": "60000",  # its own: a pass over a long backlog may outlast what a reader is allowed
    "plan_cache_mode": "force_custom_plan",  # whether few entries or few topics decide is known only with the values
    "jit": "off",
    "timezone": "UTC",
}


class Line:
    """Statements sent one after another over one connection. A lost connection is a wait, not an error."""

    def __init__(self, database_url: str) -> None:
        self._dsn = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.sent = 0
        """Statements sent so far."""
        self._turn = asyncio.Lock()
        self._patience = PATIENCE
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows; sent again until PostgreSQL answers, so only for statements that may run twice."""
        pause = SHORTEST
        while True:
            try:
                async with self._turn:
                    return await self._send(query, arguments)
            except asyncpg.DataError:
                raise  # an argument that cannot be sent is an InterfaceError too, and will not get better
            except LOST as loss:
                heed_cancellation()
                log.warning("PostgreSQL does not answer the feed, trying again: %s: %s", type(loss).__name__, loss)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  spreads reconnects, hides nothing
            pause = min(2 * pause, LONGEST)

    async def _send(self, query: str, arguments: tuple[Any, ...]) -> list[asyncpg.Record]:
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._dsn, timeout=5, server_settings=SETTINGS)
            self.sent += 1
            rows = await self._connection.fetch(query, *arguments, timeout=self._patience)
        except LOST as loss:
            if isinstance(loss, TimeoutError):
                self._patience = min(2 * self._patience, MOST_PATIENCE)
            self.close()
            raise
        self._patience = PATIENCE
        return rows

    def close(self) -> None:
        """Drop the connection at once; the next statement opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
