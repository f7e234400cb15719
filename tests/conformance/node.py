"""Node as this machine has it, and the npm packages of the lock, installed beside it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
OLDEST = 20
PATIENCE = 400.0
"""Seconds that installing one lock may take."""


class NoNode(Exception):
    """There is no Node here, or none that is new enough; says which."""


class NotInstalled(Exception):
    """npm could not install what the lock names; says why."""


def find() -> str:
    """The path of a Node that is new enough; raises NoNode."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NoNode("none")
    if major(said := version(node)) < OLDEST:
        raise NoNode(said or node)
    return node


def version(node: str) -> str:
    """What a Node says it is: `v24.21.0`."""
    return subprocess.run((node, "--version"), capture_output=True, text=True, check=False).stdout.strip()


def major(said: str) -> int:
    """The first number of a version; 0 of what is none."""
    number = said.removeprefix("v").partition(".")[0]
    return int(number) if number.isdecimal() else 0


def install(folder: Path = HERE) -> None:
    """Install what the folder's lock names, unless it is there already; raises NotInstalled."""
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / "installed.lock"  # a copy of what is whole
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm") or "npm"
    command = (npm, "ci", "--loglevel=error")
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        raise NotInstalled(f"not within {PATIENCE:.0f} s") from late
    if done.returncode:
        raise NotInstalled(done.stderr.strip()[-2000:])
    shutil.copyfile(lock, stamp)
