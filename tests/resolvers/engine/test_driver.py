"""The pool: waits, limits, lost connections, and a server left clean by those who leave."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from typing import Any

import asyncpg
import pytest

from resolvers.engine import Pool, Unanswered, driver
from resolvers.engine.driver import PREPARED, SECONDS, asked
from tests import history
from tests.patience import HANGING
from tests.pristine import dsn

from .conftest import Register

POOLED = "pg_stat_activity where application_name = 'laurel engine' and datname = current_database()"
"""This process's own: others test on the same server."""
OURS = f"select count(*) from {POOLED} and state = 'active' and query ~ 'pg_sleep|pg_advisory'"
SLEEP = "select pg_sleep(3600)::text"
BOUND = "select current_setting('statement_timeout')"
LOCK = 20260101


@pytest.fixture(autouse=True)
def _no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, its server is not taken to be frozen."""
    monkeypatch.setattr(driver, "CONNECTING", HANGING)
    monkeypatch.setattr(driver, "GRACE", HANGING)


def pool_of(register: Register, size: int, patience: float = HANGING) -> Pool:
    """A pool whose statements are ended by no clock, unless a test says so."""
    return Pool(register.url, size=size, patience=patience, statement_timeout=HANGING)


@pytest.fixture
async def one(register: Register) -> AsyncIterator[Pool]:
    pool = pool_of(register, 1)
    yield pool
    await pool.close()


@pytest.fixture
async def server(register: Register) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(dsn(register.url))
    yield connection
    await connection.close()


@contextmanager
def during(seconds: float) -> Iterator[None]:
    """Statements of this task may run so long."""
    token = SECONDS.set(seconds)
    yield
    SECONDS.reset(token)


@asynccontextmanager
async def busy(pool: Pool, server: asyncpg.Connection[Any]) -> AsyncIterator[None]:
    """One of the pool's connections runs a statement until the end of the block."""
    await server.execute("select pg_advisory_lock($1)", LOCK)
    task = asyncio.create_task(pool.fetch(f"select pg_advisory_xact_lock({LOCK})::text", []))
    await until(server, 1)
    yield
    await server.execute("select pg_advisory_unlock($1)", LOCK)
    assert await task == b""


async def test_an_answer_is_bytes_and_no_row_is_none(one: Pool) -> None:
    assert await one.fetch("select 'Đường ' || $1::text", ["é"]) == "Đường é".encode()
    assert await one.fetch("select 'x' where false", []) is None
    assert one.sent == 2


@pytest.mark.parametrize("day", [date.min, date(2024, 2, 29), date.max])
async def test_a_day_is_asked_for_as_it_is_the_last_there_is_too(one: Pool, day: date) -> None:
    assert await one.fetch("select extract(year from $1::date)::text", [day]) == str(day.year).encode()


