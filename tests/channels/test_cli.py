"""The command line, as a process of its own: what it does, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from channels import database, serving
from channels.obstacles import AddressRefused, PortTaken
from tests.patience import HANGING
from tests.ports import kept_port
from tests.pristine import dsn

ROOT = Path(__file__).resolve().parent.parent.parent
Laurel = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(fresh_database_url: str, redis_url: str) -> dict[str, str]:
    """A surrounding in which the servers are those of this test run."""
    surrounding = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")}
    return surrounding | {"DATABASE_URL": fresh_database_url, "REDIS_URL": redis_url}


@pytest.fixture
def laurel(environment: dict[str, str]) -> Laurel:
    def laurel(*arguments: str, **other: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "channels", *arguments],
            cwd=ROOT,
            env=environment | other,
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * HANGING,
        )

    return laurel


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_it_serves_until_it_is_told_to_end(environment: dict[str, str]) -> None:
    with kept_port() as port:
        process = subprocess.Popen(
            [sys.executable, "-m", "channels", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
    assert asyncio.run(serving.readyz(f"http://127.0.0.1:{port}")).startswith("HTTP/1.1 200")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=HANGING)
    assert process.returncode == 128 + signal.SIGTERM


def test_a_taken_port_is_said_at_once_with_another_to_take(laurel: Laurel, taken: int) -> None:
    refused = laurel("demo", "--port", str(taken))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"Cổng {taken}" in refused.stderr
    assert f"--port {taken + 1}" in refused.stderr


def test_a_port_that_is_bound_but_silent_is_taken_too() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(PortTaken):
            serving.listen("127.0.0.1", other.getsockname()[1])


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match="--host"):
        serving.listen(host, 0)


def test_a_database_that_is_away_is_named_without_its_password(laurel: Laurel) -> None:
    refused = laurel("migrate", DATABASE_URL="postgresql://laurel:hunter2@127.0.0.1:1/laurel")
    assert refused.returncode == 1
    assert "127.0.0.1:1/laurel" in refused.stderr
    assert "DATABASE_URL" in refused.stderr
    assert "hunter2" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_bad_setting_is_said_without_a_traceback(laurel: Laurel) -> None:
    refused = laurel("serve", LAUREL_PORT="http")
    assert refused.returncode == 1
    assert "LAUREL_PORT" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_role_that_is_not_there_is_named_with_how_to_make_it(laurel: Laurel) -> None:
    refused = laurel("migrate", LAUREL_APPLICATION_ROLE="nobody_there")
    assert refused.returncode == 1
    assert "create role nobody_there" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_who_may_only_serve_is_told_who_may_migrate(laurel: Laurel, fresh_database_url: str) -> None:
    url = asyncio.run(database.as_application(fresh_database_url))
    served = laurel("migrate", DATABASE_URL=url)
    assert served.returncode == 0, served.stderr  # nothing is to be done
    asyncio.run(outdated(fresh_database_url))
    refused = laurel("migrate", DATABASE_URL=url)
    assert refused.returncode == 1
    assert "DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


async def outdated(url: str) -> None:
    """Make the database say that it stands at the revision before the newest."""
    connection = await asyncpg.connect(dsn(url))
    await connection.execute("update alembic_version set version_num = '0002'")
    await connection.close()


def test_sweeping_files_says_what_was_removed(laurel: Laurel, tmp_path: Path) -> None:
    swept = laurel("files", "sweep", LAUREL_DATA=str(tmp_path))
    assert (swept.returncode, swept.stdout.splitlines()[-1][:1]) == (0, "✓"), swept.stderr


def test_help_names_every_command(laurel: Laurel) -> None:
    said = laurel("--help").stdout
    for command in ("demo", "serve", "migrate", "load", "verify", "files", "schema"):
        assert command in said
