"""A server that runs as our child, and ends with us."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from channels.obstacles import DiskFull, ServerFailed

LAUNCHER = Path(__file__).with_name("launch.py")
WORDS_OF_WHAT_PASSES = ("address already in use", "could not bind", "pre-existing shared memory block")
WORDS_OF_A_FULL_DISK = ("no space left on device", "disk quota exceeded")


@dataclass(frozen=True)
class Child:
    """A running server: its process and the file it logs to."""

    process: subprocess.Popen[bytes]
    log: Path

    def stop(self, *signals: signal.Signals, patience: float = 10.0) -> None:
        """Ask ever more firmly, giving each signal its time; SIGKILL is the last, and at once if we are interrupted."""
        try:
            for wanted in signals:
                self.process.send_signal(wanted)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(patience)
                    return
        finally:
            self.process.kill()
            self.process.wait()

    def await_ready(self, program: str, is_ready: Callable[[], bool], patience: float = 60.0) -> None:
        """Return when the server answers; ServerFailed or DiskFull when it ended or took too long."""
        end = time.monotonic() + patience
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop(signal.SIGTERM)
                raise failure(program, self.log)
            time.sleep(0.01)


def command(folder: Path, wanted: signal.Signals, program: str, arguments: Sequence[str]) -> list[str]:
    """The command line that runs a program through the launcher; `folder` is the one it will own."""
    me = (sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(wanted)), str(folder))
    return [*me, program, *arguments]


def environment() -> dict[str, str]:
    """Ours without what PostgreSQL would read (PGPORT, PGDATA …), and messages in one language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def start(folder: Path, log: Path, wanted: signal.Signals, program: str, *arguments: str, told: str = "") -> Child:
    """Start a server that gets the signal when this process ends; `told` is what it reads first.

    The kernel sends it when the *thread* that called ends, so only the main thread may.
    It has a session of its own: Ctrl-C reaches Laurel alone, which then stops it in good order.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("servers must be started in the main thread: they end with the thread that started them")
    with log.open("wb") as written:
        process = subprocess.Popen(
            command(folder, wanted, program, arguments),
            cwd="/",
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    if process.stdin:
        process.stdin.write(told.encode())
        process.stdin.close()
    return Child(process, log)


def run(folder: Path, log: Path, program: str, *arguments: str, told: str = "") -> None:
    """Run a program to its end, not as root; ServerFailed or DiskFull when it fails."""
    child = start(folder, log, signal.SIGKILL, program, *arguments, told=told)
    if child.process.wait() != 0:
        raise failure(Path(program).name, log)


def failure(program: str, log: Path) -> ServerFailed | DiskFull:
    """What the end of a server's log says."""
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
    if any(words in tail.lower() for words in WORDS_OF_A_FULL_DISK):
        return DiskFull.met(log.parent, tail)
    return ServerFailed(program, log, tail)


def passes(problem: ServerFailed) -> bool:
    """Whether it may go better next time: the port was taken meanwhile, or a killed server's processes still end."""
    return any(words in problem.details.lower() for words in WORDS_OF_WHAT_PASSES)


def free_port() -> int:
    """A TCP port nobody listens on now; another may take it before we do, so callers try again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def on_a_free_port(begin: Callable[[int], Child], tries: int = 6) -> tuple[Child, int]:
    """Start a server on a port that was free, and again on another while what hinders it passes."""
    for left in reversed(range(tries)):
        port = free_port()
        try:
            return begin(port), port
        except ServerFailed as problem:
            if not left or not passes(problem):
                raise
            time.sleep(0.2)
    raise AssertionError("unreachable: the last try returns or raises")


def password() -> str:
    """Letters and digits that nobody guesses: other users of this machine reach our ports too."""
    return secrets.token_hex(16)