async def test_nothing_connects_before_it_is_asked() -> None:
    pool = Pool("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    assert pool.open == 0
    with pytest.raises(Unanswered) as found:
        await pool.fetch("select 'x'", [])
    assert found.value.extensions == {"code": "UNAVAILABLE", "retryAfter": 5}
    assert pool.open == 0


async def test_who_may_wait_longer_does_so_and_on_the_same_connection_others_do_not(one: Pool) -> None:
    with during(90.0):
        assert await one.fetch(BOUND, []) == b"90s"
    assert await one.fetch(BOUND, []) == b"1min"
    with during(0.05), pytest.raises(Unanswered):
        await one.fetch(SLEEP, [])
    assert await one.fetch(BOUND, []) == b"1min"
    assert one.open == 1


async def test_of_the_idle_connections_one_that_waits_as_long_already_is_taken(
    register: Register, server: asyncpg.Connection[Any]
) -> None:
    pool = pool_of(register, 2)
    setting = f"{BOUND} || ' ' || pg_backend_pid()"
    with during(90.0):
        async with busy(pool, server):
            with during(0.0):
                other = await pool.fetch(setting, [])
    said = set()
    for _ in range(3):
        with during(90.0):
            said.add(await pool.fetch(setting, []))
        assert await pool.fetch(setting, []) == other
    assert len(said) == 1
    assert said.pop().split()[0] == b"90s"  # type: ignore[union-attr]  # a row
    await pool.close()


async def test_a_statement_that_takes_too_long_is_refused_and_the_connection_lives(one: Pool) -> None:
    with during(0.3), pytest.raises(Unanswered) as found:
        await one.fetch(SLEEP, [])
    assert found.value.extensions == {"code": "TIMEOUT", "retryAfter": 5}
    assert await one.fetch("select 'ok'", []) == b"ok"
    assert one.open == 1


async def test_who_waits_too_long_for_a_connection_is_told_so(
    register: Register, server: asyncpg.Connection[Any]
) -> None:
    pool = pool_of(register, 1, patience=0.05)
    async with busy(pool, server):
        with pytest.raises(Unanswered) as found:
            await pool.fetch("select 'x'", [])
        assert found.value.extensions == {"code": "BUSY", "retryAfter": 5}
    assert await pool.fetch("select 'ok'", []) == b"ok"
    await pool.close()


async def test_many_share_few_connections(register: Register) -> None:
    pool = pool_of(register, 3)
    answers = await asyncio.gather(*(pool.fetch("select $1::text", [str(n)]) for n in range(200)))
    assert answers == [str(n).encode() for n in range(200)]
    assert pool.open == len(pool.idle) == 3
    await pool.close()
    assert pool.open == 0


async def test_who_leaves_cancels_the_statement_on_the_server(
    register: Register, server: asyncpg.Connection[Any]
) -> None:
    pool = Pool(register.url, size=1, statement_timeout=3600)
    task = asyncio.create_task(pool.fetch(SLEEP, []))
    await until(server, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(HANGING):
        assert await pool.fetch("select 'ok'", []) == b"ok"
    await until(server, 0)
    assert pool.open == 1
    await pool.close()


async def test_who_leaves_while_waiting_takes_no_turn(register: Register, server: asyncpg.Connection[Any]) -> None:
    pool = pool_of(register, 1)
    async with busy(pool, server):
        waiting = [asyncio.create_task(pool.fetch("select 'x'", [])) for _ in range(3)]
        await history.until(lambda: len(pool.waiting) == 3, "all to wait")
        waiting[0].cancel()
    assert await asyncio.gather(*waiting[1:]) == [b"x", b"x"]
    assert not pool.waiting
    await pool.close()


async def test_a_connection_cut_by_the_server_is_replaced(register: Register, server: asyncpg.Connection[Any]) -> None:
    pool = pool_of(register, 2)
    await asyncio.gather(*(pool.fetch("select pg_sleep(0.05)::text", []) for _ in range(2)))
    theirs = [connection.get_server_pid() for connection in pool.idle]  # not those of the session's own pool
    await server.fetch("select pg_terminate_backend(pid) from unnest($1::int[]) pid", theirs)
    answers = await asyncio.gather(*(pool.fetch("select 'ok'", []) for _ in range(4)))
    assert answers == [b"ok"] * 4
    assert pool.open <= 2
    await pool.close()


async def test_a_connection_that_ended_while_it_lay_idle_is_replaced(one: Pool) -> None:
    assert await one.fetch("select 'before'", []) == b"before"
    one.idle[0].terminate()
    assert await one.fetch("select 'before'", []) == b"before"
    assert one.open == 1


@pytest.mark.parametrize("state", ["53100", "53200", "58030"])
async def test_a_server_without_disk_or_memory_is_asked_again_later_and_the_connection_lives(
    one: Pool,
    server: asyncpg.Connection[Any],
    state: str,
) -> None:
    """As where a sort is put aside on a disk that is full."""
    await server.execute(
        "create or replace function no_room(state text) returns text language plpgsql as"
        " $$ begin raise exception 'no room' using errcode = state; end $$"
    )
    with pytest.raises(Unanswered) as found:
        await one.fetch("select no_room($1)", [state])
    assert found.value.extensions == {"code": "UNAVAILABLE", "retryAfter": 5}
    assert await one.fetch("select 'there is room'", []) == b"there is room"
    await server.execute("drop function no_room")


async def test_comings_and_goings_leave_every_connection_usable(register: Register) -> None:
    pool, chance = pool_of(register, 3), random.Random(3)

    async def one(n: int) -> bytes | None:
        return await pool.fetch("select $1::text from (select pg_sleep($2::float8)) s", [str(n), chance.random() / 50])

    tasks = [asyncio.create_task(one(n)) for n in range(120)]
    for task in chance.sample(tasks, 60):
        await asyncio.sleep(chance.random() / 100)
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    kept = {n: said for n, said in enumerate(done) if not isinstance(said, asyncio.CancelledError)}
    assert len(kept) >= 60
    assert all(said == str(n).encode() for n, said in kept.items())
    again = await asyncio.gather(*(pool.fetch("select $1::text", [str(n)]) for n in range(20)))
    assert again == [str(n).encode() for n in range(20)]
    assert pool.open == len(pool.idle) <= 3
    await pool.close()


async def test_a_connection_reads_only_and_in_universal_time(one: Pool) -> None:
    assert await one.fetch("select current_setting('timezone')", []) == b"UTC"
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await one.fetch("create temporary table t as select 'x'::text", [])


async def until(server: asyncpg.Connection[Any], count: int) -> None:
    """Wait until so many of the pool's statements are running."""
    async with asyncio.timeout(HANGING):
        while await server.fetchval(OURS) != count:
            await asyncio.sleep(0.02)


async def test_statements_stay_prepared_and_only_so_many(register: Register, server: asyncpg.Connection[Any]) -> None:
    pool = pool_of(register, 1)
    for _ in range(3):
        assert await pool.fetch("select $1::text", ["é"]) == "é".encode()
    assert (
        await pool.fetch("select count(*)::text from pg_prepared_statements where statement like 'select $1%'", [])
        == b"1"
    )
    for n in range(PREPARED + 20):
        await pool.fetch(f"select '{n}'", [])
    assert int(await pool.fetch("select count(*)::text from pg_prepared_statements", []) or 0) <= PREPARED + 2
    await pool.close()


async def test_a_migration_in_between_is_not_noticed(register: Register, server: asyncpg.Connection[Any]) -> None:
    pool = pool_of(register, 1)
    await server.execute("create table changing (said text)")
    await server.execute("insert into changing values ('7')")
    assert await pool.fetch("select * from changing", []) == b"7"
    await server.execute("alter table changing alter said type varchar(9)")
    assert await pool.fetch("select * from changing", []) in (b"7", "7")
    assert pool.open == 1
    await server.execute("drop table changing")
    await pool.close()


async def test_asyncpg_still_does_what_the_pool_asks_of_its_insides(server: asyncpg.Connection[Any]) -> None:
    """`asked` goes past asyncpg's public methods: another version must fail here, not in front of people."""
    statement = await server.prepare("select n::text from generate_series(1, $1) n")
    assert [tuple(row) for row in await asked(server, statement, [3])] == [("1",)]  # type: ignore[arg-type]  # any connection will do
    assert await asked(server, statement, [0]) == []
    assert await statement.fetchval(3) == "1"
    with pytest.raises(asyncpg.DataError):
        await asked(server, statement, ["three"])
    assert await server.fetchval("select 1") == 1
