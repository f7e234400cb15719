"""A folder with PostgreSQL's data, and other processes of it."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.embedded import postgres
from channels.settings import CHECKOUT

PARENT = """
    import json, sys, psutil
    from pathlib import Path
    from channels import embedded
    from channels.settings import Settings
    with embedded.servers(Settings(data=Path(sys.argv[1]))) as running:
        children = [each.pid for each in psutil.Process().children()]
        print(json.dumps([running.database_url, running.redis_url, children]), flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with PostgreSQL's data in it, made once for all tests that need no empty one."""
    folder = tmp_path_factory.mktemp("laurel")
    with postgres.running(folder, fast=True):
        return folder


@pytest.fixture
def parent(made: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], Any]]]:
    """Starts another process of the same folder, which runs the servers (or shares them) until it is ended."""
    begun: list[subprocess.Popen[str]] = []

    def begin() -> tuple[subprocess.Popen[str], Any]:
        command = [sys.executable, "-c", textwrap.dedent(PARENT), str(made)]
        begun.append(subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert begun[-1].stdout
        return begun[-1], json.loads(begun[-1].stdout.readline())

    yield begin
    for process in begun:
        process.communicate()
