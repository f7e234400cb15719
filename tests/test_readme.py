"""The README tells the truth: its journey is run as it is printed, and survives the server's sudden death."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest

from tests.channels.files import samples
from tests.patience import HANGING
from tests.ports import kept_port

ROOT = Path(__file__).resolve().parent.parent
FOLLOWING = "In another terminal"
STEPS = ["RECEIVE", "ASSIGN", "PASS_APPRAISAL", "DECIDE", "PUBLISH"]


@dataclass
class Demo:
    """`./run demo`, on servers and a database of this test run."""

    environment: dict[str, str]
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        command = [sys.executable, "-m", "channels", "demo", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("ready "):
                return
        pytest.fail("the demo ended before it was ready")

    def end(self, how: signal.Signals) -> None:
        """End it, gently or not."""
        assert self.process
        self.process.send_signal(how)
        self.process.communicate(timeout=HANGING)


@pytest.fixture
def demo(fresh_database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Demo]:
    surrounding = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")}
    servers = {"DATABASE_URL": fresh_database_url, "REDIS_URL": redis_url, "LAUREL_DATA": str(tmp_path / "data")}
    with kept_port() as port:
        made = Demo(surrounding | servers, port)
        made.start()
        yield made
        made.end(signal.SIGTERM)


@dataclass
class Shell:
    """A shell into which the README's blocks are pasted; it keeps its variables."""

    process: subprocess.Popen[str]

    def paste(self, block: str) -> str:
        """What the shell prints for a block."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{block}\necho '— done —'\n")
        self.process.stdin.flush()
        said = ""
        for line in iter(self.process.stdout.readline, "— done —\n"):
            assert line, f"the shell has ended after {said!r}"
            said += line
        return said


@pytest.fixture
def shell(demo: Demo) -> Iterator[Shell]:
    if shutil.which("curl") is None:
        pytest.skip("the journey by hand: no curl on PATH (apt-get install curl)")
    process = subprocess.Popen(
        ["/bin/sh"], env=os.environ | {"B": demo.address}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield Shell(process)
    process.communicate()


def journey() -> tuple[list[str], list[str]]:
    """The README's blocks before and after the one for the other terminal."""
    told = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## The journey, by hand")[2].partition("\n## ")[0]
    )
    before, _, after = told.partition(FOLLOWING)
    blocks = [re.findall(r"```sh\n(.*?)```", part, re.DOTALL) for part in (before, after)]
    return blocks[0], blocks[1][1:]


def files() -> str:
    """The README's block about files, to be pasted after the journey."""
    (block,) = re.findall(
        r"\n## Files\n.*?```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    said: str = block
    return said


def heard(demo: Demo, dossier: str, nominee: str, after: str | None, count: int) -> list[dict[str, str]]:
    """What the nominee is told on the phone past a cursor, until so many steps are told."""
    body = {"documentId": "DossierMoved", "variables": {"id": dossier, "after": after}}
    headers = {"Authorization": f"Bearer {nominee}", "Accept": "text/event-stream"}
    steps: list[dict[str, str]] = []
    with httpx.stream("POST", f"{demo.address}/mobile/graphql", json=body, headers=headers, timeout=HANGING) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: {"):
                told = orjson.loads(line.removeprefix("data: "))["data"]["dossierMoved"]
                steps.append({"cursor": told["cursor"], "act": told["event"]["act"]})
                if len(steps) == count:
                    return steps
    return steps


def test_the_journey_is_as_printed_and_whoever_was_cut_off_in_it_misses_nothing(
    demo: Demo, shell: Shell, tmp_path: Path
) -> None:
    before, after = journey()
    said = [shell.paste(block) for block in before]
    assert '"status":"SUBMITTED","version":2' in said[-1]
    dossier, nominee = shell.paste("echo $ID").strip(), shell.paste("echo $NOMINEE").strip()
    head = orjson.loads(
        httpx.post(
            f"{demo.address}/mobile/graphql",
            json={"documentId": "DossierSteps", "variables": {"id": dossier}},
            headers={"Authorization": f"Bearer {nominee}"},
            timeout=HANGING,
        ).content
    )["data"]["dossier"]["eventHead"]

    assert re.search(r'"code":"H37\.\d\d-\d{6}-\d{4}","status":"RECEIVED"', said_now := shell.paste(after[0]))
    assert '"status":"SIGNING","version":5' in said_now
    steps = [step for step in heard(demo, dossier, nominee, head, 3) if step["act"] in STEPS]

    demo.end(signal.SIGKILL)
    demo.start()

    assert '"status":"PUBLISHED"' in shell.paste(after[1])
    rest = heard(demo, dossier, nominee, steps[-1]["cursor"], len(STEPS) - len(steps))
    assert [step["act"] for step in steps + rest] == STEPS

    (tmp_path / "to-trinh.pdf").write_bytes(samples.pdf())
    shell.paste(f"cd {tmp_path}")
    assert '"version":2,"documents":[{"title":"Tờ trình","files":[{"name":"Tờ trình.pdf"' in shell.paste(files())
    assert (tmp_path / "copy.pdf").read_bytes() == samples.pdf()
