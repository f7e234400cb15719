"""A Python environment beside ours for a tool whose packages ours shall not have: it would join each run of pytest."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE / "schemathesis.lock"
PLACE = HERE.parents[1] / ".venv.conformance"
PATIENCE = 300.0
"""Seconds that installing may take."""


class NotInstalled(Exception):
    """pip could not install what the lock names; says why."""


def python() -> str:
    """The environment's Python, with what the lock names, by its hashes; raises NotInstalled."""
    program, stamp = PLACE / "bin" / "python", PLACE / "installed.lock"
    if stamp.exists() and stamp.read_bytes() == LOCK.read_bytes():
        return str(program)
    venv.create(PLACE, with_pip=True, clear=True, symlinks=True)
    command = (program, "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", "-r", LOCK)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        raise NotInstalled(f"not within {PATIENCE:.0f} s") from late
    if done.returncode:
        raise NotInstalled(done.stderr.strip()[-2000:])
    shutil.copyfile(LOCK, stamp)
    return str(program)


if __name__ == "__main__":
    sys.stdout.write(f"{python()}\n")
