"""The listeners' process, as the bench sees it: it is told by lines what to do, and answers with figures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from tests.bench.descriptors import raised
from tests.bench.report import err
from tests.bench.servers import ROOT

OWN = 200
"""Files that a server has open beside its sockets."""


@dataclass(frozen=True)
class Crowd:
    """Listeners in a process of their own."""

    process: subprocess.Popen[bytes]
    most: int

    def room(self, wanted: int) -> int:
        """As many sockets as are wanted, or as a process here may have open, which is then said."""
        if wanted <= self.most:
            return wanted
        err.print(
            f"⚠ hệ thống chỉ cho mở {self.most:,} kết nối, không phải {wanted:,} (ulimit -n)\n"
            f"⚠ the system lets a process open {self.most:,} sockets, not {wanted:,} (ulimit -n)"
        )
        return self.most

    def do(self, what: str, **more: Any) -> dict[str, Any]:
        """Have it done; gives what they heard so far."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(orjson.dumps({"do": what, **more}) + b"\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        if not said:
            raise RuntimeError(f"the listeners could not {what}: what stopped them stands above")
        heard: dict[str, Any] = orjson.loads(said)
        return heard


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Listeners, until the end of the block."""
    most = raised() - OWN
    process = subprocess.Popen(
        (sys.executable, "-m", "tests.bench.listeners"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield Crowd(process, most)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(10)
