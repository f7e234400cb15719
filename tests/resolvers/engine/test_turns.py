"""The pool's queue: who waits is served in turn, never by more connections than there may be, and nothing is lost.

Statements wait for a lock that the test holds, so what is looked at stands still while it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest

from resolvers.engine import Pool, Unanswered
from resolvers.engine.driver import SECONDS
from tests.patience import HANGING
from tests.pristine import dsn
from tests.unhurried import patient_pool

from .conftest import Register

HELD = 7_301
"""The advisory lock that statements wait for."""
WAIT = f"select pg_advisory_lock_shared({HELD})::text || pg_advisory_unlock_shared({HELD})::text || pg_backend_pid()"
ECHO = "select $1::text"
LIMIT = "select current_setting('statement_timeout')"


@dataclass
class Gate:
    """A lock on the server, held until `open`."""

    server: asyncpg.Connection

    async def open(self) -> None:
        await self.server.execute(f"select pg_advisory_unlock({HELD})")


@pytest.fixture
async def gate(register: Register) -> AsyncIterator[Gate]:
    server = await asyncpg.connect(dsn(register.url))
    await server.execute(f"select pg_advisory_lock({HELD})")
    yield Gate(server)
    await server.close()


@asynccontextmanager
async def pooled(register: Register, size: int) -> AsyncIterator[Pool]:
    """A pool in which nothing is over too soon."""
    pool = patient_pool(register.url, size)
    yield pool
    await pool.close()


async def until(met: Callable[[], bool]) -> None:
    """Wait for the very thing."""
    async with asyncio.timeout(HANGING):
        while not met():
            await asyncio.sleep(0.005)


async def asking(pool: Pool, texts: Iterable[str], order: list[str]) -> list[asyncio.Task[None]]:
    """Tasks that ask one after another; all of them wait."""

    async def ask(said: str) -> None:
        assert await pool.fetch(ECHO, [said]) == said.encode()
        order.append(said)

    tasks = []
    for said in texts:
        tasks.append(asyncio.create_task(ask(said)))
        await until(lambda: len(pool.waiting) == len(tasks))
    return tasks


async def held(pool: Pool) -> asyncio.Task[bytes | None]:
    """A statement that keeps a connection until the gate opens."""
    sent = pool.sent
    task = asyncio.create_task(pool.fetch(WAIT, []))
    await until(lambda: pool.sent > sent)
    return task


async def test_who_waits_is_served_in_the_order_of_coming(register: Register, gate: Gate) -> None:
    async with pooled(register, 1) as pool:
        first, order = await held(pool), list[str]()
        tasks = await asking(pool, "abcdefgh", order)
        await gate.open()
        await asyncio.gather(first, *tasks)
        assert order == list("abcdefgh")


async def test_nobody_goes_before_who_waits_however_quickly_they_ask_again(register: Register, gate: Gate) -> None:
    order = list[str]()

    async def greedy(pool: Pool) -> None:
        await pool.fetch(WAIT, [])
        for _ in range(20):
            await pool.fetch(ECHO, ["x"])
            order.append("greedy")

    async with pooled(register, 1) as pool:
        eager = asyncio.create_task(greedy(pool))
        await until(lambda: pool.sent == 1)
        tasks = await asking(pool, ["patient", "meek"], order)
        await gate.open()
        await asyncio.gather(eager, *tasks)
        assert order[:2] == ["patient", "meek"]
        assert not pool.waiting


async def test_no_more_connect_at_once_than_there_may_be(register: Register, gate: Gate) -> None:
    async with pooled(register, 3) as pool:
        tasks = [asyncio.create_task(pool.fetch(WAIT, [])) for _ in range(10)]
        await until(lambda: pool.sent + len(pool.waiting) == 10)
        assert (pool.sent, pool.open) == (3, 3)
        await gate.open()
        said = await asyncio.gather(*tasks)
        assert 1 <= len(set(said)) <= 3, "each told by which connection"
        assert pool.open == len(pool.idle) <= 3


async def test_connections_that_are_cut_make_room_for_no_more_than_themselves(register: Register, gate: Gate) -> None:
    async with pooled(register, 2) as pool:
        await asyncio.gather(*(pool.fetch("select pg_sleep(0.01)::text", []) for _ in range(2)))
        theirs = [connection.get_server_pid() for connection in pool.idle]
        tasks = [asyncio.create_task(pool.fetch(WAIT, [])) for _ in range(8)]
        await until(lambda: len(pool.waiting) == 8 - len(theirs))
        await gate.server.fetch("select pg_terminate_backend(pid) from unnest($1::int[]) pid", theirs)
        await gate.open()
        assert len(await asyncio.gather(*tasks)) == 8
        assert pool.open == len(pool.idle) <= 2
        assert not pool.waiting


async def test_one_who_asks_after_a_restart_is_answered_though_every_idle_connection_was_cut(
    register: Register, gate: Gate
) -> None:
    async with pooled(register, 3) as pool:
        tasks = [asyncio.create_task(pool.fetch(WAIT, [])) for _ in range(3)]
        await until(lambda: pool.sent == 3)
        await gate.open()
        await asyncio.gather(*tasks)
        theirs = [connection.get_server_pid() for connection in pool.idle]
        await gate.server.fetch("select pg_terminate_backend(pid, 60000) from unnest($1::int[]) pid", theirs)
        assert await pool.fetch(ECHO, ["again"]) == b"again"
        assert pool.open == 3


async def test_whose_turn_comes_as_they_leave_gives_it_to_the_next(register: Register, gate: Gate) -> None:
    order, tasks = list[str](), list[asyncio.Task[None]]()

    async def first(pool: Pool) -> None:
        await pool.fetch(WAIT, [])
        tasks[0].cancel()  # its turn has just come, and it does not know yet

    async with pooled(register, 1) as pool:
        begun = asyncio.create_task(first(pool))
        await until(lambda: pool.sent == 1)
        tasks += await asking(pool, ["leaves", "stays"], order)
        await gate.open()
        done = await asyncio.gather(begun, *tasks, return_exceptions=True)
        assert isinstance(done[1], asyncio.CancelledError)
        assert order == ["stays"]
        assert pool.open == len(pool.idle) == 1


async def test_where_nothing_can_be_connected_everybody_is_told_and_nothing_is_counted() -> None:
    pool = Pool("postgresql://nobody@127.0.0.1:1/none", size=1, patience=HANGING)
    done = await asyncio.gather(*(pool.fetch(ECHO, ["x"]) for _ in range(5)), return_exceptions=True)
    assert [error.extensions["code"] for error in done if isinstance(error, Unanswered)] == ["UNAVAILABLE"] * 5  # type: ignore[index]  # all have one
    assert (pool.open, len(pool.waiting)) == (0, 0)


async def test_a_pool_that_closes_lets_what_runs_end_and_keeps_none_of_its_connections(
    register: Register, gate: Gate
) -> None:
    pool = patient_pool(register.url, 2)
    running = await held(pool)
    await pool.fetch(ECHO, ["idle"])
    await pool.close()
    assert pool.open == 1
    await gate.open()
    assert await running
    assert (pool.open, pool.idle) == (0, [])


async def test_who_leaves_while_a_limit_is_set_leaves_no_other_limit_to_the_next(
    register: Register, gate: Gate
) -> None:
    async with pooled(register, 1) as pool:
        own = await pool.fetch(LIMIT, [])
        for _ in range(5):
            token = SECONDS.set(HANGING * 2)
            leaver = asyncio.create_task(pool.fetch(ECHO, ["x"]))
            SECONDS.reset(token)
            await asyncio.sleep(0)  # now it has begun to set its own
            assert not pool.idle
            leaver.cancel()
            await asyncio.wait([leaver])
            assert await pool.fetch(LIMIT, []) == own


async def test_the_connection_used_last_is_used_first(register: Register, gate: Gate) -> None:
    async with pooled(register, 3) as pool:
        tasks = [asyncio.create_task(pool.fetch(WAIT, [])) for _ in range(3)]
        await until(lambda: pool.sent == 3)
        await gate.open()
        await asyncio.gather(*tasks)
        pids = {await pool.fetch("select pg_backend_pid()::text", []) for _ in range(6)}
        assert len(pids) == 1, "the others stay idle, as servers like it"
