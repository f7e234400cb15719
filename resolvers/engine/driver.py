"""Read connections to PostgreSQL: few, warm, last used first, each in autocommit with a time limit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Sequence
from contextvars import ContextVar
from typing import Any

import asyncpg

from models.days import send_days_as_they_are

from .recent import Recent
from .refused import busy, timed_out, unavailable

PREPARED = 500
"""Statements that a connection keeps prepared."""
CHANGED = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
"""What a prepared statement says when a migration has changed what it gives."""
CONNECTING = 3.0
"""Seconds a connection may take to be made."""
GRACE = 1.0
"""Seconds after its own limit in which a statement must have been answered, or its server is frozen."""
SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "default_transaction_read_only": "on",
    "jit": "off",
    "random_page_cost": "1.1",  # what is read often lies in memory: an index is nearly always the short way
    "plan_cache_mode": "force_generic_plan",  # a plan of its own for each value cost up to ten times what it saved
    "max_parallel_workers_per_gather": "0",  # to start a worker takes longer than a page
    "application_name": "laurel engine",
}
LOST = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
)
"""What a cut connection looks like: a read may be asked again on another."""
SHORT = (asyncpg.DiskFullError, asyncpg.OutOfMemoryError, asyncpg.PostgresIOError)
"""What PostgreSQL says that has no disk or memory left for what a read puts aside, or for another connection."""


SECONDS: ContextVar[float] = ContextVar("SECONDS", default=0.0)
"""Seconds that statements of this task's request may run; 0: as many as the pool says."""


class Connection(asyncpg.Connection):
    """A connection that keeps its statements as objects: asking again costs no look by text through its layers."""

    __slots__ = ("seconds", "statements")

    statements: Recent[str, Any]
    seconds: float
    """That a statement may run on it."""

    async def bound(self, seconds: float) -> None:
        """Have statements run so long at most from now on."""
        self.seconds = 0.0  # who leaves meanwhile leaves it unknown
        await self.execute(f"set statement_timeout = {round(seconds * 1000)}")
        self.seconds = seconds

    async def value(self, sql: str, values: Sequence[Any]) -> bytes | None:
        """The one value a statement gives, None where it gives no row."""
        statement = self.statements.get(sql) or await self.prepared(sql)
        try:
            rows = await asked(self, statement, values, self.seconds + GRACE)
        except CHANGED:
            self.statements = Recent(PREPARED)
            await self.reload_schema_state()
            rows = await asked(self, await self.prepared(sql), values, self.seconds + GRACE)
        return rows[0][0] if rows else None

    async def prepared(self, sql: str) -> Any:
        """The statement, prepared and kept."""
        return self.statements.put(sql, await self.prepare(sql))


def asked(
    connection: Connection, statement: Any, values: Sequence[Any], patience: float | None = None
) -> Awaitable[list[Any]]:
    """Ask for a statement's first row as asyncpg itself does under its public methods.

    They spend as much in Python as all the rest of it in C. This is the one place that knows of what lies under them:
    `tests/resolvers/engine/test_driver.py` tells when another version of asyncpg does it some other way.
    """
    protocol: Any = connection._protocol  # type: ignore[attr-defined]  # no stub shows it
    if protocol is None:  # it was ended while it lay idle
        raise asyncpg.InterfaceError("the connection is closed")
    made: Awaitable[list[Any]] = protocol.bind_execute(statement._state, values, "", 1, False, patience)
    return made


