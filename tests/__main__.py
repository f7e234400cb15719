"""`./run test`: every gate with its time, pytest last; what is given after it goes to pytest.

./run test                      all gates
./run test --quick tests/models pytest alone, on these tests
./run test --postgres system    the suite on the system's PostgreSQL
./run test --only types         one gate: format, lint, types, imports, migrations, schema, tests
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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

    def tried(self, *, beside_others: bool = False) -> Outcome:
        """Run it. Its output goes straight to the terminal, or is kept where it would be mixed with others'."""
        begun = time.monotonic()
        kept = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if beside_others else {}
        done = subprocess.run((sys.executable, *self.command), cwd=ROOT, check=False, **kept)
        return Outcome(self, done.returncode == 0, time.monotonic() - begun, done.stdout or b"")


@dataclass(frozen=True)
class Outcome:
    """Whether a gate holds, after how many seconds, and what its command said if that was kept."""

    gate: Gate
    holds: bool
    seconds: float
    said: bytes = b""

    def tell(self) -> bool:
        """Print it below the gate's title."""
        sys.stdout.buffer.write(self.said)
        print(f"{'✓' if self.holds else '✗'} {self.gate.name} {self.seconds:.1f} s", flush=True)
        return self.holds


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
    signal.signal(signal.SIGINT, lambda *_: None)  # whatever runs hears it too, and ends by saying what it found
    begun = time.monotonic()
    failed = [outcome.gate.name for outcome in tried(gates) if not outcome.tell()]
    print(f"\n\033[1m{'✗ ' + ', '.join(failed) if failed else '✓ ' + str(len(gates)) + ' gates'}\033[0m", end=" ")
    print(f"{time.monotonic() - begun:.0f} s")
    return bool(failed)


def tried(gates: Sequence[Gate]) -> Iterator[Outcome]:
    """Each gate's outcome in turn, below its title: as many at once as there are cores, but pytest, which takes all."""
    beside = [gate for gate in gates if gate.name != "tests"] if len(gates) > 1 else []
    with ThreadPoolExecutor(CORES) as pool:
        begun = {gate: pool.submit(gate.tried, beside_others=True) for gate in beside}
        for gate in gates:
            title(gate)
            yield begun[gate].result() if gate in begun else gate.tried()


def title(gate: Gate) -> None:
    print(f"\n\033[1m── {gate.name} · {gate.promise}\033[0m", flush=True)


def with_arguments(gate: Gate, passed_on: Sequence[str]) -> Gate:
    """pytest gets what was not ours to read; the whole suite is spread over the cores, a file to one."""
    if gate.name != "tests":
        return gate
    chosen = any((ROOT / word.partition("::")[0]).exists() for word in passed_on if not word.startswith("-"))
    alone = chosen or CORES < 2 or any(word in ("-n", "-s", "--pdb") for word in passed_on)
    spread = () if alone else ("-n", str(CORES), "--dist", "loadfile", "--no-loadscope-reorder")
    return replace(gate, command=(*gate.command, *spread, *passed_on))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
