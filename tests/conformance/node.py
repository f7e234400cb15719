"""Node as this machine has it, and the npm packages of the lock, installed beside it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
STAMP = HERE / "node_modules" / "installed.lock"
"""A copy of the lock that was installed whole."""
OLDEST = 20


class NoNode(Exception):
    """There is no Node here, or none that is new enough; says which."""


class NotInstalled(Exception):
    """npm could not install what the lock names; says why."""


def find() -> str:
    """The path of a Node that is new enough; raises NoNode."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NoNode("none")
    said = subprocess.run((node, "--version"), capture_output=True, text=True, check=False).stdout.strip()
    major = said.removeprefix("v").partition(".")[0]
    if not major.isdecimal() or int(major) < OLDEST:
        raise NoNode(said or node)
    return node


def install() -> None:
    """Install what the lock names, unless it is there already; raises NotInstalled."""
    if STAMP.exists() and STAMP.read_bytes() == LOCK.read_bytes():
        return
    npm = shutil.which("npm") or "npm"
    done = subprocess.run((npm, "ci", "--loglevel=error"), cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstalled(done.stderr.strip()[-2000:])
    shutil.copyfile(LOCK, STAMP)