class Pool:
    """At most `size` read-only connections; a request waits `patience` seconds for one, then BUSY.

    `fetch` gives bytes; without a server it raises UNAVAILABLE. A statement longer than `statement_timeout` seconds is
    TIMEOUT. A cancelled task cancels its statement on the server. `sent` counts statements. Nothing connects before the
    first fetch.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        size: int = 8,
        patience: float = 5.0,
        statement_timeout: float = 5.0,
        **connect: Any,
    ) -> None:
        if url is not None:
            connect["dsn"] = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        bounds = {"timeout": CONNECTING, "command_timeout": statement_timeout + GRACE}
        self.connect, self.size, self.patience = bounds | connect, size, patience
        self.settings = SETTINGS | {"statement_timeout": str(round(statement_timeout * 1000))}
        self.seconds = statement_timeout
        self.idle: list[Connection] = []
        self.open = 0
        self.sent = 0
        self.waiting: deque[asyncio.Future[Connection | None]] = deque()
        """Who waits, each to be given a connection, or None where one may be made; none lies idle meanwhile."""

    async def fetch(self, sql: str, values: Sequence[Any]) -> bytes | None:
        """The one value a statement gives, None where it gives no row."""
        seconds, idle = SECONDS.get() or self.seconds, self.idle
        try:
            if idle and idle[-1].seconds == seconds:
                return await self._run(idle.pop(), sql, values, seconds)
            return await self._run(self._idle(seconds) or await self._take(), sql, values, seconds)
        except LOST:
            return await self._again(sql, values, seconds)
        except (TimeoutError, *SHORT) as error:
            raise unavailable() from error

    async def _again(self, sql: str, values: Sequence[Any], seconds: float) -> bytes | None:
        """Once more, on a new connection: a restarted server has cut every idle one."""
        try:
            return await self._run(await self._connect(), sql, values, seconds)
        except asyncpg.TooManyConnectionsError as error:
            raise busy() from error
        except (*LOST, *SHORT, OSError) as error:
            raise unavailable() from error

    async def rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """All rows of a statement: for EXPLAIN and the like."""
        connection = await self._take()
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            self._give(connection)

    async def plan(self, sql: str, count: int) -> list[str]:
        """PostgreSQL's generic plan for a statement of `count` parameters: they stand in it as $1 …, valueless."""
        connection = await self._take()
        ready = False
        try:
            async with connection.transaction(readonly=True):
                await connection.execute("set local plan_cache_mode = force_generic_plan")
                await connection.execute(f"prepare explained as {sql}")
                given = f"({', '.join(['null'] * count)})" if count else ""
                found = await connection.fetch(f"explain (costs off) execute explained{given}")
                await connection.execute("deallocate explained")
            ready = True
        finally:
            if not ready:
                connection.terminate()
            self._give(connection, ready)
        return [bytes(row[0]).decode() for row in found]

    async def close(self) -> None:
        """Close every idle connection; those in use close when they come back."""
        self.size = 0
        while self.idle:
            connection = self.idle.pop()
            try:
                await connection.close(timeout=1)
            except (*LOST, TimeoutError):
                connection.terminate()
            self.open -= 1

    async def _run(self, connection: Connection, sql: str, values: Sequence[Any], seconds: float) -> bytes | None:
        self.sent += 1
        ready = False
        try:
            if connection.seconds != seconds:
                await connection.bound(seconds)
            said = await connection.value(sql, values)
            ready = True
            return said
        except asyncpg.QueryCanceledError as error:
            raise timed_out() from error
        except LOST:
            connection.terminate()
            raise
        except TimeoutError as error:  # PostgreSQL should have given up long ago: it is frozen, or cut off
            connection.terminate()
            raise unavailable() from error
        finally:
            self._give(connection, ready)

    def _idle(self, seconds: float) -> Connection | None:
        """The idle connection used last, rather one whose statements may run so long already."""
        for place in range(len(self.idle) - 1, -1, -1):
            if self.idle[place].seconds == seconds:
                return self.idle.pop(place)
        return self.idle.pop() if self.idle else None

    async def _take(self) -> Connection:
        """A connection: an idle one, a new one where there is room, or that of who is done next, each in turn."""
        until, mine = asyncio.get_running_loop().time() + self.patience, False
        while True:
            if self.idle:
                return self.idle.pop()
            if self.open < self.size or self.size == 0:
                return await self._connect()
            given = await self._wait(until, mine)
            if given is not None:
                return given
            mine = True

    async def _wait(self, until: float, mine: bool) -> Connection | None:
        """What this one is given when its turn has come; `mine` says that it had, and another took the room."""
        turn = asyncio.get_running_loop().create_future()
        (self.waiting.appendleft if mine else self.waiting.append)(turn)
        try:
            async with asyncio.timeout_at(until):
                await turn
        except TimeoutError:
            if turn.cancelled():  # else it came at the last moment
                raise busy() from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came, and is not taken
                self._pass_on(turn.result())
            raise
        finally:
            if turn in self.waiting:
                self.waiting.remove(turn)
        given: Connection | None = turn.result()
        return given

    def _pass_on(self, given: Connection | None) -> None:
        if given is None:
            self._wake(None)
        else:
            self._give(given)

    async def _connect(self) -> Connection:
        self.open += 1
        try:
            connection: Connection = await asyncpg.connect(
                **self.connect, connection_class=Connection, server_settings=self.settings
            )
            connection.statements, connection.seconds = Recent(PREPARED), self.seconds
            await connection.set_type_codec(
                "text", schema="pg_catalog", format="binary", encoder=str.encode, decoder=bytes
            )
            await send_days_as_they_are(connection)
        except BaseException:
            self.open -= 1
            self._wake(None)
            raise
        return connection

    def _give(self, connection: Connection, ready: bool = True) -> None:
        """Hand a connection to who waits longest, so that nobody who comes now goes before.

        Where nobody waits it lies on top if it is ready, and at the bottom while its cancelled statement ends.
        """
        if connection.is_closed() or self.size == 0:
            connection.terminate()
            self.open -= 1
            self._wake(None)
        elif self.waiting and self._wake(connection):
            return
        elif ready:
            self.idle.append(connection)
        else:
            self.idle.insert(0, connection)

    def _wake(self, given: Connection | None) -> bool:
        """Give this to the first who waits; whether there was somebody."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(given)
                return True
        return False
