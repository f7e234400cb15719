"""The suites: what runs each, where, within which time, and what it says of its checks."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rich.console import Console

from tests.conformance import apart, node

TOOLS = node.HERE / "tools"


@dataclass(frozen=True)
class Outcome:
    """One check, and why it failed where it did."""

    suite: str
    check: str
    passed: bool
    reason: str | None = None


@dataclass(frozen=True)
class Suite:
    """A script that says a JSON line for each of its checks, told where the server is."""

    name: str
    folder: Path = node.HERE
    script: str = ""
    """`<name>.mjs`, unless it is another one."""
    program: Callable[[], str] = node.find
    """What runs it."""
    npm: bool = True
    """Whether it needs the packages of its folder's lock."""
    patience: float = 600.0
    """Seconds it may take."""

    @property
    def file(self) -> Path:
        """The script's place."""
        return self.folder / (self.script or f"{self.name}.mjs")

    async def outcomes(self, told: str) -> list[Outcome]:
        """Run it; a script that breaks, takes too long, or finds nothing to check is a failed check too."""
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as wrong:
            process = await asyncio.create_subprocess_exec(
                self.program(),
                str(self.file),
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LAUREL_CONFORMANCE": told, "NO_COLOR": "1", "PYTHONUTF8": "1"},
                stdout=said,
                stderr=wrong,
            )
            problem = None
            try:
                code = await asyncio.wait_for(process.wait(), self.patience)
            except TimeoutError:
                process.kill()
                code, problem = await process.wait(), f"not within {self.patience:.0f} s"
            outcomes = [Outcome(**json.loads(line)) for line in written(said) if line.startswith("{")]
            if code or not outcomes:
                problem = problem or "\n".join(written(wrong))[-2000:]
                outcomes.append(Outcome(self.name, "the suite runs to its end", False, problem))
        return outcomes


def written(file: IO[bytes]) -> list[str]:
    """The whole lines of a file that another process wrote."""
    file.seek(0)
    return [line for line in file.read().decode(errors="replace").splitlines(keepends=True) if line.endswith("\n")]


SUITES = (
    *(Suite(name) for name in ("audit", "portal", "sockets", "frames", "sse")),
    *(Suite(name, TOOLS) for name in ("inspector", "eslint", "relay", "codegen")),
    Suite("oidc", node.HERE / "oidc", "sign_in.py", lambda: sys.executable),
    Suite("schemathesis", script="fuzz.py", program=apart.python, npm=False, patience=1000.0),
)


def ready(suites: Sequence[Suite], err: Console) -> tuple[list[Suite] | None, list[str]]:
    """Install what these need: the suites that can run, None where that failed, and the names of those that cannot."""
    passed_over: list[str] = []
    try:
        if any(suite.npm for suite in suites):
            node.find()
            for folder in dict.fromkeys(suite.folder for suite in suites if suite.npm):
                node.install(folder)
    except node.NoNode as found:
        passed_over = [suite.name for suite in suites if suite.npm]
        err.print(
            f"[bold yellow]⚠ BỎ QUA {', '.join(passed_over)}: cần Node ≥ {node.OLDEST} và npm, máy có: {found}.[/]\n"
            f"[bold yellow]⚠ PASSED OVER: Node ≥ {node.OLDEST} and npm are needed, found: {found}.[/]"
        )
    except node.NotInstalled as problem:
        return _refused(f"npm ci: {problem}", err)
    try:
        if any(suite.program is apart.python for suite in suites):
            apart.python()
    except apart.NotInstalled as problem:
        return _refused(f"pip: {problem}", err)
    return [suite for suite in suites if suite.name not in passed_over], passed_over


def _refused(problem: str, err: Console) -> tuple[None, list[str]]:
    err.print(f"✗ {problem}", markup=False, soft_wrap=True)
    err.print("  Kiểm tra mạng rồi chạy lại. · Check the network, then run again.")
    return None, []
