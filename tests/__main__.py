"""`./run test`: every gate in turn, each with its time; what is given after it goes to pytest.

./run test                      all gates
./run test --quick tests/models pytest alone, on these tests
./run test --postgres system    the suite on the system's PostgreSQL
./run test --only types         one gate: format, lint, types, imports, migrations, schema, tests
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
CORES = min(os.cpu_count() or 1, 4)
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Gate:
    """One thing that must hold, and the command that tells."""

    name: str
    promise: str
    command: tuple[str, ...]

    def holds(self) -> bool:
        """Run it, its output going straight to the terminal."""
        print(f"\n\033[1m── {self.name} · {self.promise}\033[0m", flush=True)
        begun = time.monotonic()
        code = subprocess.run((sys.executable, *self.command), cwd=ROOT, check=False).returncode
        print(f"{'✓' if code == 0 else '✗'} {self.name} {time.monotonic() - begun:.1f} s", flush=True)
        return code == 0


GATES = (
    Gate("format", "ruff format --check", ("-m", "ruff", "format", "--check", ".")),
    Gate("lint", "ruff check", ("-m", "ruff", "check", ".")),
    Gate("types", "mypy --strict", ("-m", "mypy")),
    Gate("imports", "they go down only", ("-c", LINT_IMPORTS, "--no-logo")),
    Gate("migrations", "they make the tables the models describe", ("-m", "tests.migrations")),
    Gate("schema", "the committed SDL is the schema's, and breaks no client", ("-m", "schema", "--check")),
    Gate("tests", "pytest", ("-m", "pytest")),
)


def main(arguments: Sequence[str]) -> int:
    """Run the gates that were asked for, all of them even after one failed; the exit code."""
    parser = argparse.ArgumentParser("./run test", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="pytest alone")
    parser.add_argument("--only", choices=[gate.name for gate in GATES], help="one gate alone")
    chosen, passed_on = parser.parse_known_args(arguments)
    only = "tests" if chosen.quick else chosen.only
    gates = [with_arguments(gate, passed_on) for gate in GATES if only in (None, gate.name)]
    begun = time.monotonic()
    failed = [gate.name for gate in gates if not gate.holds()]
    print(f"\n\033[1m{'✗ ' + ', '.join(failed) if failed else '✓ ' + str(len(gates)) + ' gates'}\033[0m", end=" ")
    print(f"{time.monotonic() - begun:.0f} s")
    return bool(failed)


def with_arguments(gate: Gate, passed_on: Sequence[str]) -> Gate:
    """pytest gets what was not ours to read; the whole suite is spread over the cores, a file to one."""
    if gate.name != "tests":
        return gate
    chosen = any((ROOT / word.partition("::")[0]).exists() for word in passed_on if not word.startswith("-"))
    alone = chosen or CORES < 2 or any(word in ("-n", "-s", "--pdb") for word in passed_on)
    spread = () if alone else ("-n", str(CORES), "--dist", "loadfile")
    return replace(gate, command=(*gate.command, *spread, *passed_on))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
