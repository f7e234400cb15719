"""`./run`: it finds Python, installs once, and says what to do when something outside it is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.patience import HANGING

ROOT = Path(__file__).resolve().parent.parent
TOOLS = (
    *("awk", "cat", "cmp", "cp", "df", "dirname", "grep", "id", "mkdir", "mv", "readlink"),
    *("rm", "sh", "sleep", "tail", "touch", "uname"),
)
PYTHON = f"""#!/bin/sh
# A python that says it is of version $SAYS, and whose pip does what $PIP says.
case "$*" in
*version_info*'< (3, 11)'*) [ "$SAYS" != old ] ;;
*_base_executable*) echo "$0" ;;
*fcntl*) exec {sys.executable} "$@" ;;
*ensurepip*) [ "$SAYS" != bare ] ;;
*-venv*) echo python3.11-venv ;;
--version) echo "Python 3.9.2" ;;
'-m venv'*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*'pip --version') ;;
*'pip install'*)
    echo installed >>installs
    case $PIP in
    slow) while [ ! -e arrived ]; do sleep 0.05; done ;;
    offline) echo 'Temporary failure in name resolution' >&2; exit 1 ;;
    full) echo 'OSError: [Errno 28] No space left on device' >&2; exit 1 ;;
    other) echo 'THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE' >&2; exit 1 ;;
    odd) echo 'it rains' >&2; exit 1 ;;
    esac ;;
*channels* | *tests*) echo "$@" ;;
esac
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but what `run` reads, in a folder with spaces, and a PATH with a Python of ours."""
    folder = tmp_path / "nơi có dấu cách"
    (folder / "bin").mkdir(parents=True)
    for name in ("run", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    for tool in TOOLS:
        (folder / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    python = folder / "bin" / "python3"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return folder


@pytest.fixture
def run(checkout: Path) -> Run:
    """Runs `./run` as one who stands elsewhere."""

    def run(*arguments: str, command: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        surrounding = {"PATH": str(checkout / "bin"), "SAYS": "", "PIP": ""} | environment
        command = command or checkout / "run"
        return subprocess.run(
            [command, *arguments], cwd="/", env=surrounding, capture_output=True, text=True, check=False
        )

    return run


def installs(checkout: Path) -> int:
    log = checkout / "installs"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_it_installs_once_and_passes_the_words_on(run: Run, checkout: Path) -> None:
    assert run("demo", "--port", "9001").stdout == "-m channels demo --port 9001\n"
    assert run("test", "-k", "a b").stdout == "-m tests -k a b\n"
    assert run("bench").stdout == "-m tests.bench\n"
    assert run("conformance").stdout == "-m tests.conformance\n"
    assert run("faults", "F07", "--seed", "5").stdout == "-m tests.faults F07 --seed 5\n"
    assert run("load", "catalogue").stdout == "-m channels load catalogue\n"
    assert run().stdout == "-m channels\n"
    assert installs(checkout) == 1


def test_it_installs_again_when_the_lock_changes(run: Run, checkout: Path) -> None:
    run()
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    run()
    run()
    assert installs(checkout) == 2


def test_it_installs_again_after_an_install_that_failed(run: Run, checkout: Path) -> None:
    assert run(PIP="odd").returncode == 1
    assert run().returncode == 0
    assert installs(checkout) == 2


def test_two_at_once_install_once(run: Run, checkout: Path) -> None:
    """The first installs until the other has come, and waits."""
    surrounding = {"PATH": str(checkout / "bin"), "SAYS": "", "PIP": "slow"}
    with (checkout / "told").open("w+") as told:
        both = [
            subprocess.Popen([checkout / "run", "x"], env=surrounding, stdout=subprocess.PIPE, stderr=told, text=True)
            for _ in range(2)
        ]
        end = time.monotonic() + HANGING
        while "another ./run" not in (checkout / "told").read_text() and time.monotonic() < end:
            time.sleep(0.01)
        (checkout / "arrived").touch()
        assert [each.communicate()[0] for each in both] == ["-m channels x\n"] * 2
    assert (checkout / "told").read_text().count("another ./run") == 1
    assert installs(checkout) == 1


def test_it_finds_its_folder_through_a_link(run: Run, checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "laurel").symlink_to(checkout / "run")
    assert run("x", command=tmp_path / "laurel").stdout == "-m channels x\n"


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ({"SAYS": "old"}, ["Python 3.11 or later is needed, found: Python 3.9.2", "apt install python3", "PYTHON="]),
        ({"SAYS": "bare"}, ["venv", "sudo apt install python3.11-venv"]),
        ({"PIP": "offline"}, ["offline?", "HTTPS_PROXY", "Temporary failure in name resolution"]),
        ({"PIP": "full"}, ["Ổ đĩa đầy", "The disk is full. Free at least"]),
        ({"PIP": "other"}, ["was not installed", "pip config list"]),
        ({"PIP": "odd"}, ["it rains", ".venv.log"]),
    ],
)
def test_a_refusal_says_what_to_do(run: Run, wrong: dict[str, str], advice: list[str]) -> None:
    refused = run("demo", **wrong)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "✗" in refused.stderr
    for words in advice:
        assert words in refused.stderr


def test_no_python_at_all_is_said_too(run: Run, checkout: Path) -> None:
    (checkout / "bin" / "python3").unlink()
    refused = run()
    assert refused.returncode == 1
    assert "found: không có / none" in refused.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_named(run: Run, checkout: Path) -> None:
    checkout.chmod(0o555)
    refused = run()
    checkout.chmod(0o755)
    assert "Cannot write to" in refused.stderr


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = [line for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert "://" not in lock
    assert len(pinned) > 50
    assert all(line.endswith("\\") for line in pinned), "each is followed by its hashes"
