"""A server is never root, begins only where it can end with us, and is ended however hard that is."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import psutil
import pytest

from channels.embedded import binaries, child, launch, postgres
from tests.channels.embedded.looks import as_root, ask, has_ended, soon


@as_root
def test_as_root_no_user_is_made_and_no_folder_above_is_changed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    above = [closed, *closed.parents, *binaries.postgres().folder.parents]

    def state() -> list[object]:
        kept = [(each.stat().st_mode, each.stat().st_uid, each.stat().st_gid) for each in above]
        return [Path("/etc/passwd").read_bytes(), Path("/etc/group").read_bytes(), kept]

    before = state()
    with postgres.running(closed, fast=True) as url:
        assert ask(url, "select 1") == 1
    assert state() == before


@as_root
def test_where_namespaces_are_refused_the_server_becomes_nobody(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with postgres.running(tmp_path, fast=True):
        pass
    data = next(tmp_path.glob("postgres-*/"))
    launch.give(data, launch.NOBODY)  # as it leaves the folder there
    with postgres.running(tmp_path, fast=True) as url:
        server = int((data / "postmaster.pid").read_text().split()[0])
        assert psutil.Process(server).uids().effective == launch.NOBODY
        assert ask(url, "select 1") == 1


def test_where_the_kernel_tells_nobody_a_watcher_does() -> None:
    program = """
        import os, signal, sys, time
        sys.path.insert(0, sys.argv[1])
        import launch
        if (child := os.fork()) == 0:
            launch.watch(os.getppid(), signal.SIGKILL, every=0.02)
            time.sleep(60)
        print(child, flush=True)
        time.sleep(60)
    """
    folder = str(child.LAUNCHER.parent)
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), folder], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    server = int(parent.stdout.readline())
    time.sleep(0.2)
    assert not has_ended(server)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert soon(lambda: has_ended(server))


def test_a_thread_that_may_end_early_starts_no_server(tmp_path: Path) -> None:
    met: list[BaseException] = []

    def begin() -> None:
        try:
            child.start(tmp_path, tmp_path / "log", signal.SIGTERM, "/bin/true")
        except RuntimeError as problem:
            met.append(problem)

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    assert "main thread" in str(met[0])


def test_an_interrupted_stop_still_ends_the_server(tmp_path: Path) -> None:
    stubborn = "trap '' TERM; echo ready; while :; do sleep 1; done"
    running = child.start(tmp_path, tmp_path / "log", signal.SIGTERM, "/bin/sh", "-c", stubborn)
    assert soon(lambda: running.log.read_text() == "ready\n")
    before = signal.signal(signal.SIGALRM, lambda *_: sys.exit(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(SystemExit):
            running.stop(signal.SIGTERM, patience=60)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert running.process.returncode == -signal.SIGKILL
