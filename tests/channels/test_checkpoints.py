"""Checkpoints kept outside the database find what the chain alone cannot; a journal that has moved is adopted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
from rich.console import Console
from uuid_utils.compat import uuid7

from channels.journal import verified
from channels.obstacles import BadCheckpoint, BadCursor, FolderClosed, NumberingHeld, OwnersWork
from tests.history import connect, number, write
from tests.pristine import dsn

REWRITING = """
set session_replication_role = replica;
update journal set act = 'NEVER_WAS' where id = (select entry_id from journal_seq where seq = 4);
update journal_seq set hash = anew.hash from (
  select n.seq as place, journal_chain(journal_origin(), n.seq, journal_digest(entry)) over (order by n.seq) as hash
  from journal_seq n join journal entry on entry.id = n.entry_id) anew where seq = anew.place;
update journal_head set hash = (select hash from journal_seq order by seq desc limit 1);
"""
"""A superuser changes one entry, and every hash after it."""

CUTTING = """
set session_replication_role = replica;
delete from journal_seq where seq > 5;
delete from journal where id not in (select entry_id from journal_seq);
update journal_head set seq = 5, hash = (select hash from journal_seq where seq = 5);
"""


class Register:
    """A journal that grows, verified by somebody who keeps checkpoints elsewhere."""

    def __init__(self, url: str, owner: asyncpg.Connection[Any], file: Path) -> None:
        self.url, self.owner, self.file = url, owner, file

    async def grow(self, entries: int = 3) -> None:
        for _ in range(entries):
            await write(self.owner, uuid7())

    async def verify(self, *noted: str, **more: Any) -> tuple[bool, str]:
        out = Console(width=200)
        with out.capture() as said:
            sound = await verified(self.url, noted, out, **more)
        return sound, said.get()


@pytest.fixture
async def register(fresh_database_url: str, tmp_path: Path) -> AsyncIterator[Register]:
    owner = await connect(fresh_database_url)
    yield Register(fresh_database_url, owner, tmp_path / "checkpoints")
    await owner.close()


async def three_checkpoints(register: Register) -> None:
    for _ in range(3):
        await register.grow()
        assert (await register.verify(checkpoint=register.file))[0]


async def test_each_checkpoint_is_a_line_that_says_which_journal_stood_where(register: Register) -> None:
    await three_checkpoints(register)
    said = [orjson.loads(line) for line in register.file.read_bytes().splitlines()]
    assert [each["seq"] for each in said] == [each["entries"] for each in said] == [3, 6, 9]
    system = await register.owner.fetchval("select system_identifier::text from pg_control_system()")
    assert {(each["system"], each["database"]) for each in said} == {(system, dsn(register.url).rpartition("/")[2])}
    assert (await register.verify(against=register.file))[0]


async def test_a_chain_rewritten_by_a_superuser_holds_by_itself_and_not_against_a_checkpoint(
    register: Register,
) -> None:
    await three_checkpoints(register)
    await register.owner.execute(REWRITING)
    assert (await register.verify())[0]
    sound, said = await register.verify(against=register.file)
    assert not sound
    assert "rewritten" in said
    assert "4 … 6" in said


async def test_a_journal_cut_off_at_its_end_is_found_against_a_checkpoint(register: Register) -> None:
    await three_checkpoints(register)
    await register.owner.execute(CUTTING)
    assert (await register.verify())[0]
    sound, said = await register.verify(against=register.file)
    assert not sound
    assert "4 … 6" in said
    await register.grow(9)
    assert not (await register.verify(against=register.file))[0]


async def test_checkpoints_of_another_database_are_told_from_a_journal_rewritten(register: Register) -> None:
    await three_checkpoints(register)
    kept = [orjson.loads(line) for line in register.file.read_bytes().splitlines()]
    lines = [each | {"hash": "0" * 64, "database": "tinh-khac"} for each in kept]
    register.file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    sound, said = await register.verify(against=register.file)
    assert not sound
    assert "another database's" in said
    assert "tinh-khac" in said


async def test_no_checkpoint_is_kept_of_a_journal_that_does_not_hold(register: Register) -> None:
    await register.grow()
    await number(register.owner)
    await register.owner.execute("set session_replication_role = replica; update journal set act = 'OTHER'")
    assert not (await register.verify(checkpoint=register.file))[0]
    assert not register.file.exists()


async def test_an_empty_journal_has_a_checkpoint_that_every_later_one_follows(register: Register) -> None:
    assert (await register.verify(checkpoint=register.file))[0]
    await register.grow()
    assert (await register.verify(against=register.file))[0]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (None, "checkpoints"),
        (b"", "checkpoints"),
        (b"\n\n", "checkpoints"),
        (b"not json\n", "checkpoints:1"),
        (b"[]\n", "checkpoints:1"),
        (b'{"seq": 3}\n', "checkpoints:1"),
        (b'{"seq":"1; drop","hash":"ab","entries":1,"at":"2026-01-01","system":"1","database":"x"}\n', "checkpoints:1"),
    ],
)
async def test_a_file_that_is_none_is_named_with_its_line(
    register: Register, content: bytes | None, where: str
) -> None:
    if content is not None:
        register.file.write_bytes(content)
    with pytest.raises(BadCheckpoint, match=where):
        await register.verify(against=register.file)


async def test_a_line_that_was_being_written_when_a_machine_ended_spoils_no_other(register: Register) -> None:
    await register.grow()
    assert (await register.verify(checkpoint=register.file))[0]
    whole = register.file.read_bytes()
    register.file.write_bytes(whole + whole[:40])
    assert (await register.verify(checkpoint=register.file))[0]
    assert len(register.file.read_bytes().splitlines()) == 3
    with pytest.raises(BadCheckpoint, match="checkpoints:2"):
        await register.verify(against=register.file)


@pytest.mark.parametrize(
    "cursor",
    ["9" * 19 + "-0123456789abcdef", "", "7", "7-", "07-0123456789abcdef", "7-xyz45678", "7-0123456789abcdef; --"],
)
async def test_a_cursor_that_is_none_is_refused_before_anything_is_asked(register: Register, cursor: str) -> None:
    with pytest.raises(BadCursor, match="NUMBER-HASH"):
        await register.verify(cursor)


async def test_a_checkpoint_that_cannot_be_written_is_said(register: Register, tmp_path: Path) -> None:
    with pytest.raises(FolderClosed):
        await register.verify(checkpoint=tmp_path / "nowhere" / "checkpoints")


async def test_a_journal_from_another_cluster_is_adopted_when_asked_and_keeps_its_chain(register: Register) -> None:
    await three_checkpoints(register)
    await register.owner.execute("update journal_head set system = 1, seen = '9000000000:9000000000:'")
    await register.grow(2)
    sound, said = await register.verify()
    assert (sound, "--repair" in said) == (False, True)
    sound, said = await register.verify(repair=True, against=register.file, checkpoint=register.file)
    assert sound, said
    assert "✓ 11" in said
    await register.grow(1)
    assert "✓ 12" in (await register.verify(against=register.file))[1]


async def test_what_was_changed_is_not_repaired_with_the_move(register: Register) -> None:
    await register.grow()
    await number(register.owner)
    await register.owner.execute(
        "set session_replication_role = replica; update journal_head set system = 1;"
        " update journal set act = 'OTHER' where id = (select min(id) from journal)"
    )
    sound, said = await register.verify(repair=True)
    assert not sound
    assert "changed" in said
    assert await register.owner.fetchval("select system from journal_head") == 1


async def test_only_the_owner_may_adopt(register: Register) -> None:
    await register.owner.execute("update journal_head set system = 1")
    await register.owner.execute("drop role if exists somebody; create role somebody login password 'x'")
    await register.owner.execute("grant select on all tables in schema public to somebody")
    register.url = register.url.replace(register.url.split("://")[1].split("@")[0], "somebody:x")
    with pytest.raises(OwnersWork, match="migrate"):
        await register.verify(repair=True)
    await register.owner.execute("drop owned by somebody; drop role somebody")


async def test_who_holds_the_numbering_is_named_instead_of_waited_for(register: Register) -> None:
    await register.grow()
    holder = await connect(register.url)
    async with holder.transaction():
        pid = await holder.fetchval("select pg_backend_pid() from pg_advisory_xact_lock(7001)")
        with pytest.raises(NumberingHeld, match=str(pid)):
            await register.verify()
    await holder.close()
    assert (await register.verify())[0]
