"""The suite's own tests of signing in by a certified provider, each told as a check: a JSON line each."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TESTS = ROOT / "tests" / "channels" / "oidc" / "test_certified.py"


class Telling:
    """Says what each test came to; one that was skipped is a check that could not be made."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A line for each test, and for what went wrong around one."""
        if report.passed and report.when != "call":
            return
        check = report.location[2].removeprefix("test_").replace("_", " ")
        reason = None if report.passed else report.longreprtext[-2000:]
        told = json.dumps({"suite": "oidc", "check": check, "passed": report.passed, "reason": reason})
        print(f"\n{told}", flush=True)  # a line of its own, below pytest's dots


if __name__ == "__main__":
    options = ["-s", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    sys.exit(pytest.main([*options, str(TESTS)], [Telling()]))
